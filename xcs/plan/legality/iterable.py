"""The items can't be read ahead: going through them twice could be seen."""

from __future__ import annotations

from ...analysis.domain.values import Fresh
from ...analysis.library.sequences import readable
from ...ir.nodes import Const, For, Instr, Node
from ...remarks import Bailout
from .candidate import Candidate


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """A loop around the call goes through something else than built-in data."""
    if isinstance(below, For):
        source = candidate.region.facts.operands.get(below.id, (frozenset(),))[0]
        if not all(map(readable, source)):
            what = f"line {below.span.line} goes through an iterator or object"
            return candidate.obstacle("iterable", what, span=below.span)
        if any(_constant_set(abstract, candidate) for abstract in source):
            what = f"line {below.span.line} goes through a set of constants, whose order is its file's"
            return candidate.obstacle("iterable", what, span=below.span)
    return None


def _constant_set(abstract: object, candidate: Candidate) -> bool:
    """Whether the compiler may have made a set of the items, in an order that the text doesn't tell: equal sets of a
    file are one object, and of a file of byte code in the order of the bytes."""
    if not isinstance(abstract, Fresh) or abstract.cls is not set or len(abstract.key) != 1:
        return False
    made = candidate.region.nodes.get(abstract.key[0])
    constant = isinstance(made, Instr) and made.op == "build" and all(isinstance(u, Const) for u in made.uses)
    return constant and isinstance(made, Instr) and len(made.uses) > 1
