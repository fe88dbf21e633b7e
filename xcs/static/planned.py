"""What is found out about the functions of a file and their regions."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from ..analysis.domain.places import Path
from ..emit.entry_tests import Emitted
from ..front.source import Source
from ..ir.regions import RegionCode
from ..plan.plan import Plan
from ..remarks import Remark, Span


@dataclass(frozen=True, slots=True)
class Waiving:
    """A plan that is right where sentences hold, each of which completes "assumes"."""

    plan: Plan
    sentences: tuple[str, ...]
    assumable: bool


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """A region of a function with its verdict.

    `local`: names that hold containers made here which nobody else has. `opened`: the plan of `@jit` where a callee
    runs in place and only the calls inside it start early; that has no plain form.
    """

    code: RegionCode
    plan: Plan
    local: frozenset[str]
    opened: Plan | None = None
    filled: frozenset[str] = frozenset()  # of `local`, those whose items are made here, too
    options: tuple[str, ...] = ()  # names that hold the options of a command line
    frames: tuple[str, ...] = ()  # names that hold data frames
    obvious: frozenset[tuple[Path, Path]] = frozenset()  # pairs that nobody takes for parts of each other
    waived: Waiving | None = None  # what is printed where a reader takes something for granted
    assumable: bool = True  # what the plan needs to be different objects may be, as far as the text shows

    def is_own(self, write: Path) -> bool:
        """Whether it is made here and nobody else has it."""
        owned = self.local if not write.steps else self.filled if len(write.steps) == 1 else frozenset[str]()
        return write.kind == "local" and write.name in owned

    def apart(self, plan: Plan) -> tuple[tuple[Path, Path], ...]:
        """What a plan of the region is right only with, and `@jit` checks at each entry: no first is a part of its
        second. In the same order in each process."""
        pairs = [
            (write, read)
            for write, read, _deep in plan.separate
            if not (self.is_own(write) or (write, read) in self.obvious or write.holder is sys.__dict__)  # a stream
        ]
        return tuple(sorted(pairs, key=lambda pair: tuple(map(str, pair))))


@dataclass(frozen=True, slots=True)
class FunctionPlan:
    """A function of a file with the verdicts on its regions, outer regions before the inner ones."""

    source: Source
    qualname: str
    decorated: bool
    emitted: Emitted | None
    regions: tuple[RegionPlan, ...]
    refused: Remark | None  # the function as a whole can't be transformed
    taken_as_plain: tuple[str, ...] = ()  # parameters of which the text says nothing
    taken_as_rows: tuple[str, ...] = ()  # those whose use shows a list of dictionaries
    imported: bool = False  # module level of a file, which an import may run

    @property
    def name(self) -> str:
        return getattr(self.source.node, "name", "<lambda>")

    @property
    def span(self) -> Span:
        """Where the definition stands: its `def` line."""
        node = self.source.node
        return Span(node.lineno, node.col_offset, node.lineno, node.col_offset)

    def chosen(self, opened: bool = False) -> tuple[RegionPlan, ...]:
        """The regions that run calls at the same time, without those inside another such region.

        `opened`: also those that do so under `@jit` alone.
        """
        found: list[RegionPlan] = []
        applied = [r for r in self.regions if r.plan.sites or (opened and r.opened is not None)]
        for region in sorted(applied, key=lambda r: (r.code.span.line, r.code.span.column, -r.code.span.end_line)):
            if not any(_within(region.code.span, other.code.span) for other in found):
                found.append(region)
        return tuple(found)

    def missed(self) -> tuple[Remark, ...]:
        """What keeps the other regions sequential: one remark for each obstacle."""
        chosen = [r.code.span for r in self.chosen(opened=True)]
        found: dict[tuple[str, int], Remark] = {}
        for region in self.regions:
            remark = region.plan.remark
            inside = any(_within(region.code.span, c) or _within(c, region.code.span) for c in chosen)
            if remark.kind == "missed" and remark.code != "no-gain" and not inside:
                found.setdefault((remark.code, remark.span.line), remark)
        return tuple(found.values())


def _within(inner: Span, outer: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= (
        outer.end_line,
        outer.end_column,
    )


__all__ = ["FunctionPlan", "RegionPlan", "Waiving"]
