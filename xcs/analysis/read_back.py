"""Attributes that an iteration stores and reads again: the slice goes on with the value that was stored.

    doc.summary = ask(doc.text)
    doc.score = judge(doc.summary)      # for the slice: judge(ask(doc.text))

The program reads the attribute itself, and the take compares what it got. The store comes before the read whenever
that is reached, in the same iteration of the same loops; both are of one object, whose class runs no code of its own
for it; and nothing between them may write an attribute of this name.
"""

from __future__ import annotations

import types

from ..ir.def_use import defined
from ..ir.nodes import Inline, Instr, Node, Operand, Try, Var, walk
from ..knowledge import sets_alone
from ..peek import MISSING, class_lookup
from .domain.effects import Effect
from .domain.values import NOTHING, Bound, Inst
from .observed import Observed

Stored = tuple[int, Operand]  # the node that stores a value, and the value
SPECIAL = ("__getattribute__", "__setattr__")
MOST_NODES = 400  # nodes between a store and a read that are looked at


def stored_before(region: Observed, read: Instr) -> Stored | None:
    """What the last store before a read of an attribute has stored there; None: it can't be told."""
    held = region.facts.operands.get(read.id, ())
    if not held or not held[0] or not all(isinstance(a, Inst) and _plain(a.cls, read.name) for a in held[0]):
        return None
    stores = [n for n in region.stores_of(read.name) if region.order[n.id] < region.order[read.id]]
    store = stores[-1] if stores else None
    if store is None or not _comes_before(region, store, read):
        return None
    between = _between(region, store, read)
    if len(between) > MOST_NODES or _base(region, store, store.uses[0]) != _base(region, read, read.uses[0]):
        return None
    value = store.uses[1]
    if isinstance(value, Var) and any(value.name in defined(n) for n in between):
        return None
    if any(_may_change(e, read.name) for n in between for e in region.facts.effects.get(n.id, ())):
        return None
    return store.id, value


def _plain(cls: type, name: str) -> bool:
    """Whether an attribute of objects of a class is what was stored last."""
    special = (SPECIAL[0],) if sets_alone(name, cls) else SPECIAL
    if any(class_lookup(cls, one) is not class_lookup(object, one) for one in special):
        return False
    found = class_lookup(cls, name)
    slot = type(found) is types.MemberDescriptorType
    return found is MISSING or slot or class_lookup(type(found), "__get__") is MISSING


def _comes_before(region: Observed, store: Instr, read: Instr) -> bool:
    """Whether a store has been made whenever the read is reached, since the last time that this was."""
    place: Node = store
    while (around := region.parents[place.id]) and isinstance(inline := around[-1], Inline):
        if inline in region.parents[read.id]:
            break
        before = (j for j in region.jumps if region.order[j.id] < region.order[store.id])
        leaving = (j for j in before if inline.id in region.around[j.id])
        if any(j.kind != "leave" or region.callee(j.id) is inline for j in leaving):
            return False
        place = inline
    above = region.parents[place.id]
    beside = (*region.parents[read.id], read)
    if beside[: len(above)] != above or len(beside) <= len(above):
        return False
    slot, sibling = region.slots[place.id], beside[len(above)]
    tried = bool(above) and isinstance(above[-1], Try) and slot != "body"  # one of several blocks
    return not tried and sibling is not place and region.slots[sibling.id] == slot


def _between(region: Observed, store: Instr, read: Instr) -> list[Node]:
    """What may run behind the store and before the read: also what follows it in loops that only it stands in."""
    nodes = list(region.nodes.values())[region.order[store.id] + 1 : region.order[read.id]]
    inner = [p for p in region.loops(read.id) if p not in region.parents[store.id]]
    return [*nodes, *(n for p in inner for n in walk((p,)))]


def _base(region: Observed, user: Instr, operand: Operand) -> object:
    """Where the object comes from that a node reads or changes: a variable with its definitions, through copies."""
    while isinstance(operand, Var):
        found = region.whole.uses.get(user.id, {}).get(operand.name, frozenset())
        made = region.nodes.get(next(iter(found))) if len(found) == 1 else None
        if isinstance(made, Instr) and made.op == "receiver" and (method := _method(region, made)) is not None:
            made = method
        elif not isinstance(made, Instr) or made.op not in ("copy", "narrow"):
            return operand.name, found
        user, operand = made, made.uses[0]
    return None, user.id


def _method(region: Observed, receiver: Instr) -> Instr | None:
    """What looks up a method in the class of the very object that an open callee gets first."""
    used = receiver.uses[0]
    found = region.whole.uses.get(receiver.id, {}).get(used.name, frozenset()) if isinstance(used, Var) else ()
    made = region.nodes.get(next(iter(found))) if len(found) == 1 else None
    if not isinstance(made, Instr) or made.op != "attr":
        return None
    bound, of = region.facts.results.get(made.id, NOTHING), region.facts.operands.get(made.id, (NOTHING,))[0]
    own = all(isinstance(a, Bound) and a.receiver in of for a in bound)
    return made if bound and own else None


def _may_change(effect: Effect, name: str) -> bool:
    """Whether an effect may be a write of an attribute of this name."""
    if effect.kind == "write" and effect.loc is not None:
        return effect.loc.deep or effect.loc.root is None or effect.loc.slot in ("*", f".{name}")
    return effect.kind in ("write", "unknown")


__all__ = ["Stored", "stored_before"]
