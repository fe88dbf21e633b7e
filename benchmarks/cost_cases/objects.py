"""Loops over objects of the program's own classes."""

from __future__ import annotations

import dataclasses
import enum
from collections import namedtuple
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y

    def norm(self) -> int:
        return self.x * self.x + self.y * self.y


class Tagged:
    def __init__(self, number: int) -> None:
        self.number = number
        self.tags = ["a", "b"]

    def cost(self) -> int:
        return self.number + len(self.tags)

    @property
    def doubled(self) -> int:
        return self.number * 2


class Child(Tagged):
    def cost(self) -> int:
        return super().cost() + 1


@dataclasses.dataclass
class Inner:
    value: int
    names: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Outer:
    inner: Inner
    others: list[Inner]

    def total(self) -> int:
        return self.inner.value + sum(i.value for i in self.others)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Vector:
    def __init__(self, *parts: float) -> None:
        self.parts = parts

    def __add__(self, other: Vector) -> Vector:
        return Vector(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vector) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __lt__(self, other: Vector) -> bool:
        return self.parts < other.parts


class Linked:
    def __init__(self, value: int, after: Linked | None) -> None:
        self.value, self.after = value, after


Row = namedtuple("Row", "name amount")


def tagged(n: int) -> tuple[Any, ...]:
    return ([Tagged(i) for i in range(n)],)


@CASES.add(lambda n: ([Slotted(i, i * 7919 % 1000) for i in range(n)],), 1_000_000)
def slots(points: list[Slotted]) -> object:
    best = []
    for point in points:
        norm = point.norm()
        if norm % 3 == 0:
            best.append((norm, point.x))
    best.sort()
    return best[:3], len(best)


@CASES.add(tagged)
def methods(items: list[Tagged]) -> object:
    total = 0
    for item in items:
        total += item.cost()
    return total


@CASES.add(lambda n: ({i: Tagged(i) for i in range(n)},))
def objects_in_a_dictionary(items: dict[int, Tagged]) -> object:
    total = 0
    for key, item in items.items():
        total += item.cost() + key
    return total


@CASES.add(lambda n: ([Tagged(i) if i % 2 else Child(i) for i in range(n)],))
def two_classes(items: list[Tagged]) -> object:
    return [item.cost() for item in items][-1]


@CASES.add(tagged)
def properties(items: list[Tagged]) -> object:
    return sum(item.doubled + item.cost() for item in items)


@CASES.add(lambda n: ([Outer(Inner(i), [Inner(i, ["a"]), Inner(1)]) for i in range(n)],))
def nested_dataclasses(items: list[Outer]) -> object:
    found: dict[int, int] = {}
    for item in items:
        found[item.total() % 10] = found.get(item.total() % 10, 0) + 1
    return found


@CASES.add(lambda n: ([Inner(i) for i in range(n)],), 10_000)
def replaced_dataclasses(items: list[Inner]) -> object:
    return len([dataclasses.replace(item, value=item.value + 1) for item in items])


@CASES.add(lambda n: ([Colour(1 + i % 2) for i in range(n)],))
def enumerations(items: list[Colour]) -> object:
    counts = dict.fromkeys(Colour, 0)
    for item in items:
        counts[item] += Colour(item.value).value
    return counts


@CASES.add(lambda n: ([Vector(i, i + 1) for i in range(n)],), 10_000)
def operators(items: list[Vector]) -> object:
    total = Vector(0, 0)
    for item in items:
        total = total + item
    return total.parts


@CASES.add(lambda n: ([Vector(i * 7 % 101, i) for i in range(n)],), 10_000)
def compared_objects(items: list[Vector]) -> object:
    return len({*items}), sorted(items)[0].parts


@CASES.add(lambda n: ([Row(str(i % 10), i) for i in range(n)],))
def named_tuples(rows: list[Row]) -> object:
    found: dict[str, int] = {}
    for row in rows:
        found[row.name] = found.setdefault(row.name, 0) + row._replace(amount=1).amount
    return found


def linked(n: int) -> tuple[Any, ...]:
    last = None
    for i in range(n):
        last = Linked(i, last)
    return (last,)


def value_of(node: Linked) -> int:
    return node.value


@CASES.add(linked, 10_000)
def linked_list(node: Linked | None) -> object:
    total = 0
    while node is not None:
        total += value_of(node) + abs(value_of(node))
        node = node.after
    return total


@CASES.add(lambda n: ([Tagged(i) for i in range(n)], 3))
def two_of_many(items: list[Tagged], index: int) -> object:
    total = 0
    for k in (index, index + 1):
        total += items[k].cost()
    return total


@CASES.add(lambda n: ([Tagged(i) for i in range(n)], {}))
def written_attributes(items: list[Tagged], seen: dict[int, int]) -> object:
    for item in items:
        item.tags = list(item.tags)
        seen[item.number] = item.cost()
    return len(seen)
