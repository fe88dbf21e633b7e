"""Few slow calls among much data, and short waits."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()


class Doc:
    def __init__(self, number: int) -> None:
        self.number = number
        self.tags = {"a": [number]}

    def fetch(self) -> int:
        time.sleep(0.002)
        return self.number


def docs(n: int) -> tuple[Any, ...]:
    return ([Doc(i) for i in range(n)],)


def slow(doc: Doc) -> int:
    time.sleep(0.002)
    return doc.number + len(doc.tags)


def short(x: int) -> int:
    time.sleep(0.0001)
    return x


def millisecond(x: int) -> int:
    time.sleep(0.001)
    return x


@CASES.add(docs, waits=True)
def five_of_many(items: list[Doc]) -> object:
    out = []
    for item in items[:5]:
        out.append(item.fetch())
    return out


@CASES.add(docs, waits=True)
def few_slow_of_many(items: list[Doc]) -> object:
    out = []
    for item in items:
        if item.number % (len(items) // 5) == 0:
            out.append(slow(item))
    return out


@CASES.add(lambda n: ([Doc(i) for i in range(n)], {i: Doc(i) for i in range(n)}), waits=True)
def into_a_big_dictionary(items: list[Doc], found: dict[int, Any]) -> object:
    for item in items[:3]:
        found[item.number] = slow(item)
    return len(found)


def row_score(row: list[int]) -> int:
    time.sleep(0.001)
    return len(row)


@CASES.add(lambda n: ([list(range(n // 10)) for _ in range(10)],), waits=True)
def long_arguments(rows: list[list[int]]) -> object:
    return [row_score(row) for row in rows]


def cached(table: dict[int, int], key: int) -> int:
    if key in table:
        return table[key]
    time.sleep(0.01)
    return -key


@CASES.add(lambda n: ({i: i for i in range(n)}, list(range(n))), waits=True)
def hits_only(table: dict[int, int], keys: list[int]) -> object:
    return sum([cached(table, key) for key in keys])


@CASES.add(lambda n: (list(range(n // 100)),), 10_000, waits=True)
def tenth_of_a_millisecond(values: list[int]) -> object:
    return [short(value) for value in values]


@CASES.add(lambda n: (list(range(n // 100)),), 10_000, waits=True)
def one_millisecond(values: list[int]) -> object:
    total = 0
    for value in values:
        total += millisecond(value)
    return total


@CASES.add(lambda n: (list(range(n)),), waits=True)
def one_wait_then_work(values: list[int]) -> object:
    first = millisecond(1) + millisecond(2)
    return first + sum(value * 2 for value in values)
