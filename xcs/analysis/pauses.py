"""Pauses to which only a failure leads, a bad answer or an exception: they pace nothing before they are taken.

    for name in names:
        for attempt in range(3):
            page = requests.get(BASE + name)
            if page.status_code == 200:
                break
            time.sleep(2**attempt)

    while True:
        try:
            answer = client.chat.completions.create(...)
            break
        except OpenAIError as error:
            print(error)
        time.sleep(1)
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from ..ir.nodes import Block, Const, For, If, Inline, Instr, Jump, Node, Operand, Try, Var, children, walk
from ..knowledge import type_facts
from ..peek import MISSING
from .domain.effects import Effect, waits
from .domain.values import Fresh, Inst, Value
from .observed import Observed

GOOD: Mapping[tuple[str, str], object] = {("status_code", "int"): 200, ("status", "int"): 200, ("ok", "bool"): True}
COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt,
    "GtE": operator.ge,
}  # fmt: skip


def after_failure(region: Observed, sleep: Instr) -> bool:
    """Whether only a bad answer or a failure leads to a sleep in a loop over items, behind which no slow call of its
    iteration starts early: there is none but the one that a loop makes again, or strands end at the sleep."""
    loops = region.loops(sleep.id)
    if not region.sleeps(sleep.id) or region.in_handler(sleep.id) or not loops or not isinstance(loops[0], For):
        return False
    if not region.follows and (len(region.round(sleep.id)) != 1 or _asks_behind(region, sleep, loops[0])):
        return False
    return _led_by_failure(region, sleep)


def _asks_behind(region: Observed, sleep: Instr, loop: Node) -> bool:
    inside = region.below(loop.id)
    return any(waits(region.effects(i)) and region.order[i] > region.order[sleep.id] for i in inside)


def _led_by_failure(region: Observed, sleep: Instr) -> bool:
    parents = region.parents[sleep.id]
    for parent, below in zip(parents, (*parents[1:], sleep), strict=True):
        if isinstance(parent, If) and _good(region, parent, parent.test) is (not _stands_in(parent.body, below.id)):
            return True
        block = next(b for b in children(parent) if _stands_in(b, below.id))
        before = block[: [n.id for n in block].index(below.id)]
        for place, node in enumerate(before):
            good = _good(region, node, node.test) if isinstance(node, If) else MISSING
            if isinstance(node, If) and type(good) is bool and _leaves(node.body if good else node.orelse):
                return True
            again = isinstance(node, Try) and len(region.loops(node.id)) > 1 and _asks_and_leaves(region, node)
            if again and not _asks(region, before[place + 1 :]):
                return True  # behind it comes only what failed, and is asked again
    return False


def _asks_and_leaves(region: Observed, node: Try) -> bool:
    """Whether what a `try` statement waits for fails where the block around it goes on behind it."""
    handlers = [n for handler in node.handlers for n in handler.body]
    leaves = _leaves(node.body, raising=False) or _leaves(node.orelse)
    return leaves and _asks(region, node.body) and not _asks(region, (*handlers, *node.final))


def _asks(region: Observed, block: Block) -> bool:
    return any(waits(region.effects(node.id)) for node in walk(block) if not region.sleeps(node.id))


def _leaves(block: Block, raising: bool = True) -> bool:
    """Whether nothing comes behind a block. raising: by an exception, too."""
    match block[-1:]:
        case (Jump(),):
            return True
        case (Instr(op="raise"),):
            return raising
        case (If(body=body, orelse=orelse),):
            return _leaves(body, raising) and _leaves(orelse, raising)
        case _:
            return False


def _stands_in(block: Block, ident: int) -> bool:
    return any(node.id == ident for node in block)


def _good(region: Observed, user: Node, operand: Operand) -> object:
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


def paces_after_failure(region: Observed, ident: int, effect: Effect) -> bool:
    """Whether what paces a call of an open callee's are pauses to which only failures lead."""
    if effect.kind != "pacing":
        return False
    callees = {p.id for p in region.parents[ident] if isinstance(p, Inline)}
    sleeps = [n for n in region.nodes.values() if isinstance(n, Instr) and region.sleeps(n.id)]
    own = [n for n in sleeps if not region.in_handler(n.id) and getattr(region.callee(n.id), "id", 0) in callees]
    where = effect.where
    meant = where is not None and any((region.filename(n.id), n.span.line) == (where.filename, where.line) for n in own)
    return meant and all(after_failure(region, n) for n in own)
