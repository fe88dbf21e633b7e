"""The sites of a region: which calls start early, and at which loop's iteration each is started.

    for doc in docs:
        a = f(doc)        # site 0: started for each iteration of the loop, of what `docs` holds
        b = g(a)          # site 1: needs a result; waits for site 0 of its iteration, in a strand of its own

Calls that an obstacle keeps in place are refused, with the reason; that may take away what others need, so it is
repeated until nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from ..analysis.anchors import Anchor, anchor_of, begins_with, counted, follows, with_types
from ..analysis.dependence import LinkedRegion
from ..analysis.domain.effects import waits
from ..analysis.domain.holding import parts
from ..analysis.domain.places import Path
from ..analysis.domain.values import origins_of
from ..analysis.file_targets import Told, told
from ..analysis.pauses import after_failure
from ..ir.nodes import ROUNDS, For, Instr, Try, With
from ..peek import IMMUTABLE
from ..records import dataclass, field, replace
from ..remarks import Bailout
from .fanning import counted_with, fan_of, inside_of
from .flowing import copies_of, fills_while_read, flows, given_by, holds_up
from .legality import Candidate, call_obstacle, exit, open, pacing, slice_obstacle
from .legality.candidate import REMOTE, Separation
from .opening import Numbered, Open


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One call that starts early."""

    site: int
    node: Instr
    loops: tuple[int, ...]  # ids of the loops around it whose iterations slice and program count, outer before inner
    anchor: int  # id of the one whose iteration it is started for, 0: the region
    needs: frozenset[int]  # nodes of its slice
    live: frozenset[str]
    results: frozenset[int]  # nodes of sites whose results its strand waits for
    strand: bool  # started by a strand, not by the slice that runs through the region
    rounds: frozenset[int]  # nodes of the sites that need each other in turn, itself among them: one strand starts all
    fan: Anchor | None  # the loop in there whose iterations that strand has strands of their own for
    flow: Mapping[int, int] | None  # that strand hands on what it gives; of which operands it is given copies, how deep
    service: str | None
    limit: int | None
    loggers: tuple[str, ...]
    clients: tuple[str, ...] = ()  # classes of clients that remember, whose request it may be
    again: bool = True  # it may be sent a second time
    unlogged: tuple[str, ...] = ()
    printing: tuple[str, ...] = ()  # modules of libraries, in the call
    memo: frozenset[int] = frozenset()  # nodes of its slice that ask a table which the region fills
    gives_back: bool = False  # its result may be an argument that the slice has made anew
    alike: bool = False  # it is given objects that the slice makes for it
    noted: frozenset[int] = frozenset()  # nodes that write files of which the slice tells the names
    telling: frozenset[int] = frozenset()  # and those that it needs for that
    held: frozenset[Path] = frozenset()  # written files that are there at entry
    data: bool = False  # its answer is taken for data: it is looked at when it is taken
    opens: bool = False  # its answer is still to be read where it is taken
    on: tuple[int, int] | None = None  # of its loops, one in each of whose iterations another is counted on in rounds


@dataclass(slots=True)
class Chosen:
    """What was chosen, what was refused and why, and which objects must be different ones for it."""

    plans: tuple[SitePlan, ...] = ()
    refused: dict[int, Bailout] = field(default_factory=dict)
    separate: set[Separation] = field(default_factory=set)


