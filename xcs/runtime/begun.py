"""A loop that has begun before its region is entered, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from ..records import dataclass
from .iterators import rest


@dataclass(frozen=True, slots=True)
class Begun:
    """A loop that has just got a later item when its region is entered; or any, of whose iteration some is done, where
    it is entered for those that are left."""

    loop: int
    iterator: Iterator[Any]
    item: Any
    over: int  # iterations before
    shows: Callable[[object], bool]
    under_way: bool = False


def still(begun: Begun | None, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
    """What a loop is still to go through, where it has begun before its region was entered."""
    if begun is None or begun.loop != loop:
        return iterable
    left = rest(iterable, begun.iterator, begun.item, begun.over, begun.shows)
    return islice(left, 1, None) if begun.under_way else left
