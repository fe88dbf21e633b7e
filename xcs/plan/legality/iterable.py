"""The items can't be read ahead: going through them twice could be seen."""

from __future__ import annotations

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import waits
from ...analysis.domain.values import NOTHING, Fresh, Generator
from ...analysis.library.sequences import readable
from ...analysis.own_generators import levels_made
from ...ir.nodes import Const, For, Instr, Node
from ...reasons import CHANGE, Reason
from ...remarks import Bailout
from .candidate import Candidate

OBSTACLE = Reason(
    code="iterable",
    number="XCS313",
    text="the items can't be read ahead: {what}",
    hint=CHANGE,
    meaning=(
        "What the loop goes through can't be read ahead: an iterator, a generator or an object with code "
        "of its own gives its items once."
    ),
    what_to_do="Make a list of it before the loop, if it ends.",
)


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """A loop around the call goes through something else than built-in data."""
    if isinstance(below, For):
        source = candidate.region.facts.operands.get(below.id, (frozenset(),))[0]
        if not all(map(readable, source)) and levels_made(candidate.region, below) is None:
            what = f"line {below.span.line} goes through an iterator or object"
            return candidate.obstacle("iterable", what, span=below.span)
        if any(_constant_set(abstract, candidate) for abstract in source):
            what = f"line {below.span.line} goes through a set of constants, whose order is its file's"
            return candidate.obstacle("iterable", what, span=below.span)
    return None


def of_iterated(region: LinkedRegion) -> Bailout | None:
    """A loop goes through a generator of the program's, which makes the calls."""
    for node in region.nodes.values():
        if isinstance(node, For) and waits(region.effects(node.id)):
            for source in region.facts.operands.get(node.id, (NOTHING,))[0]:
                if isinstance(source, Generator):
                    return Bailout("iterable", f"the generator `{source.name}` makes the calls", node.span)
    return None


def _constant_set(abstract: object, candidate: Candidate) -> bool:
    """Whether the compiler may have made a set of the items, in an order that the text doesn't tell: equal sets of a
    file are one object, and of a file of byte code in the order of the bytes."""
    if not isinstance(abstract, Fresh) or abstract.cls is not set or len(abstract.key) != 1:
        return False
    made = candidate.region.nodes.get(abstract.key[0])
    constant = isinstance(made, Instr) and made.op == "build" and all(isinstance(u, Const) for u in made.uses)
    return constant and isinstance(made, Instr) and len(made.uses) > 1