def choose_sites(region: LinkedRegion, numbers: Mapping[int, int], filename: str, exact: bool = True) -> Chosen:
    """The calls of the region that may start early; `numbers`: site number of each call's node; `exact`: no result
    holds an object that is equal to the program's, but another."""
    sites = Chosen()
    candidates = _candidates(region, numbers, filename, sites.refused)
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
            anchor = anchor_of(region, node, starting) if needs & starting or region.follows else None
            candidate = Candidate(
                region, node, filename, numbers, needs, live, 0, starting, ahead, exact=exact, giving_back=giving_back
            )
            if anchor is not None and follows(region, anchor, starting):
                candidate.needs |= anchor.needs | begins_with(region, anchor.loop, anchor.live)
                candidate.anchor = anchor.loop
            elif anchor is not None and needs & starting - {ident}:
                candidate.needs |= anchor.needs
            obstacle = _obstacle(candidate)
            if obstacle is None:
                plans[ident] = _site(candidate, anchor)
                sites.separate |= candidate.separate
                if candidate.gives_back and ident not in giving_back:
                    giving_back |= {ident}
                    changed = True
            else:
                sites.refused[ident] = obstacle
                del accepted[ident]
                changed = True
    plans = _told_apart(region, plans)
    turns = {i: _in_turn(plans[i], plans) for i in sorted(plans, key=region.order.__getitem__)}
    sites.plans = tuple(_flowing(region, turns, plan) for plan in turns.values())
    return sites


def _candidates(
    region: LinkedRegion, numbers: Mapping[int, int], filename: str, refused: dict[int, Bailout]
) -> list[Instr]:
    """The calls that wait and have no obstacle of their own; those that have one are refused."""
    candidates = []
    for node in region.nodes.values():
        if isinstance(node, Instr) and node.op == "call" and node.id in numbers and waits(region.effects(node.id)):
            if after_failure(region, node):
                continue  # in its place, and nothing else for its sake
            obstacle = call_obstacle(Candidate(region, node, filename, numbers))
            if obstacle is None:
                candidates.append(node)
            else:
                refused[node.id] = obstacle
    return candidates


def _obstacle(candidate: Candidate) -> Bailout | None:
    """What keeps a call in its place, also where its slice tells the names of the files that the region writes."""
    needs, live = candidate.needs, candidate.live
    extra = Told()
    if candidate.exact and not candidate.anchor:
        extra = told(candidate.region, candidate.node.id, needs, candidate.accepted)
    candidate.noted, candidate.needs, candidate.live = extra.noted, needs | extra.needs, live | extra.live
    obstacle = slice_obstacle(candidate)
    if obstacle is not None and extra.noted:
        candidate.noted, candidate.needs, candidate.live = frozenset(), needs, live
        return slice_obstacle(candidate)
    return obstacle


def choose_flow(
    region: LinkedRegion, numbers: Mapping[int, int], filename: str, wanted: Set[int], cut: bool = False
) -> Chosen:
    """The calls that one strand of the whole region starts, which hands on what they give (see `flowing`); none if it
    would wait for each, or has no more than those `wanted`. cut: as many are enough, beyond a first iteration."""
    sites, accepted = Chosen(), {}
    for node in region.nodes.values():
        if isinstance(node, Instr) and node.op == "call" and node.id in numbers and waits(region.effects(node.id)):
            obstacle = call_obstacle(Candidate(region, node, filename, numbers))
            if obstacle is not None:
                sites.refused[node.id] = obstacle
            elif not after_failure(region, node):
                accepted[node.id] = node
    if not accepted or pacing.of_region(region, list(accepted.values()), filename) is not None:
        return sites
    giving_back: frozenset[int] = frozenset()
    plans: dict[int, SitePlan] = {}
    changed = True
    while changed:
        if not (wanted < accepted.keys() or (cut and wanted == accepted.keys())):
            return sites
        changed = False
        starting, plans, sites.separate = frozenset(accepted), {}, set()
        ends = [i for i in region.endings() if not exit.raised_by_an_item(region, i, starting)]
        every = [region.closure(i) for i in (*starting, *ends)]
        needs, live = with_types(region, every, 0)
        if any(isinstance(n := region.nodes[i], With) and region.enters_file(n, needs) for i in needs):
            return sites  # it would have a file of its own, whose place others may change
        if fills_while_read(region, needs):
            return sites
        for ident, node in list(accepted.items()):
            candidate = Candidate(
                region, node, filename, numbers, needs, live, 0, starting, needs, giving_back=giving_back, flow=True
            )
            obstacle = slice_obstacle(candidate)
            copies = copies_of(region, node, needs, starting) if obstacle is None else None
            if copies is None:
                sites.refused[ident] = obstacle or candidate.obstacle("conflict")
                del accepted[ident]
                changed = True
            elif candidate.gives_back and ident not in giving_back:
                giving_back |= {ident}
                changed = True
            else:
                sites.separate |= candidate.separate
                plans[ident] = replace(_site(candidate, Anchor(0, needs, live)), rounds=starting, flow=copies)
    held_up = any(holds_up(region, plan.node, plan.needs) for plan in plans.values())
    if not held_up and any(flows(region, plan.node, 0, plan.needs) for plan in plans.values()):
        sites.plans = tuple(plans[i] for i in sorted(plans, key=region.order.__getitem__))
    return sites


