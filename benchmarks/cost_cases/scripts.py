"""What scripts do: flatten, validate, merge, aggregate, read logs, hash, unpack; and functions that decorate."""

from __future__ import annotations

import base64
import bisect
import csv
import functools
import hashlib
import io
import itertools
import operator
import random
import re
import sqlite3
import statistics
import struct
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()
Decorator = Callable[[Any], Any]


def documents(n: int) -> tuple[Any, ...]:
    return ([{"id": i, "user": {"name": f"u{i}", "tags": ["a", "b"]}, "ok": i % 2 == 0} for i in range(n // 5)],)


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from flat(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from flat(below, f"{path}[{number}]")
    else:
        yield path, value


@CASES.add(documents)
def flattened(rows: list[Any]) -> object:
    keys: set[str] = set()
    for row in rows:
        keys.update(key for key, _ in flat(row))
    return sorted(keys)


SCHEMA = {"id": int, "user": {"name": str, "tags": [str]}, "ok": bool}


def valid(value: Any, schema: Any) -> list[str]:
    if isinstance(schema, dict):
        return [e for key, below in schema.items() for e in valid(value.get(key), below)]
    if isinstance(schema, list):
        return [e for one in value for e in valid(one, schema[0])]
    return [] if isinstance(value, schema) else [f"{value!r} is no {schema.__name__}"]


@CASES.add(documents)
def validated(rows: list[Any]) -> object:
    errors = []
    for row in rows:
        errors.extend(valid(row, SCHEMA))
    return len(errors)


def merged(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    made = dict(a)
    for key, value in b.items():
        if isinstance(value, dict) and isinstance(made.get(key), dict):
            made[key] = merged(made[key], value)
        else:
            made[key] = value
    return made


@CASES.add(documents)
def merged_settings(rows: list[Any]) -> object:
    return functools.reduce(merged, rows, {})


@CASES.add(lambda n: ("name,team,points\n" + "".join(f"n{i},t{i % 9},{i % 31}\n" for i in range(n)),))
def points_by_team(text: str) -> object:
    points: dict[str, list[int]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        points[row["team"]].append(int(row["points"]))
    return {team: round(statistics.fmean(found), 2) for team, found in points.items()}


LINE = re.compile(r"(?P<when>\S+ \S+) (?P<level>[A-Z]+) (?P<text>.*)")


@CASES.add(lambda n: ([f"2024-01-{i % 28 + 1:02} 10:00:{i % 60:02} INFO text {i}" for i in range(n // 10)],))
def log_lines(lines: list[str]) -> object:
    levels: dict[str, int] = {}
    last = datetime.min
    for line in lines:
        if (match := LINE.match(line)) is None:
            continue
        when = datetime.strptime(match["when"], "%Y-%m-%d %H:%M:%S")
        levels[match["level"]] = levels.get(match["level"], 0) + 1
        last = max(last, when)
    return levels, last.isoformat()


@CASES.add(lambda n: (date(2020, 1, 1), n))
def business_days(start: date, n: int) -> object:
    day, found = start, 0
    for _ in range(n):
        day += timedelta(days=1)
        if day.weekday() < 5:
            found += 1
    return found


@CASES.add(lambda n: ([f"payload {i}".encode() for i in range(n)],))
def hashed(chunks: list[bytes]) -> object:
    whole = hashlib.sha256()
    for chunk in chunks:
        whole.update(hashlib.md5(chunk).digest())
        whole.update(base64.b64encode(chunk))
    return whole.hexdigest()


@CASES.add(lambda n: (b"".join(struct.pack("<HI", i % 65536, i) for i in range(n)),))
def records(data: bytes) -> object:
    total, at = 0, 0
    while at < len(data):
        kind, value = struct.unpack_from("<HI", data, at)
        if kind % 2:
            total += value
        at += 6
    return total


@CASES.add(lambda n: ([{"day": i % 30, "sum": i} for i in range(n)],))
def grouped_by(rows: list[dict[str, int]]) -> object:
    key = operator.itemgetter("day")
    return {day: sum(row["sum"] for row in found) for day, found in itertools.groupby(sorted(rows, key=key), key=key)}


@CASES.add(lambda n: ([f"/srv/data/{i % 7}/file{i}.tar.gz" for i in range(n // 10)],))
def paths(names: list[str]) -> object:
    found: dict[str, int] = {}
    for name in names:
        path = PurePosixPath(name)
        key = path.parent.name + "".join(path.suffixes)
        found[key] = found.get(key, 0) + len(path.stem)
    return found


@CASES.add(lambda n: ([(i * 7919 % n, i * 7919 % n + 3) for i in range(n)],))
def intervals(spans: list[tuple[int, int]]) -> object:
    made: list[list[int]] = []
    for begin, end in sorted(spans):
        if made and begin <= made[-1][1]:
            made[-1][1] = max(made[-1][1], end)
        else:
            made.append([begin, end])
    begins = [begin for begin, _ in made]
    return len(made), bisect.bisect(begins, 50)


@CASES.add(lambda n: (n,))
def monte_carlo(n: int) -> object:
    source, inside = random.Random(1), 0
    for _ in range(n):
        x, y = source.random(), source.random()
        inside += x * x + y * y <= 1
    return inside


@CASES.add(lambda n: (8,), 1_000)
def queens(size: int) -> object:
    def placed(row: int, columns: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if row == size:
            yield columns
            return
        for column in range(size):
            if all(column != c and abs(column - c) != row - r for r, c in enumerate(columns)):
                yield from placed(row + 1, (*columns, column))

    return len(list(placed(0, ())))


@CASES.add(lambda n: ({i: [(i * 3 + 1) % (n // 5), (i * 7 + 2) % (n // 5)] for i in range(n // 5)},), 1_000)
def components(graph: dict[int, list[int]]) -> object:
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    found = []

    def visit(node: int) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = []
            while True:
                component.append(stack.pop())
                if component[-1] == node:
                    break
            found.append(component)

    for node in graph:
        if node not in index:
            visit(node)
    return len(found)


@CASES.add(lambda n: (n, 18), given=True)
def recursive(jit: Decorator, n: int, depth: int) -> object:
    @jit
    def leaves(level: int) -> int:
        if level == 0:
            return 1
        total = 0
        for half in (level - 1, level - 2):
            total += leaves(max(half, 0))
        return total

    return leaves(min(depth, n.bit_length()))


@CASES.add(lambda n: (n,), 1_000_000, given=True)
def hot(jit: Decorator, n: int) -> object:
    clamp = jit(_clamped)
    total = 0
    for value in range(n):
        total += clamp(value)
    return total


def _clamped(value: int) -> int:
    low, high = min(value, 100), max(value, 10)
    return low + high


@CASES.add(lambda n: ([(i, i + 1, i + 2) for i in range(n)],), 1_000_000, given=True)
def hot_loops(jit: Decorator, rows: list[tuple[int, ...]]) -> object:
    norm = jit(_norm)
    return sum([norm(row) for row in rows])


def _squared(value: int) -> int:
    return value * value


def _norm(row: tuple[int, ...]) -> int:
    total = 0
    for value in row:
        total += _squared(value)
    return total


class Cart:
    def __init__(self, prices: list[int]) -> None:
        self.prices = prices

    def taxed(self, price: int) -> int:
        return price + price // 5

    def total(self) -> int:
        return sum(self.taxed(price) for price in self.prices)

    def cheapest(self) -> int:
        found = self.prices[0]
        for price in self.prices:
            found = min(found, self.taxed(price))
        return found


@CASES.add(lambda n: ([[i, i + 1, i + 2] for i in range(n)],), given=True)
def decorated_class(jit: Decorator, rows: list[list[int]]) -> object:
    made = jit(type("Cart", (Cart,), dict(vars(Cart))))
    return sum(cart.total() + cart.cheapest() for cart in map(made, rows))


@CASES.add(lambda n: (list(range(n)),), 1_000_000, given=True)
def decorated_generator(jit: Decorator, values: list[int]) -> object:
    windows = jit(_windows)
    return sum(a * b for a, b in windows(values))


def _windows(values: list[int]) -> Iterator[tuple[int, int]]:
    before = 0
    for value in values:
        yield before, _squared(value)
        before = value


@CASES.add(lambda n: (n,), given=True)
def made_by_factory(jit: Decorator, n: int) -> object:
    total = 0
    for k in range(n // 10):
        total += _scaler(jit, k)([1, 2, 3])
    return total


def _scaler(jit: Decorator, k: int) -> Callable[[list[int]], int]:
    @jit
    def scale(values: list[int]) -> int:
        return sum(_squared(value) * k for value in values)

    made: Callable[[list[int]], int] = scale
    return made


@functools.cache
def looked_up(key: int) -> int:
    time.sleep(0.001)
    return key * 2


@CASES.add(lambda n: ([i % 5 for i in range(n)],), waits=True)
def cached_by_library(keys: list[int]) -> object:
    return sum([looked_up(key) for key in keys])


class Rates:
    def __init__(self) -> None:
        self.known = {f"c{i}": i + 1 for i in range(50)}

    def rate(self, name: str) -> int:
        try:
            return self.known[name]
        except KeyError:
            time.sleep(0.002)
            self.known[name] = len(self.known)
        return self.known[name]


@CASES.add(lambda n: (Rates(), [(f"c{i % 50}", i) for i in range(n)]), waits=True)
def converted(rates: Rates, payments: list[tuple[str, int]]) -> object:
    total = 0
    for name, amount in payments:
        total += rates.rate(name) * amount
    return total


def polled(value: int) -> int:
    if value % 1000 == 999:
        time.sleep(0.0002)
    return value + 1


@CASES.add(lambda n: (list(range(n)),), waits=True)
def seldom_slow(values: list[int]) -> object:
    total = 0
    for value in values:
        total += polled(value)
    return total


@CASES.add(lambda n: ([(i, f"name {i}") for i in range(n)],), waits=True)
def database(rows: list[tuple[int, str]]) -> object:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (id integer, name text)")
    for row in rows:
        connection.execute("insert into t values (?, ?)", row)
    found = [name for (name,) in connection.execute("select name from t where id % 100 = 0")]
    connection.close()
    return len(found)


@CASES.add(lambda n: ([f"member {i}" for i in range(n // 100)],), waits=True)
def archive(names: list[str]) -> object:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name in names:
            made.writestr(name, name * 10)
    with zipfile.ZipFile(data) as made:
        return sum(len(made.read(info)) for info in made.infolist())
