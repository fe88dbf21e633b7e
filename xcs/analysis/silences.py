"""Calls that may show something of their arguments, and how a slice asks whether they would."""

from __future__ import annotations

from ..ir.nodes import Instr
from ..knowledge import lookup
from ..runtime.silent import Silent
from .domain.effects import OUTPUTS, Effect
from .domain.values import NOTHING, Known
from .observed import Observed


def silence(region: Observed, ident: int) -> Silent | None:
    """What is asked of the arguments of a call, of the one library callable that is called there."""
    node = region.nodes[ident]
    if not isinstance(node, Instr) or node.op != "call" or any(node.stars) or None in node.keywords:
        return None
    called = region.facts.operands.get(ident, (NOTHING,))[0]
    facts = [lookup(a.obj) for a in called if isinstance(a, Known)]
    return facts[0].silent if len(facts) == len(called) == 1 and facts[0] is not None else None


def asked_first(region: Observed, ident: int, effect: Effect) -> bool:
    """Whether an effect is what a call shows, of which a slice sees to it that there is nothing."""
    return effect.kind == "command" and effect.detail in OUTPUTS and silence(region, ident) is not None
