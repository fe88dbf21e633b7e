"""Where an iterator stands: whether going through a loop's items anew gives what the loop itself has still to come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from types import GeneratorType
from typing import Any, Final

from ..peek import Kinds
from .validate import same

SEQUENCES: Final = Kinds((list, tuple, range, str, bytes))
EMPTY: Final[dict[Any, Any]] = {}
UNORDERED: Final = Kinds((
    dict, set, frozenset, type(EMPTY.keys()), type(EMPTY.values()), type(EMPTY.items()),
))  # fmt: skip
SIZED: Final = Kinds((*SEQUENCES, *UNORDERED))
COUNTS: Final = Kinds((int, bool))  # where `enumerate` begins, whether `zip` is strict
EXAMPLES: Final[tuple[Any, ...]] = ([], (), range(0), range(1 << 99), "", "é", b"")
BY_INDEX: Final = Kinds(type(turn(example)) for example in EXAMPLES for turn in (iter, reversed))
PARTS: Final[tuple[Any, ...]] = (set(), EMPTY.keys(), EMPTY.values(), EMPTY.items())
BY_REST: Final = Kinds(type(iter(example)) for example in PARTS)
MADE_OF: Final = Kinds((enumerate, zip))
READABLE: Final = Kinds((*SEQUENCES, *UNORDERED, *MADE_OF, *BY_INDEX))
Shows = Callable[[object], bool]  # whether something gives the items of what it goes through, and shows how far it is
ENDLESS: Final = object()
FEWEST = 3


class Elsewhere(Exception):
    """The items that are gone through anew are not those of the loop."""


def too_few(iterable: Iterable[Any]) -> bool:
    """Whether it is known that nothing is left, after the first item, that could overlap."""
    return type(iterable) in SIZED and len(iterable) < FEWEST  # type: ignore[arg-type]


def rest(anew: Iterable[Any], loop: Iterator[Any], item: Any, over: int, shows: Shows) -> Iterator[Any]:
    """What comes after the first `over` items of `anew`, for a loop that has got so many before, and now `item`.

    Raises:
        Elsewhere: it can't be seen that it is what the loop gets. No code of the program runs here.
    """
    if type(anew) not in READABLE or anew is loop:
        raise Elsewhere
    found = iter(anew)
    standing(found)
    for _ in range(over):
        next(found, None)
    again = next(found, ENDLESS)
    if not alike(item, again) or not beside(loop, found, shows):
        raise Elsewhere
    return chain((again,), found)


def beside(loop: Iterator[Any], found: Iterator[Any], shows: Shows) -> bool:
    """Whether a loop's iterator stands where one does that was asked as often.

    A generator that shows how far a loop is belongs to the loop alone: it has gone by index as far as the other one.
    Raises:
        Elsewhere: one is none of those that are known.
    """
    kind = type(loop)
    if kind is GeneratorType:
        return shows(loop) and by_index(found)
    if kind not in MADE_OF or kind is not type(found):
        return alike(standing(loop), standing(found))
    parts, others = parts_of(loop), parts_of(found)
    return len(parts) == len(others) and all(map(partial(_part_beside, shows), parts, others))


def _part_beside(shows: Shows, part: Any, other: Any) -> bool:
    return bool(part == other) if type(part) in COUNTS and type(other) in COUNTS else beside(part, other, shows)


def parts_of(iterator: Iterator[Any]) -> tuple[Any, ...]:
    """What an `enumerate` or a `zip` is made of: iterators, where it counts from, whether it is strict."""
    state: tuple[Any, ...] = iterator.__reduce__()  # type: ignore[assignment]
    return (*state[1], *state[2:])


def by_index(iterator: Iterator[Any]) -> bool:
    """Whether an iterator goes by index through sequences that stay what they are."""
    if type(iterator) in MADE_OF:
        return all(by_index(part) for part in parts_of(iterator) if type(part) not in COUNTS)
    return type(iterator) in BY_INDEX


def standing(iterator: Iterator[Any]) -> tuple[Any, ...]:
    """Where an iterator stands: what it goes through, and how far it is.

    Raises:
        Elsewhere: it is none of those that are known.
    """
    kind = type(iterator)
    if kind not in BY_INDEX and kind not in BY_REST and kind not in MADE_OF:
        raise Elsewhere
    state: tuple[Any, ...] = iterator.__reduce__()  # type: ignore[assignment]
    if kind is enumerate:
        inner, count = state[1]
        return kind, count, standing(inner)
    if kind is zip:
        return kind, *map(standing, state[1])
    if kind in BY_INDEX and type(state[1][0]) not in SEQUENCES:
        raise Elsewhere
    return kind, *state[1:]


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same object, equal plain data, or lists or tuples of such.

    Two lists are alike only if nobody but the loop has the first one: it could be changed later, and the other not.
    """
    if one is other:
        return True
    if type(one) is type(other) and (type(one) is list or type(one) is tuple):
        private = type(one) is tuple or sys.getrefcount(one) <= PRIVATE
        return private and len(one) == len(other) and all(map(alike, one, other))
    return same(one, other)


PRIVATE = 0  # references to a list that only an iterator has, while it is compared
_iterators = iter([0]), iter([0])
while not alike(standing(_iterators[0]), standing(_iterators[1])) and PRIVATE < 20:
    PRIVATE += 1
