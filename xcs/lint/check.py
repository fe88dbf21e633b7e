"""The findings of one file: what the survey finds, made certain by the verdict of `@jit` where the text allows one."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from math import inf

from ..bound import thread_time
from ..plan.plan import Plan
from ..reasons import INTERNAL, OPPORTUNITY
from ..remarks import Bailout, Located, Remark, Span, failed
from ..static import World
from ..static.plans import FunctionPlan, RegionPlan, plan_file
from ..survey.conclusions import Loop
from ..survey.loops import survey
from ..survey.modules import Program
from ..survey.rewritten import rewrites
from ..survey.talking import may_talk
from .findings import START, Certainty, Finding, of_file
from .sources import Text

SHOWN = frozenset({"carried", "conflict", "memoised", "thread-bound"})  # obstacles that the text shows for good
NAMED = re.compile(r"\bxcs\b")
MOST_SECONDS = 0.5  # of computing, for the exact plans of a file
MOST_TEXT = 100_000  # characters of other modules that are read for the exact plan of what nobody decorated
LARGE = 500_000  # characters: of such a text, which is mostly made by a program, it is asked first whether it may wait
FEW = 2  # assumptions, with which a loop may still turn out to be certain
TOLD_LIKELY = {"jit": "likely", "module": "likely-module", "async": "likely-async"}
# What a verdict says that rests on what the text doesn't show: at run time the objects are there.
UNSEEN = (
    "not installed here", "of which nothing is known", "the text doesn't", "whose value isn't known", "what `@",
    "what the decorator",
)  # fmt: skip


def findings(text: Text, program: Program | None = None) -> list[Finding]:
    """What there is to say about a file; one that can't be read or parsed is a finding itself."""
    file, shown = text.file, text.shown
    if len(text.text) > LARGE and not NAMED.search(text.text) and not may_talk(text.text):
        return []
    try:
        program = program or Program()
        module = program.load(file, text.text)
        module.breaks = frozenset(line for line, _ in text.cells)
        loops = list(survey(program, module))
    except Bailout as bailout:
        return [_placed(of_file(shown, bailout.what, bailout.span), text)]
    except (RecursionError, MemoryError):
        return [of_file(shown, "it can't be analysed: it is nested too deep, or too large")]
    except Exception as error:
        return [of_failure(error, shown, START)]
    found = [of_loop(loop, shown) for loop in loops]
    if NAMED.search(text.text) or any(_may_be_certain(loop) for loop in loops):
        found = _with_plans(text, loops, found)
    found += [of_file(shown, what, span) for span, what in text.unread]
    return sorted((_placed(f, text) for f in found), key=lambda f: (f.cell or 0, f.span.line, f.span.column, f.code))


def _may_be_certain(loop: Loop) -> bool:
    """Whether it is worth asking for an exact plan: what waits is known to, and little else is assumed."""
    known = loop.certainty == "likely" and loop.mode == "jit" and not any(wait.assumes for wait in loop.waits)
    return known and len(loop.assumes) <= FEW


def _with_plans(text: Text, loops: Sequence[Loop], found: list[Finding]) -> list[Finding]:
    """The survey's findings with the exact verdicts, where there are any, in their place."""
    shown = text.shown
    lines = {
        line for loop in loops if loop.certainty == "likely" for line in range(loop.span.line, loop.span.end_line + 1)
    }
    try:
        world = World(thread_time() + MOST_SECONDS, inf if NAMED.search(text.text) else MOST_TEXT)
        plans = plan_file(text.file, text=text.text, world=world, wanted=lines, exact=True)
    except Bailout:
        return found
    except (RecursionError, MemoryError):
        return found
    except Exception as error:
        return [*found, of_failure(error, shown, START)]
    exact: list[Finding] = []
    inner = {plan.source.code for plan in plans if not plan.decorated and plan.chosen(opened=True)}
    likely = [loop.span for loop in loops if loop.certainty == "likely"]
    quiet: list[Span] = []
    for plan in plans:
        try:
            exact += of_function(plan, shown, inner, likely)
        except Exception as error:
            exact.append(of_failure(error, shown, plan.span, plan.qualname))
        if plan.decorated:
            quiet.append(_whole(plan))
    told = [f.span for f in exact if f.severity == "notice"]
    found = [_refused(f, plans) for f in found]
    kept = [
        f
        for f in found
        if not (f.certainty in ("likely", "sequential") and any(_within(f.span, s) for s in quiet))
        and not (f.certainty == "likely" and any(_meet(f.span, s) for s in told))
    ]
    hopeful = [f for f in found if f.certainty == "likely"]
    return [*kept, *(_with_gain(f, hopeful) for f in exact)]


