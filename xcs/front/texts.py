"""Texts of Python files: read in their encodings, and parsed; what is wrong with one is said in a sentence."""

from __future__ import annotations

import ast
import contextlib
import functools
import os
import re
import stat
import tokenize
import types
from collections.abc import Iterator
from pathlib import Path as File

from ..remarks import Bailout, Span
from .source import MAX_TEXT, quiet


def read(file: File) -> str:
    """The text of a Python file in its declared encoding.

    Raises:
        Bailout: it can't be read as text.
    """
    try:
        found = file.stat()
        if stat.S_ISDIR(found.st_mode):
            raise Bailout("source", "it is a directory")
        if not stat.S_ISREG(found.st_mode):
            raise Bailout("source", "it is no file to read twice: a pipe, a socket or a device")
        if found.st_size > MAX_TEXT * 4:
            raise Bailout("source", "the file is too large")
        with tokenize.open(file) as opened:
            text = opened.read()
    except FileNotFoundError:
        raise Bailout("source", "there is no such file") from None
    except IsADirectoryError:
        raise Bailout("source", "it is a directory") from None
    except OSError as error:
        raise Bailout("source", f"the file can't be read ({error.strerror or error})") from None
    except (ValueError, SyntaxError, LookupError) as error:
        raise Bailout("source", f"it is not text in the encoding it declares ({error})") from None
    if "\0" in text:
        raise Bailout("source", "it is a binary file")
    return text


def parse(text: str, filename: str) -> tuple[ast.Module, types.CodeType]:
    """The tree and the code of a module's text.

    Raises:
        Bailout: the text can't be parsed or compiled; the message has the line.
    """
    tree = tree_of(text, filename)
    with _legible(), quiet():
        return tree, compile(text, filename, "exec", dont_inherit=True)


def tree_of(text: str, filename: str) -> ast.Module:
    """The tree of a module's text, which may be one that can't be compiled.

    Raises:
        Bailout: the text can't be parsed; the message has the line.
    """
    if len(text) > MAX_TEXT:
        raise Bailout("source", "the file is too large")
    with _legible(), quiet():
        return ast.parse(text, filename)


@functools.lru_cache(maxsize=4)
def shared_tree(text: str) -> ast.Module:
    """The tree of a text that is read again and again while it is printed: nobody changes it.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    return ast.parse(text)


@contextlib.contextmanager
def _legible() -> Iterator[None]:
    """What Python says of a text that it can't read, in a sentence."""
    try:
        yield
    except SyntaxError as error:
        place = f", line {error.lineno}" if error.lineno else ""
        line, column = max(1, error.lineno or 1), max(0, (error.offset or 1) - 1)
        span = Span(line, column, line, column + 1)
        raise Bailout("source", f"it can't be parsed: {error.msg}{place}", span) from None
    except (RecursionError, MemoryError):
        raise Bailout("source", "it can't be parsed: it is nested too deep, or too large") from None
    except (ValueError, OverflowError) as error:
        raise Bailout("source", f"it can't be parsed ({type(error).__name__}: {error})") from None


LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def lines_of(text: str) -> list[str]:
    """The lines of a text as Python counts them, with their ends: a form feed ends none."""
    return LINE.findall(text)


def shown(path: File | str) -> str:
    """A path as a person would write it: relative where it lies below the current folder."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):  # another drive; no current folder any more
        return str(path)
    return str(path) if relative.startswith("..") else relative


def packages_around(folder: File) -> list[File]:
    """The folders of the packages that a folder is or is in, the outermost one first."""
    found: list[File] = []
    while (folder / "__init__.py").exists() and folder.name.isidentifier():
        found.insert(0, folder)
        folder = folder.parent
    return found


def module_name(file: File) -> tuple[str, str]:
    """The dotted name of a file's module and of its package."""
    parts = [folder.name for folder in packages_around(file.parent)]
    parts += [] if file.stem == "__init__" else [file.stem]
    package = parts if file.stem == "__init__" else parts[:-1]
    return ".".join(parts) or file.stem, ".".join(package)
