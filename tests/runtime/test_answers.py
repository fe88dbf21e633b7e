"""What a take answers with: values, exceptions raised in the user's frame, and calls made in place."""

from __future__ import annotations

import contextvars
import traceback
from collections.abc import Generator
from typing import Any

import pytest

from xcs.runtime.answers import raising

from .drive import AtOnce, Held, each, loop, region, using


def functions(error: BaseException) -> list[str]:
    return [entry.name for entry in traceback.extract_tb(error.__traceback__)]


def fail(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    "error",
    [ValueError("no"), StopIteration(3), StopAsyncIteration(), GeneratorExit(), SystemExit(4), KeyboardInterrupt()],
    ids=repr,
)
@pytest.mark.parametrize("pool", [AtOnce, Held], ids=["early", "in place"])
def test_exceptions_are_raised_as_if_called_here(error: BaseException, pool: Any) -> None:
    """The very object, with the user's frames alone. (Nothing is being handled: no region is entered then.)"""
    error.__traceback__ = error.__context__ = None
    with using(pool()):
        r = region(each(fail, [error]))
        for x in r.items(0, [error]):
            try:
                r.take(0, fail, x)()
            except BaseException as caught:
                assert caught is error
        r.close()
    assert functions(error) == ["test_exceptions_are_raised_as_if_called_here", "fail"]
    assert (error.__context__, error.__cause__) == (None, None)


def test_an_exception_with_a_cause() -> None:
    def call(x: int) -> None:
        try:
            raise KeyError(x)
        except KeyError as cause:
            raise ValueError(x) from cause

    with using(AtOnce()), pytest.raises(ValueError) as caught:
        loop(call, [1])
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.__context__ is caught.value.__cause__
    assert functions(caught.value) == ["test_an_exception_with_a_cause", "loop", "call"]


def test_raising_needs_no_event_loop() -> None:
    with pytest.raises(ZeroDivisionError):
        raising(ZeroDivisionError())()


def test_wrong_arguments_fail_in_the_users_frame() -> None:
    def ask(x: int, y: int) -> None: ...

    with using(AtOnce()), pytest.raises(TypeError, match="missing 1 required positional argument") as caught:
        loop(ask, [1])
    assert functions(caught.value) == ["test_wrong_arguments_fail_in_the_users_frame", "loop"]


@pytest.mark.uninstrumented
def test_what_is_not_callable_fails_in_the_users_frame() -> None:
    callee: Any = 3
    for pool in (AtOnce(), Held()):
        with using(pool), pytest.raises(TypeError, match="'int' object is not callable") as caught:
            loop(callee, [1])
        assert functions(caught.value) == ["test_what_is_not_callable_fails_in_the_users_frame", "loop"]


variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


def test_each_task_has_a_copy_of_the_callers_context() -> None:
    def ask(x: int) -> int:
        before = variable.get()
        variable.set(x)
        return before

    token = variable.set(7)
    try:
        with using(AtOnce()):
            assert loop(ask, [1, 2, 3]) == [7, 7, 7]
        assert variable.get() == 7
    finally:
        variable.reset(token)


@pytest.mark.parametrize("other", [False, True], ids=["data", "other"])
def test_the_answer_of_a_call_that_was_not_started_is_looked_at(other: bool) -> None:
    """What runs ahead takes it for data: that goes on, but where it is something else."""
    made: list[int] = []

    def ask(x: int) -> Any:
        made.append(x)
        return iter(()) if other and x == 1 else x

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(4):
            r.step(0)
            yield
            if x != 1:
                r.start(0, ask, x)
            yield

    with using(AtOnce()):
        r = region(ahead, data=True)
        found = loop(ask, [0, 1, 2, 3], r)
    assert [found[0], *found[2:]] == [0, 2, 3]
    assert sorted(made) == ([0, 1, 2, 2, 3, 3] if other else [0, 1, 2, 3])
    assert r.counters.mispredictions == other
