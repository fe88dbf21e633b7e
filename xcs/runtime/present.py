"""Items of a dictionary that makes the missing ones, as slices take them: those that are there."""

from __future__ import annotations

from typing import Any

from ..peek import MISSING
from .pending import Over

_get = dict.get


def present(held: dict[Any, Any], key: Any) -> Any:
    """Raises: Over: it is missing, so that the program makes it."""
    found = _get(held, key, MISSING)
    if found is MISSING:
        raise Over
    return found


__all__ = ["present"]
