"""Attributes that hold, where an iteration reads them, what it has made and stored there before, and nothing else.

    agent.history = []                  # of each item
    agent.history.append(task)          # changes no list that was there before
    answer = ask(agent.history)

What is read back so (`read_back`) is known from an interpretation that takes it for anything that the attribute may
hold; a second one goes on with the object that was stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..ir.nodes import Instr, Operand, Var
from .dependence import LinkedRegion
from .domain.effects import Effect
from .domain.values import NOTHING, Fresh, origins_of


def stored_last(region: LinkedRegion) -> Mapping[int, Operand]:
    """The reads of attributes, of which more is known than what they may hold, with what was stored there."""
    found: dict[int, Operand] = {}
    for node in region.nodes.values():
        if not isinstance(node, Instr) or node.op != "attr":
            continue
        given = region.facts.results.get(node.id, NOTHING)
        unsure = len(given) > 1 and any(isinstance(a, Fresh) or origins_of(a) for a in given)
        stored = region.read_back(node.id) if unsure else None
        if stored is not None and isinstance(stored[1], Var):
            found[node.id] = stored[1]
    return found


def setters(region: LinkedRegion, calls: Collection[int]) -> set[int]:
    """Calls of these that store attributes which others read, or change what such attributes hold: open, it is seen
    what these are."""
    nodes = [n for n in region.nodes.values() if isinstance(n, Instr)]
    effects = {ident: region.effects(ident) for ident in calls}
    read = {n.name for n in nodes if n.op == "attr"}.union(*(_named("read", found) for found in effects.values()))
    stored = {n.name for n in nodes if n.op == "setattr"}.union(*(_named("write", f) for f in effects.values())) & read
    return {
        ident
        for ident, found in effects.items()
        if _named("write", found) & stored or (_named("read", found) & stored and any(e.kind == "write" for e in found))
    }


def _named(kind: str, effects: frozenset[Effect]) -> set[str]:
    """The attributes that are read, or written."""
    return {e.loc.slot[1:] for e in effects if e.kind == kind and e.loc is not None and e.loc.slot[:1] == "."}
