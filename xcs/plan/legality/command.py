"""No query is moved across a command that may change its answer."""

from __future__ import annotations

from typing import Final

from ...analysis.domain.effects import Effect, EffectKind
from ...knowledge import blocks
from ...reasons import Reason
from ...remarks import Bailout
from . import files
from .candidate import REMOTE, Candidate
from .conflict import Reads

OBSTACLE = Reason(
    code="command",
    number="XCS307",
    text="{what} has an effect whose order matters",
    hint="if the order doesn't matter, say so of the callee with xcs.unordered",
    meaning=(
        "The callee changes the world outside the process, or draws from something ordered (a file, a "
        "POST, a row, a random number), or a query would be moved across something that may change its "
        "answer."
    ),
    what_to_do=(
        "Nothing, where the order is part of the meaning. Where it is not, say so: "
        "`xcs.unordered(callable)`. Queries before the first command of a loop can stand in a loop of "
        "their own."
    ),
)
EFFECTS: Final[tuple[EffectKind, ...]] = ("command",)


def across(candidate: Candidate, other: int, effect: Effect, reads: Reads) -> Bailout | None:
    """Node `other`, which the call would be moved across, is a command on a channel that the call asks."""
    if effect.kind != "command":
        return None
    region = candidate.region
    slices = candidate.needs - candidate.accepted - candidate.noted
    movers = [i for i in {*slices, candidate.node.id} if region.moved_across(i, other)]
    asked = [e for i in movers for e in region.effects(i) if e.kind in REMOTE]
    channels = {e.detail if e.kind == "query" else "inference" for e in asked}
    if not any(blocks(effect.detail, channel) for channel in channels):
        return None
    if effect.detail == "fs" and files.apart(candidate, other, effect):
        return None
    what = f"`{getattr(candidate.region.nodes[other], 'text', '')}(...)`, which {candidate.name} would be moved across,"
    return candidate.obstacle("command", what, candidate.located("here", other))
