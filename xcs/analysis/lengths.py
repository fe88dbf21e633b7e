"""What a decision rests on where of a list only the length is asked: that elements were added, not which.

    for item in items:
        found.append(ask(item))
        if len(found) >= limit:      # rests on no answer
            break
"""

from __future__ import annotations

from ..ir.nodes import If, Instr, Var
from .dependence import LinkedRegion
from .domain.values import NOTHING, Bound, Fresh, Inst, Known, Plain


def decides(region: LinkedRegion, start: int, anchor: int = 0) -> frozenset[int]:
    """The backward slice of a node in one run of the anchor's body, as `LinkedRegion.closure`, for a strand that hands
    on what is still to come: without what is added to lists of which it asks the length alone."""
    inside = region.below(anchor)
    seen: set[tuple[int, bool]] = set()
    todo = [(start, False)] if start in inside else []
    while todo:
        ident, counted = todo.pop()
        if (ident, counted) in seen:
            continue
        seen.add((ident, counted))
        needed = region.needed(ident, anchor)
        if counted:
            needed -= _added(region, ident, anchor)
        counts = _asks_length(region, ident)
        todo += [(n, counts and _adds(region, n)) for n in needed & inside]
    return frozenset(ident for ident, _ in seen)


def _asks_length(region: LinkedRegion, ident: int) -> bool:
    """Whether a node is a call `len(...)` of lists, or asks whether they are empty."""
    node = region.nodes[ident]
    if isinstance(node, If) or (isinstance(node, Instr) and node.op == "unary" and node.name == "Not"):
        return _all_lists(region.facts.operands.get(ident, (NOTHING,))[0])
    if not isinstance(node, Instr) or node.op != "call" or len(node.uses) != 2:
        return False
    callees, lists = region.facts.operands.get(ident, (NOTHING, NOTHING))[:2]
    return _all_lists(lists) and bool(callees) and all(isinstance(c, Known) and c.obj is len for c in callees)


def _adds(region: LinkedRegion, ident: int) -> bool:
    """Whether a node is a call `append(...)` of lists."""
    node = region.nodes[ident]
    if not isinstance(node, Instr) or node.op != "call" or len(node.uses) != 2:
        return False
    callees = region.facts.operands.get(ident, (NOTHING,))[0]
    return bool(callees) and all(
        isinstance(c, Bound) and isinstance(c.func, Known) and c.func.obj is list.append for c in callees
    )


def _all_lists(value: object) -> bool:
    return bool(value) and all(isinstance(a, Fresh | Inst | Plain) and a.cls is list for a in value)  # type: ignore[attr-defined]


def _added(region: LinkedRegion, ident: int, anchor: int) -> frozenset[int]:
    """What makes the value that a call adds, and nothing else that it uses."""
    node = region.nodes[ident]
    assert isinstance(node, Instr)
    value = node.uses[1]
    uses = region.once(anchor).uses.get(ident, {})
    if not isinstance(value, Var):
        return frozenset()
    others = frozenset[int]().union(*(found for name, found in uses.items() if name != value.name))
    return uses.get(value.name, frozenset()) - others


__all__ = ["decides"]
