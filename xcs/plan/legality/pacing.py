"""A sleep beside requests keeps a rate: it and what it paces stay in order.

Where only a bad answer leads to it, and nothing is asked behind it in its iteration, it paces nothing before it is
taken: it stays in its place.

    for name in names:
        page = requests.get(BASE + name)
        if page.status_code != 200:
            time.sleep(5)
            continue
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from ...analysis.dependence import Region
from ...analysis.domain.effects import paced, waits
from ...analysis.domain.values import Fresh, Inst, Value
from ...ir.nodes import Block, Const, For, If, Instr, Node, Operand, Var
from ...knowledge import type_facts
from ...peek import MISSING
from ...remarks import Bailout, Located

GOOD: Mapping[tuple[str, str], object] = {("status_code", "int"): 200, ("status", "int"): 200, ("ok", "bool"): True}
COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt,
    "GtE": operator.ge,
}  # fmt: skip


def of_region(region: Region, candidates: Sequence[Instr], filename: str) -> Bailout | None:
    """One of the candidates is `time.sleep` itself, and something in the region is paced by it."""
    sleep = next((n for n in candidates if region.sleeps(n.id)), None)
    if sleep is None:
        return None
    for other, node in region.nodes.items():
        if any(paced(effect) for effect in region.effects(other)):
            beside = Located("beside this", region.filename(other) or filename, node.span.line)
            return Bailout("pacing", f"`{sleep.text}(...)`", sleep.span, (beside,))
    return None


def after_bad_answer(region: Region, sleep: Instr) -> bool:
    """Whether only a bad answer leads to a sleep, behind which its iteration ends without another slow call."""
    if not region.sleeps(sleep.id) or region.callee(sleep.id) is not None:
        return False
    parents = region.parents[sleep.id]
    loops = [p for p in parents if isinstance(p, For)]
    if len(loops) != 1 or len(list(region.loops(sleep.id))) != 1 or region.in_handler(sleep.id):
        return False
    inside = region.below(loops[0].id)
    if any(waits(region.effects(i)) and region.order[i] > region.order[sleep.id] for i in inside):
        return False
    around = zip(parents, (*parents[1:], sleep), strict=True)
    return any(isinstance(p, If) and _good(region, p, p.test) is (not _stands_in(p.body, b.id)) for p, b in around)


def _stands_in(block: Block, ident: int) -> bool:
    return any(node.id == ident for node in block)


def _good(region: Region, user: Node, operand: Operand) -> object:
    """What an operand is when the answer is a good one; MISSING: it is not known."""
    if isinstance(operand, Const):
        return operand.value
    if not isinstance(operand, Var):
        return MISSING
    defined = region.whole.uses.get(user.id, {}).get(operand.name, frozenset())
    node = region.nodes.get(min(defined, default=0)) if len(defined) == 1 else None
    if not isinstance(node, Instr):
        return MISSING
    match node.op:
        case "attr":
            return _of_answer(node.name, region.facts.operands.get(node.id, (frozenset(),))[0])
        case "unary" if node.name == "Not":
            inner = _good(region, node, node.uses[0])
            return not inner if type(inner) is bool else MISSING
        case "compare" if node.name in COMPARISONS:
            left, right = (_good(region, node, use) for use in node.uses[:2])
            return COMPARISONS[node.name](left, right) if type(left) is int and type(right) is int else MISSING
        case "compare" if node.name in ("In", "NotIn"):
            left, right = (_good(region, node, use) for use in node.uses[:2])
            flat = type(left) is int and type(right) is tuple and all(type(status) is int for status in right)
            return (left in right) is (node.name == "In") if flat else MISSING  # type: ignore[operator]
        case "build" if node.name == "tuple":
            return tuple(_good(region, node, use) for use in node.uses)
        case "copy" | "narrow":
            return _good(region, node, node.uses[0])
        case _:
            return MISSING


def _of_answer(name: str, value: Value) -> object:
    """What an attribute of an answer is, of a class that a library describes, where the answer is a good one."""
    kinds = [a.cls for a in value if isinstance(a, Inst | Fresh)]
    stated = [facts.attributes.get(name) for facts in map(type_facts, kinds) if facts is not None]
    if not value or len(stated) != len(value) or len(set(stated)) != 1:
        return MISSING
    return GOOD.get((name, stated[0] or ""), MISSING)
