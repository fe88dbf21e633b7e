"""What a slice asks the file system, beside the program: directories, and plain files, which can be read twice."""

from __future__ import annotations

import io
import stat
import sys
import types
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from ..bound import system
from ..peek import IO_BASE, MISSING, PATHS, class_lookup, is_a, peek, receiver_of, target_of
from .written import Written, names_from, names_in

MOST_FILES = 64  # files open at a time


class Files:
    """The files that a slice has opened. They are closed as soon as it no longer uses them, at the latest at its end:
    the program is warned of its own unclosed files alone."""

    __slots__ = ("listing", "opened", "written")

    def __init__(self) -> None:
        self.opened: list[Any] = []
        self.listing: list[tuple[Any, list[str]]] = []  # what is gone through as it is found, and in which directories
        self.written = Written()

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *error: object) -> None:
        for file in self.opened:
            file.close()

    def ask(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Calls a function of the standard library that asks the file system.

        Raises:
            LookupError: it might take what it reads from others (a pipe, a terminal), warn, or leave too much open; or
                what it asks for may be changed by what the program writes meanwhile.
        """
        owner = receiver_of(function)
        listed = any(made is args[0] for made, _ in self.listing) if args else False  # `list(reader)`: that was asked
        if not listed and not is_a(owner, IO_BASE):
            self._close_unused()
            first = args[0] if args else next(iter(kwargs.values()), None)
            named = [owner, first, *kwargs.values()]
            names = names_in(named) if type(owner) not in PATHS else names_from(str(owner), named[1:])
            if sys.flags.warn_default_encoding or is_a(first, int) or not all(map(_repeatable, named)):
                raise LookupError
            if not is_a(first, IO_BASE):  # rows of a file, which is another one than those that are written
                self.written.asked(names)
        found = function(*args, **kwargs)
        if is_a(found, IO_BASE):
            self.opened.append(found)
        elif not is_a(owner, IO_BASE) and class_lookup(type(found), "__next__") is not MISSING:
            self.listing.append((found, names))
        return found

    def writes(self, path: object) -> None:
        """The program creates this file or directory, or writes to it, at this point.

        Raises:
            LookupError: it may be one that the slice reads, or in a directory that it goes through.
        """
        names = names_in([path])
        if len(names) != 1:
            raise LookupError
        self.written.add(names[0])
        self.listing = [(iterator, found) for iterator, found in self.listing if not _at_its_end(iterator)]
        for _, found in self.listing:
            self.written.asked(found)
        for file in self.opened:
            if not file.closed:
                self.written.asked_file(file)

    def holds(self, holder: object, steps: Iterable[tuple[str, object]]) -> None:
        """The program writes to a file that is open, which a variable leads to.

        Raises:
            LookupError: it can't be told which one it is.
        """
        for kind, name in steps:
            holder = target_of(holder) if kind == "target" else peek(holder, str(name))
        self.written.add_open(holder)

    def _close_unused(self) -> None:
        kept = []
        for file in self.opened:
            if sys.getrefcount(file) <= UNUSED:
                file.close()
            if not file.closed:
                kept.append(file)
        self.opened = kept
        if len(kept) > MOST_FILES:
            raise LookupError


def _repeatable(value: object) -> bool:
    """Whether what an argument may name can be read twice: nothing, a directory, or a plain file. (A first argument
    that is a number may be a descriptor, whose position all share.)"""
    kind = type(value)
    if not issubclass(kind, str | bytes | PurePath):
        return True
    if kind is not str and kind is not bytes and kind not in PATHS:
        return False  # it tells by code of its own what it names
    try:
        mode = system.stat(value).st_mode
    except (OSError, ValueError):
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _at_its_end(iterator: object) -> bool:
    """Whether it asks for nothing more: a generator that has returned, or a `map` over it (`Path.glob` since 3.13)."""
    if type(iterator) is map:
        made: Any = iterator.__reduce__()
        iterator = made[1][1]
    return type(iterator) is types.GeneratorType and iterator.gi_frame is None


def _held_by_a_list() -> int:
    """The references that there are to an object of a list that is gone through, as this Python counts them."""
    for found in [io.BytesIO()]:
        return sys.getrefcount(found)
    return 0


UNUSED = _held_by_a_list()
