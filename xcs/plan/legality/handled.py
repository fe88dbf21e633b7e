"""An earlier failure would be handled, so whether later calls are made depends on it."""

from __future__ import annotations

from ...ir.nodes import Instr, Jump, Node
from ...remarks import Bailout
from .candidate import Candidate


def of_call(candidate: Candidate) -> Bailout | None:
    """The call stands in an `except`, `else` or `finally` block."""
    if candidate.region.in_handler(candidate.node.id):
        return candidate.obstacle("handled", f"{candidate.name} stands in an error handler")
    return None


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """What the call needs is computed in a handler, or a handler decides whether the loop goes on."""
    if not candidate.region.in_handler(below.id):
        return None
    if isinstance(below, Instr):
        return candidate.obstacle("handled", "", candidate.located("depends on an error handler", below.id))
    if isinstance(below, Jump) and below.kind != "continue":
        return candidate.obstacle("handled", "", candidate.located("the handler leaves the loop", below.id))
    return None
