"""Which files a command line names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

SKIPPED = frozenset({
    ".git", ".hg", ".svn", ".venv", "venv", ".venvs", ".tox", ".nox", "node_modules", "__pycache__", "build", "dist",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", "site-packages", ".eggs",
})  # fmt: skip


def python_files(
    paths: Sequence[str], unreadable: Callable[[OSError], None], gitignore: bool = False, notebooks: bool = False
) -> Iterator[Path]:
    """The files named, and the Python files below the folders named, sorted; what a path named is taken as it is.

    unreadable: is told of folders that can't be listed; gitignore: what git ignores there is left out; notebooks: they
    are taken too.
    """
    for given in paths:
        path = Path(given)
        if not os.path.isdir(path):
            yield path
            continue
        ignored = ignored_by_git(path) if gitignore else frozenset()
        for folder, below, names in os.walk(path, onerror=unreadable):
            place = Path(folder)
            below[:] = sorted(
                d
                for d in below
                if d not in SKIPPED and not d.endswith(".egg-info") and (place / d).absolute() not in ignored
            )
            for name in sorted(names):
                file = place / name
                if file.absolute() not in ignored and (
                    name.endswith(ENDINGS if notebooks else ".py") or is_script(file)
                ):
                    yield file


ENDINGS = (".py", ".ipynb")


def is_script(file: Path) -> bool:
    """Whether a file without a suffix begins as a Python script."""
    if file.suffix or file.name.startswith("."):
        return False
    try:
        with file.open("rb") as opened:
            first = opened.readline(200)
    except OSError:
        return False
    return first.startswith(b"#!") and b"python" in first


def ignored_by_git(folder: Path) -> frozenset[Path]:
    """What git ignores below a folder: files, and whole folders; nothing where it is no repository's."""
    arguments = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"]
    try:
        done = subprocess.run(arguments, cwd=folder, capture_output=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    if done.returncode:
        return frozenset()
    names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    return frozenset((folder / name.rstrip("/")).absolute() for name in names)
