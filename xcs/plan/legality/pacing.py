"""A sleep beside requests keeps a rate: the sleep and what it paces stay in order.

A sleep behind a bad answer alone paces nothing before it is taken (`analysis.bad_answers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import EffectKind, paced
from ...ir.nodes import Instr
from ...reasons import FUNDAMENTAL, Reason
from ...remarks import Bailout, Located

OBSTACLE = Reason(
    code="pacing",
    number="XCS310",
    text="a sleep beside requests is pacing: {what}",
    hint=FUNDAMENTAL,
    meaning=(
        "A sleep beside requests or commands keeps a rate: what it paces stays in order, at its speed. A "
        "sleep behind a bad answer only, as in a retry, paces nothing before it is taken."
    ),
    what_to_do="Nothing, where a rate must be kept. Services' own limits are respected without it.",
)
EFFECTS: Final[tuple[EffectKind, ...]] = ("pacing",)


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
