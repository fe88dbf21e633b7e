"""The call is given a value of unknown type that the slice computes.

`arguments` asks, as it goes through all that the call is given.
"""

from __future__ import annotations

from ...analysis.domain.values import Top
from ...ir.nodes import Instr
from ...reasons import Reason
from .candidate import Candidate

OBSTACLE = Reason(
    code="value",
    number="XCS321",
    text="{what} is given a value of unknown type that the region computes",
    hint="compute it before the loop: there its type is known",
    meaning=(
        "The call is given a value that the region computes and whose type isn't known: comparing or "
        "copying it might run code."
    ),
    what_to_do="Compute it before the loop, where its type can be looked at.",
)
COMPUTED = "value"  # stands for its class, which isn't known
COMPUTING = ("call", "unary", "binary", "inplace")


def computed(candidate: Candidate, abstract: Top) -> bool:
    """Whether a value of unknown type is what the slice itself computes, by an operator or a library's function."""
    region = candidate.region
    nodes = [region.nodes[ident] for ident in candidate.needs - candidate.accepted - {candidate.node.id}]
    computing = [node.id for node in nodes if isinstance(node, Instr) and node.op in COMPUTING]
    return any(abstract in region.facts.results.get(ident, frozenset()) for ident in computing)
