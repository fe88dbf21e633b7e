"""The plan of a region: which calls start early, the slices that start them, and what that rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.effects import Effect, waits
from ..analysis.domain.meter import Exhausted
from ..analysis.domain.places import Guard, Path, global_path, values_at
from ..analysis.domain.values import Bound, Fresh, Known, Plain, Value
from ..analysis.interpret import Frame, Interpreter
from ..analysis.kept_times import kept_times
from ..analysis.language.managers import may_end
from ..analysis.stored_last import stored_last
from ..analysis.twins import is_twin
from ..ir.nodes import Block, Const, For, FunctionIR, Instr, Operand, Twin, With, walk
from ..modes import strict
from ..peek import name_of
from ..records import dataclass, field, replace
from ..remarks import Bailout, Located, Remark, Span, stays
from .beneath import with_calls_below
from .closer import closer
from .deciding import Verdict
from .feeding import caught, lists
from .flowing import copied, owned
from .joined import also, in_place
from .legality import exit, while_
from .legality.candidate import Separation
from .meanwhile import done, empty, meanwhile
from .opening import Numbered, Open
from .own_regions import better_closed, left_closed
from .profitability import overlapping
from .settled import answered, settled
from .sites import Chosen, SitePlan, choose_sites, used, with_copies
from .to_open import to_open
from .twin_items import twins_of, with_twins
from .wider import several, wider

if TYPE_CHECKING:
    from ..ir.regions import RegionCode

HANDLED = "the calls stand in a try block whose handler goes on"
INTERRUPT = KeyboardInterrupt  # no failure of a call: an early one has its answer, whether or not it is come to
OPENINGS = 6  # of opening callees in callees
CLOSINGS = 3  # plans with callees open, in each of which fewer are


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdict on one region."""

    remark: Remark
    sites: tuple[SitePlan, ...] = ()
    guards: tuple[Guard, ...] = ()
    separate: tuple[Separation, ...] = ()
    namespaces: tuple[Separation, ...] = ()  # as `separate`: written dictionaries, the variables of what is read
    modules: frozenset[str] = frozenset()
    stable: bool = False  # sequential whatever the objects
    twins: Mapping[int, Twin] = field(default_factory=dict)  # items of which iterations may have twins, by node
    region: LinkedRegion | None = None
    loops: Mapping[int, int] = field(default_factory=dict)  # number of each loop, by node
    opens: Mapping[int, tuple[Open, ...]] = field(default_factory=dict)  # open calls, by site number
    told: Mapping[int, Located] = field(default_factory=dict)  # what is said of a call that is made in place, by site
    lazy: frozenset[Path] = frozenset()  # places where nothing is, in which the region puts something
    does: frozenset[Effect] = frozenset()  # what an iteration may do then, which later ones could see
    over: frozenset[tuple[str, int, int]] | None = None  # decided in an iteration: lines that it has behind it


@dataclass(slots=True)
class Unopened:
    """The verdict on a region with all callees closed, once it is there."""

    verdict: tuple[Numbered, Verdict[Plan]] | None = None


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

    def applied(self, region: LinkedRegion, sites: Chosen, numbered: Numbered) -> Plan:
        what = ", ".join(dict.fromkeys(_named(region, p.node) for p in sites.plans))
        told = self.told(region, sites, numbered)
        refused = {numbered.sites[i] for i in sites.refused}
        left = dict.fromkeys(where for site, where in told.items() if site in refused)
        return Plan(
            Remark("applied", "parallel", self.function, self.filename, self.span, what, left=tuple(left)),
            sites=sites.plans,
            guards=tuple(self.facts.guards.values()),
            separate=tuple(sites.separate | self.facts.separate),
            namespaces=tuple(self.facts.namespaces()),
            modules=frozenset(self.facts.modules),
            region=region,
            loops=numbered.loops,
            opens=used(numbered, sites),
            told=told, does=frozenset(self.facts.does),
            over=frozenset(self.facts.over) if self.facts.changed and meanwhile(region, sites.plans) else None,
        )

    def told(self, region: LinkedRegion, sites: Chosen, numbered: Numbered) -> dict[int, Located]:
        """What is said of a call that is made in its place: why it was refused; what may start early was too late."""
        by_site = {}
        for plan in sites.plans:
            node, place = plan.node, region.filename(plan.node.id) or self.filename
            why = f" ({FIRST_ALONE})" if plan.clients else ""
            late = f"{_named(region, node)}, come to before it was started{why}"
            by_site[plan.site] = Located(late, place, node.span.line)
        for ident in sorted(sites.refused, key=region.order.__getitem__):
            place = region.filename(ident) or self.filename
            by_site[numbered.sites[ident]] = stays(sites.refused[ident], place, region.nodes[ident].span.line)
        return by_site


