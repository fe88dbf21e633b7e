"""The figures of `benchmarks.costs` as a picture: the first call by size, the third by what it takes plain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol


class Measured(Protocol):
    """A case at a size (see `costs.Row`)."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def waits(self) -> bool: ...
    @property
    def plain(self) -> tuple[float, ...]: ...
    @property
    def first(self) -> float: ...
    def ratio(self, call: int) -> float: ...


WIDTH, HEIGHT, LEFT, TOP, GAP = 360, 240, 50, 30, 90
COLOURS = {False: "#3569a8", True: "#c2571a"}  # by whether anything waits


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from `low` to `high`, which are 0 and 1 of a side of the picture."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram; `number`: how many stand to its left."""

    number: int
    title: str
    across: Axis
    up: Axis

    def point(self, x: float, y: float) -> tuple[float, float]:
        left = LEFT + self.number * (WIDTH + GAP)
        return round(left + self.across.at(x) * WIDTH, 1), round(TOP + (1 - self.up.at(y)) * HEIGHT, 1)

    def text(self, x: float, y: float, text: str, anchor: str) -> str:
        return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>'

    def frame(self, across: Sequence[tuple[float, str]], up: Sequence[tuple[float, str]]) -> Iterator[str]:
        left, bottom = self.point(self.across.low, self.up.low)
        right, top = self.point(self.across.high, self.up.high)
        yield f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" fill="none" stroke="#999"/>'
        yield self.text(left, top - 10, self.title, "start")
        for value, label in across:
            yield self.text(self.point(value, self.up.low)[0], bottom + 16, label, "middle")
        for value, label in up:
            yield self.text(left - 6, self.point(self.across.low, value)[1] + 4, label, "end")

    def limit(self, value: float, colour: str) -> str:
        (x, y), (to, _) = self.point(self.across.low, value), self.point(self.across.high, value)
        return f'<line x1="{x}" y1="{y}" x2="{to}" y2="{y}" stroke="{colour}" stroke-dasharray="4 3"/>'


def firsts(rows: Iterable[Measured]) -> Iterator[str]:
    """What the first call takes longer, by size: a line for each case."""
    panel = Panel(0, "first call, ms more, by size", Axis(1e3, 1e6, True), Axis(-5.0, 40.0))
    yield from panel.frame([(10.0**n, f"10^{n}") for n in (3, 4, 5, 6)], [(n, str(n)) for n in (0, 5, 10, 20, 30, 40)])
    yield from (panel.limit(5.0, COLOURS[False]), panel.limit(30.0, COLOURS[True]))
    for _, case in groupby(rows, key=lambda row: row.name):
        found = list(case)
        points = [panel.point(row.size, row.first * 1e3) for row in found]
        path = " ".join(f"{x},{y}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{COLOURS[found[0].waits]}" stroke-opacity="0.5"/>'
        yield from (f'<circle cx="{x}" cy="{y}" r="2" fill="{COLOURS[found[0].waits]}"/>' for x, y in points)


def thirds(rows: Iterable[Measured]) -> Iterator[str]:
    """What the third call takes, decorated to plain, by what it takes plain: a dot for each row."""
    panel = Panel(1, "third call, decorated to plain, by ms plain", Axis(1e-3, 1e3, True), Axis(0.1, 3.0, True))
    ticks = [(0.1, "0.1"), (0.3, "0.3"), (1.0, "1"), (1.3, "1.3"), (2.0, "2"), (3.0, "3")]
    yield from panel.frame([(10.0**n, f"{10.0**n:g}") for n in (-3, -2, -1, 0, 1, 2, 3)], ticks)
    yield panel.limit(1.02, "#555")
    for row in rows:
        x, y = panel.point(min(row.plain) * 1e3, row.ratio(3))
        yield f'<circle cx="{x}" cy="{y}" r="2.5" fill="{COLOURS[row.waits]}" fill-opacity="0.7"/>'


def picture(rows: Sequence[Measured]) -> str:
    """An SVG document."""
    width, height = LEFT + 2 * WIDTH + GAP + 20, TOP + HEIGHT + 50
    parts = [*firsts(rows), *thirds(rows)]
    for number, (waits, what) in enumerate(((False, "nothing waits"), (True, "calls wait"))):
        x = LEFT + number * 130
        parts.append(f'<circle cx="{x}" cy="{height - 12}" r="4" fill="{COLOURS[waits]}"/>')
        parts.append(f'<text x="{x + 8}" y="{height - 8}">{what}</text>')
    font = 'font-family="sans-serif" font-size="11"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {font}>'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"]) + "\n"
