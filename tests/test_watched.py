"""What tools see that watch a program: the program as it is written."""

from __future__ import annotations

import cProfile
import pstats
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from xcs import jit, modes


def model(x: int) -> int:
    time.sleep(0.002)
    return x


@jit
def ask(items: list[int]) -> list[int]:
    return [model(x) for x in items]


def seen_by(watch: Callable[[Any], None], stop: Callable[[], None]) -> tuple[int, int]:
    """(calls of `model` that a profile function sees, calls that have run early meanwhile)"""
    ask([1, 2])
    before, seen = ask.stats().tasks, []

    def profile(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code is model.__code__:
            seen.append(threading.get_ident() == main)

    main = threading.get_ident()
    watch(profile)
    try:
        assert ask([1, 2, 3]) == [1, 2, 3]
    finally:
        stop()
    early = ask.stats().tasks - before
    tasks = ask.stats().tasks
    ask([1, 2])
    assert ask.stats().tasks == tasks + 2  # and afterwards as ever
    assert all(seen)
    return len(seen), early


def test_profile_function() -> None:
    assert seen_by(sys.setprofile, lambda: sys.setprofile(None)) == (3, 0)


def test_profile_function_of_new_threads() -> None:
    assert seen_by(threading.setprofile, lambda: threading.setprofile(None)) == (0, 0)  # type: ignore[arg-type]


def test_trace_function() -> None:
    def watch(profile: Any) -> None:
        sys.settrace(lambda frame, event, argument: profile(frame, event, argument))

    before = sys.gettrace()
    assert seen_by(watch, lambda: sys.settrace(before)) == (3, 0)


def test_profiler() -> None:
    ask([1, 2])
    tasks = ask.stats().tasks
    with cProfile.Profile() as profiler:
        ask([1, 2, 3])
    # From Python 3.12 on it sees all threads: another test's may still call a function of that name.
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    calls = {name: counts[0] for (file, _, name), counts in stats.items() if file == model.__code__.co_filename}
    assert calls["model"] == 3
    assert ask.stats().tasks == tasks


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")
@pytest.mark.parametrize("tool", range(4))
def test_monitoring_tools(tool: int) -> None:
    if sys.version_info < (3, 12) or sys.monitoring.get_tool(tool) is not None:
        pytest.skip("the tests run under such a tool")
    ask([1, 2])
    before = ask.stats().tasks
    sys.monitoring.use_tool_id(tool, "test")
    try:
        assert modes.watched() is (tool < 3)
        ask([1, 2])
    finally:
        sys.monitoring.free_tool_id(tool)
    assert ask.stats().tasks - before == (0 if tool < 3 else 2)


class Client:
    def ask(self, x: int) -> int:
        time.sleep(0.002)
        return x


def peeling(look: Callable[[], object]) -> Any:
    """A loop whose first iteration makes what its calls need, and whose caller's variables somebody looks at."""
    made: dict[str, Client] = {}

    def client() -> Client:
        if "it" not in made:
            made["it"] = Client()
        return made["it"]

    def program(items: list[int]) -> tuple[list[int], int]:
        out, count = [], 0
        look()
        for x in items:
            out.append(client().ask(x))
            count += 1
        return out, count

    return program


def test_a_kept_dictionary_of_variables_keeps_them() -> None:
    kept: list[dict[str, object]] = []

    def look() -> None:
        kept.append(sys._getframe(1).f_locals)

    names = []
    for decorate in (lambda f: f, jit):
        program = decorate(peeling(look))
        assert program([1, 2, 3, 4]) == ([1, 2, 3, 4], 4)
        names.append({name for name in kept.pop() if not name.startswith("@")})
    assert names[0] <= names[1] <= names[0] | {"x"}
