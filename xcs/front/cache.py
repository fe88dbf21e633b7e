"""The on-disk cache: what was made of a function's text is found again by later processes.

There is one file for each source file, beside Python's own and under the same rules (`__pycache__`,
`sys.pycache_prefix`, `sys.dont_write_bytecode`). It is read when a function of the source file is first asked for, and
written when the interpreter ends. Where a cache file, a folder or a disk is of no use there is no cache, that is all.

    header    FORMAT | what made it: versions and files of xcs, Python, its settings | the source file | the rest
    the rest  {identity of a code object: {part: what was made}}

An entry is that of a function if the source file has the same bytes, and the code object is the same in everything:
then the text has been proved to be this code's when the entry was made. A part's key has everything else that it
depends on, such as which names in the text mean built-in functions.
"""

from __future__ import annotations

import atexit
import marshal
import os
import stat
import sys
import types
from collections.abc import Callable, Hashable, Mapping, Sequence
from importlib.util import cache_from_source as _cache_from_source
from importlib.util import decode_source as _decode_source
from importlib.util import source_hash
from io import FileIO
from typing import Any, NamedTuple

from ..bound import monotonic, own, suppress, system
from .source import Source, built_in

cache_from_source, decode_source = own(_cache_from_source), own(_decode_source)
dirname, isabs = own(os.path.dirname), own(os.path.isabs)
FORMAT = b"xcs1"
LARGEST = 8_000_000  # bytes, of a source file or a cache file
NOTED = 2000  # parts that wait to be written
PATIENCE = 0.2  # seconds that the end of a process may take longer; what isn't written then is left to the next one

Parts = dict[tuple[Hashable, ...], object]
Entries = dict[bytes, Parts]

# What is wrong with files, or with what was read of them or is to be written.
FAILURES = (OSError, ValueError, EOFError, TypeError, SyntaxError, MemoryError, RecursionError, NotImplementedError)


class Found(NamedTuple):
    """A part of an entry: what `pack` gave, and the names in the text that mean built-in functions."""

    value: Any
    built_in: frozenset[str]


class _Noted(NamedTuple):
    """A part that waits to be written. It holds no trees: each collection would go through them."""

    filename: str
    code: types.CodeType
    lines: Sequence[str]
    part: tuple[Hashable, ...]
    pack: Callable[[], object]


class _Cached:
    """What the cache has of one source file, and whether more can be written."""

    __slots__ = ("entries", "written")

    def __init__(self, filename: str) -> None:
        self.entries: Entries = {}
        folder = dirname(_place(filename))
        self.written = sys.pycache_prefix is not None or system.access(folder, os.W_OK)

    def entry(self, code: types.CodeType) -> Parts | None:
        if self.entries:
            with suppress(*FAILURES):
                return self.entries.get(identity(code))
        return None


_files: dict[str, _Cached | None] = {}  # by the name of the source file; None: it can't have a cache
_noted: dict[tuple[Hashable, ...], _Noted] = {}  # by file, code and part


def find(kind: str, code: types.CodeType, module: Mapping[str, object], *more: Hashable) -> Found | None:
    """A part of a function's entry, if it is there. `more`: what it depends on beside the text, the code, and which
    names mean built-in functions."""
    cached = _file(code.co_filename)
    parts = cached.entry(code) if cached is not None else None
    if parts is None:
        return None
    means = built_in(code, module)
    part = parts.get((kind, tuple(sorted(means)), *more))
    return None if part is None else Found(part, means)


def note(kind: str, source: Source, means: frozenset[str], pack: Callable[[], object], *more: Hashable) -> None:
    """Notes a part of a function's entry that was made, to be written when the interpreter ends.

    means: the names in the text that mean built-in functions; pack: gives the part as something that `marshal` writes.
    """
    cached = _file(source.filename)
    if cached is not None and cached.written and not sys.flags.dont_write_bytecode and len(_noted) < NOTED:
        if not _noted:
            atexit.register(write)
        part, file, code = (kind, tuple(sorted(means)), *more), source.filename, source.code
        _noted.setdefault((file, code, *part), _Noted(file, code, source.lines, part, pack))


def identity(code: types.CodeType) -> bytes:
    """What tells a code object from any other of its source file; the same in each process.

    Raises:
        ValueError: it has constants that no text has.
    """
    data = marshal.dumps(_plain(code), 2)  # of this version: the same value gives the same bytes
    return source_hash(data) + len(data).to_bytes(8, "little")


def _plain(value: object) -> Any:
    if isinstance(value, types.CodeType):
        places = (value.co_filename, value.co_name, getattr(value, "co_qualname", ""), value.co_firstlineno)
        counts = value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount, value.co_flags
        names = value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars
        lines = value.co_linetable, getattr(value, "co_exceptiontable", b""), value.co_stacksize
        return "code", places, counts, names, value.co_code, lines, tuple(map(_plain, value.co_consts))
    if isinstance(value, tuple):
        return "tuple", tuple(map(_plain, value))
    if isinstance(value, frozenset):  # in the order of each process
        return "frozenset", sorted(marshal.dumps(_plain(item), 2) for item in value)
    return value


# -- files


