"""Code of services and scripts: parsers, caches, event loops by hand, queries, reports, and little that waits."""

from __future__ import annotations

import abc
import bisect
import collections
import contextlib
import copy
import dataclasses
import datetime
import fractions
import functools
import heapq
import io
import itertools
import json
import logging
import operator
import os
import random
import re
import statistics
import string
import tempfile
import threading
import time
import weakref
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()
Decorator = Callable[[Any], Any]
log = logging.getLogger("benchmarks.services")


# -- parsers and interpreters


class Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self) -> str:
        found = self.peek()
        self.at += 1
        return found

    def number(self) -> int:
        begun = self.at
        while self.peek().isdigit():
            self.take()
        return int(self.text[begun : self.at])

    def factor(self) -> int:
        if self.peek() == "(":
            self.take()
            value = self.sum()
            self.take()
            return value
        return self.number()

    def product(self) -> int:
        value = self.factor()
        while self.peek() == "*":
            self.take()
            value = value * self.factor() % 1_000_003
        return value

    def sum(self) -> int:
        value = self.product()
        while self.peek() in ("+", "-") and self.peek():
            if self.take() == "+":
                value += self.product()
            else:
                value -= self.product()
        return value


@CASES.add(lambda n: ("+".join(f"({i}*{i + 1}-3)" for i in range(n // 10)),))
def calculator(text: str) -> object:
    return Scanner(text).sum()


PROGRAM = [("push", 1), ("push", 2), ("add", 0), ("dup", 0), ("mul", 0), ("pop", 0)]


@CASES.add(lambda n: (PROGRAM * (n // 6),), 1_000_000)
def virtual_machine(program: list[tuple[str, int]]) -> object:
    stack: list[int] = []
    operations: dict[str, Callable[[int], None]] = {
        "push": stack.append,
        "add": lambda _: stack.append(stack.pop() + stack.pop()),
        "mul": lambda _: stack.append(stack.pop() * stack.pop() % 97),
        "dup": lambda _: stack.append(stack[-1]),
        "pop": lambda _: stack.clear(),
    }
    for name, argument in program:
        operations[name](argument)
    return len(stack)


@CASES.add(lambda n: ("[section]\n" + "\n".join(f"key{i} = value {i} # note" for i in range(n)),))
def settings_file(text: str) -> object:
    found: dict[str, dict[str, str]] = {}
    section = found.setdefault("", {})
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1], {})
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"line {number}: {line}")
        section[key.strip().lower()] = value.strip()
    return len(found["section"])


def items_of(n: int) -> tuple[Any, ...]:
    return ("<all>" + "".join(f"<item id='{i}'><name>n{i}</name></item>" for i in range(n // 10)) + "</all>",)


@CASES.add(items_of)
def xml_items(text: str) -> object:
    root = ET.fromstring(text)
    out = {}
    for item in root.iter("item"):
        name = item.find("name")
        if name is not None and name.text:
            out[item.get("id")] = name.text.upper()
    return len(out)


# -- objects that know each other


class Node:
    __slots__ = ("__weakref__", "children", "parent", "weight")

    def __init__(self, weight: int, parent: Node | None = None) -> None:
        self.weight, self.parent = weight, parent
        self.children: list[Node] = []
        if parent is not None:
            parent.children.append(self)

    def total(self) -> int:
        return self.weight + sum(child.total() for child in self.children)

    def path(self) -> Iterator[Node]:
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


def forest(n: int) -> tuple[Any, ...]:
    nodes = [Node(1)]
    for i in range(1, n):
        nodes.append(Node(i % 7, nodes[(i - 1) // 4]))
    return (nodes,)


@CASES.add(forest)
def tree_of_objects(nodes: list[Node]) -> object:
    deepest = 0
    for node in nodes:
        deepest = max(deepest, sum(1 for _ in node.path()))
    return nodes[0].total(), deepest


@CASES.add(forest)
def observed_weakly(nodes: list[Node]) -> object:
    known: weakref.WeakValueDictionary[int, Node] = weakref.WeakValueDictionary()
    for number, node in enumerate(nodes):
        known[number] = node
    return sum(node.weight for node in known.values())


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...

    @property
    def label(self) -> str:
        return f"{type(self).__name__}:{self.area():.1f}"


@dataclasses.dataclass
class Square(Shape):
    side: float

    def area(self) -> float:
        return self.side**2


@dataclasses.dataclass
class Circle(Shape):
    radius: float

    def area(self) -> float:
        return 3.14159 * self.radius**2


@CASES.add(lambda n: ([Square(i) if i % 2 else Circle(i) for i in range(n)],))
def areas(shapes: list[Shape]) -> object:
    by_label: dict[str, float] = collections.defaultdict(float)
    for shape in shapes:
        by_label[shape.label] += shape.area()
    return len(by_label)


@dataclasses.dataclass(order=True)
class Order:
    price: int
    number: int = dataclasses.field(compare=False)
    size: int = dataclasses.field(compare=False, default=1)


@CASES.add(lambda n: ([(i * 7919 % 1009, i, i % 2) for i in range(n)],))
def order_book(orders: list[tuple[int, int, int]]) -> object:
    bids: list[Order] = []
    asks: list[Order] = []
    trades = 0
    for price, number, side in orders:
        if side:
            heapq.heappush(bids, Order(-price, number))
        else:
            heapq.heappush(asks, Order(price, number))
        while bids and asks and -bids[0].price >= asks[0].price:
            heapq.heappop(bids)
            heapq.heappop(asks)
            trades += 1
    return trades


class Bank:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.balances: dict[str, int] = collections.defaultdict(int)
        self.journal: list[tuple[str, int]] = []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        with self.lock:
            mark = len(self.journal)
            try:
                yield
            except ValueError:
                for name, amount in self.journal[mark:]:
                    self.balances[name] -= amount
                del self.journal[mark:]

    def move(self, a: str, b: str, amount: int) -> None:
        for name, change in ((a, -amount), (b, amount)):
            self.balances[name] += change
            self.journal.append((name, change))
        if amount % 13 == 0:
            raise ValueError(amount)


@CASES.add(lambda n: (n // 10,))
def bank(n: int) -> object:
    found = Bank()
    for i in range(n):
        with found.transaction():
            found.move(f"a{i % 17}", f"a{i % 11}", i)
    return len(found.journal)


# -- data


@CASES.add(lambda n: ([{"user": i % 97, "items": [{"sku": j, "qty": i % 5} for j in range(3)]} for i in range(n)],))
def report(orders: list[dict[str, Any]]) -> object:
    totals: collections.Counter[int] = collections.Counter()
    by_user: dict[int, list[int]] = {}
    for order in orders:
        for item in order["items"]:
            totals[item["sku"]] += item["qty"]
            by_user.setdefault(order["user"], []).append(item["qty"])
    return {user: statistics.fmean(found) for user, found in by_user.items()}, totals.most_common(2)


@CASES.add(lambda n: (json.dumps([{"id": i, "tags": ["a", "b"], "at": {"x": i}} for i in range(n // 10)]),))
def json_round_trip(text: str) -> object:
    rows = json.loads(text)
    for row in rows:
        row["tags"].append(f"t{row['id']}")
        row["at"]["y"] = row["at"]["x"] * 2
    return len(json.dumps(rows, sort_keys=True))


@CASES.add(lambda n: ([[random.Random(i).random() for _ in range(20)] for i in range(n // 20)],))
def gram_matrix(rows: list[list[float]]) -> object:
    columns = list(zip(*rows, strict=True))
    return [[sum(map(operator.mul, a, b)) for b in columns] for a in columns][3][4]


@CASES.add(lambda n: (n,), 1_000_000)
def collatz(n: int) -> object:
    best, longest = 0, 0
    lengths = {1: 1}
    for start in range(1, n // 10):
        value, steps = start, 0
        while value not in lengths:
            value = value // 2 if value % 2 == 0 else 3 * value + 1
            steps += 1
        lengths[start] = found = lengths[value] + steps
        if found > longest:
            best, longest = start, found
    return best


@CASES.add(lambda n: ({i: [(i * 3 + 1) % n, (i * 7 + 2) % n, i // 2] for i in range(n)},))
def page_rank(links: dict[int, list[int]]) -> object:
    ranks = dict.fromkeys(links, 1.0)
    for _ in range(3):
        fresh = dict.fromkeys(links, 0.15)
        for page, others in links.items():
            share = 0.85 * ranks[page] / len(others)
            for other in others:
                fresh[other] += share
        ranks = fresh
    return max(ranks, key=ranks.__getitem__)


@CASES.add(lambda n: (["".join(random.Random(i).choices("abcde", k=6)) for i in range(n)],))
def anagrams(words: list[str]) -> object:
    groups = collections.defaultdict(set)
    for word in words:
        groups["".join(sorted(word))].add(word)
    return sorted(map(sorted, filter(lambda g: len(g) > 1, groups.values())))[:3]


@CASES.add(lambda n: ([(datetime.date(2024, 1, 1) + datetime.timedelta(days=i % 700), i) for i in range(n)],))
def by_month(rows: list[tuple[datetime.date, int]]) -> object:
    months: dict[str, int] = {}
    for day, amount in rows:
        key = day.strftime("%Y-%m")
        months[key] = months.get(key, 0) + amount
    return sorted(months.items())


@CASES.add(lambda n: (list(range(0, n, 3)), n))
def searched(values: list[int], n: int) -> object:
    found = 0
    for wanted in range(0, n, 2):
        at = bisect.bisect_left(values, wanted)
        if at < len(values) and values[at] == wanted:
            found += 1
    return found


# -- small functions, called very often


def _slug(text: str) -> str:
    return "-".join(part for part in re.split(r"\W+", text.lower()) if part)


@CASES.add(lambda n: ([f"The title, {i}!" for i in range(n)],), given=True)
def slugs(jit: Decorator, titles: list[str]) -> object:
    slug = jit(_slug)
    return len({slug(title) for title in titles})


def _mean(values: list[int]) -> float:
    total = 0
    for value in values:
        total += value
    return total / len(values)


@CASES.add(lambda n: ([[i, 2, 3] for i in range(n)],), 1_000_000, given=True)
def means(jit: Decorator, rows: list[list[int]]) -> object:
    mean = jit(_mean)
    return sum(mean(row) for row in rows)


class Vector:
    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y)

    def scaled(self, by: float) -> Vector:
        return Vector(self.x * by, self.y * by)

    def parts(self) -> Iterator[float]:
        for name in ("x", "y"):
            yield getattr(self, name)

    def norm(self) -> float:
        return sum(part * part for part in self.parts())


@CASES.add(lambda n: (n,), given=True)
def vectors(jit: Decorator, n: int) -> object:
    made = jit(type("Vector", (Vector,), dict(vars(Vector))))
    total = made(0, 0)
    norms = 0.0
    for i in range(n):
        step = made(i, -i)
        norms += step.norm()
        total = total + step
    return total.x, norms


def _chunks(values: Iterable[int], size: int) -> Iterator[list[int]]:
    chunk: list[int] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _running(values: Iterable[int]) -> Iterator[int]:
    total = 0
    for value in values:
        total += abs(value)
        yield total


@CASES.add(lambda n: (range(n),), 1_000_000, given=True)
def piped_generators(jit: Decorator, values: Iterable[int]) -> object:
    chunks, running = jit(_chunks), jit(_running)
    return sum(chunk[-1] for chunk in chunks(running(values), 10))


@CASES.add(lambda n: (n,), given=True)
def made_anew(jit: Decorator, n: int) -> object:
    found = 0
    for i in range(n // 10):

        @jit
        def total(values: list[int], more: int = i) -> int:
            return sum(double(value) + more for value in values)

        found += total([i, i + 1])
    return found


def double(value: int) -> int:
    return value * 2


def _retrying(function: Callable[..., int]) -> Callable[..., int]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> int:
        for attempt in range(3):
            try:
                return function(*args, **kwargs)
            except KeyError:
                if attempt == 2:
                    raise
                time.sleep(0.001)
        return 0

    return wrapper


@CASES.add(lambda n: ({i: i for i in range(n)},), given=True)
def retried(jit: Decorator, table: dict[int, int]) -> object:
    decorated = jit(_retrying)

    @decorated
    def get(key: int) -> int:
        return table[key]

    return sum(get(key) for key in table)


class Memo:
    def __init__(self) -> None:
        self.known: dict[int, int] = {}

    def get(self, key: int) -> int:
        if key not in self.known:
            self.known[key] = self.load(key)
        return self.known[key]

    def load(self, key: int) -> int:
        time.sleep(0.0005)
        return key + 1


@CASES.add(lambda n: (Memo(), [i % 20 for i in range(n)]), waits=True)
def memo_hits(memo: Memo, keys: list[int]) -> object:
    total = 0
    for key in keys:
        total += memo.get(key)
    return total


@CASES.add(lambda n: ([{"id": i, "body": "x" * 20, "refs": [i, i + 1]} for i in range(n)],), waits=True)
def seldom_asked(records: list[dict[str, Any]]) -> object:
    out = {}
    for record in records:
        score = len(record["body"]) + sum(record["refs"]) % 7
        if record["id"] % (len(records) // 8) == 3:
            score += remote(record)
        out[record["id"]] = score
    return sum(out.values())


def remote(record: dict[str, Any]) -> int:
    time.sleep(0.002)
    return len(record["refs"])


@CASES.add(lambda n: (list(range(n // 100)),), 10_000, waits=True)
def polled_devices(devices: list[int]) -> object:
    readings = []
    for device in devices:
        time.sleep(0.0002)
        readings.append((device * 31) % 17)
    return statistics.median(readings)


@CASES.add(lambda n: (n // 100,), waits=True)
def small_files(n: int) -> object:
    with tempfile.TemporaryDirectory() as folder:
        for i in range(min(n, 200)):
            with open(os.path.join(folder, f"{i}.txt"), "w") as out:
                out.write(f"{i}\n" * 10)
        total = 0
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as lines:
                total += sum(int(line) for line in lines)
    return total


@CASES.add(lambda n: (list(range(n)),))
def logged_steps(values: list[int]) -> object:
    done = 0
    for value in values:
        try:
            log.debug("value %d", value)
            if value % 10 == 9:
                raise KeyError(value)
            done += value
        except KeyError as error:
            log.debug("skipped %s", error)
        finally:
            done += 1
    return done


@CASES.add(lambda n: (n // 20,))
def game_of_life(n: int) -> object:
    alive = {(i % 40, i // 40) for i in range(n) if i % 3}
    for _ in range(2):
        near: collections.Counter[tuple[int, int]] = collections.Counter(
            (x + dx, y + dy) for x, y in alive for dx, dy in itertools.product((-1, 0, 1), repeat=2) if dx or dy
        )
        alive = {cell for cell, count in near.items() if count == 3 or (count == 2 and cell in alive)}
    return len(alive)


@CASES.add(lambda n: ({"a": [{"b": i, "c": {"d": [i] * 3}} for i in range(n // 10)]},))
def deep_changes(tree: dict[str, Any]) -> object:
    fresh = copy.deepcopy(tree)

    def visit(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: visit(below) for key, below in value.items()}
        if isinstance(value, list):
            return [visit(below) for below in value]
        return value + 1

    return visit(fresh) == tree


@CASES.add(lambda n: (n // 10,))
def harmonic(n: int) -> object:
    total = fractions.Fraction(0)
    for i in range(1, min(n, 300)):
        total += fractions.Fraction(1, i)
    return total.numerator % 1_000_007


@CASES.add(lambda n: ([f"user{i}@host{i % 50}.example" for i in range(n)],))
def written_out(addresses: list[str]) -> object:
    out = io.StringIO()
    template = string.Template("$name at $host")
    for address in addresses[:2000]:
        name, _, host = address.partition("@")
        out.write(template.substitute(name=name, host=host))
        print(file=out)
    return len(out.getvalue())
