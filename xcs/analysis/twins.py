"""Twins of items, with which slices go on: who gets one must not ask which object it is."""

from __future__ import annotations

from ..ir.nodes import Inline, Instr, Twin
from .domain.effects import Effect
from .domain.values import Abstract, Bound, Fresh
from .observed import Observed
from .steps import PASSED_ON


def is_twin(region: Observed, abstract: Abstract) -> bool:
    """Whether a value is a twin, or a method of one."""
    if isinstance(abstract, Bound):
        abstract = abstract.receiver
    if not isinstance(abstract, Fresh) or len(abstract.key) != 1:
        return False
    node = region.nodes.get(abstract.key[0])
    return isinstance(node, Instr) and node.op == "twin"


def is_seen(region: Observed, twin: Instr) -> bool:
    """Whether functions that are run as they are, properties say, may see that they have a twin, or it says itself
    whether it is true; or any that they have its lists, not the item's."""
    assert isinstance(twin.payload, Twin)
    return any(region.facts.twins.get((ident,), False) for ident in (twin.id, *twin.payload.readers))


def asks_which(region: Observed, ident: int) -> bool:
    """Whether a node may see that it has a twin, not the item: it does more with it than get and set attributes."""
    node, values = region.nodes[ident], region.facts.operands.get(ident, ())
    if isinstance(node, Inline) or (isinstance(node, Instr) and node.op in PASSED_ON):
        return False
    if isinstance(node, Instr) and node.op in ("attr", "setattr"):
        values = values[1:]
    return any(is_twin(region, abstract) for value in values for abstract in value)


def not_told(region: Observed, twin: Instr) -> bool:
    """Whether an iteration sets an attribute of its item that is not among what a twin says the program writes."""
    assert isinstance(twin.payload, Twin)
    told = {e.loc.slot for e in twin.payload.writes if isinstance(e, Effect) and e.loc is not None}
    effects = (e for ident in region.nodes.keys() - twin.payload.readers for e in region.effects(ident))
    set_ = {e.loc.slot for e in effects if e.kind == "write" and e.loc is not None and e.loc.root == (twin.id,)}
    return not set_ <= told