def _refused(finding: Finding, plans: Iterable[FunctionPlan]) -> Finding:
    """A hopeful finding of the survey, or the obstacle that the exact plan of that loop shows."""
    if finding.certainty != "likely":
        return finding
    for region in (r for plan in plans if not plan.decorated for r in plan.regions if r.opened is None):
        remark = region.plan.remark
        if remark.kind == "missed" and remark.code in SHOWN and _within(finding.span, region.code.span):
            text = f"stays sequential ({remark.code}): {remark.sentence}"
            return replace(finding, code="sequential", message=text, hint="", ends=remark.ends, certainty="sequential")
    return finding


def _with_gain(finding: Finding, hopeful: Sequence[Finding]) -> Finding:
    """An opportunity with what the survey says of that place: a comprehension's region is the statement around it."""
    same = next((f for f in hopeful if _within(f.span, finding.span)), None)
    if same is None or finding.severity != "notice":
        return finding
    return replace(finding, gain=same.gain, chain=same.chain)


def _decorators(plan: FunctionPlan) -> bool:
    """Whether something beside `@jit` decorates a function: not every text shows what becomes of it."""
    return len(getattr(plan.source.node, "decorator_list", ())) > 1


def _whole(plan: FunctionPlan) -> Span:
    node = plan.source.node
    return Span(node.lineno, 0, node.end_lineno or node.lineno, 1_000_000)


