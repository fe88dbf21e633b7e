"""Texts of files: modules, scripts, cells of notebooks, standard input."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..front.texts import read
from ..remarks import Bailout, Span
from .cells import python_of


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file. `cells`: the first line of each cell of a notebook, with its number; `unread`: what is wrong
    with cells that say nothing."""

    file: Path
    shown: str
    text: str
    cells: tuple[tuple[int, int], ...] = ()
    unread: tuple[tuple[Span, str], ...] = ()

    def place(self, span: Span) -> tuple[Span, int | None]:
        """A span as a person finds it: of a notebook, in its cell."""
        if not self.cells:
            return span, None
        first, cell = max((c for c in self.cells if c[0] <= span.line), default=self.cells[0])
        moved = first - 1
        return Span(span.line - moved, span.column, span.end_line - moved, span.end_column), cell


def text_of(file: Path, shown: str, given: str | None = None) -> Text:
    """Reads a file; `given`: its text, where somebody else has read it.

    Raises:
        Bailout: it can't be read, or is no notebook.
    """
    text = read(file) if given is None else given
    if file.suffix != ".ipynb":
        return Text(file, shown, text)
    try:
        notebook = json.loads(text)
        sources = [(i, _source(c["source"])) for i, c in enumerate(notebook["cells"], 1) if _holds_code(c)]
    except ValueError as error:
        raise Bailout("source", f"it is no notebook: it can't be read as JSON ({error})") from None
    except (KeyError, TypeError, RecursionError):
        raise Bailout("source", "it is no notebook: it has no list of cells") from None
    if _of_others(notebook.get("metadata")):
        return Text(file, shown, "")
    lines: list[str] = []
    starts: list[tuple[int, int]] = []
    unread: list[tuple[Span, str]] = []
    for number, source in sources:
        first = len(lines) + 1
        starts.append((first, number))
        plain, problem = python_of(source)
        lines += plain
        if problem is not None:
            line = first - 1 + min(max(1, problem.lineno or 1), len(plain))
            column = max(0, (problem.offset or 1) - 1)
            unread.append((Span(line, column, line, column + 1), f"it can't be parsed: {problem.msg}"))
    return Text(file, shown, "\n".join(lines) + "\n", tuple(starts), tuple(unread))


def _of_others(metadata: object) -> bool:
    """Whether a notebook says that it is written in another language."""
    for part, key in (("language_info", "name"), ("kernelspec", "language")):
        told = metadata.get(part) if isinstance(metadata, dict) else None
        name = told.get(key) if isinstance(told, dict) else None
        if isinstance(name, str) and name:
            return "python" not in name.lower()
    return False


def _holds_code(cell: object) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code" and isinstance(cell.get("source"), str | list)


def _source(source: str | list[object]) -> str:
    return source if isinstance(source, str) else "".join(map(str, source))
