"""Loops inside an iteration whose calls need nothing of each other: its strand lets all of them start, and joins.

    for task in tasks:                               # the anchor
        states = [task]
        for _ in range(3):                           # rounds: each needs the one before
            states = [grow(s) for s in states]       # fans out: a strand for each `s`, which the round waits for
"""

from __future__ import annotations

import itertools

from ..analysis.anchors import Anchor, counted
from ..analysis.dependence import LinkedRegion
from ..analysis.domain.holding import parts
from ..analysis.domain.values import NOTHING, Plain, Top, origins_of
from ..ir.nodes import ROUNDS, For, Instr, Try
from ..peek import IMMUTABLE
from .legality.conflict import reached


def fan_of(region: LinkedRegion, call: Instr, anchor: int, accepted: frozenset[int]) -> Anchor | None:
    """The outermost loop, inside an iteration of the anchor, for each of whose iterations the call starts at once."""
    for loop in inside_of(region, call, anchor):
        found = Anchor(loop, *region.closure(call.id, loop))
        if _fans(region, call.id, found, anchor, accepted):
            return found
    return None


def inside_of(region: LinkedRegion, call: Instr, anchor: int) -> list[int]:
    """The loops around a call inside an iteration of the anchor; in `while` loops such as are not called back."""
    around = list(itertools.takewhile(lambda p: p.id not in region.cut, region.loops(call.id)))
    places = [p.id for p in around]
    inside = around[places.index(anchor) + 1 :] if anchor in places else []
    plain = counted(region, call)
    called = {p.id for p in around if isinstance(p, For) and (p.callback or p.iterable is ROUNDS)}
    rounds = [] if called else [p.id for p in inside if isinstance(p, For) and p.id not in plain]
    return [p.id for p in inside if p.id in plain] + rounds


def counted_with(
    region: LinkedRegion, call: Instr, fan: Anchor | None
) -> tuple[tuple[int, ...], tuple[int, int] | None]:
    """The loops by whose iterations a call's instances are told apart; and of the loop that fans out, where it begins
    again in each round of a `while` loop, that in each of whose iterations it is counted from the beginning."""
    plain = counted(region, call)
    if fan is None or fan.loop in plain:
        return tuple(plain), None
    loops = list(region.loops(call.id))
    first = next(n for n, p in enumerate(loops) if p.id == fan.loop)
    inner = itertools.takewhile(lambda p: isinstance(p, For) and p.id not in region.cut, loops[first:])
    return (*plain, *(p.id for p in inner)), (plain[-1], fan.loop)


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
