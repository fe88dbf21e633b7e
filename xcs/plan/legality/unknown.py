"""Nothing is moved across what is not understood, or depends on the thread."""

from __future__ import annotations

from ...analysis.domain.effects import Effect
from ...remarks import Bailout
from .candidate import Candidate
from .conflict import Reads


def across(candidate: Candidate, other: int, effect: Effect, reads: Reads) -> Bailout | None:
    """Node `other`, which the call would be moved across, has an unknown or thread-bound effect."""
    if effect.kind not in ("unknown", "thread") or not candidate.region.moved_across(candidate.node.id, other):
        return None
    known = effect.where is not None and effect.where.line
    end = effect.where if known and effect.where is not None else candidate.located("here", other)
    subject = effect.detail or "a call that depends on the thread"
    code = "unknown" if effect.kind == "unknown" else "thread-bound"
    return candidate.obstacle(code, f"{subject}, which {candidate.name} would be moved across,", end)
