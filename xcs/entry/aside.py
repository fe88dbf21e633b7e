"""Regions that rest and are entered often are left out of the code; now and then it is looked whether they come back.

The code without them begins with `ENTRY.tick()`, which counts, in C: a few hundredths of a microsecond a call. Every so
many calls it looks whether the time of a region is over, or what it rests on by name has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, repeat
from time import perf_counter
from typing import TYPE_CHECKING

from ..bound import suppress
from .rest import unchanged

if TYPE_CHECKING:
    from .state import State

EVERY = 256  # calls
AGAIN = 16  # entries of a region that has come back, in which it is looked what its variables hold


class Looks:
    """What goes on after the counting: an iterator, so that what counts is of C."""

    __slots__ = ("left", "state")

    def __init__(self, state: Callable[[], State | None]) -> None:
        self.state, self.left = state, 0

    def __iter__(self) -> Looks:
        return self

    def __next__(self) -> None:
        self.left -= 1
        if self.left > 0:
            return
        self.left = EVERY
        state = self.state()
        if state is not None:
            with suppress(Exception):
                look(state)


def ticking(state: Callable[[], State | None]) -> Callable[[], None]:
    """What code without some regions calls at its begin."""
    return chain(repeat(None, EVERY), Looks(state)).__next__


def look(state: State) -> None:
    """Whether regions that were left out are to be tried again."""
    now = perf_counter()
    back = {n for n in state.aside if now >= state.rests[n].until or not unchanged(state.rests[n].watch)}
    if back:
        state.come_back(frozenset(back))


__all__ = ["AGAIN", "EVERY", "look", "ticking"]
