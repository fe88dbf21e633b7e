"""The sites of a region: which calls start early, and at which loop's iteration each is started.

    for doc in docs:
        a = f(doc)        # site 0: started for each iteration of the loop, of what `docs` holds
        b = g(a)          # site 1: needs a result; waits for site 0 of its iteration, in a strand of its own

Calls that an obstacle keeps in place are refused, with the reason; that may take away what others need, so it is
repeated until nothing changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..analysis.dependence import Region
from ..analysis.domain.effects import waits
from ..ir.nodes import For, Instr, walk
from ..remarks import Bailout
from .legality import Candidate, call_obstacle, pacing, slice_obstacle
from .legality.candidate import REMOTE, Separation


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One call that starts early."""

    site: int
    node: Instr
    loops: tuple[int, ...]  # ids of the loops around it whose iterations slice and program count, outer before inner
    anchor: int  # id of the one whose iteration it is started for, 0: the region
    needs: frozenset[int]  # nodes of its slice
    live: frozenset[str]
    results: frozenset[int]  # nodes of other sites whose results it waits for
    service: str | None
    limit: int | None
    loggers: tuple[str, ...]
    clients: tuple[str, ...] = ()  # classes of clients that remember, whose request it may be
    again: bool = True  # it may be sent a second time
    unlogged: tuple[str, ...] = ()
    memo: frozenset[int] = frozenset()  # nodes of its slice that ask a table which the region fills
    gives_back: bool = False  # its result may be an argument that the slice has made anew


@dataclass(slots=True)
class Sites:
    """What was chosen, what was refused and why, and which objects must be different ones for it."""

    plans: tuple[SitePlan, ...] = ()
    refused: dict[int, Bailout] = field(default_factory=dict)
    separate: set[Separation] = field(default_factory=set)


def choose_sites(region: Region, numbers: Mapping[int, int], filename: str, exact: bool = True) -> Sites:
    """The calls of the region that may start early; `numbers`: site number of each call's node; `exact`: no result
    holds an object that is equal to the program's, but another."""
    sites = Sites()
    candidates = []
    for node in region.nodes.values():
        if isinstance(node, Instr) and node.op == "call" and node.id in numbers and waits(region.effects(node.id)):
            obstacle = call_obstacle(Candidate(region, node, filename, numbers))
            if obstacle is None:
                candidates.append(node)
            else:
                sites.refused[node.id] = obstacle
    paced = pacing.of_region(region, candidates, filename)
    if paced is not None:
        sites.refused.update((node.id, paced) for node in candidates)
        return sites
    accepted = {node.id: node for node in candidates}
    plans: dict[int, SitePlan] = {}
    giving_back: frozenset[int] = frozenset()
    changed = True
    while changed:
        changed = False
        plans = {}
        sites.separate = set()
        starting = frozenset(accepted)
        ahead = frozenset[int]().union(*(region.closure(ident)[0] for ident in accepted))
        for ident, node in list(accepted.items()):
            needs, live = region.closure(ident)
            starting &= frozenset(accepted)
            candidate = Candidate(
                region, node, filename, numbers, needs, live, starting, ahead, exact=exact, giving_back=giving_back
            )
            obstacle = slice_obstacle(candidate)
            if obstacle is None:
                plans[ident] = _site(candidate)
                sites.separate |= candidate.separate
                if candidate.gives_back and ident not in giving_back:
                    giving_back |= {ident}
                    changed = True
            else:
                sites.refused[ident] = obstacle
                del accepted[ident]
                changed = True
    sites.plans = tuple(plans[i] for i in sorted(plans, key=region.order.__getitem__))
    return sites


def _site(candidate: Candidate) -> SitePlan:
    """The plan of a call that no obstacle keeps in place."""
    region, node = candidate.region, candidate.node
    needs, live = candidate.needs, candidate.live
    loops = _counted(region, node)
    others = frozenset(i for i in needs if i in candidate.accepted and i != node.id)
    if others:
        anchor, needs, live = _anchor(region, node, candidate.accepted)
        others = frozenset(i for i in needs if i in candidate.accepted and i != node.id)
    else:
        anchor = loops[-1] if loops else 0
    effects = region.effects(node.id)
    return SitePlan(
        site=candidate.sites[node.id],
        node=node,
        loops=tuple(loops),
        anchor=anchor,
        needs=frozenset(needs),
        live=frozenset(live),
        results=others,
        service=next((f"{e.kind} {e.detail}" for e in effects if e.kind in REMOTE and e.detail != "fs"), None),
        limit=min((int(e.detail) for e in effects if e.kind == "limit"), default=None),
        loggers=tuple(sorted({e.detail for e in effects if e.kind == "logs"})),
        clients=tuple(sorted({e.detail for e in effects if e.kind == "remembers"})),
        again=not any(e.kind == "inference" for e in effects),
        unlogged=tuple(sorted({e.detail for e in effects if e.kind == "unlogged"})),
        memo=frozenset(candidate.memo),
        gives_back=candidate.gives_back,
    )


def _counted(region: Region, node: Instr) -> list[int]:
    """The loops around a call whose iterations the slice and the program count alike: not those inside a loop of which
    the slice runs the first iteration alone."""
    around = itertools.takewhile(lambda p: p.id not in region.cut, region.loops(node.id))
    return [p.id for p in around if isinstance(p, For)]


def _anchor(region: Region, node: Instr, accepted: frozenset[int]) -> tuple[int, frozenset[int], frozenset[str]]:
    """The innermost loop iteration from whose beginning the slice can run with values known without results."""
    for place in reversed(_counted(region, node)):
        needs, live = region.closure(node.id, place)
        if _shares(region, needs, place):
            continue
        known = all(_known_ahead(region, name, place, accepted) for name in live)
        if known and not region.closure(place)[0] & accepted:
            return place, needs, live
    return 0, *region.closure(node.id)


def _shares(region: Region, needs: frozenset[int], loop: int) -> bool:
    """Whether the slice of an iteration uses what the region changes and all iterations share: they may run in any
    order."""
    around = region.nodes[loop]
    assert isinstance(around, For)
    inside = {n.id for n in walk(around.body)}
    found = (e.loc.root for i in needs for e in region.slice_effects(i) if e.loc is not None)
    used = {root for root in found if isinstance(root, tuple) and root[0] not in inside}
    written = {e.loc.root for i in region.nodes for e in region.effects(i) if e.kind == "write" and e.loc is not None}
    adds = (region.nodes[w] for root in used for w in region.writers(root[0]))
    return bool(used & written) or any(isinstance(n, Instr) and n.op == "collect" for n in adds)


def _known_ahead(region: Region, name: str, loop: int, accepted: frozenset[int]) -> bool:
    """Whether a variable's value at the begin of each iteration of the loop depends on no result."""
    node = region.nodes[loop]
    assert isinstance(node, For)
    if name == node.target:
        return True
    for ident, reads in region.whole.uses.items():
        below = region.nodes.get(ident)
        if below is None or loop not in region.around[ident]:
            continue
        for definition in reads.get(name, frozenset()):
            if definition and region.closure(definition)[0] & accepted:
                return False
    return True
