"""The plan of a region: which calls start early, the slices that start them, and what that rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .analysis.dependence import Region
from .analysis.interpret import Frame, Interpreter
from .analysis.values import Bound, Fresh, Known, Path, Plain, Value
from .guards import Guard
from .ir import Block, Instr
from .legality import exit
from .legality.candidate import Separation
from .profitability import overlapping, waits
from .remarks import Bailout, Remark, Span
from .transform.sites import SitePlan, Sites, choose_sites


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdict on one region."""

    remark: Remark
    sites: tuple[SitePlan, ...] = ()
    guards: tuple[Guard, ...] = ()
    separate: tuple[Separation, ...] = ()
    modules: frozenset[str] = frozenset()
    stable: bool = False  # sequential whatever the objects
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class _Subject:
    """The region that is decided: what its remark names, and the interpretation that the verdict rests on."""

    function: str
    filename: str
    span: Span
    facts: Interpreter

    def missed(self, reason: Bailout, stable: bool = False) -> Plan:
        where = reason.span or self.span
        remark = Remark("missed", reason.code, self.function, self.filename, where, reason.what, reason.ends)
        return Plan(remark, guards=tuple(self.facts.guards.values()), stable=stable)

    def applied(self, region: Region, sites: Sites) -> Plan:
        what = ", ".join(dict.fromkeys(f"`{p.node.text}(...)`" for p in sites.plans))
        return Plan(
            Remark("applied", "parallel", self.function, self.filename, self.span, what),
            sites=sites.plans,
            guards=tuple(self.facts.guards.values()),
            separate=tuple(sites.separate),
            modules=frozenset(self.facts.modules),
            region=region,
        )


def make_plan(
    block: Block, sites: dict[Span, int], roots: dict[str, object], module: dict[str, object], cells: frozenset[str],
    function: str, filename: str, span: Span, handled: bool,
    interpreter: Callable[[Mapping[str, object]], Interpreter] = Interpreter,
) -> Plan:  # fmt: skip
    """Decides one region with the objects that `roots` (variables at entry) and `module` (globals) hold now."""
    subject = _Subject(function, filename, span, interpreter(roots))
    try:
        _interpret(subject.facts, block, roots, Frame(function, filename, module, {}, {}, ()), cells)
    except Bailout as bailout:
        return subject.missed(bailout)
    region = Region.of(block, subject.facts)
    if not any(waits(region.effects(i)) for i in region.nodes):
        return _nothing_waits(subject, region)
    lazy = exit.of_region(region)
    if lazy is not None:
        return subject.missed(lazy)
    calls = (n for n in region.nodes.values() if isinstance(n, Instr) and n.op == "call")
    numbers = {n.id: sites[n.payload] for n in calls if isinstance(n.payload, Span) and n.payload in sites}
    chosen = choose_sites(region, numbers, filename)
    if handled and chosen.plans:
        reason = Bailout("handled", "the calls stand in a try block whose handler goes on")
        return subject.missed(reason, stable=True)
    if not chosen.plans or not overlapping(region, [p.node for p in chosen.plans]):
        if not chosen.refused:
            return subject.missed(Bailout("no-gain", ""))
        return subject.missed(chosen.refused[min(chosen.refused, key=region.order.__getitem__)])
    return subject.applied(region, chosen)


def _interpret(facts: Interpreter, block: Block, roots: dict[str, object], frame: Frame, cells: frozenset[str]) -> None:
    """Runs the region on the abstract values of what its variables hold."""
    env: dict[str, Value] = {}
    for name, value in roots.items():
        lifted = facts.lift(value, Path("local", name))
        if name in cells:
            frame.outer[name] = lifted
        else:
            env[name] = lifted
    frame.breaks.append([])
    frame.continues.append([])
    facts.block(block, env, frame, top=True)


def _nothing_waits(subject: _Subject, region: Region) -> Plan:
    """No call that is understood waits: nothing to gain, or what waits is not understood."""
    unknown = next((e for i in region.nodes for e in region.effects(i) if e.kind == "unknown"), None)
    if unknown is None:
        calls = [n for n in region.nodes.values() if isinstance(n, Instr) and n.op == "call"]
        depends = any(_by_argument(region, n) for n in calls)
        return subject.missed(Bailout("no-gain", ""), stable=not depends)
    ends = (unknown.where,) if unknown.where and unknown.where.line else ()
    return subject.missed(Bailout("unknown", unknown.detail, None, ends))


def _by_argument(region: Region, node: Instr) -> bool:
    """Whether which function is called depends on the objects that the region is entered with."""
    callees = region.facts.operands.get(node.id, (frozenset(),))[0]
    return not callees or any(
        not (isinstance(c, Known) or (isinstance(c, Bound) and isinstance(c.receiver, Plain | Fresh))) for c in callees
    )


__all__ = ["Plan", "SitePlan", "make_plan"]
