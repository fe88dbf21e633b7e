"""The call stands in, or needs, a statement that the slice can't follow yet."""

from __future__ import annotations

from ..ir import For, Node, While, With, walk
from ..remarks import Bailout
from .candidate import Candidate


def of_call(candidate: Candidate) -> Bailout | None:
    """The call stands in a `while` loop or a `with` block of the region."""
    parents = candidate.region.parents[candidate.node.id]
    if any(isinstance(p, While) for p in parents):
        return candidate.obstacle("syntax", f"{candidate.name} in a while loop")
    if any(isinstance(p, With) for p in parents):
        return candidate.obstacle("syntax", f"{candidate.name} in a with block inside the region")
    return None


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """What the call needs is computed in a `while` loop, a `with` block or the `else` block of a loop."""
    if isinstance(below, For) and any(n.id in candidate.needs for n in walk(below.orelse)):
        return candidate.obstacle("syntax", "the else block of a loop", span=below.span)
    if isinstance(below, While | With):
        return candidate.obstacle("syntax", f"{candidate.name} below a while loop or with block")
    return None
