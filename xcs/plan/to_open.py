"""The calls of a region whose callees may be opened to get a better plan."""

from __future__ import annotations

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.effects import LOCAL
from ..analysis.stored_last import setters
from .callees import Callee, callees_of
from .feeding import feeds
from .opening import Numbered
from .sites import Chosen
from .twin_items import given_twins

OF_THE_CALLEE = ("writes", "command", "thread-bound", "unknown", "handled", "conflict", "arguments", "open", "value")


def to_open(region: LinkedRegion, chosen: Chosen, numbered: Numbered) -> dict[int, tuple[Callee, ...]]:
    """By the numbers of the calls' nodes: those that are refused for what their callees do, and those that others wait
    for, store what others read, or get a twin of an item."""
    wanted = {
        ident: callees_of(region.facts.operands[ident][0])
        for ident, reason in chosen.refused.items()
        if reason.code in OF_THE_CALLEE or (reason.code == "pacing" and _paces(region, ident))
    }
    for ident in _readers(region, numbered, [i for i, reason in chosen.refused.items() if reason.code == "carried"]):
        wanted[ident] = callees_of(region.facts.operands[ident][0])
    storing = any(reason.code in ("writes", "carried", "conflict") for reason in chosen.refused.values())
    for ident in setters(region, numbered.sites.keys()) if storing else ():
        wanted[ident] = callees_of(region.facts.operands[ident][0])
    for ident in (*_makers(region, chosen), *(feeds(region) & numbered.sites.keys() if numbered.owner else ())):
        wanted[ident] = callees_of(region.facts.operands[ident][0])
    wanted.update(given_twins(region))
    return wanted


def _paces(region: LinkedRegion, ident: int) -> bool:
    """Whether it is the callee itself that sleeps beside its requests."""
    return any(e.kind == "pacing" for e in region.effects(ident))


def _readers(region: LinkedRegion, numbered: Numbered, refused: list[int]) -> set[int]:
    """Calls that read a file for a call which needs what they give: open, their slices can read it for themselves."""
    needed = {i for ident in refused for i in region.closure(ident)[0] if i in numbered.sites and i not in refused}
    return {i for i in needed if any(e.kind == "query" and e.detail in LOCAL and e.inner for e in region.effects(i))}


def _makers(region: LinkedRegion, chosen: Chosen) -> set[int]:
    """Calls that run early as a whole, and give what the region changes, where that keeps other calls in their places:
    open, they make it where it is seen to be the iteration's own."""
    if not any(reason.code in ("writes", "carried", "conflict") for reason in chosen.refused.values()):
        return set()
    roots = (e.loc.root for i in region.nodes for e in region.effects(i) if e.kind == "write" and e.loc is not None)
    return {root[0] for root in roots if isinstance(root, tuple)} & {p.node.id for p in chosen.plans}
