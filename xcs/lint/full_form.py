"""The full form: the source with what matters underlined, the chain of calls, what is assumed, what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from ..front.texts import shown
from ..remarks import Located
from .findings import Finding
from .formats import Lines, headline, summary

COLORS = {"error": "31;1", "warning": "33;1", "certain": "32;1", "likely": "36;1", "dim": "2", "bold": "1"}
MOST_LINES = 8  # lines of a loop that are shown whole
LONGEST = 160  # of a line, what is shown


def full(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    paint = painter()
    for f in found:
        yield from _finding(f, lines(f.filename) if f.cell is None else (), paint)
        yield ""
    yield summary(found, files)


class painter:
    """Colours a text, where the output is a terminal: NO_COLOR and FORCE_COLOR have their usual meanings."""

    def __init__(self) -> None:
        forced = os.environ.get("FORCE_COLOR", "") not in ("", "0")
        terminal = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self.on = not os.environ.get("NO_COLOR") and (forced or terminal)

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{COLORS[style]}m{text}\x1b[0m" if self.on and text else text


def _finding(f: Finding, lines: Sequence[str], paint: painter) -> Iterable[str]:
    style = f.severity if f.severity != "notice" else f.certainty if f.certainty in COLORS else "dim"
    head = headline(f)
    mark = f"{f.number} {f.code}:"
    before, _, after = head.partition(mark)
    yield paint("bold", before) + paint(style, mark) + after
    marks = {e.line: e.text for e in f.ends if shown(e.filename) == f.filename}
    if 0 < f.span.line <= len(lines):
        yield from _source(f, lines, marks, paint, style)
    for n, step in enumerate(f.chain):
        yield f"{'  ' * n}    -> {step.text} ({_where(step, f.filename)})"
    for end in f.ends:
        if shown(end.filename) != f.filename or not 0 < end.line <= len(lines):
            yield f"    {paint('dim', 'at')} {_where(end, f.filename)}: {end.text}"
    for assumed in f.assumes:
        yield f"    {paint('dim', 'assuming')} {assumed.text} ({_where(assumed, f.filename)})"
    if f.gain:
        yield f"    {paint('dim', 'gain:')} {f.gain}"
    if f.hint:
        yield f"    {paint('dim', 'help:')} {f.hint}"


def _source(f: Finding, lines: Sequence[str], marks: dict[int, str], paint: painter, style: str) -> Iterable[str]:
    last = min(f.span.end_line, len(lines))
    shown_lines = set(range(f.span.line, min(last, f.span.line + MOST_LINES - 1) + 1)) | {
        n for n in marks if 0 < n <= len(lines)
    }
    width = len(str(max(shown_lines)))
    before = 0
    for number in sorted(shown_lines):
        if before and number > before + 1:
            yield paint("dim", f"{' ' * width} ...")
        before = number
        text = lines[number - 1].expandtabs(4)
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]}..."
        yield f"{paint('dim', f'{number:{width}} |')} {text}"
        if number in marks:
            indent = len(text) - len(text.lstrip())
            line = "^" * max(1, len(text.strip()))
            gutter = " " * width + " |"
            yield f"{paint('dim', gutter)} {' ' * indent}{paint(style, line)} {marks[number]}"


def _where(end: Located, filename: str) -> str:
    return f"line {end.line}" if shown(end.filename) == filename else f"{shown(end.filename)}:{end.line}"
