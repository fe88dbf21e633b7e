"""Texts of files: modules, scripts, cells of notebooks, standard input."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..front.texts import lines_of, read
from ..remarks import Bailout, Span

MAGIC = ("%", "!", "?")


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file. `cells`: the first line of each cell of a notebook, with its number."""

    file: Path
    shown: str
    text: str
    cells: tuple[tuple[int, int], ...] = ()

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
        cells = json.loads(text)["cells"]
        sources = [(i, _source(c["source"])) for i, c in enumerate(cells, 1) if _holds_code(c)]
    except ValueError as error:
        raise Bailout("source", f"it is no notebook: it can't be read as JSON ({error})") from None
    except (KeyError, TypeError, RecursionError):
        raise Bailout("source", "it is no notebook: it has no list of cells") from None
    lines: list[str] = []
    starts: list[tuple[int, int]] = []
    for number, source in sources:
        starts.append((len(lines) + 1, number))
        lines += source
    return Text(file, shown, "\n".join(lines) + "\n", tuple(starts))


def _holds_code(cell: object) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code" and isinstance(cell.get("source"), str | list)


def _source(source: str | list[object]) -> list[str]:
    """The lines of a cell; magics and shell commands say nothing."""
    whole = source if isinstance(source, str) else "".join(map(str, source))
    lines = [line.rstrip("\r\n") for line in lines_of(whole)] or [""]
    if lines[0].startswith("%%"):
        return ["" for _ in lines]
    return [_without_magic(line) for line in lines]


def _without_magic(line: str) -> str:
    bare = line.lstrip()
    if bare.startswith(MAGIC) or bare.rstrip().endswith("?"):
        return line[: len(line) - len(bare)] + "pass"
    return line
