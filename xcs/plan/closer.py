"""Quiet callees to which a strand hands what is still to come: opened, so that only what they read of it is waited for.

    def said(others, turn):
        return "\\n".join(other[turn] for other in others)

    for mine in histories:                              # as a whole, it waits for all that the histories hold; open,
        mine.append(ask(said(others_than(mine), 1)))    # for what was said in that turn
"""

from __future__ import annotations

from collections.abc import Callable

from ..ir.nodes import Instr
from .callees import Callee, callees_of
from .deciding import Plan, Planned, Verdict
from .flowing import flows
from .opening import Numbered

LEVELS = 2  # of callees in callees


def closer(best: Plan, numbered: Numbered, decide: Callable[[Numbered], Verdict[Plan]]) -> tuple[Plan, Numbered]:
    """The plan with such callees open, where the same calls start early and hand on their results."""
    for _ in range(LEVELS):
        callees = _given_what_comes(best, numbered)
        opened = numbered.opened(callees) if callees else numbered
        if len(opened.opens) == len(numbered.opens):
            break
        plan = decide(opened)[0]
        if not (_started(best) <= _started(plan) and _flowing(best) <= _flowing(plan)):
            break
        best, numbered = plan, opened
    return best, numbered


def _given_what_comes(plan: Planned, numbered: Numbered) -> dict[int, tuple[Callee, ...]]:
    """The calls in slices that hand on results, of functions of the program's, of what these give."""
    region, flowing = plan.region, [p for p in plan.sites if p.flow is not None]
    if region is None or not flowing:
        return {}
    started = {p.node.id for p in plan.sites}
    found = {}
    for site in flowing:
        for ident in site.needs - started:
            node = region.nodes[ident]
            if ident in found or ident not in numbered.sites or not isinstance(node, Instr) or node.op != "call":
                continue
            callees = callees_of(region.facts.operands.get(ident, (frozenset(),))[0])
            if callees and not started.isdisjoint(region.closure(ident, site.anchor)[0]):
                found[ident] = callees
    return found


def _started(plan: Planned) -> set[int]:
    return {p.node.id for p in plan.sites}


def _flowing(plan: Planned) -> set[int]:
    """The calls without whose results a loop around them goes on."""
    region = plan.region
    if region is None:
        return set()
    return {p.node.id for p in plan.sites if p.flow is not None and flows(region, p.node, p.anchor, p.needs)}
