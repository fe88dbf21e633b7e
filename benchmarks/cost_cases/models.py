"""Programs in small: inventories, accounts, caches, schedulers, visitors, events, states, shapes, proxies."""

from __future__ import annotations

import abc
import copy
import dataclasses
import enum
import heapq
import logging
import threading
import weakref
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()
log = logging.getLogger(__name__)


@dataclass
class Article:
    name: str
    price: float
    amount: int
    tags: list[str] = field(default_factory=list)

    def total(self) -> float:
        return self.price * self.amount

    def discounted(self, by: float = 0.1) -> float:
        return self.total() * (1 - by) if "sale" in self.tags else self.total()


def articles(n: int) -> tuple[Any, ...]:
    return ([Article(f"article {i}", i % 97 + 0.5, i % 7, ["sale"] if i % 3 else []) for i in range(n)],)


@CASES.add(articles)
def inventory(found: list[Article]) -> object:
    by_tag: dict[str, float] = defaultdict(float)
    most, best = 0.0, None
    for article in found:
        value = article.discounted()
        for tag in article.tags:
            by_tag[tag] += value
        if value > most:
            most, best = value, article.name
    return dict(by_tag), best


@CASES.add(lambda n: (articles(n)[0],))
def ranked(found: list[Article]) -> object:
    ordered = sorted(found, key=lambda article: (-article.amount, article.name))
    return [(number, article.name) for number, article in enumerate(ordered[:20], 1)]


class Overdrawn(Exception):
    pass


class Bank:
    def __init__(self) -> None:
        self.balances: dict[str, int] = {}
        self.history: list[tuple[str, int]] = []

    def deposit(self, name: str, amount: int) -> None:
        self.balances[name] = self.balances.get(name, 0) + amount
        self.history.append((name, amount))

    def withdraw(self, name: str, amount: int) -> None:
        if self.balances.get(name, 0) < amount:
            raise Overdrawn(f"{name} has less than {amount}")
        self.deposit(name, -amount)


@CASES.add(lambda n: ([("take" if i % 3 else "give", f"name {i % 50}", i % 41) for i in range(n)],))
def transactions(lines: list[tuple[str, str, int]]) -> object:
    bank, refused = Bank(), 0
    for what, name, amount in lines:
        try:
            if what == "give":
                bank.deposit(name, 3 * amount)
            else:
                bank.withdraw(name, amount)
        except Overdrawn as error:
            refused += len(str(error)) > 0
    return refused, sum(bank.balances.values()), len(bank.history)


class Recent:
    def __init__(self, size: int) -> None:
        self.size, self.kept = size, OrderedDict[int, int]()

    def get(self, key: int) -> int | None:
        if key not in self.kept:
            return None
        self.kept.move_to_end(key)
        return self.kept[key]

    def put(self, key: int, value: int) -> None:
        self.kept[key] = value
        self.kept.move_to_end(key)
        if len(self.kept) > self.size:
            self.kept.popitem(last=False)


@CASES.add(lambda n: ([i * 7919 % 1009 for i in range(n)],))
def recently_used(keys: list[int]) -> object:
    cache, hits = Recent(500), 0
    for key in keys:
        if cache.get(key) is None:
            cache.put(key, key * key)
        else:
            hits += 1
    return hits


class Trie:
    __slots__ = ("below", "end")

    def __init__(self) -> None:
        self.below: dict[str, Trie] = {}
        self.end = False

    def insert(self, word: str) -> None:
        node = self
        for letter in word:
            node = node.below.setdefault(letter, Trie())
        node.end = True

    def words(self, prefix: str = "") -> Iterator[str]:
        if self.end:
            yield prefix
        for letter in sorted(self.below):
            yield from self.below[letter].words(prefix + letter)


@CASES.add(lambda n: ([format(i * 7919 % n, "x") for i in range(n)],))
def trie(words: list[str]) -> object:
    root = Trie()
    for word in words:
        root.insert(word)
    return sum(len(word) for word in root.words())


@dataclass(order=True)
class Job:
    due: int
    name: str = field(compare=False)
    after: list[str] = field(compare=False, default_factory=list)


@CASES.add(lambda n: ([Job(i * 7919 % 1000, f"job {i}") for i in range(n)],))
def scheduled(jobs: list[Job]) -> object:
    queue: list[Job] = []
    for job in jobs:
        heapq.heappush(queue, job)
    clock = late = 0
    while queue:
        job = heapq.heappop(queue)
        clock += 1
        if clock > job.due:
            late += 1
    return late


@dataclass
class Number:
    value: int


@dataclass
class Binary:
    operator: str
    left: Any
    right: Any


class Evaluator:
    def visit(self, node: Any) -> int:
        found: int = getattr(self, "visit_" + type(node).__name__.lower())(node)
        return found

    def visit_number(self, node: Number) -> int:
        return node.value

    def visit_binary(self, node: Binary) -> int:
        left, right = self.visit(node.left), self.visit(node.right)
        return left + right if node.operator == "+" else left * right % 1009


