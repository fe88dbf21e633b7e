"""The call stands in, or needs, a statement that the slice can't follow yet."""

from __future__ import annotations

from ...ir.nodes import For, Node, While, With, walk
from ...reasons import LATER, Reason
from ...remarks import Bailout
from .candidate import Candidate

OBSTACLE = Reason(
    code="syntax",
    number="XCS315",
    text="{what} is not supported in a region yet",
    hint=LATER,
    meaning="The call stands in, or needs, a statement that can't be followed ahead yet.",
    what_to_do="Move the call, or what its arguments are made of, out of that statement.",
)


def of_call(candidate: Candidate) -> Bailout | None:
    """The call stands in a `with` block that may swallow an error."""
    for parent in candidate.region.parents[candidate.node.id]:
        if isinstance(parent, With) and _swallows(candidate, parent):
            return candidate.obstacle("syntax", f"{candidate.name} in a with block that may swallow errors")
    return None


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """What the call needs comes from a `while` loop that goes round, the `else` block of a loop, or a `with`."""
    region = candidate.region
    within = candidate.anchor in region.around[below.id]
    if (
        isinstance(below, For | While)
        and any(n.id in candidate.needs for n in walk(below.orelse))
        and not (within and isinstance(below, For))
    ):
        return candidate.obstacle("syntax", "the else block of a loop", span=below.span)
    if isinstance(below, While) and below.id not in region.cut and not (within or candidate.flow):
        return candidate.obstacle("syntax", f"{candidate.name} below a while loop")
    if isinstance(below, With):
        if _swallows(candidate, below):
            return candidate.obstacle("syntax", f"{candidate.name} below a with block that may swallow errors")
        if region.enters_file(below, candidate.needs):
            return None
        if any(below.id in found for i in candidate.needs for found in region.whole.uses.get(i, {}).values()):
            return candidate.obstacle("syntax", f"{candidate.name} needs what a with block enters")
    return None


def _swallows(candidate: Candidate, block: With) -> bool:
    """Whether the block may end an exception: its manager's `__exit__` gives something that may be true."""
    return candidate.region.swallows(block)
