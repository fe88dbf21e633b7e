"""Arithmetic: matrices, primes, simulations, dynamic programming."""

from __future__ import annotations

import decimal
import fractions
import functools
import math
import random
import statistics
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()


def matrix(n: int) -> tuple[Any, ...]:
    k = max(3, round(n ** (1 / 3)))
    return ([[float(i * j % 7) for j in range(k)] for i in range(k)],)


def dot(a: list[float], b: list[float]) -> float:
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += x * y
    return total


@CASES.add(matrix)
def matrices(rows: list[list[float]]) -> object:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [[dot(row, column) for column in columns] for row in rows]


def is_prime(n: int) -> bool:
    if n < 2:
        return False
    d = 2
    while d * d <= n:
        if n % d == 0:
            return False
        d += 1
    return True


@CASES.add(lambda n: (n,), 10_000)
def primes(n: int) -> object:
    return sum(is_prime(i) for i in range(n))


@CASES.add(lambda n: (n,), 1_000_000)
def sieve(n: int) -> object:
    marks = bytearray([1]) * (n + 1)
    for i in range(2, math.isqrt(n) + 1):
        if marks[i]:
            marks[i * i :: i] = bytes(len(range(i * i, n + 1, i)))
    return sum(marks) - 2


def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@CASES.add(lambda n: (round(math.log(n, 1.618)),), 10_000)
def recursion(n: int) -> object:
    return fibonacci(n - 1) + fibonacci(n - 2)


@functools.cache
def steps(n: int) -> int:
    return 0 if n == 1 else 1 + steps(n // 2 if n % 2 == 0 else 3 * n + 1)


@CASES.add(lambda n: (n,))
def memoised(n: int) -> object:
    return max(steps(i) for i in range(1, n))


@CASES.add(lambda n: (n, random.Random(1)))
def simulation(n: int, source: random.Random) -> object:
    source.seed(1)
    inside = 0
    for _ in range(n):
        x, y = source.random(), source.random()
        inside += x * x + y * y < 1
    return inside


@CASES.add(lambda n: ([i % 17 + 1 for i in range(min(n, 300))], n // 10))
def knapsack(weights: list[int], room: int) -> object:
    best = [0] * (room + 1)
    for weight in weights[:30]:
        for left in range(room, weight - 1, -1):
            best[left] = max(best[left], best[left - weight] + weight)
    return best[-1]


@CASES.add(lambda n: ([decimal.Decimal(i) / 7 for i in range(n)],))
def decimals(values: list[decimal.Decimal]) -> object:
    total = decimal.Decimal(0)
    for value in values:
        total += value.quantize(decimal.Decimal("0.01"))
    return total


@CASES.add(lambda n: (n // 10,), 10_000)
def rationals(n: int) -> object:
    total = fractions.Fraction(0)
    for i in range(1, n):
        total += fractions.Fraction(i % 7, 7)
    return total


@CASES.add(lambda n: ([float(i % 101) for i in range(n)],))
def moving_averages(values: list[float]) -> object:
    found = []
    for i in range(0, len(values) - 10, 10):
        found.append(math.fsum(values[i : i + 10]) / 10)
    return statistics.fmean(found) if found else 0.0


def escape(c: complex) -> int:
    z = 0j
    for i in range(30):
        z = z * z + c
        if abs(z) > 2:
            return i
    return 30


@CASES.add(lambda n: (round((n / 10) ** 0.5),))
def mandelbrot(side: int) -> object:
    return sum(escape(complex(x / side * 3 - 2, y / side * 2 - 1)) for x in range(side) for y in range(side))
