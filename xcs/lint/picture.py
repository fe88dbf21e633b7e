"""The dependences of one loop as a picture: an SVG that needs nothing else to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape

from ..survey.conclusions import Loop

LETTER, ROW, PAD, GAP = 7.3, 58, 10, 46  # of a letter the width; heights and distances, in pixels
MOST_LETTERS = 46  # letters in a line of a box
BoxKind = Literal["loop", "step", "wait", "if", "why"]
STYLES: Final[dict[BoxKind, tuple[str, str, int]]] = {
    "loop": ("#dbeafe", "#1d4ed8", 6),
    "step": ("#f3f4f6", "#6b7280", 6),
    "wait": ("#dcfce7", "#15803d", 17),
    "if": ("#fef9c3", "#a16207", 6),
    "why": ("#fee2e2", "#b91c1c", 6),
}


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its place: `column` and `row` from 0; `kind`: one of STYLES; two lines of text."""

    kind: BoxKind
    column: int
    row: int
    text: str
    below: str


def svg(loop: Loop) -> Iterator[str]:
    """The loop, the calls that wait with those that lead to them, what is assumed, and what keeps them in order."""
    boxes, arrows = drawn(loop)
    columns = 1 + max(box.column for box in boxes)
    widths = [max(_width(box) for box in boxes if box.column == c) for c in range(columns)]
    lefts = [PAD + sum(widths[:c]) + GAP * c for c in range(columns)]
    height = ROW * (1 + max(box.row for box in boxes)) + PAD
    width = round(lefts[-1] + widths[-1] + PAD)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    yield f"<title>{escape(f'line {loop.span.line}: {loop.certainty}')}</title>"
    yield '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    yield '<path d="M0 0 8 4 0 8z" fill="#6b7280"/></marker></defs>'
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    yield '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">'
    for start, end, dashed in arrows:
        yield _arrow(start, end, dashed, lefts, widths)
    for box in boxes:
        yield from _box(box, lefts[box.column], widths[box.column])
    yield "</g></svg>"


def drawn(loop: Loop) -> tuple[list[Box], list[tuple[Box, Box, bool]]]:
    """The boxes, and the arrows between them (dashed where something is only assumed or kept)."""
    first = Box("loop", 0, 0, loop.function, f"line {loop.span.line}: {loop.certainty}")
    boxes, arrows = [first], []
    for row, wait in enumerate(loop.waits):
        before = first
        for column, step in enumerate(wait.chain, 1):
            box = Box("step", column, row, step.text, f"line {step.line}")
            boxes.append(box)
            arrows.append((before, box, False))
            before = box
        last = Box("wait", 1 + len(wait.chain), row, wait.name, f"{wait.kind}, line {wait.where.line}")
        boxes.append(last)
        arrows.append((before, last, False))
    row = len(loop.waits)
    notes: list[tuple[BoxKind, str, str]] = [("if", f"if {a.text}", f"line {a.where.line}") for a in loop.assumes]
    notes += [("why", loop.reason, loop.code)] if loop.reason else []
    notes += [("why", end.text, f"line {end.line}") for end in loop.ends] if loop.reason else []
    for kind, text, below in notes:
        box = Box(kind, 1, row, text, below)
        boxes.append(box)
        arrows.append((box, first, True))
        row += 1
    return boxes, arrows


def _lines(box: Box) -> Sequence[str]:
    text = " ".join(box.text.replace("`", "").split())
    return (text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 3]}...", box.below)


def _width(box: Box) -> float:
    return max(len(line) for line in _lines(box)) * LETTER + 2 * PAD


def _middle(box: Box) -> int:
    return PAD + ROW * box.row + (ROW - PAD) // 2


def _arrow(start: Box, end: Box, dashed: bool, lefts: Sequence[float], widths: Sequence[float]) -> str:
    style = ' stroke-dasharray="4 3"' if dashed else ""
    if start.column < end.column:
        x, y = lefts[start.column] + widths[start.column], _middle(start)
        to, down = lefts[end.column], _middle(end)
    else:
        x, y = lefts[start.column], _middle(start)
        to, down = lefts[end.column] + widths[end.column], _middle(end)
    half = (x + to) / 2
    path = f"M{x:.0f} {y}C{half:.0f} {y} {half:.0f} {down} {to:.0f} {down}"
    return f'<path d="{path}" fill="none" stroke="#6b7280"{style} marker-end="url(#tip)"/>'


def _box(box: Box, left: float, width: float) -> Iterator[str]:
    fill, line, corner = STYLES[box.kind]
    top = PAD + ROW * box.row
    size = f'width="{width:.0f}" height="{ROW - PAD}" rx="{corner}"'
    yield f'<rect x="{left:.0f}" y="{top}" {size} fill="{fill}" stroke="{line}"/>'
    for n, text in enumerate(_lines(box)):
        color = ' fill="#6b7280"' if n else ""
        yield f'<text x="{left + PAD:.0f}" y="{top + 20 + 18 * n}"{color}>{escape(text)}</text>'
