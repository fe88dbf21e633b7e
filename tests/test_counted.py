"""Code that counts its calls is the same code otherwise: its lines, its handlers, what it does."""

from __future__ import annotations

import argparse
import ast
import dis
import pickle
import sys
import tarfile
import textwrap
import traceback
import types
from collections.abc import Iterator
from functools import partial
from itertools import count, repeat
from typing import Any

import pytest

from tests.at_once import known_of
from xcs import jit
from xcs.emit.counted import BEFORE, KNOWN, counted
from xcs.entry import aside
from xcs.entry.aside import FIRST, steps, ticks
from xcs.entry.call_counts import EVERY, SELDOM, Ticks

pytestmark = pytest.mark.skipif(not KNOWN, reason="code objects of this Python have another form")

SUSPENDS = 0x20 | 0x80 | 0x200  # flags of generators and coroutines


def functions(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from functions(constant)
            if constant.co_flags & 0x2 and not constant.co_flags & SUSPENDS:
                yield constant


def of(module: types.ModuleType) -> list[types.CodeType]:
    assert module.__file__
    with open(module.__file__, encoding="utf-8") as file:
        return [*functions(compile(file.read(), module.__file__, "exec"))]


def handlers(code: types.CodeType, moved: int) -> list[tuple[object, ...]]:
    return [
        (e.start + moved, e.end + moved, e.target + moved, e.depth, e.lasti)
        for e in dis._parse_exception_table(code)  # type: ignore[attr-defined]
    ]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="jumps are absolute, and there is no table of handlers")
@pytest.mark.parametrize("module", [argparse, ast, tarfile, textwrap, traceback], ids=lambda m: m.__name__)
def test_lines_and_handlers_are_moved(module: types.ModuleType) -> None:
    made = 0
    for code in of(module):
        new = counted(code, repeat(None))
        if new is None:
            continue
        made += 1
        before, after = [*code.co_positions()], [*new.co_positions()]
        more = len(after) - len(before)
        at = 1 + next(n for n, i in enumerate(dis.get_instructions(code)) if i.opname not in BEFORE)
        assert before[:at] == after[:at] and before[at:] == after[at + more :]
        assert {line for line, *_ in after[at : at + more]} == {before[at][0]}
        assert handlers(code, 2 * more) == handlers(new, 0)
    assert made > 10


@pytest.mark.skipif(sys.version_info >= (3, 11), reason="jumps are relative")
@pytest.mark.parametrize("module", [argparse, ast, tarfile, textwrap, traceback], ids=lambda m: m.__name__)
def test_jumps_are_moved(module: types.ModuleType) -> None:
    made = 0
    for code in of(module):
        new = counted(code, repeat(None))
        if new is None:
            continue
        made += 1
        before, after = [*dis.get_instructions(code)], [*dis.get_instructions(new)]
        more = len(after) - len(before)
        moved = [i.argval + 2 * more if i.opcode in (*dis.hasjabs, *dis.hasjrel) else i.argval for i in before]
        assert moved == [i.argval for i in after[more:]]
        assert [i.starts_line for i in before][1:] == [i.starts_line for i in after[more:]][1:]
    assert made > 10


def handled(items: list[int], more: int = 3) -> Any:
    total = more
    try:
        for item in items:
            total += item
        if total > 100:
            raise ValueError(total)
        return total
    except ValueError as error:
        with pytest.raises(ZeroDivisionError):
            1 / (total - total)
        return (lambda: total)(), repr(error), 1 / (total - 2003)


def on(function: Any, code: types.CodeType | None) -> Any:
    assert code is not None
    return types.FunctionType(code, function.__globals__, "f", function.__defaults__, function.__closure__)


def test_it_does_the_same() -> None:
    new = on(handled, counted(handled.__code__, repeat(None)))
    assert [new([1, 2]), new([200])] == [handled([1, 2]), handled([200])]
    lines = []
    for function in (handled, new):
        with pytest.raises(ZeroDivisionError) as caught:
            function([2000])
        lines.append(traceback.format_tb(caught.tb)[1:])
    assert lines[0] == lines[1]


def by_column(x: int) -> list[int]:
    return [y + x for y in range(x)]


def by_cell(x: int) -> int:
    def inner() -> int:
        return x

    return inner()


def by_loop(
    x: int,
) -> None:
    while x:
        x -= 1


