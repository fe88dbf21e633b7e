"""The plain form: ordinary Python over `concurrent.futures` that runs without xcs, with the plan that `@jit` runs.

What a runtime would check at entry (aliases, types of live objects) is not in the text: who asks for it has decided.
libcst is imported by `rewrite` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..ir.nodes import For, walk
from ..remarks import Remark, Span
from .planned_region import PlannedRegion


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text, and what became of each region, in the order given: None where it is part of a rewritten one.

    needs_xcs: the text still imports xcs.
    """

    text: str
    remarks: tuple[Remark | None, ...]
    needs_xcs: bool


def rewrite(text: str, regions: Sequence[PlannedRegion], functions: Sequence[Span] | None = None) -> Rewritten:
    """Gives each region its plain form where there is one, and takes `@jit` off; all else of the text stays as it is.

    Of nested regions the outermost one that can be rewritten is. functions: `def`s that lose `@jit`; None: all that
    is xcs's goes. Raises: libcst.ParserSyntaxError.
    """
    from .apply import unmarked
    from .file import File

    if functions is None and not any(r.plan.sites for r in regions):
        new, needs_xcs = unmarked(text)
        return Rewritten(new, tuple(r.plan.remark for r in regions), needs_xcs)
    file = File(text, [r.code.span for r in regions if r.plan.sites])
    remarks: dict[int, Remark | None] = {}
    for index in sorted(range(len(regions)), key=lambda i: _place(regions[i])):
        remarks[index] = file.add(regions[index])
    for index, remark in remarks.items():
        if remark is not None and remark.kind == "missed" and file.holds_edit(regions[index]):
            remarks[index] = None  # a part of it has been rewritten
    new, needs_xcs = file.finish(functions)
    return Rewritten(new, tuple(remarks[i] for i in range(len(regions))), needs_xcs)


def _place(region: PlannedRegion) -> tuple[bool, int, int, int, int]:
    """In the order of the text, outer regions before those in them; first those with loops: in one that calls a
    function, as many calls are made as it has items, in the function's own statements a few."""
    span, few = region.code.span, not any(isinstance(node, For) for node in walk(region.code.block))
    return few, span.line, span.column, -span.end_line, -span.end_column


__all__ = ["PlannedRegion", "Rewritten", "rewrite"]
