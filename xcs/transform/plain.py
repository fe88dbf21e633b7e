"""The plain form: ordinary Python over `concurrent.futures` that runs without xcs, with the plan that `@jit` runs.

What a runtime would check at entry (aliases, types of live objects) is not in the text: who asks for it has decided.
libcst is imported by `rewrite` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..emit import RegionCode
from ..plan import Plan
from ..remarks import Remark, Span


@dataclass(frozen=True, slots=True)
class PlainRegion:
    """A planned region of a function of the file.

    span: of the function's `def`, as in `ast`. decorated: whether it carries `@jit`, which then is removed.
    """

    plan: Plan
    code: RegionCode
    function: str
    span: Span
    decorated: bool


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text; for each region, in the order given, why it was left as it is (None: it has its plain form)."""

    text: str
    remarks: tuple[Remark | None, ...]


def rewrite(text: str, regions: Sequence[PlainRegion]) -> Rewritten:
    """Gives each region its plain form where there is one; everything else of the text stays as it is.

    Of nested regions the outermost one that can be rewritten is. Raises: libcst.ParserSyntaxError.
    """
    from .plain_file import File

    file = File(text, [r.code.span for r in regions if r.plan.sites])
    remarks: dict[int, Remark | None] = {}
    for index in sorted(range(len(regions)), key=lambda i: _place(regions[i])):
        remarks[index] = file.add(regions[index])
    return Rewritten(file.finish(), tuple(remarks[i] for i in range(len(regions))))


def _place(region: PlainRegion) -> tuple[int, int, int, int]:
    """In the order of the text, outer regions before those in them."""
    span = region.code.span
    return span.line, span.column, -span.end_line, -span.end_column


__all__ = ["PlainRegion", "Rewritten", "rewrite"]
