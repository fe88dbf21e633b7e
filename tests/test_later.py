"""Code that is emitted when a function that waits is called: nothing is told of it, nor of the call handed on."""

from __future__ import annotations

import argparse
import inspect
import pickle
import sys
import textwrap
import threading
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from tests.observe import observe
from tests.permuting import ORDERS
from tests.test_counted import functions, handlers, of
from xcs import jit, unordered
from xcs.emit.counted import begin_of
from xcs.emit.handed_on import SINCE, handed_on
from xcs.entry import later as entry_later
from xcs.entry.effort import effort
from xcs.entry.later import Later
from xcs.entry.look import Look

pytestmark = pytest.mark.skipif(sys.version_info < SINCE, reason="what is raised again keeps its traceback")

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(autouse=True)
def nothing_in_advance() -> Iterator[None]:
    before = effort.emitting, effort.advance
    effort.emitting = effort.advance = float("inf")
    jit.__globals__["_states"].clear()  # type: ignore[attr-defined]
    yield
    effort.emitting, effort.advance = before


def put_off(function: Any) -> Later:
    later = function.stats.__self__
    assert isinstance(later, Later)
    return later


def plus(number: int) -> int:
    return number + 1


@unordered
def asked(number: int) -> int:
    threading.Event().wait(0)
    if number == 13:
        raise ValueError(number)
    return number * 2


def computing(many: int) -> list[int]:
    return [plus(number) + plus(1) for number in range(many)]


def waiting(first: int, /, second: int = 2, *rest: int, third: int, **named: int) -> list[int]:
    """Asks."""
    inner = lambda: first  # noqa: E731  # a cell
    out = []
    for number in (first, second, *rest, third, *named.values()):
        out.append(asked(number) + asked(inner()))
    return out


def test_what_cannot_wait_has_its_own_code_after_its_first_call() -> None:
    made: Any = jit(computing)
    assert made.__code__ is not computing.__code__
    assert made(2) == [3, 4]
    assert made.__code__ is computing.__code__ and made.stats().regions[0].code == "no-gain"


def unknown(things: list[Any]) -> list[int]:
    return [thing.foreseen() + thing.foreseen() for thing in things]


def test_what_was_not_seen_to_wait_has_its_own_code_after_many_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_later, "LAST", 200)
    made: Any = jit(unknown)
    effort.wasted, before = float("inf"), effort.wasted
    try:
        for number in range(1000):
            assert made([]) == []
            if number < 100:
                assert made.__code__ is not unknown.__code__ and put_off(made).found is None
    finally:
        effort.wasted = before
    assert made.__code__ is unknown.__code__


def test_a_first_call_that_waits_is_handed_on_with_what_it_was_given() -> None:
    made: Any = jit(waiting)
    expected = waiting(1, 5, 6, 7, third=8, fourth=9)
    assert made(1, 5, 6, 7, third=8, fourth=9) == expected
    assert made.stats().tasks == 12 and made.stats().calls == 1
    assert made(1, third=8) == waiting(1, third=8)


def failure(function: Callable[..., object], *arguments: Any, **named: Any) -> tuple[object, ...]:
    try:
        function(*arguments, **named)
    except Exception as error:
        lines = [(entry.name, entry.line) for entry in traceback.extract_tb(error.__traceback__)]
        return type(error), error.args, lines, error.__context__, error.__cause__
    raise AssertionError


def test_its_exception_has_the_traceback_of_a_plain_call() -> None:
    assert failure(jit(waiting), 1, 13, third=1) == failure(waiting, 1, 13, third=1)
    assert sys.exc_info() == (None, None, None)


def warns(numbers: list[int]) -> list[int]:
    warnings.warn("asks", stacklevel=2)
    return [asked(number) + asked(1) for number in numbers]


def test_what_looks_at_the_frames_above_finds_one_of_it() -> None:
    made: Any = jit(warns)
    for tasks in (0, 4):
        with pytest.warns(UserWarning, match="asks") as found:
            made([1, 2])
        assert [warning.filename for warning in found] == [__file__]
        assert {warning.lineno for warning in found} == {sys._getframe().f_lineno - 2}
        assert made.stats().tasks == tasks


def test_what_shares_its_code_is_never_handed_on() -> None:
    made: Any = jit(waiting)
    copy = types.FunctionType(made.__code__, {**globals(), "asked": lambda number: 0}, "copy", (2,))
    assert copy(1, third=3) == [0, 0, 0]
    assert made(1, third=8) == waiting(1, third=8)
    assert put_off(made).found is None


def test_code_that_was_set_meanwhile_stays() -> None:
    made: Any = jit(waiting)
    made.__code__ = plus.__code__
    made.__kwdefaults__ = made.__defaults__ = None
    assert made(1) == 2 and made.__code__ is plus.__code__


def test_its_code_can_be_pickled_as_any() -> None:
    made: Any = jit(waiting)
    constants = pickle.loads(pickle.dumps([c for c in made.__code__.co_consts if not isinstance(c, types.CodeType)]))
    assert next(constants[-2]) is None


@pytest.mark.parametrize("module", [argparse, textwrap], ids=lambda m: m.__name__)
def test_code_is_the_same_behind_the_step(module: types.ModuleType) -> None:
    for code in of(module):
        made = handed_on(code, repeat(None))
        assert made is not None
        more = (len(made.co_code) - len(code.co_code)) // 2
        assert handlers(made, 0)[2:] == handlers(code, 2 * more)
        assert {line for *_, line in code.co_lines()} == {line for *_, line in made.co_lines()}
        at = begin_of(code.co_code)
        assert at is not None
        assert [*code.co_positions()][at:] == [*made.co_positions()][at + more :]


def test_many_steps() -> None:
    code = functions(compile("def f(a):\n    return a", "<text>", "exec"))
    answers = iter([None, lambda: 3, None])
    made = handed_on(next(code), chain(answers))
    assert made is not None
    function = types.FunctionType(made, {})
    assert [function(n) for n in range(5)] == [0, 3, 2, 3, 4]


CASES = [path for topic in ("open", "parallel") for path in sorted((FIXTURES / topic).glob("*.py"))[:3]]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_fixtures_behave_as_they_do(path: Path) -> None:
    run = observe(path, plain=False, order=ORDERS[0])
    assert run.observation == observe(path, plain=True).observation
    assert run.tasks > 0 and run.mispredictions == 0


def inner(things: list[int]) -> list[int]:
    return [asked(thing) + asked(thing) for thing in things]


def test_what_a_look_from_elsewhere_has_seen_of_it_is_nobody_elses() -> None:
    made: Any = jit(inner)
    seen = Look()
    for one in (made, inspect.stack):
        seen.add(one)
    assert not entry_later.looks_above(plus.__code__, seen)
    assert made([1, 2, 3]) == [4, 8, 12]
    assert made.stats().tasks == 6
