"""One run with one fault: what the program sees, and whether everything is back afterwards."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any
from unittest import mock

from xcs import modes
from xcs.runtime import entered, logs, set_pool, workers
from xcs.runtime.nesting import here
from xcs.runtime.stats import Counters
from xcs.runtime.workers import Workers

from . import programs
from .points import Point, Steps, followed
from .programs import LOGGER, Program, Record

SECONDS = 8  # after which a run hangs


class Own(Exception):
    """An exception of the program's."""


class Stop(Exception):
    """What a signal handler of the program's raises."""


class Hang(BaseException):
    pass


def stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def _raising(kind: type[BaseException]) -> Callable[[], None]:
    def happen() -> None:
        if kind is Stop:
            stop(signal.SIGUSR1, None)
        raise kind("injected")

    return happen


def kinds_of(point: Point) -> tuple[type[BaseException], ...]:
    """What may come up at a step: what a call can raise, or what a signal handler or another thread sends."""
    if point.way == "before":
        return (MemoryError, RecursionError, Own, KeyboardInterrupt)
    return (KeyboardInterrupt,) if point.worker else (KeyboardInterrupt, Stop)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a run: a value, or an exception's class and arguments."""

    value: object
    error: tuple[object, ...] | None
    record: Record


@dataclass(frozen=True, slots=True)
class Fault:
    program: Program
    point: Point
    nth: int
    kind: type[BaseException]

    def __str__(self) -> str:
        return f"{self.program.name}: {self.kind.__name__} {self.point}, time {self.nth}"


def _seen(run: Callable[[], object]) -> Seen:
    programs.record.made, programs.record.out = [], []
    value, error = None, None
    try:
        value = run()
    except (Exception, KeyboardInterrupt) as raised:
        error = type(raised), raised.args
    return Seen(value, error, Record(list(programs.record.made), list(programs.record.out)))


def _hung(number: int, frame: FrameType | None) -> None:
    sys.settrace(None)
    raise Hang("".join(traceback.format_stack(frame, 12)))


@contextmanager
def _alarm() -> Iterator[None]:
    former = signal.signal(signal.SIGALRM, _hung), signal.signal(signal.SIGUSR1, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former[0])
        signal.signal(signal.SIGUSR1, former[1])


@contextmanager
def kept() -> Iterator[None]:
    """What is known of the decorated functions stays as it is now; they run early although they are traced."""
    saved = []
    for function in programs.DECORATED:
        entry = next(c for c in function.__code__.co_consts if type(c).__name__ == "Entry")
        state = entry.state()
        values = {name: getattr(state, name) for name in state.__slots__ if name != "__weakref__"}
        copies = {n: v.copy() if isinstance(v, dict) else v for n, v in values.items()}
        saved.append((function, function.__code__, state, copies, [*state.on]))
        state.counters, state.accounts, state.rests = Counters(), {}, {}  # it never rests
    with mock.patch.object(modes, "watched", lambda: False):
        try:
            yield
        finally:
            for function, code, state, copies, on in saved:
                function.__code__, state.on[:] = code, on
                for name, value in copies.items():
                    setattr(state, name, value)


def steps_of(program: Program) -> dict[Point, int]:
    """The steps that a program takes, and how often."""
    found, _ = _traced(program, Steps())
    return dict(found.counts)


def _traced(program: Program, steps: Steps) -> tuple[Steps, tuple[Seen, list[str]]]:
    pool = Workers()
    former = set_pool(pool)
    try:
        with kept(), _alarm():
            with followed(steps):
                seen = _seen(program.early)
            return steps, (seen, _left(pool, steps))
    finally:
        steps.over = True
        set_pool(former)
        pool.retire()


def wrong(fault: Fault, plain: Seen) -> list[str] | None:
    """What is wrong after a fault; None: it did not come to that step."""
    steps = Steps(fault.point, fault.nth, _raising(fault.kind))
    noise: list[str] = []
    with mock.patch.object(threading, "excepthook", lambda args: noise.append(f"a thread died of {args.exc_type}")):
        try:
            _, (seen, left) = _traced(fault.program, steps)
        except Hang as hang:
            return [f"hangs:\n{hang}"]
    if not steps.happened:
        return None
    return [*_differences(fault, plain, seen), *left, *noise]


def _differences(fault: Fault, plain: Seen, seen: Seen) -> list[str]:
    injected = seen.error is not None and seen.error[0] is fault.kind and seen.error != plain.error
    found = []
    more = Counter(map(repr, seen.record.made)) - Counter(map(repr, plain.record.made))
    if more and not fault.program.more:
        found.append(f"calls that plain Python does not make: {dict(more)}")
    if injected:
        if seen.record.out != plain.record.out[: len(seen.record.out)]:
            found.append(f"did {seen.record.out} instead of {plain.record.out}")
        return found
    if (seen.value, seen.error) != (plain.value, plain.error):
        found.append(f"{seen.value!r} {seen.error} instead of {plain.value!r} {plain.error}")
    if seen.record.out != plain.record.out:
        found.append(f"did {seen.record.out} instead of {plain.record.out}")
    if sorted(map(repr, seen.record.made)) != sorted(map(repr, plain.record.made)) and not fault.program.more:
        found.append(f"made {seen.record.made} instead of {plain.record.made}")
    if not fault.point.worker and fault.kind in (KeyboardInterrupt, Stop):
        found.append("the interruption is lost")
    return found


def _left(pool: Workers, steps: Steps) -> list[str]:
    """What is not back after a run."""
    gc.collect()
    until(lambda: pool.free == pool.threads == _alive(pool) and not any(limit.running for limit in programs.limits()))
    steps.over = True
    alive = _alive(pool)
    found = {
        "slots": [limit.running for limit in programs.limits() if limit.running],
        "hushes": [limit.quiet for limit in programs.limits() if limit.quiet],
        "waiting": [limit.waiting for limit in programs.limits() if limit.waiting],
        "regions": list(entered.live),
        "holds": [*logs._held, *logs._active, *logs._hooked],
        "filters": [n for n, f in _filters() if f],
        "thread state": [here.depth] if here.depth or here.records is not None else [],
        "threads": [(pool.threads, alive)] if pool.threads != alive else [],
        "idle": [(pool.free, pool.threads)] if pool.free != pool.threads else [],
    }
    left = [f"not given back: {name} {what}" for name, what in found.items() if what]
    for limit in programs.limits():
        limit.slots = limit.stated or 64
    if not programs.together(2):
        left.append("the next region does not run early")
    return left


def _alive(pool: Workers) -> int:
    """The threads of a pool that there are."""
    threads: list[threading.Thread] = list(vars(threading)["_dangling"])  # those that are set apart, too
    targets = [getattr(thread, "_target", None) for thread in threads if thread.is_alive()]
    return sum(getattr(target, "__self__", None) is pool for target in targets)


def _filters() -> list[tuple[str, list[Any]]]:
    named = [n for n in logging.Logger.manager.loggerDict if n.startswith(LOGGER)]
    return [(n, logging.getLogger(n).filters) for n in named]


def until(true: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(2000):
        if true():
            return
        waiting.wait(0.001)


def plain_of(program: Program) -> Seen:
    return _seen(program.plain)


def ready() -> None:
    """Decides the decorated functions, and lets the collector forget what is there already."""
    workers.default.retire()
    for program in programs.PROGRAMS:
        for _ in range(3):
            plain, early = plain_of(program), _seen(program.early)
            assert (plain.value, plain.error) == (early.value, early.error), (program.name, plain, early)
    gc.collect()
    gc.freeze()