FIRST_ALONE = "a client's first request goes alone, as its answer may set cookies that the others carry"


def _named(region: LinkedRegion, node: Instr) -> str:
    callee = region.callee(node.id)
    inside = callee is not None and not isinstance(callee.callee, Const)  # not a loop's body in a generator's
    return f"`{node.text}(...)`" + (f" in `{name_of(callee.function)}`" if callee is not None and inside else "")


def make_plan(
    code: RegionCode, roots: dict[str, object], module: dict[str, object], function: str, filename: str,
    interpreter: Callable[[Mapping[str, object]], Interpreter] = Interpreter, opening: bool = True,
    whole: Callable[[], FunctionIR] | None = None, exact: bool | None = None, owner: CodeType | None = None,
    unopened: Unopened | None = None,
) -> Plan:  # fmt: skip
    """Decides one region with the objects that `roots` (variables at entry) and `module` (globals) hold now.

    First with callees that run early as a whole; where one has an effect whose place matters and `opening` allows it,
    again with its body in its place. Without that (as it is printed), a result may hold an object that is equal to the
    program's, not the same; `exact` says so by itself. `whole`: gives all of the function, if it is at hand; `owner`:
    its code, where generators may be open. `unopened`: gets the verdict with all callees closed, or holds that of
    another call with the same arguments but for `opening`.
    """

    def decide(numbered: Numbered) -> Verdict[Plan]:
        if strict():
            from ..ir.verify import verify_numbers, verify_region

            verify_region(code)
            verify_numbers(numbered.block, numbered.sites, numbered.loops, numbered.opens)
        return _decide(code, numbered, roots, module, function, filename, interpreter, same, whole, own)

    own = owned(roots)
    same = opening if exact is None else exact
    of = FunctionType(owner, module) if owner is not None and not owner.co_freevars and same else None
    unopened = unopened if unopened is not None else Unopened()
    if unopened.verdict is None:
        numbered = Numbered.of(code.block, code.sites, code.loops, of)
        unopened.verdict = numbered, decide(numbered)
    numbered, verdict = unopened.verdict
    best, chosen, last = verdict[0], numbered, verdict[0].remark
    if opening:
        best, chosen, last = _with_open(decide, numbered, verdict, filename)
    if opening and best.sites:
        nearer, chosen = closer(best, chosen, decide)
        best = wider(replace(nearer, remark=best.remark), chosen, decide)
    return replace(best, remark=best.remark if best.sites else also(best.remark, last), twins={})


def _with_open(
    decide: Callable[[Numbered], Verdict[Plan]], numbered: Numbered, verdict: Verdict[Plan], filename: str
) -> tuple[Plan, Numbered, Remark]:  # fmt: skip
    """The best plan with callees open, but for those whose own regions start more; the region so; and what is said of
    the last one."""
    best, chosen, last = verdict[0], numbered, verdict[0].remark
    # Where lists of items are changed, a twin is likely to be what is wanted: that is one interpretation less.
    turns = (True, False) if any(twin.held for twin in best.twins.values()) else (False,)
    closed = frozenset[int]()
    for _ in range(CLOSINGS):
        for early in turns:
            best, chosen, last = _opened(decide, numbered, verdict, early, closed)
            if best.sites:
                break
        more = better_closed(best, chosen, filename)
        if more <= closed:
            break
        closed |= more
    return best, chosen, last


def _opened(
    decide: Callable[[Numbered], Verdict[Plan]], numbered: Numbered, verdict: Verdict[Plan], early: bool,
    closed: frozenset[int],
) -> tuple[Plan, Numbered, Remark]:  # fmt: skip
    """The best plan with callees open, the region so; and what is said of the last one. early: with twins of items at
    once, else where nothing is left to be opened. closed: identities of functions that are not opened."""
    plan, callees, swallowing = verdict
    first, best, chosen = plan.remark, plan, numbered
    for turn in range(OPENINGS):
        begun = with_twins(numbered, plan.twins) if early and not turn else numbered
        callees = left_closed(callees, closed)
        more = begun.opened(callees, swallowing) if callees or swallowing else begun
        if begun is numbered and len(more.opens) == len(numbered.opens) and not swallowing:
            more = with_twins(numbered, plan.twins)
            if more is numbered:
                break
        numbered = more
        plan, callees, swallowing = decide(numbered)
        if len(plan.sites) > len(best.sites):
            best, chosen = replace(plan, remark=in_place(plan.remark, first)), numbered
    return best, chosen, plan.remark


