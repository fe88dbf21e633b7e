"""Whether a region pays: whether anything waits, and two calls that wait can be under way at once."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.dependence import LinkedRegion
from ..ir.nodes import For, Instr


def overlapping(region: LinkedRegion, calls: Sequence[Instr]) -> bool:
    """Whether two of the calls can be under way at once."""
    if any(any(isinstance(p, For) for p in region.round(call.id)) for call in calls):
        return True
    return any(
        a.id not in region.closure(b.id)[0] and b.id not in region.closure(a.id)[0]
        for a in calls
        for b in calls
        if a is not b
    )