@pytest.mark.parametrize("function", [handled, by_column, by_cell, by_loop], ids=lambda f: f.__name__)
def test_a_debugger_sees_no_more_lines(function: Any) -> None:
    seen: list[list[tuple[str, int]]] = []
    for made in (function, on(function, counted(function.__code__, repeat(None)))):
        events: list[tuple[str, int]] = []

        def trace(frame: types.FrameType, event: str, _: object, events: list[tuple[str, int]] = events) -> Any:
            if frame.f_code.co_filename == __file__:
                events.append((event, frame.f_lineno))
            return trace

        former = sys.gettrace()
        sys.settrace(trace)
        try:
            made([2] if function is handled else 2)
        finally:
            sys.settrace(former)
        seen.append(events)
    assert seen[0] == seen[1]


def test_many_constants() -> None:
    made = {}
    exec("def f(x):\n    return [" + ", ".join(f"'{n}'" for n in range(400)) + ", x, 1.5, x]", made)
    code = made["f"].__code__.replace(co_consts=(*made["f"].__code__.co_consts, *map(str, range(300))))
    assert on(made["f"], counted(code, repeat(None)))(7) == made["f"](7)


class Counting:
    def __init__(self) -> None:
        self.seen: list[int] = []

    aside = frozenset[int]()

    def passed(self, calls: int) -> None:
        self.seen.append(calls)


@pytest.mark.parametrize("seconds, then", [(0.0, 2 * EVERY), (1.0, EVERY)])
def test_of_so_many_calls_one_looks(seconds: float, then: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """More and more seldom where they are quick: so many seconds pass from look to look."""
    monkeypatch.setattr(aside, "perf_counter", partial(next, count(step=seconds)))
    state: Any = Counting()
    new = on(handled, counted(handled.__code__, ticks(lambda: state)))
    for _ in range(10 * EVERY):
        assert new([1]) == 4
    assert state.seen[:10] == [FIRST * 2**n for n in range(9)] + [then]
    assert 5 * EVERY <= sum(state.seen) < 10 * EVERY


def test_a_copy_of_the_steps_does_nothing() -> None:
    state: Any = Counting()
    copy = pickle.loads(pickle.dumps(ticks(lambda: state)))
    assert not isinstance(copy, Ticks)
    assert [next(copy) for _ in range(3 * EVERY)] == [None] * 3 * EVERY
    assert state.seen == []


def test_an_interrupted_look_is_the_last() -> None:
    class Interrupted:
        aside = frozenset[int]()

        def passed(self, calls: int) -> None:
            raise KeyboardInterrupt

    state: Any = Interrupted()
    steps = ticks(lambda: state)
    with pytest.raises(KeyboardInterrupt):
        for _ in range(2 * EVERY):
            next(steps)
    assert [next(steps) for _ in range(2 * EVERY)] == [None] * 2 * EVERY


def test_code_does_without_steps_that_have_ended() -> None:
    class Interrupted:
        aside = frozenset[int]()

        def passed(self, calls: int) -> None:
            raise KeyboardInterrupt

    state: Any = Interrupted()
    new = on(handled, counted(handled.__code__, steps(lambda: state)))
    with pytest.raises(KeyboardInterrupt):
        for _ in range(2 * EVERY):
            assert new([1]) == 4
    assert [new([1]) for _ in range(2 * EVERY)] == [4] * 2 * EVERY


def test_what_is_called_very_often_is_looked_at_more_seldom() -> None:
    state: Any = Counting()
    found = steps(lambda: state)
    for _ in range(40 * SELDOM):
        next(found)
    assert max(state.seen) == SELDOM or min(state.seen[5:]) == EVERY  # a slow machine


def walked(graph: dict[int, list[int]], start: int) -> int:
    seen, level = {start}, [start]
    for _ in range(1000):
        found = []
        for one in level:
            for other in graph.get(one, ()):
                if other not in seen:
                    seen.add(other)
                    found.append(other)
            if one < 0:  # never, so that what stands there is not left out
                found.extend([abs(one), min(found), max(found), *graph.get(-one, ())])
        level = found
        if not level:
            break
    return len(seen)


def test_code_is_made_anew_without_what_was_left_out_in_busy_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xcs.entry.code_state.BUSY", 0.0)
    monkeypatch.setattr("xcs.entry.effort.FREE", 60.0)
    graph = {n: [7 * n % 300, 3 * n % 300] for n in range(300)}
    function = jit(walked)
    known_of(function)
    lengths = []
    for _ in range(4):
        assert function(graph, 1) == walked(graph, 1)
        lengths.append(len(function.__code__.co_code))
    assert lengths[-1] < lengths[1]
