"""Programs of the kinds that people write: readers, visitors, searches, simulations, reports, loops of events."""

from __future__ import annotations

import asyncio
import difflib
import functools
import heapq
import itertools
import operator
import re
import string
import struct
import textwrap
import types
from collections import ChainMap, Counter, defaultdict, deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Any, Generic, NamedTuple, TypeVar

from benchmarks.cost_cases import Cases

CASES = Cases()
Decorator = Callable[[Any], Any]
T = TypeVar("T")


class Reader:
    """Reads nested lists of words, as Lisp writes them."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def skip(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def form(self) -> Any:
        self.skip()
        if self.peek() != "(":
            return self.word()
        self.at += 1
        found = []
        while True:
            self.skip()
            if self.peek() in (")", ""):
                self.at += 1
                return found
            found.append(self.form())

    def word(self) -> Any:
        begun = self.at
        while (c := self.peek()) and c not in "() \n":
            self.at += 1
        word = self.text[begun : self.at]
        return int(word) if word.isdigit() else word


@CASES.add(lambda n: ([f"(define f{i} (+ {i} (* 2 {i % 7})))" for i in range(n // 10)],), 100_000)
def forms(texts: list[str]) -> object:
    found = []
    for text in texts:
        reader = Reader(text)
        found.append(reader.form())
    return found[-1], len(found)


class Node:
    def __init__(self, *below: Any) -> None:
        self.below = below


class Number(Node):
    pass


class Add(Node):
    pass


class Negative(Node):
    pass


class Visitor:
    """Finds the method for a node by the name of its class, as `ast.NodeVisitor` does."""

    def visit(self, node: Node) -> Any:
        return getattr(self, f"visit_{type(node).__name__}", self.generic)(node)

    def generic(self, node: Node) -> Any:
        return [self.visit(child) for child in node.below]


class Value(Visitor):
    def visit_Number(self, node: Node) -> int:
        found: int = node.below[0]
        return found

    def visit_Add(self, node: Node) -> int:
        return sum(self.visit(child) for child in node.below)

    def visit_Negative(self, node: Node) -> int:
        found: int = -self.visit(node.below[0])
        return found


@CASES.add(lambda n: ([Add(Number(i), Negative(Number(i + 1)), Add(Number(2))) for i in range(n // 4)],))
def visitor(trees: list[Node]) -> object:
    value, total = Value(), 0
    for tree in trees:
        total += value.visit(tree)
    return total


def edges(n: int) -> tuple[Any, ...]:
    return ({f"t{i}": [f"t{i // 2}", f"t{i // 3}"] if i else [] for i in range(n)},)


@CASES.add(edges)
def ordered_tasks(needs: dict[str, list[str]]) -> object:
    left = {task: len(set(of) - {task}) for task, of in needs.items()}
    after: dict[str, set[str]] = defaultdict(set)
    for task, of in needs.items():
        for one in of:
            after[one].add(task)
    ready = deque(sorted(task for task, number in left.items() if not number))
    done = []
    while ready:
        task = ready.popleft()
        done.append(task)
        for one in sorted(after[task]):
            left[one] -= 1
            if not left[one]:
                ready.append(one)
    return len(done), done[-1]


def windows(values: Iterator[T], size: int) -> Iterator[tuple[T, ...]]:
    held: deque[T] = deque(maxlen=size)
    for value in values:
        held.append(value)
        if len(held) == size:
            yield tuple(held)


def rising(values: Iterator[tuple[int, ...]]) -> Iterator[int]:
    for a, b, c in values:
        if a < b < c:
            yield from (a, c)


@CASES.add(lambda n: ([i * 7919 % 101 for i in range(n)],))
def windowed(values: list[int]) -> object:
    total = 0
    for value in rising(windows(iter(values), 3)):  # type: ignore[arg-type]
        total += value
    return total


def replaced(match: re.Match[str]) -> str:
    word = match[0]
    return word.upper() if len(word) % 2 else f"<{word}>"


@CASES.add(lambda n: ([f"the {i} quick brown foxes jump over {i % 13} lazy dogs" for i in range(n // 10)],))
def substituted(lines: list[str]) -> object:
    pattern = re.compile(r"[a-z]+")
    made = []
    for line in lines:
        made.append(pattern.sub(replaced, line))
    return made[-1], sum(map(len, made))


@CASES.add(lambda n: ({"rows": [{"id": i, "tags": ["a", {"b": [i, None]}]} for i in range(n // 5)]},))
def sought_in_json(document: Any) -> object:
    found, todo = [], [((), document)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo.extend(((*path, key), below) for key, below in value.items())
        elif isinstance(value, list):
            todo.extend(((*path, number), below) for number, below in enumerate(value))
        elif value is None:
            found.append(".".join(map(str, path)))
    return len(found), found[0]


def inline(text: str) -> str:
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", text)


@CASES.add(lambda n: ("\n".join(["# Title", "", "A **bold** `word` here.", "- one", "- two", ""] * (n // 10)),), 10_000)
def marked_up(text: str) -> object:
    made, listing = "", False
    for line in text.splitlines():
        if line.startswith("- "):
            made += ("" if listing else "<ul>") + f"<li>{inline(line[2:])}</li>"
            listing = True
            continue
        if listing:
            made, listing = made + "</ul>", False
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            made += f"<h{level}>{inline(line[level:].strip())}</h{level}>"
        elif line:
            made += f"<p>{inline(line)}</p>"
    return len(made), made[:80]


def longest(a: str, b: str, i: int, j: int, memo: dict[tuple[int, int], int]) -> int:
    if i == len(a) or j == len(b):
        return 0
    if (i, j) not in memo:
        if a[i] == b[j]:
            memo[i, j] = 1 + longest(a, b, i + 1, j + 1, memo)
        else:
            memo[i, j] = max(longest(a, b, i + 1, j, memo), longest(a, b, i, j + 1, memo))
    return memo[i, j]


@CASES.add(lambda n: ([("agcatgc" * 3, "gacgtca" * 3)] * max(1, n // 500),), 10_000)
def common_subsequences(pairs: list[tuple[str, str]]) -> object:
    return [longest(a, b, 0, 0, {}) for a, b in pairs]


@CASES.add(lambda n: (list(range(n)),), 1_000_000)
def once_with_much(values: list[int]) -> object:
    seen, total = set(), 0
    for value in values:
        key = value * 2654435761 % 1024
        if key not in seen:
            seen.add(key)
            total += value
        elif value & 1:
            total -= 1
    return total, len(seen)


async def halved(value: int) -> int:
    if value % 50 == 0:
        await asyncio.sleep(0)
    return value // 2


async def all_halved(values: list[int]) -> int:
    total = 0
    for value in values:
        total += await halved(value)
    return total + sum(await asyncio.gather(*(halved(value) for value in values[:20])))


@CASES.add(lambda n: (list(range(n)),))
def run_async(values: list[int]) -> object:
    return asyncio.run(all_halved(values))


class Backtrack(Exception):
    pass


def balanced(text: str, at: int) -> int:
    while at < len(text) and text[at] in "([":
        end = balanced(text, at + 1)
        if end >= len(text) or text[end] != {"(": ")", "[": "]"}[text[at]]:
            raise Backtrack(at)
        at = end + 1
    return at


@CASES.add(lambda n: (["([])[]", "((]", "[([])]()", ")("] * (n // 10),))
def backtracked(texts: list[str]) -> object:
    good, bad = 0, Counter[int]()
    for text in texts:
        try:
            good += balanced(text, 0) == len(text)
        except Backtrack as error:
            bad[error.args[0]] += 1
        else:
            bad[-1] += 1
    return good, dict(bad)


class Indented:
    """Counts how deep it is entered."""

    def __init__(self, out: list[str]) -> None:
        self.out, self.depth = out, 0

    def __enter__(self) -> Indented:
        self.depth += 1
        return self

    def __exit__(self, *error: object) -> None:
        self.depth -= 1

    def line(self, text: str) -> None:
        self.out.append("  " * self.depth + text)


@CASES.add(lambda n: ([f"block{i}" for i in range(n // 4)],))
def indented(names: list[str]) -> object:
    out: list[str] = []
    writer = Indented(out)
    for name in names:
        with writer, ExitStack() as stack:
            writer.line(name)
            stack.enter_context(writer)
            writer.line("pass")
    return len(out), writer.depth


class Bounded:
    """A descriptor whose values stay between two bounds."""

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"_{name}"

    def __get__(self, obj: Any, owner: type) -> Any:
        return self if obj is None else obj.__dict__.get(self.name, self.least)

    def __set__(self, obj: Any, value: float) -> None:
        obj.__dict__[self.name] = min(self.most, max(self.least, value))


class Tank:
    level = Bounded(0.0, 10.0)
    heat = Bounded(-5.0, 5.0)

    def __init__(self, level: float) -> None:
        self.level = level
        self._pressure = 0.0

    @property
    def pressure(self) -> float:
        return self._pressure + self.level * 0.1

    @pressure.setter
    def pressure(self, value: float) -> None:
        self._pressure = value / 2


@CASES.add(lambda n: ([Tank(i % 13) for i in range(n // 5)],))
def described(tanks: list[Tank]) -> object:
    total = 0.0
    for tank in tanks:
        tank.level += 1.5
        tank.heat = tank.level - 6
        tank.pressure = tank.pressure + 1
        total += tank.pressure + tank.heat
    return round(total, 3)


@dataclass
class Particle:
    x: float
    v: float
    trail: list[float] = field(default_factory=list, repr=False)
    hits: int = 0

    def moved(self, dt: float) -> Particle:
        x, v = self.x + self.v * dt, self.v
        if not 0 <= x <= 10:
            v, self.hits = -v, self.hits + 1
            x = min(10.0, max(0.0, x))
        return Particle(x, v, [*self.trail[-2:], x], self.hits)


@dataclass
class Box:
    particles: list[Particle]
    time: float = 0.0

    def step(self, dt: float) -> None:
        self.particles = [particle.moved(dt) for particle in self.particles]
        self.time += dt


@CASES.add(lambda n: (n // 10,))
def bounced(n: int) -> object:
    box = Box([Particle(i % 10, (i * 31 % 7) - 3) for i in range(n)])
    for _ in range(5):
        box.step(0.5)
    return sum(p.hits for p in box.particles), round(sum(p.x for p in box.particles), 4)


Job = Generator[float, Any, None]


class Loop:
    """Runs generators as tasks, in the order of the times that they wait for."""

    def __init__(self) -> None:
        self.queue: list[tuple[float, int, Job]] = []
        self.numbers = itertools.count()
        self.log: list[float] = []

    def start(self, job: Job, at: float = 0.0) -> None:
        heapq.heappush(self.queue, (at, next(self.numbers), job))

    def run(self) -> None:
        while self.queue:
            now, _, job = heapq.heappop(self.queue)
            try:
                pause = job.send(None)
            except StopIteration:
                self.log.append(now)
            else:
                self.start(job, now + pause)


def worker(number: int) -> Job:
    for k in range(number % 4):
        yield 0.5 + k * 0.25


@CASES.add(lambda n: (n // 5,))
def tasks_of_generators(n: int) -> object:
    loop = Loop()
    for number in range(n):
        loop.start(worker(number), number * 0.01)
    loop.run()
    return len(loop.log), round(loop.log[-1], 3)


def by_version(a: str, b: str) -> int:
    for x, y in zip(a.split("."), b.split("."), strict=False):
        if x != y:
            return int(x) - int(y)
    return a.count(".") - b.count(".")


@CASES.add(lambda n: ([f"{i % 3}.{i * 7 % 11}.{i % 101}" for i in range(n // 5)],))
def sorted_versions(versions: list[str]) -> object:
    newest = sorted(versions, key=functools.cmp_to_key(by_version))
    parts = sorted((tuple(map(int, v.split("."))) for v in versions), key=operator.itemgetter(2, 0))
    for version in newest[:3]:
        parts.append(tuple(map(int, version.split("."))))
    return newest[-1], parts[-1]


class Sale(NamedTuple):
    day: int
    shop: str
    sum: float


@CASES.add(lambda n: ([Sale(i // 20, "abc"[i % 3], i % 17 / 2) for i in range(n)],))
def sales_by_day(sales: list[Sale]) -> object:
    found = {}
    for day, of_day in itertools.groupby(sales, key=operator.attrgetter("day")):
        a, b = itertools.tee(of_day)
        sums = itertools.accumulate(sale.sum for sale in a)
        shops = Counter(map(operator.itemgetter(1), b))
        found[day] = max(sums, default=0.0), shops.most_common(1)[0][0]
    best = itertools.islice(sorted(found.items(), key=lambda pair: pair[1], reverse=True), 3)
    return list(best)


class Huffman:
    def __init__(self, weight: int, below: tuple[Any, ...] = (), letter: str = "") -> None:
        self.weight, self.below, self.letter = weight, below, letter

    def __lt__(self, other: Huffman) -> bool:
        return (self.weight, self.letter) < (other.weight, other.letter)

    def codes(self, prefix: str = "") -> Iterator[tuple[str, str]]:
        if not self.below:
            yield self.letter, prefix or "0"
        for bit, child in zip("01", self.below, strict=False):
            yield from child.codes(prefix + bit)


@CASES.add(lambda n: ((string.ascii_letters + "the quick brown fox ") * (n // 70 + 1),))
def compressed(text: str) -> object:
    heap = [Huffman(number, letter=letter) for letter, number in sorted(Counter(text).items())]
    heapq.heapify(heap)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, Huffman(a.weight + b.weight, (a, b), min(a.letter, b.letter)))
    codes = dict(heap[0].codes())
    bits = 0
    for letter in text:
        bits += len(codes[letter])
    return bits


@CASES.add(lambda n: (b"".join(struct.pack(">BH", i % 5, i % 9) + bytes(i % 9) for i in range(n // 5)),))
def records_of_bytes(data: bytes) -> object:
    view, at = memoryview(data), 0
    found: dict[int, int] = {}
    while at < len(view):
        kind, size = struct.unpack_from(">BH", view, at)
        body = view[at + 3 : at + 3 + size]
        found[kind] = found.get(kind, 0) + len(body) + (zero := sum(body))
        assert not zero
        at += 3 + size
    return found


def neighbours_of(x: int, y: int, size: int) -> Iterator[tuple[int, int]]:
    for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
        if 0 <= x + dx < size and 0 <= y + dy < size and (x + dx) * (y + dy) % 5 != 3:
            yield x + dx, y + dy


@CASES.add(lambda n: (max(3, int(n**0.5)),))
def way_through_grid(size: int) -> object:
    goal, best = (size - 1, size - 1), {(0, 0): 0}
    heap, seen = [(0, 0, (0, 0))], 0
    while heap:
        _, cost, place = heapq.heappop(heap)
        seen += 1
        if place == goal:
            break
        for x, y in neighbours_of(*place, size):
            if cost + 1 < best.get((x, y), 1 << 30):
                best[x, y] = cost + 1
                heapq.heappush(heap, (cost + 1 + 2 * size - x - y, cost + 1, (x, y)))
    return best.get(goal), seen > 0


@functools.singledispatch
def shown(value: object) -> str:
    return repr(value)


@shown.register
def _(value: int) -> str:
    return f"{value:,}"


@shown.register
def _(value: list) -> str:  # type: ignore[type-arg]
    return "[" + " ".join(shown(v) for v in value) + "]"


@CASES.add(lambda n: ([(i, str(i), [i, 2.5])[i % 3] for i in range(n // 2)],))
def dispatched(values: list[Any]) -> object:
    size = 0
    for value in values:
        size += len(shown(value))
    return size


class Right(Flag):
    READ = auto()
    WRITE = auto()
    RUN = auto()


@CASES.add(lambda n: ([("get", i) if i % 3 else ("put", i, str(i)) for i in range(n // 2)],))
def commands(given: list[tuple[Any, ...]]) -> object:
    store: dict[int, str] = {}
    right, refused = Right.READ | Right.WRITE, 0
    for command in given:
        match command:
            case ("get", key):
                refused += key not in store
            case ("put", key, str(value)) if Right.WRITE in right:
                store[key] = value
            case _:
                refused += 1
    return len(store), refused


class Stack(Generic[T]):
    def __init__(self) -> None:
        self._items: list[T] = []

    def push(self, item: T) -> None:
        self._items.append(item)

    def pop(self) -> T:
        return self._items.pop()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return reversed(self._items)


@CASES.add(lambda n: (["3", "4", "+", "2", "*", "7", "-"] * (n // 7),))
def reverse_polish(words: list[str]) -> object:
    stack: Stack[int] = Stack()
    operations = {"+": operator.add, "*": operator.mul, "-": operator.sub}
    results = []
    for word in words:
        if word in operations:
            b, a = stack.pop(), stack.pop()
            stack.push(operations[word](a, b))
            if len(stack) == 1 and word == "-":
                results.append(stack.pop())
        else:
            stack.push(int(word))
    return results[:3], len(results)


@CASES.add(lambda n: ([{"lang": "de", "size": i} if i % 2 else {"size": i} for i in range(n // 5)],))
def layered(overrides: list[dict[str, Any]]) -> object:
    defaults, total = {"lang": "en", "size": 1, "debug": False}, 0
    for override in overrides:
        settings = ChainMap(override, defaults)
        total += settings["size"] + len(settings["lang"]) + bool(settings.get("debug"))
    return total


@CASES.add(lambda n: ([f"line {i} of a text that goes on and on for a while" for i in range(n // 20)],), 10_000)
def compared_texts(lines: list[str]) -> object:
    changed = 0
    for line in lines:
        other = line.replace("goes", "went")
        changed += sum(1 for c in difflib.ndiff(line.split(), other.split()) if c[0] in "+-")
        changed += len(textwrap.wrap(line, 20))
    return changed


class Counting:
    """An object with a short loop in each of its methods."""

    def __init__(self, values: tuple[int, ...]) -> None:
        self.values = values

    def weight(self) -> int:
        total = 0
        for value in self.values:
            total += value
        return total


@CASES.add(lambda n: ([Counting((i, i + 1, 2)) for i in range(n)],))
def loops_in_loops(objects: list[Counting]) -> object:
    most = 0
    for one in objects:
        total = 0
        for value in one.values:
            total += value * 2
        most = max(most, total, one.weight())
    return most


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[Any, Any] = {}

    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        if args not in known:
            known[args] = function(*args)
        return known[args]

    return wrapper


@CASES.add(lambda n: (n,), given=True)
def decorated_with_memo(jit: Decorator, n: int) -> object:
    @remembered
    @jit
    def collatz(value: int) -> int:
        steps = 0
        while value != 1:
            value = value // 2 if value % 2 == 0 else 3 * value + 1
            steps += 1
        return steps

    return sum(collatz(value % 97 + 1) for value in range(n))


class Shape:
    def __init__(self, sides: list[int]) -> None:
        self.sides = sides

    def around(self) -> int:
        total = 0
        for side in self.sides:
            total += side
        return total

    def scaled(self, by: int) -> Shape:
        return type(self)([side * by for side in self.sides])


@CASES.add(lambda n: ([[i, i + 1, 3] for i in range(n)],), given=True)
def decorated_instances(jit: Decorator, rows: list[list[int]]) -> object:
    names = {"around": jit(Shape.around), "scaled": jit(Shape.scaled)}
    made = type("Made", (Shape,), names)
    shapes = [made(row) for row in rows]
    return sum(shape.scaled(2).around() for shape in shapes)


def folded(x: int) -> int:
    found = 0
    for part in divided(x):
        found += weighed(part)
    return found


def divided(x: int) -> list[int]:
    return [part for part in (x % 7, x // 7 % 7, x // 49) if kept(part)]


def kept(part: int) -> bool:
    return any(part == known for known in (0, 2, 3, 5))


def weighed(part: int) -> int:
    return max([bounded(part + k) for k in range(2)])


def bounded(x: int) -> int:
    return min(x, 9)


@functools.cache
def small_ones(jit: Decorator) -> Any:
    """Small functions that call each other, each of them decorated."""
    functions = folded, divided, kept, weighed, bounded
    module = {**globals(), **{f.__name__: f for f in functions}}
    for function in functions:
        module[function.__name__] = jit(types.FunctionType(function.__code__, module, function.__name__))
    return module["folded"]


@CASES.add(lambda n: (n,), given=True)
def small_functions(jit: Decorator, n: int) -> object:
    made = small_ones(jit)
    return sum(made(k) for k in range(n // 10))
