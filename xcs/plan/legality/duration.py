"""The time that the call takes is measured in the region, and kept: started early, it would seem to take none.

Measured around the whole loop, it may be shorter: that is what it is for.
"""

from __future__ import annotations

from ...analysis.domain.values import NOTHING, Bound, Known, Plain
from ...ir.nodes import With
from ...marks import marked
from ...reasons import Reason
from ...remarks import Bailout
from .candidate import Candidate

OBSTACLE = Reason(
    code="duration",
    number="XCS318",
    text="the time that {what} takes is measured and kept",
    hint="measure around the loop, or mark the callee with xcs.unordered if it may seem to take no time",
    meaning="The time that the call takes is measured and kept: started early, it would seem to take none.",
    what_to_do="Measure around the loop; or, where only the sum matters, print the duration instead of keeping it.",
)


def of_call(candidate: Candidate) -> Bailout | None:
    """The call stands between two readings of a clock whose difference is kept."""
    region = candidate.region
    kept = region.facts.kept_times
    if not kept or _unordered(candidate):
        return None
    for (begin, end), where in kept.items():
        if begin in region.nodes and end in region.nodes and _between(candidate, begin, end):
            begun = candidate.located("measured from here", begin)
            return candidate.obstacle("duration", candidate.name, begun, *((where,) if where is not None else ()))
    return None


def _between(candidate: Candidate, begin: int, end: int) -> bool:
    """Whether the call is made after one reading and before the other, all in one iteration of the outermost loop."""
    region, ident = candidate.region, candidate.node.id
    loop = region.outermost[ident]
    if loop and not all(loop in region.around[at] for at in (begin, end)):
        return False
    if begin == end:
        if isinstance(region.nodes[begin], With):
            return begin in region.around[ident]
        given = region.facts.results.get(begin, NOTHING)  # a reading there, and that of the iteration before
        return bool(loop) and any(isinstance(a, Plain) and (begin,) in a.clock for a in given)
    order = region.order
    if begin in region.around[ident] or end in region.around[ident]:
        return True
    return order[begin] < order[ident] < order[end] or order[begin] >= order[end]


def _unordered(candidate: Candidate) -> bool:
    callees = candidate.region.facts.operands.get(candidate.node.id, (frozenset(),))[0]
    called = [a.func if isinstance(a, Bound) else a for a in callees]
    return bool(called) and all(isinstance(a, Known) and marked(a.obj) == "unordered" for a in called)
