"""Callees that run early as a whole, one call after the other: opened where their own calls could overlap.

    def score(doc):
        return [judge(part) for part in doc]      # as a whole: so many latencies, in a worker

    scores = [score(doc) for doc in docs]         # open: each `judge` of each document starts by itself
"""

from __future__ import annotations

from collections.abc import Callable

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.effects import waits
from ..front.lowered_code import lowered
from ..ir.nodes import For, Inline, Instr, walk
from ..remarks import Bailout
from .callees import Callee, callees_of
from .deciding import Plan, Planned, Verdict
from .opening import Numbered

LEVELS = 3  # of callees in callees


def wider(best: Plan, numbered: Numbered, decide: Callable[[Numbered], Verdict[Plan]]) -> Plan:
    """The plan with such callees open, where all their calls that wait start early by themselves."""
    for _ in range(LEVELS):
        if best.region is None:
            break
        found = {site.node.id: several(best.region, site.node) for site in best.sites}
        callees = {ident: functions for ident, functions in found.items() if functions}
        opened = numbered.opened(callees) if callees else numbered
        if len(opened.opens) == len(numbered.opens):
            break
        plan, opened = _with_theirs(opened, decide)
        left = {site.node.id for site in best.sites} - callees.keys()
        if plan.region is None or not left <= {s.node.id for s in plan.sites} or not _early(plan.region, plan, callees):
            break
        best, numbered = plan, opened
    return best


def _with_theirs(numbered: Numbered, decide: Callable[[Numbered], Verdict[Plan]]) -> tuple[Plan, Numbered]:
    """The plan with those of their callees open, too, that can't run early as a whole."""
    plan, callees, _ = decide(numbered)
    for _ in range(LEVELS):
        more = numbered.opened(callees) if callees else numbered
        if len(more.opens) == len(numbered.opens):
            break
        numbered = more
        plan, callees, _ = decide(numbered)
    return plan, numbered


def several(region: LinkedRegion, call: Instr) -> tuple[Callee, ...]:
    """The functions that a call may run, if there are calls that wait in their loops."""
    found = callees_of(region.facts.operands.get(call.id, (frozenset(),))[0])
    return found if any(_waits_in_loop(region, callee) for callee in found) else ()


def _waits_in_loop(region: LinkedRegion, callee: Callee) -> bool:
    function = callee.function
    try:
        ir = lowered(function.__code__, function.__globals__)
    except Bailout:
        return False
    return id(ir.body) in region.facts.waiting


def _early(region: LinkedRegion, plan: Planned, callees: dict[int, tuple[Callee, ...]]) -> bool:
    """Whether all that waits in the open callees starts early, some of it in loops of theirs; no sleeps, which may keep
    a rate there."""
    sites = {site.node.id for site in plan.sites}
    functions = {id(callee.function) for found in callees.values() for callee in found}
    looped = False
    for inline in region.nodes.values():
        if not isinstance(inline, Inline) or id(inline.function) not in functions:
            continue
        for node in walk(inline.body):
            if not isinstance(node, Instr) or node.op != "call" or not waits(region.effects(node.id)):
                continue
            if node.id not in sites or region.sleeps(node.id):
                return False
            looped |= any(isinstance(p, For) and inline.id in region.around[p.id] for p in region.round(node.id))
    return looped
