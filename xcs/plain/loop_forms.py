"""The ways to print a loop, the best one first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from ..ir.nodes import Instr
from ..plan.plan import SitePlan
from .futures import Work
from .gathered import rewrite_gathered
from .items import Made, rewrite_items
from .iterables import in_memory
from .loop import rewrite_loop
from .planned_region import PlannedRegion
from .tasks import rewrite_tasks
from .tree import Tree
from .unprintable import gates

Form = Callable[[Work, cst.For, str], Made]


def forms(
    tree: Tree, region: PlannedRegion, work: Work, loop: cst.For, name_of: Callable[[str, str], str],
    module: Callable[[str], str],
) -> list[Form]:  # fmt: skip
    """The ways to print a loop, the best one first."""
    sites = region.plan.sites

    def by_items(work: Work, loop: cst.For, pool: str) -> Made:
        return rewrite_items(work, loop, region.local, pool)

    def lean(work: Work, loop: cst.For, pool: str) -> Made:
        return rewrite_items(work, loop, region.local, pool, lean=True)

    def saying(work: Work, loop: cst.For, pool: str) -> Made:
        return rewrite_items(work, loop, region.local, pool, name_of("concurrent.futures", "wait"))

    def by_calls(work: Work, loop: cst.For, pool: str) -> Made:
        made = rewrite_loop(work, loop, pool, name_of("collections", "deque"))
        return None, made

    def gathered(work: Work, loop: cst.For, pool: str) -> Made:
        return None, rewrite_gathered(work, loop, pool)

    def in_tasks(work: Work, loop: cst.For, pool: str) -> Made:
        return rewrite_tasks(work, loop, region.local, module("asyncio"))

    if region.awaited:
        return [in_tasks]
    if any(s.rounds for s in sites) or gates(tree, region.plan):
        return [by_items, saying]
    kept = [gathered] if keeps_results(work) or in_memory(work, loop) else []
    if chained(sites):
        return [by_items, *kept, saying, by_calls]
    if len(sites) == 1 and kept:
        first = [gathered] if any(work.cells()) else [lean, gathered]
        return [*first, by_items, by_calls, saying]
    return [*kept, by_calls, by_items, saying]


def chained(sites: Sequence[SitePlan]) -> bool:
    """Whether a call waits for another one of its iteration."""
    return any(site.results - {site.node.id} for site in sites)


def keeps_results(work: Work) -> bool:
    """Whether a loop stores things: then what its calls give may as well be there before it is taken."""
    own = work.region.below(work.frame.id) if work.frame is not None else set()
    for ident in own:
        node = work.region.nodes[ident]
        if isinstance(node, Instr) and node.op in ("setitem", "setattr"):
            return True
        if any(e.kind == "write" and e.detail.startswith("builtins.list.") for e in work.region.effects(ident)):
            return True
    return False


__all__ = ["forms"]
