"""The items of a generator that a slice goes through by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any


def own_items(items: Iterable[Any], levels: int) -> Iterator[Any]:
    """Items as they are when they come: what the generator does to them later changes no call that was given them."""
    for item in items:
        yield _copied(item, levels)


def _copied(value: Any, levels: int) -> Any:
    """The same with containers of its own, so many levels of them."""
    kind = type(value)
    if not levels:
        return value
    if kind is list or kind is tuple:
        return kind([_copied(held, levels - 1) for held in value])
    if kind is dict:
        return {key: _copied(held, levels - 1) for key, held in value.items()}
    if kind is deque:
        return deque([_copied(held, levels - 1) for held in value], value.maxlen)
    return value
