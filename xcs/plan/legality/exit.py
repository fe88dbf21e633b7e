"""Whether later calls are made at all depends on a result."""

from __future__ import annotations

import sys

from ...analysis.anchors import independent
from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import ORDERED, Loc, same_slot, waits
from ...analysis.domain.values import Known, Value
from ...analysis.first_found import gone_through, looked_through, quiet
from ...analysis.lengths import decides
from ...analysis.library.lazy import WHOLE
from ...ir.nodes import ROUNDS, For, Instr, Jump, Node, walk
from ...peek import is_a, peek
from ...reasons import FUNDAMENTAL, Reason
from ...remarks import Bailout, Located
from . import iterable
from .candidate import Candidate
from .conflict import reads_answers
from .ordered import CODES

OBSTACLE = Reason(
    code="exit",
    number="XCS311",
    text="whether later calls are made depends on a result: {what}",
    hint=FUNDAMENTAL,
    meaning=(
        "An answer decides whether the loop goes on (`break`, `return`, an exception), so that later "
        "calls might never have been made. Nothing is started on suspicion."
    ),
    what_to_do="Nothing, where that is meant: each call that isn't needed costs money.",
)

AVERAGES = ("mean", "fmean", "median", "stdev", "pstdev", "variance", "pvariance", "mode", "multimode", "quantiles")
METHOD = type(str.join)
PARTLY = "a generator expression that may not be used up"
# Writes of what fills an object from a generator expression.
FILLED = frozenset(("builtins.list.extend", "builtins.set.update", "builtins.dict.update", "collections.deque.extend"))


def of_slice(candidate: Candidate) -> Bailout | None:
    """A `break` or `return` that decides whether the call is reached depends on the call."""
    region = candidate.region
    jumps = [i for i in candidate.needs if isinstance(region.nodes[i], Jump)]
    exits = [j for j in jumps if candidate.node.id in (decides(region, j) if candidate.flow else region.closure(j)[0])]
    if not exits:
        return None
    return candidate.obstacle("exit", "", candidate.located("leaves the loop here", exits[0]))


def of_raise(candidate: Candidate) -> Bailout | None:
    """An exception raised before the call where earlier results, added up, say so: a budget, a count of failures."""
    region = candidate.region
    if candidate.flow:
        return None  # what is raised is raised in turn there
    for ident in (node.id for node in region.raising):
        if region.may_be_handled(ident):
            continue
        if ident in candidate.needs or not region.moved_across(candidate.node.id, ident):
            continue
        rests = not _of_one_iteration(candidate, ident) and region.rests_on_earlier(ident)
        if rests or reads_answers(candidate, ident):
            return candidate.obstacle("exit", "", candidate.located("raises here", ident))
    return None


def _of_one_iteration(candidate: Candidate, raising: int) -> bool:
    """Whether a loop around a strand's call has iterations that each raise for what they got themselves."""
    region, anchor = candidate.region, candidate.anchor
    if anchor not in region.around[raising]:
        return False
    both = [p for p in region.round(candidate.node.id) if p.id in region.around[raising]]
    return bool(both) and isinstance(both[-1], For) and independent(region, raising, both[-1].id, candidate.accepted)


def raised_by_an_item(region: LinkedRegion, ident: int, accepted: frozenset[int]) -> bool:
    """Whether a node raises for what an iteration of a `for` loop got for itself: others go on, as under an anchor."""
    node = region.nodes[ident]
    if not isinstance(node, Instr) or node.op != "raise":
        return False
    loops = [p.id for p in region.round(ident) if isinstance(p, For) and p.iterable is not ROUNDS]
    return any(independent(region, ident, loop, accepted) and not _reads_written(region, ident, loop) for loop in loops)


def _reads_written(region: LinkedRegion, ident: int, loop: int) -> bool:
    """Whether what a node in a loop rests on reads what the region writes, and an iteration has not made itself."""
    inside = region.below(loop)
    found = [e.loc for i in region.closure(ident)[0] for e in region.slice_effects(i) if e.kind == "read"]
    reads = [loc for loc in found if loc is not None and not (type(loc.root) is tuple and loc.root[0] in inside)]
    writes = [e.loc for i in region.nodes for e in region.effects(i) if e.kind == "write" and e.loc is not None]
    return any(_may_meet(write, read) for write in writes for read in reads)


def _may_meet(write: Loc, read: Loc) -> bool:
    """Whether two places may be one, whichever objects there are."""
    if write.root is None or read.root is None:
        return True
    if isinstance(write.root, tuple) or isinstance(read.root, tuple):
        return write.root == read.root
    return write.deep or read.deep or "*" in (write.slot, read.slot) or same_slot(write.slot, read.slot)


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """What goes through a generator expression is not known to do so at once, or what `map` calls may raise
    StopIteration, which ends the loop without a word."""
    if isinstance(below, Instr) and below.op == "build" and below.name == "generator":
        for loop in gone_through(candidate.region, below):
            function = looked_through(candidate.region, loop)
            known = loop.id in candidate.needs and (function or _used_up(candidate.region, loop))
            if not known or (function == id(next) and candidate.flow):
                return candidate.obstacle("exit", PARTLY, span=below.span)
    if isinstance(below, For) and below.callback:
        for inner in walk(below.body):
            if any(effect.kind == "stops" for effect in candidate.region.effects(inner.id)):
                return candidate.obstacle("exit", "", candidate.located("may raise StopIteration here", inner.id))
    return None


