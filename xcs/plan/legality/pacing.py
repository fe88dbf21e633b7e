"""A sleep beside requests keeps a rate: the sleep and what it paces stay in order.

A sleep to which only a failure leads paces nothing before it is taken (`analysis.pauses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import EffectKind, paced, remote, waits
from ...analysis.domain.values import NOTHING, Plain
from ...analysis.pauses import after_failure
from ...ir.nodes import Instr, Node, With
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
    """One of the candidates is `time.sleep` itself, or a call that stays sleeps whatever is answered (a limiter that
    asks the clock), and something in the region is paced by it."""
    sleep = next((n for n in candidates if region.sleeps(n.id)), None) or _on_the_way(region, candidates)
    if sleep is None:
        return None
    for what, said in ((remote, REQUEST), (paced, "beside this")):
        for other, node in region.nodes.items():
            if any(what(effect) for effect in region.effects(other)):
                beside = Located(said, region.filename(other) or filename, node.span.line)
                text = f"`{sleep.text}(...)`" if isinstance(sleep, Instr) else "what a `with` statement enters"
                return Bailout("pacing", text, sleep.span, (beside,))
    return None


def _on_the_way(region: LinkedRegion, candidates: Sequence[Instr]) -> Instr | With | None:
    """What sleeps and stays, or gives nothing (`pause()`), and to which neither a failure nor an answer leads."""
    for node in region.nodes.values():
        effects = region.effects(node.id)
        if not any(e.kind == "sleep" for e in effects) or any(map(remote, effects)) or region.in_handler(node.id):
            continue
        if not isinstance(node, Instr | With) or (node in candidates and not _gives_nothing(region, node)):
            continue
        if isinstance(node, Instr) and after_failure(region, node):
            continue
        if not any(waits(region.effects(i)) for i in region.closure(node.id)[0] - {node.id}):
            return node
    return None


def _gives_nothing(region: LinkedRegion, node: Node) -> bool:
    given = region.facts.results.get(node.id, NOTHING)
    return bool(given) and all(isinstance(a, Plain) and a.cls is type(None) for a in given)


def of_a_request(remark: Remark) -> bool:
    """Whether a remark says that a sleep paces a request: it is no slow call's stand-in."""
    return remark.code == "pacing" and any(end.text == REQUEST for end in remark.ends)
