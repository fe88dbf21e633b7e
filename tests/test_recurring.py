"""Functions in functions are decorated again at each call: what is known of their code is made once."""

from __future__ import annotations

import time
import types
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from xcs import jit
from xcs.entry import verdicts as decisions
from xcs.entry.code_state import LATE, LEFT_OUT, TRIES, State
from xcs.runtime import workers


def around(ask: Callable[[int], int]) -> Any:
    @jit
    def inner(items: list[int]) -> list[int]:
        return [ask(x) for x in items]

    return inner


class Item:
    def __init__(self, number: int) -> None:
        self.number = number


def around_items(ask: Callable[[Item], int]) -> Any:
    @jit
    def inner(items: list[Item]) -> list[int]:
        return [ask(x) for x in items]

    return inner


def around_waiting(ask: Callable[[int], int]) -> Any:
    @jit
    def inner(items: list[int]) -> list[int]:
        return [ask(x) for x in items]

    return inner


def around_nothing() -> Any:
    @jit
    def inner(x: int) -> int:
        return x + 1

    return inner


def around_two(given: Callable[[int], int]) -> Any:
    @jit
    def inner(items: list[int], more: list[int]) -> list[int]:
        found = []
        for x in items:
            found.append(given(x))
        if more:
            for x in more:
                found.append(waiting(x))
        return found

    return inner


def waiting(x: int) -> int:
    time.sleep(0.0001)
    return x


def state_of(function: Any) -> State:
    state: State = function.stats.__self__
    return state


def test_one_state() -> None:
    first = state_of(around(len))  # type: ignore[arg-type]
    assert state_of(around(abs)) is first


def test_what_cannot_be_transformed_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> None:
        raise AssertionError

    made = around_nothing()
    monkeypatch.setattr("xcs.emit.emission.Emission", refused)
    again = around_nothing()
    assert again(1) == 2
    assert again.stats().regions == made.stats().regions


def test_without_gain_it_is_not_asked_for_ever() -> None:
    for _ in range(TRIES + 2 * LEFT_OUT):
        made = around(abs)
        assert made([1, 2]) == [1, 2]
    assert "enter" not in around(abs).__code__.co_names


def test_with_other_variables_there_may_be_gain() -> None:
    assert around_waiting(abs)([1, 2]) == [1, 2]
    made = around_waiting(waiting)
    assert made([1, 2, 3]) == [1, 2, 3]
    assert made.stats().tasks > 0


def test_nothing_of_a_function_that_is_gone_is_kept() -> None:
    def ask(x: int) -> int:
        return waiting(x) + 1

    watch = weakref.ref(ask)
    made = around_waiting(ask)
    assert made([1, 2, 3]) == [2, 3, 4]
    assert made.stats().tasks > 0
    del made, ask
    assert watch() is None


class Never:
    """A pool that is too busy to come to any task."""

    def __init__(self) -> None:
        self.tasks: list[object] = []

    def put(self, task: object) -> None:
        self.tasks.append(task)


def test_calls_that_wait_in_a_queue_after_the_end_keep_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(x: Item) -> int:
        return waiting(x.number) + 1

    busy = Never()
    monkeypatch.setattr(workers, "pool", busy)
    items = [Item(n) for n in range(3)]
    watches = [weakref.ref(ask), *map(weakref.ref, items)]
    made = around_items(ask)
    assert made(items) == [1, 2, 3]
    assert len(busy.tasks) == 3
    del made, ask, items
    assert [watch() for watch in watches] == [None] * 4


def test_dropped_regions_beside_others_are_left_out_in_the_end() -> None:
    made = around_two(abs)
    before = len(made.__code__.co_code)
    for _ in range(TRIES + 1):
        made([1], [])
    assert len(made.__code__.co_code) == before
    for _ in range(2 * LATE):
        made([1], [])
    assert len(made.__code__.co_code) < before
    assert len(state_of(made).dropped) > 0


def test_a_code_object_that_is_held_for_a_while_is_replaced_later() -> None:
    made = around(round)  # type: ignore[arg-type]
    held: list[types.CodeType] = [made.__code__]
    while not state_of(made).dropped:
        made([1, 2])
    assert made.__code__ is held[0]
    held.clear()
    for _ in range(2 * LATE):
        made([1, 2])
    assert "enter" not in made.__code__.co_names


def test_the_turn_is_not_waited_for_where_it_need_not_be() -> None:
    turn = decisions.Turn()
    assert turn.come(0.0)
    turn.end()
