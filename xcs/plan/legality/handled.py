"""An earlier failure would be handled, so whether later calls are made depends on it."""

from __future__ import annotations

from typing import Final

from ...analysis.domain.effects import EffectKind, waits
from ...ir.nodes import Instr, Jump, Node, With
from ...reasons import CHANGE, Reason
from ...remarks import Bailout
from .candidate import Candidate

OBSTACLE = Reason(
    code="handled",
    number="XCS312",
    text="an earlier failure would be handled, so later calls depend on it: {what}",
    hint=CHANGE,
    meaning=(
        "A failure of the call would be handled, and the program would go on in another way: whether "
        "later calls are made depends on it."
    ),
    what_to_do=(
        "Put the `try` into the loop's body, or into the function that makes the call: there each "
        "iteration has its own."
    ),
)
EFFECTS: Final[tuple[EffectKind, ...]] = ("catches",)


def of_call(candidate: Candidate) -> Bailout | None:
    """The call stands in an `except`, `else` or `finally` block, and no strand that waits for what fails goes there."""
    region, ident = candidate.region, candidate.node.id
    if not region.in_handler(ident):
        return None
    tried = {i for block in region.behind(ident) for i in region.failures(block.id) if i in candidate.sites}
    waited = any(waits(region.effects(i)) for i in tried)
    if not waited or not region.followed(ident) or ident in region.endings():
        return candidate.obstacle("handled", f"{candidate.name} stands in an error handler")
    return None


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """What the call needs is computed in a handler, or a handler decides whether the loop goes on."""
    region = candidate.region
    if isinstance(below, With) and region.handled_here(below.id):
        return candidate.obstacle("handled", "", candidate.located("entering or leaving the block may fail", below.id))
    if not region.in_handler(below.id) or (candidate.covers(below.id) and region.followed(below.id)):
        return None
    if isinstance(below, Instr):
        return candidate.obstacle("handled", "", candidate.located("depends on an error handler", below.id))
    if isinstance(below, Jump) and below.kind != "continue":
        return candidate.obstacle("handled", "", candidate.located("the handler leaves the loop", below.id))
    return None