def of_loop(region: LinkedRegion, filename: str) -> Bailout | None:
    """A loop with calls that wait, whose next iteration comes only because of what they gave."""
    for ident in sorted(region.cut, key=region.order.__getitem__):
        loop = region.nodes[ident]
        if isinstance(loop, For) and loop.iterable is ROUNDS:
            continue  # told as such
        waiting = [n for n in walk(region.nodes[ident].body) if isinstance(n, Instr) and waits(region.effects(n.id))]  # type: ignore[union-attr]
        exits = [j for j in region.jumps if j.kind in ("break", "return") and region.decides(j.id, ident)]
        if waiting and exits:
            end = Located("leaves the loop here", region.filename(exits[0].id) or filename, exits[0].span.line)
            return Bailout("exit", f"`{waiting[0].text}(...)`", waiting[0].span, (end,))
    return iterable.of_iterated(region)


def of_region(region: LinkedRegion) -> Bailout | None:
    """A generator expression of which anybody may know how far it is gone through is not consumed whole by the call
    that it is an argument of, or what consumes it runs code between its calls whose place matters."""
    for node in region.nodes.values():
        if not isinstance(node, For) or node.kind != "generator":
            continue
        if not _used_up(region, node):
            if quiet(region, node):
                continue  # where a slice goes through it, it is asked who else does
            return Bailout("exit", PARTLY, node.span)
        between = _between(region, node)
        if between is not None:
            return between
    return None


def _between(region: LinkedRegion, node: For) -> Bailout | None:
    """What goes through a generator expression adds, hashes or compares each value before it asks for the next."""
    made, at_end = _made(region, node), {id(c) for c in (list, tuple, sorted, str.join)}
    for user in region.nodes.values():
        if not isinstance(user, Instr) or user.op != "call" or not _uses(region, user, made):
            continue
        if _identities(region.facts.operands.get(user.id, (frozenset(),))[0]) <= at_end:
            continue
        for effect in sorted(region.effects(user.id), key=lambda e: e.order):
            own = effect.kind == "write" and effect.detail in FILLED  # which is known to happen between the calls
            if (effect.kind in ORDERED or effect.kind == "write") and not own:
                ends = (effect.where,) if effect.where is not None and effect.where.line else ()
                what = f"`{user.text}(...)`, which runs between the calls,"
                return Bailout(CODES[effect.kind], what, node.span, ends)
    return None


def _uses(region: LinkedRegion, user: Node, made: set[int]) -> bool:
    return any(made & d for d in region.whole.uses.get(user.id, {}).values())


def _made(region: LinkedRegion, node: For) -> set[int]:
    """What a generator expression adds its values to."""
    return {
        c
        for n in walk(node.body)
        if isinstance(n, Instr) and n.op == "collect"
        for c in region.whole.uses.get(n.id, {}).get(getattr(n.uses[0], "name", ""), ())
    }


def _used_up(region: LinkedRegion, node: For) -> bool:
    """Whether each call that is given a generator expression goes through all of it, as soon as it is made."""
    statistics = sys.modules.get("statistics")  # of the program's; not imported for this
    whole = {id(w) for w in WHOLE} | {id(peek(statistics, name)) for name in AVERAGES}
    made = _made(region, node)
    for user in region.nodes.values():
        if not _uses(region, user, made):
            continue
        if isinstance(user, Jump | For):  # a loop's body runs between the calls
            return False
        if isinstance(user, Instr) and not _gives(region, user, made):
            names = _identities(region.facts.operands.get(user.id, (frozenset(),))[0])
            if user.op != "call" or not names or not names <= whole or not _alone(region, user, made):
                return False
            if not _at_once(region, node, user):
                return False
    return True


def _gives(region: LinkedRegion, user: Instr, made: set[int]) -> bool:
    """Whether a node is one that gives the generator expression its values, or compares keys: it keeps nothing."""
    if user.op in ("keyed", "applied"):
        return True
    found = region.whole.uses[user.id]
    return user.op == "collect" and not any(made & found.get(getattr(u, "name", ""), set()) for u in user.uses[1:])


def _alone(region: LinkedRegion, user: Instr, made: set[int]) -> bool:
    """Whether a call is given it once, in the first place: what stands in another one may be kept, or not asked."""
    found = region.whole.uses[user.id]
    has = [bool(made & found.get(getattr(u, "name", ""), set())) for u in user.uses[1:]]
    plain = has.count(True) == 1 and bool(user.stars) and not user.stars[0]
    return plain and (has[0] or _of_method(region, user, has))


def _of_method(region: LinkedRegion, user: Instr, has: list[bool]) -> bool:
    """`str.join(", ", made)`"""
    callees = region.facts.operands[user.id][0]
    unbound = all(isinstance(c, Known) and is_a(c.obj, METHOD) for c in callees)
    return len(has) == 2 and has[1] and unbound and not user.keywords


def _at_once(region: LinkedRegion, node: For, user: Instr) -> bool:
    """Whether nothing is done between making it and going through it: other arguments are evaluated then."""
    first, last = region.order[node.id], region.order[user.id]
    own = {n.id for n in walk((node,))}
    between = {i for i, order in region.order.items() if first < order < last and i not in own}
    return not any(
        e.kind in ORDERED or (e.kind == "write" and (e.loc is None or _made_at(e.loc.root) not in between))
        for i in between
        for e in region.effects(i)
    )


def _made_at(root: object) -> int:
    return root[0] if isinstance(root, tuple) else 0


def _identities(callees: Value) -> set[int]:
    return {a.ident if isinstance(a, Known) else getattr(getattr(a, "func", None), "ident", 0) for a in callees}
