"""What runs while steps fail: regions driven by hand as emitted code does it, and decorated functions."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import xcs
from xcs import jit
from xcs.runtime import Counters, Region, SiteInfo, from_signal
from xcs.runtime.limits import limit_of
from xcs.runtime.opened import ALONE

SERVICE = "faults"
LOGGER = "tests_faults"
logger = logging.getLogger(LOGGER)
logger.propagate = False
logger.setLevel(logging.INFO)


@dataclass(slots=True)
class Record:
    """What can be seen of a program: its calls, in any order, and what it did, in order."""

    made: list[object] = field(default_factory=list)
    out: list[object] = field(default_factory=list)


record = Record()


class Seen(logging.Handler):
    def emit(self, written: logging.LogRecord) -> None:
        record.out.append(written.getMessage())


logger.addHandler(Seen())


@dataclass(frozen=True, slots=True)
class Program:
    """`plain` is what it must be taken for; `early` runs it through the runtime."""

    name: str
    plain: Callable[[], object]
    early: Callable[[], object]
    more: bool = False  # calls may be made that the program does not make: it leaves, or its slice is wrong


def by_hand(name: str, body: Callable[[Any], object], enter: Callable[[], Region], more: bool = False) -> Program:
    def early() -> object:
        try:
            made: Any = enter()
        except BaseException as error:  # as the entry of emitted code
            if from_signal(error) or not isinstance(error, Exception):
                raise
            return body(ALONE)
        try:
            return body(made)
        finally:
            made.close()

    return Program(name, functools.partial(body, ALONE), early, more)


def region(ahead: Any, sites: dict[int, SiteInfo], loggers: tuple[str, ...] = ()) -> Region:
    return Region(ahead, anchors=frozenset({0}), sites=sites, counters=Counters(), loggers=loggers)


class Failed(Exception):
    pass


# -- by hand


def asked(x: int, options: list[int]) -> list[int]:
    record.made.append(x)
    logger.info("asked %d", x)
    logging.getLogger(f"{LOGGER}.made.{x}").warning("child %d", x)
    if x == 3:
        raise Failed(x)
    return [x, *options]


def _asking() -> Region:
    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(5):
            r.step(0)
            yield
            r.start(0, asked, x, options=[x, x])
            yield

    site = SiteInfo(service=SERVICE, limit=2, loggers=(LOGGER,), loops=(0,))
    return region(ahead, {0: site}, (LOGGER,))


def _asks(r: Any) -> object:
    found = []
    for x in r.items(0, range(5)):
        record.out.append(("before", x))
        try:
            found.append(r.take(0, asked, x, options=[x, x])())
        except Failed as error:
            record.out.append(("failed", str(error)))
    return found


def first(x: int) -> int:
    record.made.append(("first", x))
    return x + 100


def second(x: int) -> int:
    record.made.append(("second", x))
    return x * 2


def _chaining() -> Region:
    def strand(s: Any) -> Generator[Any, Any, None]:
        a = yield s.result(0)
        yield s.start(1, second, a)

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(3):
            r.step(0)
            yield
            r.strand(strand)
            r.start(0, first, x)
            yield

    return region(ahead, {0: SiteInfo(loops=(0,), feeds=True), 1: SiteInfo(loops=(0,), service=SERVICE)})


def _chains(r: Any) -> object:
    found = []
    for x in r.items(0, range(3)):
        a = r.take(0, first, x)()
        found.append(r.take(1, second, a)())
        record.out.append(a)
    return found


class Refusal(Exception):
    status_code = 429


Refusal.__module__ = "openai"


def limited(x: int) -> int:
    """Turned away while others of the service run."""
    if threading.current_thread().name == "xcs" and x == 1:
        raise Refusal
    record.made.append(x)
    return x


def _refusing() -> Region:
    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(3):
            r.step(0)
            yield
            r.start(0, limited, x)
            yield

    return region(ahead, {0: SiteInfo(loops=(0,), service=SERVICE)})


def _refused(r: Any) -> object:
    return [r.take(0, limited, x)() for x in r.items(0, range(3))]


def _leaving() -> Region:
    return _asking()


def _leaves(r: Any) -> object:
    for x in r.items(0, range(5)):
        if x == 1:
            raise Failed("left")
        r.take(0, asked, x, options=[x, x])()
    return None


def _mispredicting() -> Region:
    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(3):
            r.step(0)
            yield
            r.start(0, functools.partial(first, x + 1000 * (x == 2)))
            yield

    return region(ahead, {0: SiteInfo(loops=(0,), service=SERVICE)})


def _mispredicts(r: Any) -> object:
    return [r.take(0, functools.partial(first, x))() for x in r.items(0, range(3))]


def _inner(x: int) -> object:
    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for y in range(2):
            r.step(0)
            yield
            r.start(0, second, 10 * x + y)
            yield

    made = region(ahead, {0: SiteInfo(loops=(0,), service=SERVICE)})
    try:
        return [made.take(0, second, 10 * x + y)() for y in made.items(0, range(2))]
    finally:
        made.close()


def _plain_inner(x: int) -> object:
    return [second(10 * x + y) for y in range(2)]


def _nesting() -> Region:
    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(2):
            r.step(0)
            yield
            r.start(0, _inner, x)
            yield

    return region(ahead, {0: SiteInfo(loops=(0,))})


def _nests(r: Any) -> object:
    inner = _plain_inner if r is ALONE else _inner
    return [r.take(0, inner, x)() for x in r.items(0, range(2))]


# -- decorated


@xcs.unordered
def leaf(x: int) -> int:
    record.made.append(x)
    return x * 3


def retried(x: int) -> int:
    for attempt in range(2):
        try:
            return leaf(x + attempt)
        except ValueError:
            record.out.append(("again", x))
    return 0


@jit
def loops(items: list[int]) -> list[int]:
    found = []
    for x in items:
        a = leaf(x)
        b = retried(x + 100)
        record.out.append((a, b))
        found.append(leaf(*[a + 1000]))
    return found


@jit
def calls_back(items: list[int]) -> list[object]:
    found: list[object] = sorted(items, key=leaf)
    found += map(leaf, [x + 10 for x in items])
    found += [x for x in items if leaf(x + 50) > 151]
    return found


@xcs.unordered
def page(account: int, number: int) -> dict[str, Any]:
    record.made.append((account, number))
    return {"number": number, "next": number + 1 if number < account else None}


def pages(account: int) -> Generator[dict[str, Any], None, None]:
    number: int | None = 0
    while number is not None:
        found = page(account, number)
        record.out.append(("page", account, number))
        yield found
        number = found["next"]


@jit
def fed(accounts: list[int]) -> list[object]:
    """A generator of the program's asks and yields."""
    found: list[object] = []
    for account in accounts:
        for each in pages(account):
            found.append(leaf(each["number"] + 10 * account))
    return found