def with_copies(
    region: LinkedRegion, copies: Mapping[str, int], numbers: Mapping[int, int], filename: str, before: Chosen
) -> tuple[LinkedRegion, Chosen] | None:
    """The region where a strand goes through all of it, or its main slice, with copies of what these variables hold,
    and its sites; None: nothing is won so."""
    flowing = region.flowing(copies)
    more = choose_flow(flowing, numbers, filename, {p.node.id for p in before.plans}, bool(region.cut))
    return (flowing, more) if more.plans else _copying(region, copies, numbers, filename, before)


def _copying(
    region: LinkedRegion, copies: Mapping[str, int], numbers: Mapping[int, int], filename: str, before: Chosen
) -> tuple[LinkedRegion, Chosen] | None:
    """Rounds of a `while` loop whose main slice has copies of what these variables hold, as it goes through what the
    program takes from a queue or adds to it, and its sites; None: no more start early so, or one rests on another."""
    if not copies or not any(isinstance(n, For) and n.iterable is ROUNDS for n in region.block):
        return None
    held = region.holding(copies)
    sites = choose_sites(held, numbers, filename)
    own = {p.node.id for p in before.plans} < {p.node.id for p in sites.plans}
    starting = frozenset[int]().union(*(given_by(held, p.node) for p in sites.plans))
    return (held, sites) if own and not any(_rests(held, p, starting) for p in sites.plans) else None


def _rests(region: LinkedRegion, plan: SitePlan, starting: frozenset[int]) -> bool:
    """Whether a call rests on what early calls give, itself among them, or is given what the slice has a copy of."""
    if plan.strand or _is_given(region, plan.node):
        return True
    if any(isinstance(n := region.nodes[i], With) and region.enters_file(n, plan.needs) for i in plan.needs):
        return True  # it would have a file of its own, whose place others may change
    return any(not starting.isdisjoint(region.closure(i)[0]) for i in plan.needs - {plan.node.id})


def _is_given(region: LinkedRegion, call: Instr) -> bool:
    """Whether a call is given a container of which the slice has a copy, or one that is in it."""
    given = parts(region.facts.operands.get(call.id, ()), region.facts.contents)
    held = {o for a in given if getattr(a, "cls", None) not in IMMUTABLE for o in origins_of(a)}
    return any(isinstance(o, Path) and o.kind == "local" and o.name in region.copies for o in held)


def _flowing(region: LinkedRegion, plans: Mapping[int, SitePlan], plan: SitePlan) -> SitePlan:
    """With what its strand is to do if that hands on results: where this is of use, and no fan is enough."""
    turns = [plans[i] for i in sorted(plan.rounds)]
    needs = frozenset[int]().union(*(p.needs for p in turns))
    of_use = any(p.fan is None and flows(region, p.node, p.anchor, needs) for p in turns)
    handled = any(isinstance(n := region.nodes[i], Try) and n.handlers for i in needs) and not region.follows
    if not of_use or handled or fills_while_read(region, needs):
        return plan
    copies = {p.node.id: copies_of(region, p.node, needs, frozenset(plans)) for p in turns}
    return plan if any(c is None for c in copies.values()) else replace(plan, flow=copies[plan.node.id])


