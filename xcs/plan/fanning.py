"""Loops inside an iteration whose calls need nothing of each other: its strand lets all of them start, and joins.

    for task in tasks:                               # the anchor
        states = [task]
        for _ in range(3):                           # rounds: each needs the one before
            states = [grow(s) for s in states]       # fans out: a strand for each `s`, which the round waits for
"""

from __future__ import annotations

from ..analysis.anchors import Anchor, counted
from ..analysis.dependence import LinkedRegion
from ..analysis.domain.holding import parts
from ..analysis.domain.values import NOTHING, Plain, Top, origins_of
from ..ir.nodes import Instr, Try
from ..peek import IMMUTABLE
from .legality.conflict import reached


def fan_of(region: LinkedRegion, call: Instr, anchor: int, accepted: frozenset[int]) -> Anchor | None:
    """The outermost loop, inside an iteration of the anchor, for each of whose iterations the call starts at once."""
    around = counted(region, call)
    for loop in around[around.index(anchor) + 1 :] if anchor in around else ():
        found = Anchor(loop, *region.closure(call.id, loop))
        if _fans(region, call.id, found, anchor, accepted):
            return found
    return None


def _fans(region: LinkedRegion, call: int, fan: Anchor, anchor: int, accepted: frozenset[int]) -> bool:
    inside = region.below(fan.loop)
    ends = region.exits(fan.loop) or not inside.isdisjoint(region.endings())
    handled = [p for p in region.parents[call] if isinstance(p, Try) and anchor in region.around[p.id]]
    if ends or any(p.handlers for p in handled) or region.rests_on_itself(call, fan.loop):
        return False
    if any(isinstance(region.nodes[i], Try) or region.in_handler(i) for i in fan.needs):
        return False
    written = {root for i in inside for root in _written(region, i)}
    read = [e.loc.root for i in {*fan.needs, fan.loop} for e in region.slice_effects(i) if e.loc is not None]
    outside: set[object] = {root for root in read if not isinstance(root, tuple) or root[0] not in inside}
    outside |= {below for root in read if isinstance(root, tuple) for below in reached(region, root)}
    collected = any(w in inside for root in outside if isinstance(root, tuple) for w in region.writers(root[0]))
    return not outside & written and not collected and not _carried(region, fan)


def _written(region: LinkedRegion, ident: int) -> set[object]:
    """What a node writes to, without an object that it makes: given none of that kind, it knows no other."""
    found: set[object] = {e.loc.root for e in region.effects(ident) if e.kind == "write" and e.loc is not None}
    made = (ident,)
    if made in found:
        given = parts(region.facts.operands.get(ident, (NOTHING,))[1:], region.facts.contents)
        others = (a for a in given if not (isinstance(a, Plain) and a.cls in IMMUTABLE))
        if not any(made in origins_of(a) or isinstance(a, Top) for a in others):
            found.discard(made)
    return found


def _carried(region: LinkedRegion, fan: Anchor) -> bool:
    """Whether an iteration begins with what an earlier one of the loop has bound."""
    inside = region.below(fan.loop)
    target = getattr(region.nodes[fan.loop], "target", None)
    reads = [region.whole.uses.get(i, {}) for i in fan.needs]
    return any(inside & uses.get(name, frozenset()) for name in fan.live - {target} for uses in reads)
