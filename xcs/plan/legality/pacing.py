"""A sleep beside requests keeps a rate: the sleep and what it paces stay in order.

A sleep to which only a failure leads paces nothing before it is taken (`analysis.pauses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import EffectKind, paced, remote
from ...ir.nodes import Instr
from ...reasons import FUNDAMENTAL, Reason
from ...remarks import Bailout, Located, Remark

OBSTACLE = Reason(
    code="pacing",
    number="XCS310",
    text="a sleep beside requests is pacing: {what}",
    hint=FUNDAMENTAL,
    meaning=(
        "A sleep beside requests or commands keeps a rate: what it paces stays in order, at its speed. A "
        "sleep to which only a bad answer or an exception leads, as in a retry, paces nothing before it is taken."
    ),
    what_to_do="Nothing, where a rate must be kept. Services' own limits are respected without it.",
)
REQUEST = "beside this request"
EFFECTS: Final[tuple[EffectKind, ...]] = ("pacing",)


def of_region(region: LinkedRegion, candidates: Sequence[Instr], filename: str) -> Bailout | None:
    """One of the candidates is `time.sleep` itself, and something in the region is paced by it."""
    sleep = next((n for n in candidates if region.sleeps(n.id)), None)
    if sleep is None:
        return None
    for what, text in ((remote, REQUEST), (paced, "beside this")):
        for other, node in region.nodes.items():
            if any(what(effect) for effect in region.effects(other)):
                beside = Located(text, region.filename(other) or filename, node.span.line)
                return Bailout("pacing", f"`{sleep.text}(...)`", sleep.span, (beside,))
    return None


def of_a_request(remark: Remark) -> bool:
    """Whether a remark says that a sleep paces a request: it is no slow call's stand-in."""
    return remark.code == "pacing" and any(end.text == REQUEST for end in remark.ends)
