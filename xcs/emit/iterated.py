"""Iterators and views that a slice makes of containers, which may be changed while they are gone through."""

from __future__ import annotations

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.values import Bound, Known
from ..ir.nodes import For, Instr, Node

ITERATORS = frozenset(map(id, (enumerate, zip, reversed, iter, dict.items, dict.values)))


def iterates(region: LinkedRegion, node: Instr) -> bool:
    """Whether a call gives an iterator over elements, or a view of them."""
    callees = region.facts.operands.get(node.id, (frozenset(),))[0]
    functions = (callee.func if isinstance(callee, Bound) else callee for callee in callees)
    return any(isinstance(f, Known) and id(f.obj) in ITERATORS for f in functions)


def looped_over(region: LinkedRegion, node: Instr, needs: frozenset[int]) -> bool:
    """Whether loops of the slice alone go through it: they see what becomes of the container, as the program's do."""
    return all(
        isinstance(user, For)
        or (isinstance(user, Instr) and iterates(region, user) and looped_over(region, user, needs))
        for user in _users(region, node, needs)
    )


def used_at_once(region: LinkedRegion, node: Instr, needs: frozenset[int]) -> bool:
    """Whether one operation of the slice takes all of it before anything is changed."""
    users = _users(region, node, needs)
    if len(users) != 1 or region.parents[users[0].id] != region.parents[node.id]:
        return False
    first, last = region.order[node.id], region.order[users[0].id]
    between = [i for i, order in region.order.items() if first < order < last]
    return not any(e.kind == "write" for i in between for e in region.effects(i))


def _users(region: LinkedRegion, node: Instr, needs: frozenset[int]) -> list[Node]:
    """The nodes of a slice that are given what a node makes, by whatever name."""
    found: list[Node] = []
    for ident in needs:
        if node.id in region.whole.uses.get(ident, {}).get(node.target or "", ()):
            user = region.nodes[ident]
            copies = isinstance(user, Instr) and user.op in ("copy", "narrow")
            found += _users(region, user, needs) if copies else [user]  # type: ignore[arg-type]
    return found
