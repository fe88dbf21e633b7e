"""The child of a fork has none of the threads, and goes on all the same: regions under way, limits, log filters."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

import pytest

from xcs.runtime import workers
from xcs.runtime.limits import limit_of

from .drive import Held, each, loop, region, using

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


def in_child(check: Callable[[], bool]) -> bool:
    """Whether `check` is true in the child of a fork."""
    child = os.fork()
    if not child:
        code = 1
        try:
            code = 42 if check() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


def double(x: int) -> int:
    return x * 2


def test_a_new_region_in_the_child_has_new_threads() -> None:
    assert loop(double, [1, 2, 3]) == [2, 4, 6]
    assert in_child(lambda: loop(double, [1, 2, 3]) == [2, 4, 6] and workers.default.threads > 0)
    assert loop(double, [1, 2, 3]) == [2, 4, 6]


def test_inside_a_loop() -> None:
    """Both processes finish it; in the child the calls are made in place."""
    go_on = threading.Event()
    process = os.getpid()

    def ask(x: int) -> int:
        if x and os.getpid() == process:
            go_on.wait(30)
        return x

    items = list(range(10))
    r = region(each(ask, items))
    found = []
    for x in r.items(0, items):
        found.append(r.take(0, ask, x)())
        if x == 0:
            child = os.fork()
            go_on.set()
    r.close()
    if not child:
        os._exit(42 if found == items else 1)
    assert found == items
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


def test_inside_a_nested_loop() -> None:
    def inner(x: int) -> bool:
        r = region(each(double, [x, x + 1]))
        good = in_child(lambda: [r.take(0, double, y)() for y in r.items(0, [x, x + 1])] == [x * 2, x * 2 + 2])
        r.close()
        return good

    with using(Held()):
        assert loop(inner, [1, 2]) == [True, True]


def test_limits_start_anew() -> None:
    limit_of("forking", None).holders.add("of the parent")
    assert in_child(lambda: limit_of("forking", None).running == 0)
    assert limit_of("forking", None).running == 1
    limit_of("forking", None).holders.clear()


def test_log_filters_are_gone() -> None:
    logger = logging.getLogger("forking")
    with using(Held()):
        r = region(each(double, [1]), loggers=("forking",))
        assert logger.filters
        assert in_child(lambda: not logger.filters)
        r.close()
    assert not logger.filters


def test_idle_threads_leave_before() -> None:
    seen: list[threading.Thread] = []
    workers.default.submit(lambda: seen.append(threading.current_thread())).result(10)
    while seen[0].is_alive() and not workers.default.free:
        seen[0].join(0.001)
    assert in_child(lambda: True)
    seen[0].join(10)
    assert not seen[0].is_alive()
