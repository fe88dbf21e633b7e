"""Nothing is moved across what is not understood."""

from __future__ import annotations

from typing import Final

from ...analysis.domain.effects import Effect, EffectKind
from ...reasons import STATE, Reason
from ...remarks import Bailout
from .candidate import Candidate
from .conflict import Reads

OBSTACLE = Reason(
    code="unknown",
    number="XCS305",
    text="{what} is not understood",
    hint=STATE,
    meaning=(
        "The analysis doesn't know what this calls or does, so it stays in its place, and nothing moves "
        "across it."
    ),
    what_to_do=(
        "If the calls don't depend on their order, say so: `xcs.unordered(callable)`. A library that "
        "is missing can be described in a knowledge file."
    ),
)
EFFECTS: Final[tuple[EffectKind, ...]] = ("unknown",)


def across(candidate: Candidate, other: int, effect: Effect, reads: Reads) -> Bailout | None:
    """Node `other`, which the call would be moved across, has an unknown effect."""
    if effect.kind != "unknown" or not candidate.region.moved_across(candidate.node.id, other):
        return None
    return moved(candidate, other, effect, OBSTACLE, "a call")


def moved(candidate: Candidate, other: int, effect: Effect, reason: Reason, otherwise: str) -> Bailout:
    """The obstacle at its place; `otherwise`: what it is called where the effect has no name."""
    known = effect.where is not None and effect.where.line
    end = effect.where if known and effect.where is not None else candidate.located("here", other)
    what = f"{effect.detail or otherwise}, which {candidate.name} would be moved across,"
    return candidate.obstacle(reason.code, what, end)
