"""How far a slice runs ahead, and that loops go on as they are written where nothing does."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from xcs import jit, unordered
from xcs.runtime import region as regions
from xcs.runtime.workers import Workers

from .drive import AtOnce, each, region, using


def started(callee: Any, count: int) -> int:
    """How many calls are started before the first one is taken."""
    made = region(each(callee, range(count)))
    outstanding = made.outstanding
    made.close()
    return outstanding


def test_calls_that_are_over_at_once_are_few() -> None:
    with using(AtOnce()):
        assert started(abs, 1_000) == regions.NARROW


@pytest.mark.uninstrumented  # whether a call takes its time is told by the clock
def test_calls_that_take_their_time_are_many() -> None:
    end = threading.Event()
    with using(Workers(4)):
        try:
            assert started(lambda x: end.wait(), 1_000) == 1_000
        finally:
            end.set()


@unordered
def quick(x: int) -> int:
    return x


@jit
def summed(items: range) -> list[int]:
    return [quick(x) + 1 for x in items if quick(x) >= 0]


@jit
def gone_through(items: range) -> list[int]:
    out = []
    for x in items:
        if quick(x) == 700:
            continue
        out.append(quick(x))
    else:
        out.append(-1)
    return out


@pytest.mark.uninstrumented  # thousands of the same
def test_what_goes_on_as_it_is_written_gives_the_same() -> None:
    for function in (summed, gone_through):
        for _ in range(3):
            assert function(range(3_000)) == function.sequential(range(3_000))
        assert function.stats().mispredictions == 0
