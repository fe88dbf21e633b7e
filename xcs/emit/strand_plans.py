"""The strands of a plan, each with the calls that it starts; what the main slice computes, and is given at entry."""

from __future__ import annotations

from ..analysis.anchors import begins_with
from ..analysis.dependence import LinkedRegion
from ..ir.nodes import walk
from ..plan.flowing import Flow
from ..plan.opening import OPEN
from ..plan.plan import Plan, SitePlan
from .slice_text import Strand


def strands_of(plan: Plan) -> list[Strand]:
    """One for each call that needs results, or for all those that need each other in turn."""
    assert plan.region is not None
    found: dict[frozenset[int], list[SitePlan]] = {}
    for site in plan.sites:
        if site.strand:
            found.setdefault(site.rounds or frozenset((site.node.id,)), []).append(site)
    made = []
    for index, (calls, sites) in enumerate(found.items()):
        needs = frozenset[int]().union(*(s.needs for s in sites))
        live = frozenset[str]().union(*(s.live for s in sites))
        anchor = sites[0].anchor
        follows = plan.region.follows and anchor != 0
        name = f"strand{index}"
        if any(s.flow is not None for s in sites):
            flow = Flow({s.node.id: s.flow or {} for s in sites})
            made.append(Strand(name, anchor, calls, needs, live, False, True, flow=flow))
            continue
        fanned = [s for s in sites if s.fan is not None]
        own = calls - {s.node.id for s in fanned}
        made.append(Strand(name, anchor, own, needs, live, bool(sites[0].rounds), follows))
        for number, site in enumerate(fanned):
            assert site.fan is not None
            own, fan = frozenset((site.node.id,)), site.fan
            made.append(Strand(f"{name}_{number}", fan.loop, own, fan.needs, fan.live, False, True, name))
    return made


def main_needs(plan: Plan, region: LinkedRegion) -> set[int]:
    """What the main slice computes: the arguments of its own calls, and what its strands begin with."""
    needs: set[int] = set()
    for site in plan.sites:
        if not site.strand:
            needs |= region.closure(site.node.id)[0] | site.telling
        elif site.anchor:
            needs |= begins_with(region, site.anchor, site.live)
    return needs


def entry_names(plan: Plan, needs: set[int]) -> set[str]:
    """The variables whose values at entry the slices are given."""
    region = plan.region
    assert region is not None
    found = {n for s in plan.sites if s.strand and s.anchor == 0 for n in s.live}
    found |= {path.name for s in plan.sites for path in s.held}.union(*(s.live for s in plan.sites if s.noted))
    for ident in needs.difference(*(s.noted for s in plan.sites)):
        for name, definitions in region.whole.uses.get(ident, {}).items():
            if 0 in definitions:
                found.add(name)
    for site in plan.sites:
        if site.strand and site.anchor:
            for name in site.live:
                # Defined before the region, or only inside the loop.
                inside = {n.id for n in walk(region.block)}
                defined = any(
                    name in (getattr(region.nodes[i], "targets", ()) or (getattr(region.nodes[i], "target", None),))
                    for i in inside
                )
                if not defined or name in region.whole.live_in:
                    found.add(name)
    return {name for name in found if OPEN not in name}
