"""Regions that rest and are entered often are left out; now and then it is looked whether they come back.

Code with regions begins with `None in ENTRY.ticks`, which counts its calls, in C. Code without them, where all are left
out, takes a step of the same kind of iterator. After so many calls it is looked whether the time of a region is over,
or what it rests on by name has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any, Protocol

from ..bound import perf_counter, suppress
from .call_counts import EVERY, SELDOM, Asking, Ticks
from .rest import Rest, unchanged

FIRST, OFTEN = 1, 32  # calls after which it is looked: at first, and once it has changed
QUICK = 0.001  # seconds that `EVERY` calls take at most where they are quick
AGAIN = 16  # entries of a region that has come back, in which it is looked what its variables hold


class Resting(Protocol):
    """Code of whose regions some were left out."""

    aside: frozenset[int]
    rests: dict[int, Rest]

    def passed(self, calls: int) -> None: ...

    def come_back(self, numbers: frozenset[int]) -> None: ...


class Off:
    """The switches of code without a state, such as a copy that was pickled."""

    __slots__ = ()

    def __getitem__(self, number: int) -> None:
        return None


OFF: Any = Off()


class Looks(Asking[Resting]):
    """Looks whether regions come back; more and more seldom while nothing changes."""

    __slots__ = ("calls", "looked")

    def __init__(self, state: Callable[[], Resting | None], calls: int) -> None:
        super().__init__(state)
        self.calls, self.looked = calls, 0.0

    def asked(self, owner: Resting) -> Iterator[object]:
        calls, before = self.calls, self.looked
        self.looked = now = perf_counter()
        self.calls = min(2 * calls, SELDOM if calls >= EVERY and now - before < calls // EVERY * QUICK else EVERY)
        with suppress(Exception):
            aside = owner.aside
            owner.passed(calls)
            if aside is not owner.aside:
                self.calls = OFTEN
        return repeat(None, self.calls)


def ticks(state: Callable[[], Resting | None]) -> Ticks:
    """One for each call of code, of which every so many look; should a signal handler raise there, or the stack have no
    room for that, no more do."""
    return Ticks(repeat(None, FIRST), chain.from_iterable(Looks(state, FIRST)), repeat(None))


def steps(state: Callable[[], Resting | None]) -> chain[object]:
    """The same for code that does without, should they end: one iterator less is gone through."""
    return Ticks.from_iterable(chain((repeat(None, OFTEN),), Looks(state, OFTEN)))


def look(state: Resting) -> None:
    """Whether regions that were left out are to be tried again."""
    now = perf_counter()
    back = {n for n in state.aside if now >= state.rests[n].until or not unchanged(state.rests[n].watch)}
    if back:
        state.come_back(frozenset(back))


__all__ = ["AGAIN", "OFF", "look", "steps", "ticks"]
