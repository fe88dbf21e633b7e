"""The loop for each of whose iterations a strand runs: the iterations need nothing of each other.

    for task in tasks:              # the anchor: what an iteration begins with rests on no call
        history = [task]
        while len(history) < 9:     # inside, calls may rest on earlier ones of the iteration, and on their failures
            history.append(model(history))
"""

from __future__ import annotations

import itertools
from collections.abc import Set

from ..ir.nodes import For, Instr, Node, Try, While, walk
from ..records import dataclass
from .dependence import LinkedRegion
from .domain.values import origins_of


@dataclass(frozen=True, slots=True)
class Anchor:
    """A loop (0: none, the region), and the slice of a call inside one iteration of it."""

    loop: int
    needs: frozenset[int]
    live: frozenset[str]


def counted(region: LinkedRegion, node: Node) -> list[int]:
    """The loops around a call whose iterations the slice and the program count alike: not those inside a loop of which
    the slice runs the first iteration alone, nor those inside a `while` loop, which begin again and again."""
    around = itertools.takewhile(lambda p: isinstance(p, For) and p.id not in region.cut, region.loops(node.id))
    return [p.id for p in around]


def anchor_of(region: LinkedRegion, node: Instr, accepted: frozenset[int]) -> Anchor:
    """The innermost loop iteration from whose beginning the slice can run with values known without results."""
    for place in reversed(counted(region, node)):
        needs, live = _slice(region, node.id, place)
        if _shares(region, needs, place) or region.closure(place)[0] & accepted:
            continue
        if all(_known_ahead(region, name, place, accepted) for name in live) and not _ends(region, place, accepted):
            return Anchor(place, needs, live)
    return Anchor(0, *region.closure(node.id))


def independent(region: LinkedRegion, ident: int, loop: int, accepted: frozenset[int]) -> bool:
    """Whether what a node in a loop needs comes from the same iteration, or from no call at all."""
    needs, live = region.closure(ident, loop)
    return not _shares(region, needs, loop) and all(_known_ahead(region, n, loop, accepted) for n in live)


def follows(region: LinkedRegion, anchor: Anchor, accepted: frozenset[int]) -> bool:
    """Whether a strand goes through rounds, handlers or exceptions raised in an iteration."""
    if not region.follows or not anchor.loop:
        return False
    nodes = [region.nodes[i] for i in anchor.needs]
    if any(n.id in accepted and region.rests_on_itself(n.id, anchor.loop) for n in nodes):
        return True
    ends = region.endings()
    return any(isinstance(n, While) or region.in_handler(n.id) or _raises(n) or n.id in ends for n in nodes)


def begins_with(region: LinkedRegion, loop: int, live: Set[str]) -> set[int]:
    """What is computed for the strands of a loop before they begin: its header, what leaves it, and the values that
    these variables have at the begin of each iteration."""
    needs = set(region.closure(loop)[0])
    for jump in region.exits(loop):
        needs |= region.closure(jump)[0]
    inside = [below for below in region.nodes if loop in region.around[below]]
    for name, below in itertools.product(live, inside):
        for definition in region.whole.uses.get(below, {}).get(name, frozenset()):
            if definition:
                needs |= region.closure(definition)[0]
    return needs


def _raises(node: Node) -> bool:
    return isinstance(node, Instr) and node.op == "raise"


def _slice(region: LinkedRegion, ident: int, place: int) -> tuple[frozenset[int], frozenset[str]]:
    """What a call needs inside an iteration; with what would end it before the call, and what handlers are for."""
    needs, live = region.closure(ident, place)
    if not region.follows:
        return needs, live
    loop, itself = region.nodes[place], region.rests_on_itself(ident, place)
    parts = [(needs, live)]
    for end in region.endings():
        before = region.order[end] < region.order[ident] or region.share_loop(end, ident, loop)
        if end in region.below(place) and before:
            found = region.closure(end, place)
            if itself or ident not in found[0]:
                parts.append(found)
    return with_types(region, parts, place)


def with_types(
    region: LinkedRegion, parts: list[tuple[frozenset[int], frozenset[str]]], place: int
) -> tuple[frozenset[int], frozenset[str]]:
    """The nodes and variables of several slices together, with what handlers are for where slices go through these."""
    for below in frozenset[int]().union(*(nodes for nodes, _ in parts)) if region.follows else ():
        block = region.nodes[below]
        if isinstance(block, Try):
            types = [n.id for handler in block.handlers for n in walk(handler.types)]
            parts += [region.closure(i, place) for i in types]
    return frozenset[int]().union(*(n for n, _ in parts)), frozenset[str]().union(*(names for _, names in parts))


def _ends(region: LinkedRegion, loop: int, accepted: frozenset[int]) -> bool:
    """Whether a result decides that a loop ends before its last iteration: it leaves it, or a failure does that is
    handled outside."""
    if not region.follows:
        return False
    if any(isinstance(p, Try) and p.handlers for p in region.parents[loop]):
        return True
    return any(region.closure(jump)[0] & accepted for jump in region.exits(loop))


def _shares(region: LinkedRegion, needs: frozenset[int], loop: int) -> bool:
    """Whether the slice of an iteration uses what the region changes and all iterations share: they may run in any
    order."""
    around = region.nodes[loop]
    assert isinstance(around, For)
    inside = region.below(loop)
    found = (e.loc.root for i in needs for e in region.slice_effects(i) if e.loc is not None)
    used = {root for root in found if isinstance(root, tuple) and root[0] not in inside}
    if not used:
        return False
    adds = (region.nodes[w] for root in used for w in region.writers(root[0]))
    return bool(used & region.written()) or any(isinstance(n, Instr) and n.op == "collect" for n in adds)


def _known_ahead(region: LinkedRegion, name: str, loop: int, accepted: frozenset[int]) -> bool:
    """Whether a variable's value at the begin of each iteration of the loop depends on no result."""
    node = region.nodes[loop]
    assert isinstance(node, For)
    if name == node.target:
        return True
    for ident in region.whole.uses:
        below = region.nodes.get(ident)
        if below is None or loop not in region.around[ident]:
            continue
        for definition in region.given(ident).get(name, frozenset()):
            if definition and (region.closure(definition)[0] & accepted or _gets_results(region, definition, accepted)):
                return False
    return True


def _gets_results(region: LinkedRegion, definition: int, accepted: frozenset[int]) -> bool:
    """Whether a result is put into the container that a variable is bound to."""
    made = {o for a in region.facts.results.get(definition, frozenset()) for o in origins_of(a)}
    roots = (o for o in made if isinstance(o, tuple) and len(o) == 1 and o[0] in region.nodes)
    return any(region.closure(w)[0] & accepted for root in roots for w in region.writers(root[0]))