def _decide(
    code: RegionCode, numbered: Numbered, roots: dict[str, object], module: dict[str, object], function: str,
    filename: str, interpreter: Callable[[Mapping[str, object]], Interpreter], exact: bool,
    whole: Callable[[], FunctionIR] | None, own: Mapping[str, int],
) -> Verdict[Plan]:  # fmt: skip
    """The verdict with the callees open that are; and those that may be opened to get a better one."""
    first = interpreter(roots)
    verdict = _decided(code, numbered, roots, module, function, filename, first, interpreter, exact, whole, own)
    looked_at = {p.node.id for p in verdict[0].sites}
    region = verdict[0].region
    if region is None or region.facts.assumed <= looked_at:
        return verdict
    strict = interpreter(roots)  # what is used in place would be looked at by nobody
    strict.assumes = False
    return _decided(code, numbered, roots, module, function, filename, strict, interpreter, exact, whole, own)


def _decided(
    code: RegionCode, numbered: Numbered, roots: dict[str, object], module: dict[str, object], function: str,
    filename: str, facts: Interpreter, interpreter: Callable[[Mapping[str, object]], Interpreter], exact: bool,
    whole: Callable[[], FunctionIR] | None, own: Mapping[str, int],
) -> Verdict[Plan]:  # fmt: skip
    """The verdict as the facts have it."""
    subject = _Subject(function, filename, code.span, facts)
    try:
        frame = partial(Frame, function, filename, module, {}, {}, (), body=numbered.block)
        _interpret(subject.facts, numbered.block, roots, frame(), code, whole)
        if last := _last(numbered, subject.facts):
            more = interpreter(roots)
            more.stored_last, more.assumes = last, facts.assumes
            subject = replace(subject, facts=more)
            _interpret(more, numbered.block, roots, frame(), code, whole)
        verdict = _verdict(subject, code, settled(numbered, subject.facts.answers), exact, own)
        if code.interrupts and verdict[0].sites:
            meant = Guard(global_path(module, "KeyboardInterrupt"), "is", INTERRUPT)
            if not exact or subject.facts.interrupts or next(values_at(meant.path, roots)) is not INTERRUPT:
                return subject.missed(Bailout("handled", HANDLED)), {}, frozenset()
            verdict = (replace(verdict[0], guards=(*verdict[0].guards, meant)), *verdict[1:])
        if code.around and verdict[0].sites:
            around = interpreter(roots)
            around.makes = False
            seen = frame()
            if may_end(around, code.around, _lifted(around, roots, seen, code.cells), seen):
                reason = Bailout("handled", "the calls stand in a with block that may end an exception")
                return subject.missed(reason), {}, frozenset()
            guards = dict.fromkeys((*verdict[0].guards, *around.guards.values()))
            verdict = (replace(verdict[0], guards=tuple(guards)), *verdict[1:])
        if not (verdict[0].sites or verdict[0].stable):
            lazy = empty(subject.facts, numbered.sites)
            verdict = (replace(verdict[0], lazy=lazy, does=done(subject.facts) if lazy else frozenset()), *verdict[1:])
        return verdict
    except Exhausted as exhausted:
        return subject.missed(_at(numbered.block, subject.facts.current, exhausted)), {}, frozenset()
    except Bailout as bailout:
        return subject.missed(bailout), {}, frozenset()
    finally:
        facts.forget()
        subject.facts.forget()


def _last(numbered: Numbered, facts: Interpreter) -> Mapping[int, Operand]:
    """The reads of attributes of which a second interpretation knows what an iteration has stored there."""
    makes = any(isinstance(n, Instr) and n.op == "setattr" for n in walk(numbered.block))
    block = settled(numbered, facts.answers).block
    return stored_last(LinkedRegion.of(block, facts)) if makes and facts.reads_back else {}


def _at(block: Block, current: int, exhausted: Bailout) -> Bailout:
    """The same, with the call that was followed when the decision had taken all that it might."""
    node = next((n for n in walk(block) if n.id == current), None)
    if not isinstance(node, Instr) or not node.text:
        return exhausted
    return Bailout(exhausted.code, f"`{node.text}(...)`, {exhausted.what}")


