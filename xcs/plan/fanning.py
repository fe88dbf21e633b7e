"""Loops inside an iteration whose calls need nothing of each other: its strand lets all of them start, and joins.

    for task in tasks:                               # the anchor
        states = [task]
        for _ in range(3):                           # rounds: each needs the one before
            states = [grow(s) for s in states]       # fans out: a strand for each `s`, which the round waits for
"""

from __future__ import annotations

from ..analysis.anchors import Anchor, counted
from ..analysis.dependence import Region
from ..ir.nodes import Instr, Try
from .legality.conflict import reached


def fan_of(region: Region, call: Instr, anchor: int, accepted: frozenset[int]) -> Anchor | None:
    """The outermost loop, inside an iteration of the anchor, for each of whose iterations the call starts at once."""
    around = counted(region, call)
    for loop in around[around.index(anchor) + 1 :] if anchor in around else ():
        found = Anchor(loop, *region.closure(call.id, loop))
        if _fans(region, call.id, found, anchor, accepted):
            return found
    return None


def _fans(region: Region, call: int, fan: Anchor, anchor: int, accepted: frozenset[int]) -> bool:
    inside = region.below(fan.loop)
    ends = region.exits(fan.loop) or not inside.isdisjoint(region.endings())
    handled = [p for p in region.parents[call] if isinstance(p, Try) and anchor in region.around[p.id]]
    if ends or any(p.handlers for p in handled) or region.rests_on_itself(call, fan.loop):
        return False
    if any(isinstance(region.nodes[i], Try) or region.in_handler(i) for i in fan.needs):
        return False
    written = {e.loc.root for i in inside for e in region.effects(i) if e.kind == "write" and e.loc is not None}
    read = [e.loc.root for i in {*fan.needs, fan.loop} for e in region.slice_effects(i) if e.loc is not None]
    outside: set[object] = {root for root in read if not isinstance(root, tuple) or root[0] not in inside}
    outside |= {below for root in read if isinstance(root, tuple) for below in reached(region, root)}
    collected = any(w in inside for root in outside if isinstance(root, tuple) for w in region.writers(root[0]))
    return not outside & written and not collected and not _carried(region, fan)


def _carried(region: Region, fan: Anchor) -> bool:
    """Whether an iteration begins with what an earlier one of the loop has bound."""
    inside = region.below(fan.loop)
    target = getattr(region.nodes[fan.loop], "target", None)
    reads = [region.whole.uses.get(i, {}) for i in fan.needs]
    return any(inside & uses.get(name, frozenset()) for name in fan.live - {target} for uses in reads)