@jit
def rounds(items: list[int]) -> list[object]:
    """Iterations that run ahead through their rounds, with positions and keys."""
    answers: dict[int, int] = {}
    found: list[object] = []
    for x in items:
        history = [x]
        while True:
            answer = leaf(history[-1] + len(history))
            history.append(answer)
            if answer > 40:
                break
        answers[x] = leaf(len(history))
        found.append((history, answers.get(x)))
    return found


def _decorated(name: str, function: Any, *args: object) -> Program:
    return Program(name, functools.partial(function.sequential, *args), functools.partial(function, *args))


DECORATED: tuple[Any, ...] = (loops, calls_back, fed, rounds)
PROGRAMS = (
    by_hand("asks", _asks, _asking),
    by_hand("chains", _chains, _chaining),
    by_hand("is refused", _refused, _refusing),
    by_hand("leaves", _leaves, _leaving, more=True),
    by_hand("mispredicts", _mispredicts, _mispredicting, more=True),
    by_hand("nests", _nests, _nesting),
    _decorated("loops", loops, [3, 1, 2]),
    _decorated("calls back", calls_back, [3, 1, 2]),
    _decorated("is fed", fed, [2, 0, 1]),
    _decorated("rounds", rounds, [3, 1, 2]),
)


# -- afterwards


def together(count: int) -> bool:
    """Whether calls of another region run early, at the same time, in as many threads."""
    everybody = threading.Barrier(count)
    met: list[int] = []

    def meet(x: int) -> int:
        try:
            everybody.wait(5)
            met.append(x)
        except threading.BrokenBarrierError:
            pass
        return x

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(count):
            r.step(0)
            yield
            r.start(0, meet, x)
            yield

    r = region(ahead, {0: SiteInfo(loops=(0,), service=SERVICE, limit=2)})
    try:
        for x in r.items(0, range(count)):
            r.take(0, meet, x)()
    finally:
        r.close()
    return len(met) == count


def limits() -> list[Any]:
    return [limit_of(SERVICE, None), limit_of(SERVICE, 2)]
