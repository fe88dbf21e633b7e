"""A sleep beside requests keeps a rate: it and what it paces stay in order; one behind a bad answer alone paces nothing
before it is taken (`analysis.bad_answers`)."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import paced
from ...ir.nodes import Instr
from ...remarks import Bailout, Located


def of_region(region: LinkedRegion, candidates: Sequence[Instr], filename: str) -> Bailout | None:
    """One of the candidates is `time.sleep` itself, and something in the region is paced by it."""
    sleep = next((n for n in candidates if region.sleeps(n.id)), None)
    if sleep is None:
        return None
    for other, node in region.nodes.items():
        if any(paced(effect) for effect in region.effects(other)):
            beside = Located("beside this", region.filename(other) or filename, node.span.line)
            return Bailout("pacing", f"`{sleep.text}(...)`", sleep.span, (beside,))
    return None
