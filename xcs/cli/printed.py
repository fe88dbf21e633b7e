"""The text of a file in its plain form, and what there is to say about the functions that were chosen."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..front.texts import shared_tree
from ..ir.nodes import For
from ..plan.plan import Plan
from ..remarks import Remark, Span
from ..static.assumed import Clients, assumptions
from ..static.awaited import plan_awaited
from ..static.module_level import NAME
from ..static.plans import FunctionPlan, RegionPlan, plan_file, stands_in, stands_on
from .planned_again import lines_again

if TYPE_CHECKING:
    from ..plain.planned_region import PlannedRegion


AGAIN = 2  # times that what has been printed is looked at: functions of an item have loops of their own


@dataclass(frozen=True, slots=True)
class Choice:
    """Which functions, and which of their regions, are printed."""

    names: tuple[str, ...] = ()  # `name` or `Class.name`
    lines: tuple[tuple[int, int], ...] = ()  # first and last of each range
    every: bool = False
    strict: bool = False  # only what needs no assumption
    within: tuple[str, ...] = ()  # qualified names; with all that they define

    def function(self, plan: FunctionPlan) -> bool:
        if self.within:
            return stands_in(plan.qualname, self.within)
        if self.names or self.lines:
            node = plan.source.node
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            named = plan.name in self.names or plan.qualname in self.names
            return named or self.touches(first, node.end_lineno or node.lineno)
        return self.every or plan.decorated

    def planned(self, text: str) -> list[int] | None:
        """The lines of the functions that may be chosen, beside decorated ones; None: of any."""
        if self.every or self.lines or NAME in self.names:
            return None
        names = {name.rpartition(".")[2] for name in self.names}
        try:
            nodes = list(ast.walk(shared_tree(text))) if names else []
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None  # who plans it says what is wrong
        return [n.lineno for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name in names]

    def region(self, plan: FunctionPlan, region: RegionPlan) -> bool:
        """Whether a region of a chosen function is wanted."""
        if plan.name in self.names or plan.qualname in self.names or not self.lines:
            return True
        line = plan.span.line
        return self.touches(line, line) or self.touches(region.code.span.line, region.code.span.end_line)

    def touches(self, first: int, last: int) -> bool:
        return any(start <= last and first <= end for start, end in self.lines)

    def asked(self, plan: FunctionPlan) -> bool:
        """Whether somebody wants to know of this very function."""
        return plan.decorated or plan.name in self.names or plan.qualname in self.names or bool(self.lines)


@dataclass(frozen=True, slots=True)
class Printed:
    text: str
    remarks: tuple[Remark, ...]
    needs_xcs: bool  # beyond the functions that keep their decorator


def printed(text: str, plans: Sequence[FunctionPlan], choice: Choice) -> Printed:
    """The text with the plain form of the chosen functions, and of what their plain form brings.

    xcs stays for decorated functions that are not chosen, and goes altogether if there are none.
    """
    text, plans, done = _named(text, plans, choice, _printed(text, plans, choice))
    if done.text == text or choice.lines:
        return done
    chosen = tuple(p.qualname for p in plans if choice.function(p))
    inner = Choice(every=choice.every, strict=choice.strict, within=() if choice.every else chosen)
    file, before, new, known = Path(plans[0].source.filename), text, done.text, _names(text)
    unmarked = frozenset(p.name for p in plans if p.decorated and choice.function(p))
    for _ in range(AGAIN):
        wanted, unmarked = lines_again(before, new, unmarked), frozenset()
        before, more = new, plan_file(file, text=new, wanted=wanted, within=inner.within or None)
        new = _named(before, more, inner, _printed(before, more, inner, known), known, wanted)[2].text
        if new == before:
            break
    return replace(done, text=new)


def _named(
    text: str, plans: Sequence[FunctionPlan], choice: Choice, done: Printed,
    known: frozenset[str] | None = None, wanted: Collection[int] | None = None,
) -> tuple[str, Sequence[FunctionPlan], Printed]:  # fmt: skip
    """The same with names for what loops ask for in their headers, where that lets them be printed. wanted: the lines
    that were planned."""
    from ..plain.hoisting import hoisted, loops_in

    missed = [r.span.line for r in done.remarks if r.kind == "missed" and r.code != "no-gain"]
    loops = [n for n in loops_in(text) if any(n.lineno <= line <= (n.end_lineno or 0) for line in missed)]
    if not loops or choice.lines or not plans:
        return text, plans, done
    file, lines = Path(plans[0].source.filename), [n.lineno for n in loops]
    for _ in range(2):  # with all of them; then with those that this has helped
        new = hoisted(text, lines)
        made = [new.new(line) for line in lines]
        within = {p.qualname for p in plans if stands_on(p.source.node, lines)}
        tried = plan_file(file, text=new.text, wanted=made, within=within)
        helped = _applied(_printed(new.text, tried, choice, known, trying=True))
        if helped.issuperset(made):
            break
        lines = [line for line in lines if new.new(line) in helped]
        if not lines:
            return text, plans, done
    more = plan_file(file, text=new.text, wanted=None if wanted is None else [*made, *map(new.new, wanted)])
    found = _printed(new.text, more, choice, known)
    if not _applied(found).issuperset(made):
        return text, plans, done
    spans = [replace(r.span, line=new.old(r.span.line), end_line=new.old(r.span.end_line)) for r in found.remarks]
    said = tuple(replace(r, span=span) for r, span in zip(found.remarks, spans, strict=True))
    return new.text, more, replace(found, remarks=said)


def _applied(done: Printed) -> set[int]:
    return {r.span.line for r in done.remarks if r.kind == "applied"}


def _names(text: str) -> frozenset[str]:
    """The variables of a text."""
    nodes = list(ast.walk(shared_tree(text)))
    names = [n.id for n in nodes if isinstance(n, ast.Name)]
    return frozenset([*names, *(n.arg for n in nodes if isinstance(n, ast.arg))])


def _printed(
    text: str, plans: Sequence[FunctionPlan], choice: Choice, known: frozenset[str] | None = None, trying: bool = False
) -> Printed:
    """What one look at the text finds to print. known: the variables of the text before it was printed a first time;
    trying: nothing else goes from the text."""
    from ..plain.checked import rewrite_checked
    from ..plain.planned_region import PlannedRegion

    chosen = [p for p in plans if choice.function(p)]
    regions: list[PlannedRegion] = []
    remarks: list[Remark] = []
    otherwise: dict[int, Remark] = {}  # what is told of a region that `jit` opens, if it isn't printed
    granted: dict[int, Span] = {}  # regions that are printed where a reader takes something for granted
    awaiting, clients = awaited(text, chosen), Clients.of(text)
    ours = _names(text) - known if known is not None else frozenset[str]()
    for plan in chosen:
        if plan.span.line in awaiting:
            regions += _tasks(awaiting[plan.span.line], choice, clients)
            continue
        remarks.extend(told(plan, choice))
        for region in plan.regions:
            if not choice.region(plan, region):
                continue
            for made, assumes in _ways(plan, region, choice, clients, ours, remarks):
                if made is region.opened:
                    otherwise[len(regions)] = in_place(region, made.remark)
                elif made is not region.plan:
                    granted[len(regions)] = region.code.span
                regions.append(PlannedRegion(made, region.code, assumes, region.local, choice.strict))
    staying = [p for p in plans if p.decorated and p not in chosen]
    marked = [p.span for p in chosen if p.decorated] if staying else None
    if (trying or known is not None) and not regions:
        return Printed(text, tuple(remarks), False)
    done = rewrite_checked(text, regions, marked)
    for index, remark in enumerate(done.remarks):
        if index in granted and (remark is None or remark.kind == "missed"):
            continue  # the way to print it without that tells what becomes of it
        if index in granted:
            first, last = granted[index].line, granted[index].end_line
            remarks = [r for r in remarks if r.kind != "missed" or not first <= r.span.line <= last]
        if remark is not None:
            remarks.append(otherwise.get(index, remark) if remark.kind == "missed" else remark)
    said = sorted(dict.fromkeys(remarks), key=lambda r: (r.span.line, r.span.column))
    return Printed(done.text, tuple(said), done.needs_xcs and not staying)


def _ways(
    plan: FunctionPlan, region: RegionPlan, choice: Choice, clients: Clients, ours: frozenset[str],
    remarks: list[Remark],
) -> Iterator[tuple[Plan, tuple[str, ...]]]:  # fmt: skip
    """The plans by which a region may be printed, the best one first, with what each rests on. ours: names that were
    printed, of which nothing is assumed."""
    every: list[tuple[Plan | None, tuple[str, ...], bool]] = []
    if region.waived is not None and not choice.strict:
        every.append((region.waived.plan, region.waived.sentences, region.waived.assumable))
    every.append((region.plan if region.plan.sites else region.opened, (), region.assumable))
    for made, sentences, assumable in every:
        if made is None or (plan.qualname == NAME and not _repeats(made)):
            continue
        found = dict.fromkeys((*sentences, *assumptions(plan, region, clients, made)))
        assumes = tuple(one for one in found if ours.isdisjoint(re.findall(r"\w+", one)))
        refused = choice.strict or (clients.derived and clients.unknown(made))
        if assumable and not (assumes and refused):
            yield made, assumes
        elif not sentences:
            remarks.append(assumed(region, assumes))


def awaited(text: str, plans: Sequence[FunctionPlan]) -> dict[int, FunctionPlan]:
    """By line, the plans of functions that await and whose calls may be under way together."""
    ones = [p for p in plans if p.refused is not None and isinstance(p.source.node, ast.AsyncFunctionDef)]
    if not ones:
        return {}
    found = plan_awaited(Path(ones[0].source.filename), text)
    lines = {p.span.line for p in ones}
    return {line: plan for line, plan in found.items() if line in lines and any(r.plan.sites for r in plan.regions)}


def _tasks(plan: FunctionPlan, choice: Choice, clients: Clients) -> list[PlannedRegion]:
    """The regions of a function that awaits."""
    from ..plain.planned_region import PlannedRegion

    made = []
    for region in plan.regions:
        assumes = assumptions(plan, region, clients)
        refused = choice.strict or (clients.derived and clients.unknown(region.plan))
        if region.plan.sites and choice.region(plan, region) and region.assumable and not (assumes and refused):
            made.append(PlannedRegion(region.plan, region.code, assumes, region.local, choice.strict, awaited=True))
    return made


def _repeats(plan: Plan) -> bool:
    """Whether calls of a region are made in a loop: of module level, nothing else is printed."""
    region = plan.region
    return region is not None and any(isinstance(p, For) for s in plan.sites for p in region.parents[s.node.id])


def told(plan: FunctionPlan, choice: Choice) -> list[Remark]:
    """Why a function, or a region of it, stays sequential; of functions that nobody asked for, what is of interest."""
    asked = choice.asked(plan)
    if plan.refused is not None:
        return [plan.refused] if asked or plan.refused.code != "no-gain" else []
    missed = list(plan.missed())
    if plan.qualname == NAME and not asked:  # of module level, loops are of interest
        loops = {r.code.span for r in plan.regions if any(isinstance(n, For) and n.kind == "for" for n in r.code.block)}
        missed = [r for r in missed if any(r.span.line in range(s.line, s.end_line + 1) for s in loops)]
    if asked and not missed and not plan.chosen(opened=True):
        missed.append(Remark("missed", "no-gain", plan.name, plan.source.filename, plan.span))
    return missed


def in_place(region: RegionPlan, opened: Remark) -> Remark:
    """Why a region has no plain form that `jit` runs with a callee in place."""
    kept = "; ".join(e.text.removeprefix("in place: ") for e in opened.ends[:2]) or "its effects"
    what = f"under @xcs.jit {opened.what} run at the same time; printed, {kept} would change its order"
    old = region.plan.remark
    return Remark("missed", "plain-form", old.function, old.filename, old.span, what)


def assumed(region: RegionPlan, assumes: Sequence[str]) -> Remark:
    """What `jit` checks when it enters the region, and printed code can't."""
    old = region.plan.remark
    what = f"it assumes {'; '.join(assumes)}, which @xcs.jit checks"
    if not region.assumable:
        shown = "; ".join(assumes) or "keys are there, and what it writes is no part of what its calls read"
        what = f"the text doesn't show that {shown}; @xcs.jit looks at the objects"
    return Remark("missed", "plain-form", old.function, old.filename, old.span, what)


__all__ = ["Choice", "Printed", "assumed", "in_place", "printed", "told"]
