"""Code that counts its calls: each takes a step of an iterator of C, and of every so many one asks something.

The iterator stands in `co_consts`. What asks gives the steps until the next time: the calls between cost nothing more
than a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Generic, TypeVar

EVERY, SELDOM = 256, 2_048  # calls of which one asks in the end; the same of quick ones

T = TypeVar("T")


class Asking(Generic[T]):
    """Asks at a call, and gives the steps until the next time. Holds its owner by a weak reference; once that is gone,
    nothing is asked any more."""

    __slots__ = ("owner",)

    def __init__(self, owner: Callable[[], T | None]) -> None:
        self.owner = owner

    def __iter__(self) -> Asking[T]:
        return self

    def __next__(self) -> Iterator[object]:
        owner = self.owner()
        return repeat(None) if owner is None else self.asked(owner)

    def asked(self, owner: T) -> Iterator[object]:
        """The steps until the next time; one that is no None is called in place of the call."""
        raise NotImplementedError


class Ticks(chain[object]):
    """Steps without an end. A copy does nothing but count."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, ...]:
        return repeat, (None,)


__all__ = ["EVERY", "SELDOM", "Asking", "Ticks"]
