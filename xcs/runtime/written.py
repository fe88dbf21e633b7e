"""What the program writes to the file system while a slice reads ahead: names, and what is there under them.

What is asked for may have been changed if it is a written file by any name, or one of the directories above it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import Any

from ..bound import system
from ..peek import PATHS, Kinds

BUFFERED = Kinds((io.BufferedReader, io.BufferedWriter, io.BufferedRandom))
MAGIC = "*?["  # of a pattern: what it names is in the directory before


class Written:
    """The files and directories that are written, by their names without links, and by what they are."""

    __slots__ = ("files", "names")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.files: set[tuple[int, int]] = set()

    def add(self, name: str) -> None:
        self.names.add(resolved(name))
        if (known := identity(name)) is not None:
            self.files.add(known)

    def add_open(self, file: object) -> None:
        """An open file.

        Raises:
            LookupError: it can't be told which one it is.
        """
        found = system.fstat(descriptor(file))
        self.files.add((found.st_dev, found.st_ino))

    def asked(self, names: list[str]) -> None:
        """What is asked for by these names is none that is written, nor a directory above one.

        Raises:
            LookupError: it may be.
        """
        if not self.names and not self.files:
            return
        if not names:
            raise LookupError  # the working directory, or what can't be told
        for name in names:
            place = resolved(before_magic(name))
            below = place if place.endswith(os.sep) else place + os.sep
            if place in self.names or any(n.startswith(below) or place.startswith(n + os.sep) for n in self.names):
                raise LookupError
            if identity(name) in self.files:
                raise LookupError

    def asked_file(self, file: object) -> None:
        """An open file that is read is none that is written.

        Raises:
            LookupError: it may be.
        """
        found = system.fstat(descriptor(file))
        if (found.st_dev, found.st_ino) in self.files:
            raise LookupError


def names_in(named: Iterable[object]) -> list[str]:
    """Those of some arguments that may be names of files: the empty text is none."""
    found = []
    for value in named:
        kind: Any = type(value)
        if kind is str or kind in PATHS:
            found.append(str(value))
        elif kind is bytes:
            found.append(os.fsdecode(value))  # type: ignore[arg-type]
    return [name for name in found if name]


def names_from(owner: str, named: Iterable[object]) -> list[str]:
    """The names that a method of a path is about: the path, and what is named from there, or (`samefile`) from here."""
    more = names_in(named)
    apart = [name for name in more if not any(sign in name for sign in MAGIC)]
    return [owner, *(os.path.join(owner, name) for name in more), *apart]


def resolved(name: str) -> str:
    """A name without links, in the form in which no two names differ by case alone."""
    return os.path.realpath(name).casefold()


def before_magic(name: str) -> str:
    """The directory that a pattern is about, or the name itself."""
    ends = [name.index(sign) for sign in MAGIC if sign in name]
    return os.path.dirname(name[: min(ends)]) or os.curdir if ends else name


def identity(name: str) -> tuple[int, int] | None:
    """Which file a name leads to, if there is one."""
    try:
        found = system.stat(name)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def descriptor(file: Any) -> int:
    """The descriptor of an open file of Python's own.

    Raises:
        LookupError: it is another one.
    """
    if type(file) is io.TextIOWrapper:
        file = file.buffer
    if type(file) in BUFFERED:
        file = file.raw
    if type(file) is not io.FileIO or file.closed:
        raise LookupError
    return file.fileno()
