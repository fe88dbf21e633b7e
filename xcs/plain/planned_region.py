"""What is to be printed: a planned region of a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ..ir.regions import RegionCode
from ..plan.plan import Plan
from ..remarks import Located, Remark


@dataclass(frozen=True, slots=True)
class PlannedRegion:
    """A planned region of a function of the file.

    `assumes`: what nobody checks in the printed form, as the comment above it says it. `local`: names that hold
    containers which nobody else has.
    """

    plan: Plan
    code: RegionCode
    assumes: tuple[str, ...] = ()
    local: frozenset[str] = frozenset()
    strict: bool = False  # nothing more may be assumed
    awaited: bool = False  # the calls are awaited


def without_dropped(plan: Plan, dropped: Collection[int]) -> Remark:
    """What became of a region: `dropped` are the nodes of calls that the printed form makes in their places."""
    said, region = plan.remark, plan.region
    if not dropped or region is None:
        return said
    texts = {p.node.id: f"`{p.node.text}(...)`" for p in plan.sites}
    what = ", ".join(dict.fromkeys(text for ident, text in texts.items() if ident not in dropped))
    stay = [
        Located(texts[p.node.id], said.filename, p.node.span.line)
        for p in plan.sites if p.node.id in dropped
    ]  # fmt: skip
    return replace(said, what=what, left=(*said.left, *dict.fromkeys(stay)))