def _within(inner: Span, outer: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and inner.end_line <= outer.end_line


def _meet(one: Span, other: Span) -> bool:
    return one.line <= other.end_line and other.line <= one.end_line


def of_failure(error: Exception, shown: str, span: Span, function: str = "") -> Finding:
    """An error of our own: the rest goes on."""
    text = INTERNAL.sentence(failed(error).what)
    return Finding("error", shown, span, "internal", text, INTERNAL.hint, function, certainty="error")


def _placed(finding: Finding, text: Text) -> Finding:
    if not text.cells:
        return finding
    span, cell = text.place(finding.span)
    return replace(finding, span=span, cell=cell)


# -- of the survey


def of_loop(loop: Loop, shown: str) -> Finding:
    """A surveyed loop as a finding."""
    function = "" if loop.function == "<module>" else loop.function
    if loop.certainty == "sequential":
        text = f"stays sequential ({loop.code}): {loop.reason}"
        return Finding("notice", shown, loop.span, "sequential", text, "", function, loop.ends, "sequential")
    code = "possible" if loop.doubtful else TOLD_LIKELY[loop.mode]
    assumes = tuple(Located(a.text, a.where.filename, a.where.line) for a in loop.assumes)
    chain = max((w.chain for w in loop.waits), key=len, default=())
    ends = tuple(w.where for w in loop.waits[:4])
    hint = {
        "jit": "decorate the function with @xcs.jit",
        "module": "put the loop into a function and decorate it with @xcs.jit",
        "async": "await them together: asyncio.gather or a TaskGroup",
    }[loop.mode]
    if loop.doubtful and any(wait.kind == "process" for wait in loop.waits):
        hint = "if they can run in any order, say so: @xcs.unordered on the function that starts the program"
    what = (
        "could wait at the same time"
        if loop.mode != "async"
        else "are awaited one after another and could be awaited together"
    )
    message = f"the calls {loop.calls} {what}" + (f", if {_listed(loop)}" if assumes else "")
    return Finding(
        "notice", shown, loop.span, code, message, hint, function, ends, "likely", assumes, chain, gain(loop)
    )


def _listed(loop: Loop) -> str:
    texts = list(dict.fromkeys(a.text for a in loop.assumes))
    return "; ".join(texts[:3]) + (f"; and {len(texts) - 3} more" if len(texts) > 3 else "")


def gain(loop: Loop) -> str:
    """What it would bring, in words."""
    calls = len(loop.waits)
    if loop.block:
        return f"one latency instead of {calls}" if calls > 1 else ""
    each = f"{calls} calls" if calls > 1 else "1 call"
    if loop.items is None:
        return f"{each} an item: one item's latency instead of all items'"
    return f"{loop.items} items x {each}: one item's latency instead of {loop.items}"


# -- of the exact plan


def of_function(plan: FunctionPlan, shown: str, inner: Set[types.CodeType], likely: Iterable[Span]) -> list[Finding]:
    """What the plan of a function says; `inner`: code of functions that have an opportunity of their own; `likely`:
    loops that the survey takes for likely."""
    if plan.refused is not None and plan.refused.code == "internal":
        return [of_remark(plan, plan.refused, shown, "error")]
    if plan.decorated:
        hopeful = any(_within(span, _whole(plan)) for span in likely)
        if plan.refused is not None and plan.refused.code != "no-gain":
            return [of_remark(plan, plan.refused, shown)]
        missed = [of_remark(plan, remark, shown) for remark in plan.missed()]
        if hopeful:
            missed = [f for f in missed if f.code != "unknown" or not any(text in f.message for text in UNSEEN)]
        if missed or plan.chosen(opened=True) or (hopeful and _decorators(plan)):
            return missed
        return [of_remark(plan, Remark("missed", "no-gain", plan.name, plan.source.filename, plan.span), shown)]
    found = []
    for region in plan.chosen(opened=True):
        chosen = region.opened or region.plan
        if _rests_on_its_file(plan, region):
            continue
        if inner.isdisjoint(o.function.__code__ for ways in chosen.opens.values() for o in ways):
            found.append(opportunity(plan, chosen.remark, shown, _assumed(region, chosen)))
    return found


def _rests_on_its_file(plan: FunctionPlan, region: RegionPlan) -> bool:
    """Whether a region is a loop that reads the file which the iteration before wrote."""
    loops = (ast.For, ast.While)
    inside = (n for n in ast.walk(plan.source.node) if isinstance(n, loops) and n.lineno == region.code.span.line)
    return any(map(rewrites, inside))


def of_remark(plan: FunctionPlan, remark: Remark, shown: str, severity: str = "warning") -> Finding:
    return Finding(
        "error" if severity == "error" else "warning",
        shown,
        remark.span,
        remark.code,
        remark.sentence,
        remark.hint,
        plan.qualname,
        remark.ends,
        "error" if severity == "error" else "sequential",
    )


def _assumed(region: RegionPlan, chosen: Plan) -> list[str]:
    """What a plan is right only with. A call that a written item keeps in its place starts early in parts alone if no
    item is there twice, which only the run shows."""
    found = list(dict.fromkeys(f"`{write}` is no part of `{read}`" for write, read in region.apart(chosen)))
    if chosen is region.opened and region.plan.remark.code == "conflict":
        items = {write.name for write, _, _ in chosen.namespaces if ("elements", None) in write.steps}
        found += [f"no two items of `{name}` are the same object" for name in sorted(items)]
    linked = chosen.region
    read = {ident for site in chosen.sites for ident in site.needs}
    filled = {str(place) for ident in read for place in linked.filled(ident)} if linked is not None else ()
    found += [f"`{name}` has an item for each key that is asked for" for name in sorted(filled)]
    return found + [f"`{place}` is there already" for place in _made_later(chosen)]


def _made_later(plan: Plan) -> list[str]:
    """Attributes that a plan takes for objects of a class where the holder's class has None for them: who needs one
    first makes it, and that may change what is gone through."""
    missing = {(g.path.name, g.path.steps) for g in plan.guards if g.kind == "is" and g.expected is None}
    classes = {g.path: getattr(g.expected, "__name__", "") for g in plan.guards if g.kind == "type"}
    return [
        str(path)
        for path in classes
        if path.steps and (classes.get(replace(path, steps=path.steps[:-1])), path.steps[-1:]) in missing
    ]


def opportunity(plan: FunctionPlan, remark: Remark, shown: str, assumed: Sequence[str]) -> Finding:
    """What `@jit` would run at the same time: certain, but for names that may stand for parts of the same object."""
    text = OPPORTUNITY.sentence(remark.what)
    where = Located("", remark.filename, remark.span.line)
    assumes = tuple(replace(where, text=assumption) for assumption in assumed)
    code = "likely" if assumes else "opportunity"
    certainty: Certainty = "likely" if assumes else "certain"
    if assumes:
        text += f", if {'; '.join(a.text for a in assumes[:3])}"
    return Finding(
        "notice", shown, remark.span, code, text, OPPORTUNITY.hint, plan.qualname, remark.ends, certainty, assumes
    )


__all__ = ["findings", "of_failure"]
