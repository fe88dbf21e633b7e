"""Regions driven by hand: a slice over items, and the statements that take what it started."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from xcs.runtime import Counters, Region, SiteInfo, set_pool


class Unhurried(Counters):
    """A busy machine makes no difference: slices may compute as long as they like."""

    def __init__(self) -> None:
        super().__init__(credit=math.inf)

    def earn(self, seconds: float) -> None:
        pass


Slice = Callable[[Any], Generator[None, None, None]]


class Held:
    """A pool that keeps its tasks until it is told to run them."""

    def __init__(self) -> None:
        self.tasks: list[Any] = []

    def put(self, task: Any) -> None:
        self.tasks.append(task)

    def run(self, *indices: int) -> None:
        for index in indices or range(len(self.tasks)):
            self.tasks[index].run()


class AtOnce:
    """A pool that runs a task while it is put."""

    def put(self, task: Any) -> None:
        task.run()


@contextlib.contextmanager
def using(pool: Any) -> Iterator[Any]:
    former = set_pool(pool)
    try:
        yield pool
    finally:
        set_pool(former)


def each(callee: Callable[..., Any], items: Iterable[Any], site: int = 0) -> Slice:
    """`for x in items: callee(x)`"""

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in items:
            r.step(0)
            yield
            r.start(site, callee, x)
            yield

    return ahead


def region(ahead: Slice, loggers: tuple[str, ...] = (), printing: tuple[str, ...] = (), **info: Any) -> Region:
    """A region with one site, 0, in one loop, 0."""
    info.setdefault("loops", (0,))
    infos = {0: SiteInfo(loggers=loggers, **info)}
    return Region(ahead, anchors=frozenset({0}), sites=infos, counters=Unhurried(), loggers=loggers, printing=printing)


def loop(callee: Callable[..., Any], items: list[Any], made: Region | None = None) -> list[Any]:
    """`[callee(x) for x in items]` as emitted code runs it."""
    r = region(each(callee, items)) if made is None else made
    results = []
    try:
        for x in r.items(0, items):
            results.append(r.take(0, callee, x)())
    finally:
        r.close()
    return results
