"""The items can't be read ahead: going through them twice could be seen."""

from __future__ import annotations

from ..analysis.sequences import readable
from ..ir import For, Node
from ..remarks import Bailout
from .candidate import Candidate


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """A loop around the call goes through something else than built-in data."""
    if isinstance(below, For):
        source = candidate.region.facts.operands.get(below.id, (frozenset(),))[0]
        if not all(map(readable, source)):
            what = f"line {below.span.line} goes through an iterator or object"
            return candidate.obstacle("iterable", what, span=below.span)
    return None
