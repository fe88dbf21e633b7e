"""What was found of files is kept: by their texts, those of the modules read beside them, and xcs itself."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache as once
from pathlib import Path

from ..remarks import Located, Span
from .findings import Finding

NAME = ".xcs_cache"


@once
def _tool() -> str:
    """What xcs and Python are: another one finds other things."""
    home = Path(__file__).parent.parent
    stamp = hashlib.sha256(sys.version.encode())
    for file in sorted((*home.rglob("*.py"), *home.rglob("*.toml"))):
        status = file.stat()
        stamp.update(f"{file.relative_to(home)}:{status.st_size}:{status.st_mtime_ns};".encode())
    return stamp.hexdigest()[:16]


def hashed(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:32]


@dataclass(slots=True)
class Entry:
    """read: the files that the findings rest on, with the hashes of their texts."""

    read: dict[str, str]
    found: tuple[Finding, ...]


@dataclass(slots=True)
class Cache:
    """The findings of earlier runs in a folder. Reading it makes findings and nothing else."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)  # of files, in this run
    changed: bool = False

    @classmethod
    def read(cls, folder: Path) -> Cache:
        made = cls(folder)
        with contextlib.suppress(Exception), (folder / _tool()).open("rb") as opened:
            data = _Reader(opened).load()
            if isinstance(data, dict):
                made.entries = data
        return made

    def find(self, file: Path) -> tuple[Finding, ...] | None:
        """The findings of a file, if nothing that they rest on has changed."""
        entry = self.entries.get(str(file))
        if entry is None or any(self.hash(name) != value for name, value in entry.read.items()):
            return None
        return entry.found

    def hash(self, name: str) -> str:
        found = self.hashes.get(name)
        if found is None:
            try:
                found = hashed(Path(name).read_bytes())
            except OSError:
                found = ""
            self.hashes[name] = found
        return found

    def keep(self, file: Path, read: Iterable[str], found: Iterable[Finding]) -> None:
        self.entries[str(file)] = Entry({name: self.hash(name) for name in {str(file), *read}}, tuple(found))
        self.changed = True

    def write(self) -> None:
        """Writes what is known; where that can't be done, it isn't."""
        if not self.changed:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
            handle, name = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(handle, "wb") as opened:
                pickle.dump(self.entries, opened, protocol=pickle.HIGHEST_PROTOCOL)
            os.replace(name, self.folder / _tool())
            for other in self.folder.iterdir():
                if other.name not in (_tool(), ".gitignore"):
                    other.unlink()


MADE: dict[str, type] = {c.__name__: c for c in (Entry, Finding, Span, Located)}


class _Reader(pickle.Unpickler):
    """Makes nothing but findings."""

    def find_class(self, module: str, name: str) -> type:
        if module.startswith("xcs.") and name in MADE:
            return MADE[name]
        raise pickle.UnpicklingError(name)