def _verdict(
    subject: _Subject, code: RegionCode, numbered: Numbered, exact: bool, own: Mapping[str, int]
) -> Verdict[Plan]:  # fmt: skip
    """The verdict of an interpreted region, and the callees that may be opened."""
    region = LinkedRegion.of(numbered.block, subject.facts)
    if strict():
        from ..ir.verify import verify_graph

        verify_graph(region, region.whole, (*subject.facts.effects, *subject.facts.operands, *subject.facts.results))
    if not any(waits(region.effects(i)) for i in region.nodes):
        return _nothing_waits(subject, region, code.cells), {}, frozenset()
    never = exit.of_region(region) or caught(region)
    if never is not None:
        return subject.missed(never), {}, frozenset()
    chosen = choose_sites(region, numbered.sites, subject.filename, exact)
    following = region.following() if chosen.refused or region.cut else None
    if following is not None:
        more = choose_sites(following, numbered.sites, subject.filename, exact)
        before, after = ({p.node.id for p in c.plans} for c in (chosen, more))
        if before < after or (before == after and following.cut < region.cut):
            region, chosen = following, more
    if (chosen.refused or region.cut) and exact and any(isinstance(n, For) for n in region.nodes.values()):
        held = copied(region, own)
        region, chosen = with_copies(region, held, numbered.sites, subject.filename, chosen) or (region, chosen)
    if code.handled and chosen.plans:
        return subject.missed(Bailout("handled", HANDLED), stable=True), {}, frozenset()
    wanted = to_open(region, chosen, numbered)
    callees = with_calls_below(wanted, chosen.refused, region.facts.inside, partial(is_twin, region))
    callees.update((node.id, ()) for node in (lists(region) if numbered.owner else ()))
    swallowing = frozenset(n.id for n in region.nodes.values() if isinstance(n, With) and region.swallows(n))
    if not any(reason.code == "syntax" for reason in chosen.refused.values()):
        swallowing = frozenset()
    first = while_.of_header(region, [p.node.id for p in chosen.plans]) if exact else None
    if first is None and chosen.plans and overlapping(region, [p.node for p in chosen.plans]):
        return subject.applied(region, chosen, numbered), callees, swallowing
    if first is not None:
        return subject.missed(first), callees, swallowing
    if not chosen.refused:
        why = exit.of_loop(region, subject.filename) or while_.of_round(region, code.rounds)
        callees.update((p.node.id, found) for p in chosen.plans if (found := several(region, p.node)))
        return subject.missed(why or Bailout("no-gain", "")), callees, swallowing
    missed = subject.missed(chosen.refused[min(chosen.refused, key=region.order.__getitem__)])
    known = exact and region.facts.reads_back  # a text has no items to be known
    return replace(missed, twins=twins_of(region) if known else {}), callees, swallowing


def _interpret(
    facts: Interpreter, block: Block, roots: dict[str, object], frame: Frame, code: RegionCode,
    whole: Callable[[], FunctionIR] | None,
) -> None:  # fmt: skip
    """Runs the region on the abstract values of what its variables hold."""
    env = _lifted(facts, roots, frame, code.cells)
    frame.breaks.append([])
    frame.continues.append([])
    after = facts.block(block, env, frame, top=True)
    if facts.clocks:
        left = whole() if whole is not None else None
        facts.kept_times = kept_times(facts, block, after or {}, frame, code.span, left)


def _lifted(facts: Interpreter, roots: dict[str, object], frame: Frame, cells: frozenset[str]) -> dict[str, Value]:
    """The abstract values of variables; those of cells are put into the frame."""
    env: dict[str, Value] = {}
    for name, value in roots.items():
        lifted = facts.lift(value, Path("local", name))
        if name in cells:
            frame.outer[name] = lifted
        else:
            env[name] = lifted
    return env


def _nothing_waits(subject: _Subject, region: LinkedRegion, cells: frozenset[str]) -> Plan:
    """No call that is understood waits: nothing to gain, or what waits is not understood.

    What shared variables hold may be something else where another function is made from the same code; what settles
    branches, at another entry.
    """
    effects = [e for i in region.nodes for e in sorted(region.effects(i), key=_first)]
    unknown = next((e for e in effects if e.kind == "unknown"), None)
    if unknown is None:
        calls = [n for n in region.nodes.values() if isinstance(n, Instr) and n.op == "call"]
        depends = bool(cells or answered(subject.facts.answers)) or any(_by_argument(region, n) for n in calls)
        return subject.missed(Bailout("no-gain", ""), stable=not depends)
    ends = (unknown.where,) if unknown.where and unknown.where.line else ()
    kept = any(e.kind == "memoised" and e.detail == unknown.detail for e in effects)
    return subject.missed(Bailout("memoised" if kept else "unknown", unknown.detail, None, ends))


def _first(effect: Effect) -> tuple[int, str, str]:
    """The order in which a callee's effects are told: as they stand in its text."""
    return effect.where.line if effect.where is not None else 0, effect.kind, effect.detail


def _by_argument(region: LinkedRegion, node: Instr) -> bool:
    """Whether which function is called depends on the objects that the region is entered with."""
    callees = region.facts.operands.get(node.id, (frozenset(),))[0]
    return not callees or any(
        not (isinstance(c, Known) or (isinstance(c, Bound) and isinstance(c.receiver, Plain | Fresh))) for c in callees
    )


__all__ = ["Plan", "SitePlan", "make_plan"]
