"""The findings as a plug-in of flake8: `flake8 --extend-select XCS`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..version import __version__
from .run import checked


class Plugin:
    """What flake8 asks: made for each file, with its tree and lines."""

    name = "xcs"
    version = __version__
    off_by_default = False

    def __init__(self, tree: ast.AST, filename: str = "stdin", lines: Sequence[str] = ()) -> None:
        self.filename, self.lines = filename, lines

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Each finding: line, column, text with its number, this class."""
        name = "stdin.py" if self.filename in ("stdin", "-") else self.filename
        _, found, _ = checked(Path(name), name, "".join(self.lines))
        for finding in found:
            if not finding.number.startswith(("XCS4", "XCS9")):
                yield finding.span.line, finding.span.column, f"{finding.number} {finding.message}", type(self)
