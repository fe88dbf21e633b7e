"""What libraries print inside a task is printed when its result is taken, in the program's order.

A module that prints looks `print` up in its own variables before it finds the built-in one: a function of ours stands
there as long as calls of the library are under way.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any, cast

from ..peek import MISSING, variables_of
from .nesting import here

NAME = "print"
Held = tuple[dict[str, Any], set[object], Callable[..., None], Any]  # variables, users, our `print`, what stood there
_held: dict[str, Held] = {}  # by module


class Printed:
    """One call of `print`, with texts made where it stood; `former` is what the module called by that name."""

    __slots__ = ("former", "options", "texts")

    def __init__(self, former: Any, texts: list[str], options: dict[str, Any]) -> None:
        self.former, self.texts, self.options = former, texts, options

    def replay(self) -> None:
        _meant(self.former)(*self.texts, **self.options)


def _meant(former: Any) -> Callable[..., None]:
    """What the module's `print` is at this moment."""
    found: Any = variables_of(builtins)[NAME] if former is MISSING else former
    return cast(Callable[..., None], found)


def _holding(former: Any) -> Callable[..., None]:
    def print(*values: Any, **options: Any) -> None:  # named as it is in tracebacks
        records = here.records
        if records is None or options.get("file") is not None:
            _meant(former)(*values, **options)
        else:
            records.append(Printed(former, [str(value) for value in values], options))

    return print


def put(modules: tuple[str, ...], user: object) -> None:
    """Holds back what these modules print, for one more user. The caller holds the lock of the records."""
    for name in modules:
        if name in _held:
            _held[name][1].add(user)
        elif (module := sys.modules.get(name)) is not None:
            space: Any = variables_of(module)
            former = space.get(NAME, MISSING)
            _held[name] = space, {user}, (ours := _holding(former)), former
            space[NAME] = ours


def take(modules: tuple[str, ...], user: object) -> None:
    """Lets go of the modules that nobody else holds. The caller holds the lock of the records."""
    for name in modules:
        if name in _held:
            _held[name][1].discard(user)
            if not _held[name][1]:
                _bare(name)


def forget() -> None:
    """In the child of a fork, where nobody holds anything."""
    for name in tuple(_held):
        _bare(name)


def _bare(name: str) -> None:
    space, _, ours, former = _held.pop(name)
    if space.get(NAME) is ours:
        if former is MISSING:
            del space[NAME]
        else:
            space[NAME] = former
