"""What a table says of keys that were asked for before: no call starts early that the program does not make."""

from __future__ import annotations

import time
from typing import Any

import pytest

from xcs import jit

ITEMS = ["a", "bb", "a", "bb", "ccc", "a", "ccc"]


def first(x: str) -> int:
    time.sleep(0.001)
    return len(x)


def again(x: str) -> str:
    time.sleep(0.001)
    return f"again {x}"


def table(xs: list[str]) -> list[Any]:
    answers: dict[str, int] = {}
    found: list[Any] = []
    for x in xs:
        if x in answers:
            found.append(again(x))
        else:
            answer = first(x)
            if answer > 1:
                answers[x] = answer
    return found


def left_out(xs: list[str]) -> list[Any]:
    seen: set[str] = set()
    found: list[Any] = []
    for x in xs:
        if x in seen:
            found.append(again(x))
            continue
        if first(x) > 1:
            seen.add(x)
    return found


def negated(xs: list[str]) -> list[Any]:
    seen: list[str] = []
    found: list[Any] = []
    for x in xs:
        new = not (x in seen)  # noqa: E713
        if new:
            if first(x) > 1:
                seen.append(x)
            continue
        found.append(again(x))
    return found


@pytest.mark.parametrize("body", [table, left_out, negated])
def test_only_new(body: Any) -> None:
    decorated = jit(body)
    assert decorated(ITEMS) == body(ITEMS)
    stats = decorated.stats()
    assert (stats.tasks, stats.mispredictions) == (len(ITEMS), 0)  # one for each: what rests on an answer waits for it


def chosen(xs: list[str]) -> list[Any]:
    seen: set[str] = set()
    found: list[Any] = []
    for x in xs:
        word = "old" if x in seen else "new"
        found.append(again(word + x))
        if len(found[-1]) % 2:
            seen.add(x)
    return found


def test_in_place() -> None:
    decorated = jit(chosen)
    assert decorated(ITEMS) == chosen(ITEMS)
    assert decorated.stats().tasks == 0