def expression(n: int) -> Any:
    return Number(n % 10) if n < 2 else Binary("+*"[n % 2], expression(n // 2), expression(n - n // 2))


@CASES.add(lambda n: ([expression(20) for _ in range(n // 20)],))
def visited(nodes: list[Any]) -> object:
    evaluator = Evaluator()
    return [evaluator.visit(node) for node in nodes][-3:]


class Events:
    def __init__(self) -> None:
        self.handlers: dict[str, list[Callable[..., None]]] = defaultdict(list)

    def on(self, name: str, handler: Callable[..., None]) -> None:
        self.handlers[name].append(handler)

    def emit(self, name: str, *args: Any) -> None:
        for handler in self.handlers[name]:
            handler(*args)


@CASES.add(lambda n: (n,))
def events(n: int) -> object:
    bus, seen = Events(), Counter[str]()

    def count(name: str, size: int) -> None:
        seen[name] += size

    bus.on("made", count)
    bus.on("made", lambda name, size: None)
    bus.on("gone", count)
    for i in range(n):
        bus.emit("made" if i % 4 else "gone", f"kind {i % 5}", i)
    return dict(seen)


class Light(enum.Enum):
    RED = "red"
    GREEN = "green"
    AMBER = "amber"


NEXT = {
    (Light.RED, "go"): Light.GREEN, (Light.GREEN, "slow"): Light.AMBER, (Light.AMBER, "stop"): Light.RED,
}  # fmt: skip


class Crossing:
    def __init__(self) -> None:
        self.light, self.changes = Light.RED, 0

    def handle(self, event: str) -> None:
        new = NEXT.get((self.light, event))
        if new is not None:
            self.light = new
            self.changes += 1


@CASES.add(lambda n: (["go", "slow", "stop", "go", "go"] * (n // 5),))
def machine_of_states(found: list[str]) -> object:
    crossing = Crossing()
    for event in found:
        crossing.handle(event)
    return crossing.light.value, crossing.changes


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...

    @property
    def doubled(self) -> float:
        return 2 * self.area()


class Square(Shape):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2


class Circle(Shape):
    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return 3.14159 * self.radius**2


@CASES.add(lambda n: ([(Square if i % 2 else Circle)(i % 13) for i in range(n)],))
def shapes(found: list[Shape]) -> object:
    total = 0.0
    biggest = max(found, key=lambda shape: shape.area())
    for shape in found:
        total += shape.doubled
    return total, type(biggest).__name__


class Proxy:
    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


@CASES.add(lambda n: ([Proxy(Square(i)) for i in range(n)],))
def proxies(found: list[Any]) -> object:
    return sum(proxy.area() + proxy.side for proxy in found)


class Meter:
    def __init__(self) -> None:
        self.lock, self.count = threading.Lock(), 0

    def add(self, amount: int) -> None:
        with self.lock:
            self.count += amount


@CASES.add(lambda n: (list(range(n)),), waits=True)
def locked(values: list[int]) -> object:
    meter = Meter()
    for value in values:
        meter.add(value)
    return meter.count


@CASES.add(lambda n: (list(range(n)),))
def logged(values: list[int]) -> object:
    total = 0
    for value in values:
        log.debug("value %d", value)
        if value < 0:
            log.warning("negative: %d", value)
        total += value
    return total


@CASES.add(lambda n: (list(range(n)),))
def observed(values: list[int]) -> object:
    alive = weakref.WeakValueDictionary[int, Square]()
    kept = []
    for value in values:
        square = Square(value)
        alive[value] = square
        if value % 10 == 0:
            kept.append(square)
    return len(alive), len(kept)


Point = namedtuple("Point", "x y")


@CASES.add(lambda n: ([(i % 100, i // 100) for i in range(n)],))
def neighbours(cells: list[tuple[int, int]]) -> object:
    alive = {Point(*cell) for cell in cells if sum(cell) % 3}
    counts = Counter(Point(x + dx, y + dy) for x, y in alive for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return len({cell for cell, count in counts.items() if count == 3 or (count == 2 and cell in alive)})


@CASES.add(lambda n: ([{"id": i, "of": {"a": [i], "b": str(i)}} for i in range(n // 10)],))
def deep_copies(rows: list[dict[str, Any]]) -> object:
    made = []
    for row in rows:
        one = copy.deepcopy(row)
        one["of"]["a"].append(len(made))
        made.append(one)
    return len(made), rows[0]


@CASES.add(lambda n: (articles(n // 10)[0],))
def as_dictionaries(found: list[Article]) -> object:
    made = [dataclasses.asdict(article) for article in found]
    return len(made), made[-1]


@CASES.add(lambda n: (list(range(n // 10)),))
def suppressed(values: list[int]) -> object:
    table: dict[int, int] = {}
    for value in values:
        with ExitStack() as stack:
            stack.enter_context(suppress(KeyError))
            table[value] = table[value - 2] + 1
        table.setdefault(value, 0)
    return sum(table.values())


class Queue:
    def __init__(self, items: list[int]) -> None:
        self.items = deque(items)

    def __iter__(self) -> Iterator[int]:
        while self.items:
            yield self.items.popleft()


@CASES.add(lambda n: (list(range(n)),))
def drained(values: list[int]) -> object:
    queue, total = Queue(values), 0
    for value in queue:
        if value % 5 == 0 and value > 0:
            queue.items.append(value // 5)
        total += value
    return total
