"""The calls stand in a `while` loop whose rounds can't be foreseen."""

from __future__ import annotations

from collections.abc import Collection

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import waits
from ...ir.nodes import For, Instr, While, walk
from ...reasons import Reason
from ...remarks import Bailout

OBSTACLE = Reason(
    code="while",
    number="XCS314",
    text="the rounds of a `while` loop can't be foreseen: {what}",
    hint="use a `for` loop, where what it goes through is known before the first call",
    meaning=(
        "Nobody can say how many rounds a `while` loop has whose end rests on what its calls give. The "
        "calls of one round may still run at the same time. Rounds that the loop's own variables decide "
        "(a count, a queue, what is left of a list) run ahead under `@jit`, not in the plain form."
    ),
    what_to_do="Use a `for` loop, where what it goes through is known before.",
)


def of_header(region: LinkedRegion, starting: Collection[int]) -> Bailout | None:
    """All calls that may start early stand in a loop of which a slice goes through one round, or need what it gives:
    they are asked for by what stands behind it."""
    for ident in sorted(region.cut, key=region.order.__getitem__):
        loop = region.nodes[ident]
        if not isinstance(loop, While) or region.loops(ident):
            continue
        inside = {node.id for node in walk((loop,))}
        behind = [call for call in starting if call not in inside]
        apart = all(isinstance(region.parents[call][0], For) for call in behind if region.parents[call])
        waiting = all(ident in region.closure(call)[0] for call in behind)
        if behind and waiting and (apart or not region.exits(ident)):
            return of_round(region, True)
    return None


def of_round(region: LinkedRegion, rounds: bool) -> Bailout | None:
    """A call stands in a `while` loop: whether there is another round is asked only then."""
    for node in region.nodes.values() if rounds else ():
        if isinstance(node, Instr) and node.op == "call" and waits(region.effects(node.id)):
            return Bailout("while", f"`{node.text}(...)`", node.span)
    return None
