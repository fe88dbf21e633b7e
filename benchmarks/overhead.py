"""What the runtime itself costs: takes, items, region entries, tasks handed to workers. Microseconds, the best run."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

import xcs
from xcs import jit
from xcs.entry import verdicts as decisions
from xcs.plan.opening import Open
from xcs.runtime import Counters, Region, SiteInfo, set_pool
from xcs.runtime.workers import Workers

COUNT = 2000  # takes of one measurement; below the read-ahead window, so that all calls are started at entry


class AtOnce:
    """A pool that runs a task while it is put: every call is over when it is taken."""

    def put(self, task: Any) -> None:
        task.run()


class Never:
    """A pool that runs nothing: every call is withdrawn and made in place."""

    def put(self, task: Any) -> None:
        pass


@xcs.unordered
def trivial(x: int) -> int:
    return x


def ahead(r: Any) -> Generator[None, None, None]:
    r.enter(0)
    for x in range(COUNT):
        r.step(0)
        yield
        r.start(0, trivial, x)
        yield


def nothing_ahead(r: Any) -> Generator[None, None, None]:
    yield from ()


def region(slice_: Callable[[Any], Generator[None, None, None]], sites: tuple[int, ...]) -> Region:
    infos = {site: SiteInfo(loops=(0,)) for site in sites}
    return Region(slice_, anchors=frozenset({0}), sites=infos, counters=Counters())


def best(once: Callable[[], float], times: int) -> float:
    return min(once() for _ in range(times))


def bare() -> float:
    """The same loop of plain calls."""
    begun = time.perf_counter()
    for x in range(COUNT):
        trivial(x)
    return time.perf_counter() - begun


def takes(pool: Any, slice_: Callable[[Any], Generator[None, None, None]], sites: tuple[int, ...]) -> float:
    """Seconds for COUNT takes with their items, entry and close left out."""
    former = set_pool(pool)
    try:
        r = region(slice_, sites)
        begun = time.perf_counter()
        for x in r.items(0, range(COUNT)):
            r.take(0, trivial, x)()
        seconds = time.perf_counter() - begun
        r.close()
        return seconds
    finally:
        set_pool(former)


def items() -> float:
    r = region(nothing_ahead, ())
    begun = time.perf_counter()
    for _ in r.items(0, range(COUNT)):
        pass
    return time.perf_counter() - begun


def starts(pool: Any) -> float:
    """Seconds for starting COUNT calls with the slice that leads to them."""
    former = set_pool(pool)
    try:
        begun = time.perf_counter()
        r = region(ahead, (0,))
        seconds = time.perf_counter() - begun
        r.close()
        return seconds
    finally:
        set_pool(former)


def bare_entry() -> float:
    begun = time.perf_counter()
    for _ in range(COUNT):
        region(nothing_ahead, (0,)).close()
    return time.perf_counter() - begun


class Handed:
    """A task that counts itself; the last one opens `over`."""

    def __init__(self, count: int) -> None:
        self.left = iter(range(count - 1))
        self.over = threading.Event()

    def run(self) -> None:
        if next(self.left, None) is None:
            self.over.set()


def handed() -> float:
    pool = Workers()
    count = 20_000
    task = Handed(count)
    begun = time.perf_counter()
    for _ in range(count):
        if not pool.put(task):  # so many wait that it is turned away
            task.run()
    task.over.wait()
    return (time.perf_counter() - begun) / count * COUNT


class Service:
    factor = 2

    def __init__(self) -> None:
        self.name = "service"

    def ask(self, x: int) -> str:
        time.sleep(0.001)
        return f"{self.name} {x * self.factor}"


service = Service()


@jit
def decorated(values: list[int]) -> list[str]:
    return [service.ask(x) for x in values]


def guarded_entry(function: Any) -> float:
    """Seconds for COUNT calls on an empty list: the entry with its guards, less the plain call."""
    times = []
    for each in (function.sequential, function):
        begun = time.perf_counter()
        for _ in range(COUNT):
            each([])
        times.append(time.perf_counter() - begun)
    return times[1] - times[0]


def guards_of(function: Any) -> int:
    entry = next(c for c in function.__code__.co_consts if type(c).__name__ == "Entry")
    return sum(d.checks.count for known in entry.state().verdicts.values() for d in known.kept[:1])


def one(x: int) -> int:
    return trivial(x)


def eight(x: int) -> int:
    trivial(x)
    trivial(x)
    trivial(x)
    trivial(x)
    trivial(x)
    trivial(x)
    trivial(x)
    return trivial(x)


def longer(function: Any, sites: int, times: int) -> float:
    """Seconds that COUNT calls of a callee take longer in place, as a variant of which nothing was started."""
    variant = decisions.opened(Open(function, 1, 1, 1 + sites), {})
    assert variant is not None
    r = Region(nothing_ahead, anchors=frozenset({0}), sites={}, counters=Counters(), opens={0: (variant,)})

    def plain() -> float:
        begun = time.perf_counter()
        for x in range(COUNT):
            function(x)
        return time.perf_counter() - begun

    def made() -> float:
        begun = time.perf_counter()
        for x in range(COUNT):
            r.take(0, function, x)()
        return time.perf_counter() - begun

    seconds = best(made, times) - best(plain, times)
    r.close()
    return seconds


def in_place(times: int) -> tuple[float, float]:
    """Seconds for COUNT: a site of an open callee of which nothing was started; the variant's call itself."""
    few, many = longer(one, 1, times), longer(eight, 8, times)
    site = (many - few) / 7
    return site, few - site


def whole(count: int) -> float:
    """Seconds per COUNT calls of a trivial callee in a decorated loop, with real workers."""
    begun = time.perf_counter()
    last(range(count))
    return (time.perf_counter() - begun) / count * COUNT


@jit
def last(values: range) -> int:
    found = 0
    for x in values:
        found = trivial(x)
    return found


def rows(times: int) -> list[tuple[str, float]]:
    decorated([1, 2, 3])
    last(range(10))
    plain = best(bare, times)
    absent = best(lambda: takes(Never(), nothing_ahead, ()), times)
    site, variant = in_place(times)
    return [
        ("take of an early result, with its item", best(lambda: takes(AtOnce(), ahead, (0,)), times) - plain),
        ("take of a call that is withdrawn, with its item", best(lambda: takes(Never(), ahead, (0,)), times) - plain),
        ("take of a call that was not started, with its item", absent - plain),
        ("a site of an open callee, not started", site),
        ("the call of an open callee's variant", variant),
        ("item of a counted loop", best(items, times)),
        ("start of a call (slice, snapshot, task)", best(lambda: starts(Never()), times)),
        ("start of a call and its run", best(lambda: starts(AtOnce()), times)),
        ("task handed to a worker", best(handed, times)),
        ("trivial call in a decorated loop, everything", best(lambda: whole(20_000), times)),
        ("entry of a region without guards", best(bare_entry, times)),
        (f"entry of a region with {guards_of(decorated)} guards", best(lambda: guarded_entry(decorated), times)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=7, help="repetitions, the best counts (default %(default)s)")
    given = parser.parse_args()
    table = Table("what", "microseconds", box=box.SIMPLE)
    table.columns[1].justify = "right"
    for what, seconds in rows(given.times):
        table.add_row(what, f"{seconds / COUNT * 1e6:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