def _file(filename: str) -> _Cached | None:
    """What the cache has of a source file; None: it can't have a cache."""
    if not isabs(filename):
        return None
    if filename not in _files:
        cached = None
        with suppress(*FAILURES):
            data, _ = _source_file(filename)
            cached = _Cached(filename)
            cached.entries = _read(filename, data) or {}
        _files[filename] = cached
    return _files[filename]


def _source_file(filename: str) -> tuple[bytes, os.stat_result]:
    """The bytes of a source file.

    Raises:
        OSError: there is none.
        ValueError: there is none that may have a cache.
    """
    if not (filename.endswith(".py") and environment()):
        raise ValueError(filename)
    return _bytes(filename)


def _bytes(path: str) -> tuple[bytes, os.stat_result]:
    found = system.stat(path)
    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
        raise ValueError(path)
    with FileIO(path) as opened:
        return opened.readall(), system.stat(opened.fileno())


def _place(filename: str) -> str:
    """The name of the cache file of a source file."""
    return cache_from_source(filename).removesuffix(".pyc") + "-xcs.pyc"


def _header(source: bytes, rest: bytes) -> bytes:
    return FORMAT + environment() + source_hash(source) + len(source).to_bytes(8, "little") + source_hash(rest)


def _read(filename: str, source: bytes) -> Entries | None:
    """What is in a cache file, if it is of this source, and made by this xcs and Python.

    Raises:
        OSError: there is none.
        ValueError: it is no usable file.
    """
    data, about = _bytes(_place(filename))
    length = len(_header(b"", b""))
    rest = data[length:]
    # Whoever owns the source can change what runs anyway.
    trusted = not hasattr(os, "getuid") or about.st_uid in (system.geteuid(), 0, system.stat(filename).st_uid)
    if not trusted or data[:length] != _header(source, rest):
        return None
    entries: Entries = marshal.loads(rest)
    return entries


_environment: list[bytes] = []


def environment() -> bytes:
    """What stands for the xcs and the Python that make entries; empty: the files of xcs aren't there."""
    if not _environment:
        facts = [sys.version, sys.implementation.cache_tag, sys.flags.optimize, _columns(), _own_files()]
        _environment.append(source_hash(repr(facts).encode()) if facts[-1] else b"")
    return _environment[0]


def _columns() -> bool:
    """Whether compiling notes columns (`-X no_debug_ranges`)."""
    positions = getattr(compile("a", "", "eval"), "co_positions", None)
    return positions is not None and any(place[2] is not None for place in positions())


def _own_files() -> list[tuple[str, int, int]]:
    """The files of xcs with time and size of each."""
    found: list[tuple[str, int, int]] = []
    with suppress(OSError):
        todo = [dirname(os.path.abspath(__file__))]
        while todo:
            with system.scandir(todo.pop()) as folder:
                for item in folder:
                    if item.name.endswith(".py"):
                        about = item.stat()
                        found.append((item.path, about.st_mtime_ns, about.st_size))
                    elif "." not in item.name and item.name != "__pycache__" and item.is_dir():
                        todo.append(item.path)
    return sorted(found)


# -- writing


def write() -> None:
    """Writes what was noted, where Python would write its own files."""
    by_file: dict[str, list[_Noted]] = {}
    waiting = sorted(_noted.values(), key=lambda made: made.part[0] == "ir")
    _noted.clear()
    for made in waiting:
        by_file.setdefault(made.filename, []).append(made)
    until = monotonic() + PATIENCE
    if not sys.dont_write_bytecode:
        for filename, noted in by_file.items():
            with suppress(*FAILURES):
                _update(filename, noted, until)


def _update(filename: str, noted: list[_Noted], until: float) -> None:
    """Adds to a source file's cache file, or makes it anew.

    Raises:
        OSError: it can't be written.
    """
    data, about = _source_file(filename)
    text = decode_source(data)
    text = text if text.endswith("\n") else text + "\n"
    fresh: Entries = {}
    checked: dict[int, bool] = {}
    for _, code, lines, part, pack in noted:  # the file may have been edited since its text was read
        if id(lines) not in checked:
            checked[id(lines)] = "".join(lines) == text
        if not checked[id(lines)] or monotonic() > until:
            continue
        with suppress(*FAILURES):
            packed = pack()
            fresh.setdefault(identity(code), {})[part] = packed
    if not fresh:
        return
    entries: Entries = {}
    with suppress(*FAILURES):
        entries = _read(filename, data) or {}
    for key, parts in fresh.items():
        entries[key] = {**entries.get(key, {}), **parts}
    rest = marshal.dumps(entries)
    if len(rest) > LARGEST:
        rest = marshal.dumps(fresh)
    if len(rest) <= LARGEST:
        _replace(_place(filename), _header(data, rest) + rest, about.st_mode)


def _replace(path: str, data: bytes, mode: int) -> None:
    """Writes a file so that whoever reads it finds all of it or the one before. No folder is made beside a source:
    its program might list them."""
    if sys.pycache_prefix is not None:
        os.makedirs(dirname(path), exist_ok=True)
    made = f"{path}.{system.getpid()}.{system.urandom(4).hex()}"
    opened = system.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, (mode | 0o200) & 0o666)
    try:
        with open(opened, "wb") as file:
            file.write(data)
        system.replace(made, path)
    finally:
        with suppress(OSError):  # it is not there any more, unless something failed
            system.unlink(made)


__all__ = ["find", "note"]
