"""Functions in functions, keys, closures, decorated methods, decorators, mocks."""

from __future__ import annotations

import contextlib
import functools
import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from benchmarks.cost_cases import Cases

CASES = Cases()
Decorator = Callable[[Any], Any]


def double(a: int) -> int:
    return a * 2


@CASES.add(lambda n: (n,), given=True)
def inner_functions(jit: Decorator, n: int) -> object:
    total = 0
    for k in range(n // 10):
        total += added(jit, k)
    return total


def added(jit: Decorator, k: int) -> int:
    @jit
    def g(xs: list[int]) -> int:
        found = 0
        for x in xs:
            found += double(x) + k
        return found

    found: int = g([1, 2, 3])
    return found


class Account:
    def __init__(self, jit: Decorator, entries: list[int]) -> None:
        self.entries = entries

    def balance(self) -> int:
        total = 0
        for entry in self.entries:
            total += self.rounded(entry) + self.rounded(1)
        return total

    def rounded(self, entry: int) -> int:
        return entry // 10 * 10


@CASES.add(lambda n: ([[i, i + 1] for i in range(n)],), given=True)
def decorated_methods(jit: Decorator, rows: list[list[int]]) -> object:
    made = type("Account", (Account,), {"balance": jit(Account.balance), "rounded": jit(Account.rounded)})
    return sum(made(jit, row).balance() for row in rows)


@CASES.add(lambda n: ([str(i * 7919 % n) for i in range(n)],))
def sorting_keys(values: list[str]) -> object:
    return sorted(values, key=lambda v: (len(v), v))[:3], max(values, key=double_of), min(values, key=len)


def double_of(text: str) -> int:
    return double(int(text))


@CASES.add(lambda n: (list(range(n)),))
def mapped(values: list[int]) -> object:
    return sum(map(double, filter(lambda x: x % 3, values))), functools.reduce(operator.xor, map(double, values))


@CASES.add(lambda n: (list(range(n)), double))
def callbacks(values: list[int], callback: Callable[[int], int]) -> object:
    return [callback(value) + callback(1) for value in values][-1]


@CASES.add(lambda n: (list(range(n)), [double, abs, lambda x: x + 1]))
def pipelines(values: list[int], stages: list[Callable[[int], int]]) -> object:
    found = 0
    for value in values:
        for stage in stages:
            value = stage(value)
        found += value
    return found


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **named: Any) -> Any:
        return function(*args, **named)

    return wrapper


@counted
def tripled(a: int) -> int:
    return a * 3


@CASES.add(lambda n: (list(range(n)),))
def wrapped_callees(values: list[int]) -> object:
    return sum(tripled(value) for value in values)


@contextlib.contextmanager
def noted(found: list[int], value: int) -> Iterator[None]:
    found.append(value)
    yield
    found.pop()


@CASES.add(lambda n: (list(range(n)),), 10_000)
def context_managers(values: list[int]) -> object:
    found: list[int] = []
    total = 0
    for value in values:
        with noted(found, value):
            total += len(found) + double(value)
    return total


def checked(value: int) -> int:
    if value % 10 == 0:
        raise ValueError(value)
    return value


@CASES.add(lambda n: (list(range(n)),))
def exceptions(values: list[int]) -> object:
    good = bad = 0
    for value in values:
        try:
            good += checked(value)
        except ValueError:
            bad += 1
    return good, bad


@CASES.add(lambda n: (list(range(n // 10)),), 10_000)
def mocks(values: list[int]) -> object:
    stand_in = mock.Mock(return_value=2)
    return sum(stand_in(value) for value in values), stand_in.call_count


@CASES.add(lambda n: (n,))
def closures(n: int) -> object:
    def adder(k: int) -> Callable[[int], int]:
        return lambda x: x + k

    adders = [adder(i) for i in range(n)]
    return sum(add(1) for add in adders)


@CASES.add(lambda n: (list(range(n)),))
def iterators(values: list[int]) -> object:
    chunks = [values[i : i + 10] for i in range(0, len(values), 10)]
    flat = itertools.chain.from_iterable(chunks)
    return sum(itertools.accumulate(itertools.islice(flat, 100))), len(list(itertools.product("ab", "cd")))


@CASES.add(lambda n: (list(range(20)), n), given=True)
def short_calls(jit: Decorator, values: list[int], n: int) -> object:
    f = jit(_short)
    return sum(f(values) for _ in range(n // 20))


def _short(values: list[int]) -> int:
    total = 0
    for value in values:
        total += double(value)
    return total


class Tree:
    def __init__(self, depth: int) -> None:
        self.children = [Tree(depth - 1) for _ in range(3)] if depth else []

    def size(self) -> int:
        return 1 + sum(child.size() for child in self.children)


@CASES.add(lambda n: (Tree(max(1, len(str(n)) * 2 - 1)),), 10_000)
def trees(tree: Tree) -> object:
    return [child.size() for child in tree.children]
