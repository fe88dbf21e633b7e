"""Which files a command line names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

SKIPPED = frozenset({
    ".git", ".hg", ".svn", ".venv", "venv", ".venvs", ".tox", ".nox", "node_modules", "__pycache__", "build", "dist",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", "site-packages", ".eggs",
})  # fmt: skip


def python_files(paths: Sequence[str], unreadable: Callable[[OSError], None]) -> Iterator[Path]:
    """The files named, and the `.py` files below the folders named, sorted; what a path named is taken as it is.

    unreadable: is told of folders that can't be listed.
    """
    for given in paths:
        path = Path(given)
        if not os.path.isdir(path):
            yield path
            continue
        for folder, below, names in os.walk(path, onerror=unreadable):
            below[:] = sorted(d for d in below if d not in SKIPPED and not d.endswith(".egg-info"))
            yield from (Path(folder) / n for n in sorted(names) if n.endswith(".py"))


def shown(path: Path | str) -> str:
    """A path as a person would write it: relative where it lies below the current folder."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):  # another drive; no current folder any more
        return str(path)
    return str(path) if relative.startswith("..") else relative
