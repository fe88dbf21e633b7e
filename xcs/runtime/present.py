"""Items of a dictionary that makes the missing ones, as slices take them: those that are there."""

from __future__ import annotations

from typing import Any

from ..peek import MISSING
from .pending import Over

_get = dict.get


def present(held: dict[Any, Any], key: Any) -> Any:
    """Raises: Over: it is missing, so that the program makes it."""
    return there(_get(held, key, MISSING))


def there(value: Any) -> Any:
    """A value that a slice needs.

    Raises:
        Over: there is none; the slice ends here.
    """
    if value is MISSING:
        raise Over
    return value


__all__ = ["present", "there"]