def _told_apart(region: LinkedRegion, plans: Mapping[int, SitePlan]) -> dict[int, SitePlan]:
    """Where strands fan out in rounds, the calls that they wait for are told apart by the same loop; else none does."""
    found = dict(plans)
    for ident, plan in plans.items():
        if plan.fan is None or plan.on is None:
            continue
        for other in plan.fan.needs & plans.keys() & region.below(plan.fan.loop):
            waited = found[other]
            if plan.fan.loop in waited.loops:
                continue
            loops, on = counted_with(region, waited.node, plan.fan)
            if waited.on is None and on == plan.on and plan.fan.loop in inside_of(region, waited.node, on[0]):
                found[other] = replace(waited, loops=loops, on=on)
            else:
                found[ident] = replace(plan, fan=None)
                break
    return found


def _in_turn(plan: SitePlan, plans: Mapping[int, SitePlan]) -> SitePlan:
    """With the sites that its own needs, and that need it."""
    if not plan.rounds:
        return plan
    others = [i for i in plan.results if plans[i].anchor == plan.anchor]
    mutual = [i for i in others if plan.node.id in plans[i].results]
    return replace(plan, rounds=plan.rounds.union(mutual))


def _site(candidate: Candidate, anchor: Anchor | None) -> SitePlan:
    """The plan of a call that no obstacle keeps in place."""
    region, node = candidate.region, candidate.node
    needs, live = candidate.needs, candidate.live
    plain = counted(region, node)
    others = needs & candidate.accepted - {node.id}
    place = plain[-1] if plain else 0
    strand = bool(others) or bool(candidate.anchor) or candidate.flow
    turns, fan = frozenset[int](), None
    if strand:
        assert anchor is not None
        place, needs, live = anchor.loop, anchor.needs, anchor.live
        others = needs & candidate.accepted - {node.id}
        if candidate.anchor and region.rests_on_itself(node.id, place):
            turns = frozenset((node.id,))
            fan = fan_of(region, node, place, candidate.accepted)
    loops, on = counted_with(region, node, fan)
    effects = region.effects(node.id)
    return SitePlan(
        site=candidate.sites[node.id],
        node=node,
        loops=loops,
        anchor=place,
        needs=frozenset(needs),
        live=frozenset(live),
        results=others,
        strand=strand,
        rounds=turns,
        fan=fan,
        flow=None,
        service=min((f"{e.kind} {e.detail}" for e in effects if e.kind in REMOTE and e.detail != "fs"), default=None),
        limit=min((int(e.detail) for e in effects if e.kind == "limit"), default=None),
        loggers=tuple(sorted({e.detail for e in effects if e.kind == "logs"})),
        clients=tuple(sorted({e.detail for e in effects if e.kind == "remembers"})),
        again=not any(e.kind == "inference" for e in effects),
        unlogged=tuple(sorted({e.detail for e in effects if e.kind == "unlogged"})),
        printing=tuple(sorted({e.detail for e in effects if e.kind == "prints"})),
        memo=frozenset(candidate.memo),
        gives_back=candidate.gives_back,
        alike=candidate.alike,
        noted=candidate.noted,
        telling=candidate.needs - region.closure(node.id)[0] if candidate.noted else frozenset(),
        held=frozenset(candidate.held),
        data=node.id in region.facts.assumed,
        opens=open.holds_open(candidate),
        on=on,
    )


def used(numbered: Numbered, sites: Chosen) -> dict[int, tuple[Open, ...]]:
    """The open calls that a call which starts early is reached through."""
    by_site: dict[int, tuple[Open, ...]] = {}
    todo = [p.site for p in sites.plans]
    # Those of which the program must count the loops, also where none of their calls starts early.
    for number in numbered.feeding if todo else ():
        by_site[number] = numbered.opens[number]
        todo.append(number)
    while todo:
        site = todo.pop()
        for number, opened in numbered.opens.items():
            if any(o.sites <= site < o.after for o in opened) and number not in by_site:
                by_site[number] = opened
                todo.append(number)
    return by_site
