"""A file that the region writes is none of those that a slice reads ahead: the slice sees to that as it asks."""

from __future__ import annotations

from ...analysis.domain.effects import Effect
from ...analysis.domain.places import Path
from ...analysis.file_targets import asks
from .candidate import Candidate

STEPS = ("attr", "target")  # from a variable to a file that it holds: what a writer of rows writes to


def apart(candidate: Candidate, other: int, effect: Effect) -> bool:
    """Whether the slice knows which file a command is about before it asks for what that may change."""
    region, root = candidate.region, effect.loc.root if effect.loc is not None else None
    needs = candidate.needs - candidate.noted
    if not candidate.exact or asks(region, candidate.node.id) or needs & candidate.accepted - {candidate.node.id}:
        return False
    if other in candidate.noted or (type(root) is tuple and len(root) == 1 and root[0] in candidate.noted):
        return True
    if not isinstance(root, Path) or root.kind != "local" or any(kind not in STEPS for kind, _ in root.steps):
        return False
    candidate.held.add(root)
    return True
