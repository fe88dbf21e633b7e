"""The arguments can't be computed ahead, or the one object that the program sees would become two."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.holding import inside, within
from ...analysis.domain.places import Path
from ...analysis.domain.values import (
    Abstract,
    Bound,
    Closure,
    Fresh,
    Generator,
    Lazy,
    Plain,
    Top,
    Value,
    origins_of,
)
from ...ir.nodes import Instr, Node, Var, With, lambda_of
from ...knowledge import lookup
from ...knowledge.stated import read_in_turn
from ...peek import CONTAINERS, IMMUTABLE, MISSING, PATHS, class_lookup, class_name
from ...remarks import Bailout
from ...runtime.likeness import comparable
from .candidate import Candidate

SLICE_OPS = frozenset((
    "copy", "global", "cell", "attr", "item", "unary", "binary", "inplace", "compare", "build", "collect", "format",
    "call", "unpack", "setitem", "setattr", "receiver", "default", "function", "narrow", "runs",
    "keyed", "part",
))  # fmt: skip
COMPUTING = ("call", "unary", "binary", "inplace")
COMPARED = (*CONTAINERS, *PATHS, slice)  # by their parts, at the take
VALUE = "value"  # of a class that isn't known
DEEPEST = 8  # containers in containers


def of_call(candidate: Candidate) -> Bailout | None:
    """An argument is an object of the region's own whose identity matters: the slice would make another one."""
    callees = candidate.region.facts.operands.get(candidate.node.id, (frozenset(),))[0]
    made_here = {id(n.payload[0]) for n in candidate.region.nodes.values() if _makes_function(n)}  # type: ignore[index, union-attr]
    if any(isinstance(callee, Closure) and id(callee.ir) in made_here for callee in callees):
        return candidate.obstacle("arguments", f"{candidate.name}, a function made in the region,")
    arguments = [a for value in candidate.region.facts.operands.get(candidate.node.id, ())[1:] for a in value]
    for abstract in arguments:
        if isinstance(abstract, Fresh) and len(abstract.key) == 1 and not _compared(candidate, abstract.cls):
            of = class_name(abstract.cls)
            return candidate.obstacle("arguments", f"{candidate.name}, a {of} made in the region,")
        if _made_of_lambda(candidate, abstract):
            return candidate.obstacle("arguments", f"{candidate.name}, a function made in the region,")
        if isinstance(abstract, Lazy | Generator):
            return candidate.obstacle("arguments", f"{candidate.name}, an iterator,")
    made = {a.key for a in arguments if isinstance(a, Fresh)}
    if holds_open(candidate) and not _read_in_turn(candidate):
        return candidate.obstacle("open", candidate.name)
    reached = _reached_from_result(candidate)
    if made & reached or any(isinstance(o, tuple) and len(o) == 1 and o[0] != candidate.node.id for o in reached):
        what = f"{candidate.name}, whose result holds an argument made in the region,"
        return candidate.obstacle("arguments", what)
    return None


def of_slice(candidate: Candidate) -> Bailout | None:
    """An argument, what it holds, or what a method belongs to is an object that the slice makes for itself."""
    callees, *arguments = candidate.region.facts.operands.get(candidate.node.id, (frozenset(),))
    opened = (e for i in candidate.needs - {candidate.node.id} for e in candidate.region.effects(i))
    if any(e.kind == "opens" and not e.inner for e in opened):
        return candidate.obstacle("open", candidate.name)  # the slice would read it before the program does
    for abstract in [*callees, *(a for value in arguments for a in value)]:
        if (made := _made_twice(candidate, abstract)) is not None:
            if made == VALUE:
                return candidate.obstacle("value", candidate.name)
            return candidate.obstacle("arguments", f"{candidate.name}, given a {made} made in the region,")
    if (made := _put_into_copies(candidate, arguments)) is not None:
        return candidate.obstacle("arguments", f"{candidate.name}, given a {made} made in the region,")
    return None


def _put_into_copies(candidate: Candidate, arguments: Sequence[Value]) -> str | None:
    """The class of an object that the slice makes and may have put into its copy of a container of the program's,
    which the call is given."""
    region = candidate.region
    roots = {o for value in arguments for a in value for o in origins_of(a) if isinstance(o, Path)}
    if not any(root.kind == "local" and root.name in region.copies for root in roots):
        return None
    made = [a for ident in candidate.needs - candidate.accepted for a in region.facts.results.get(ident, ())]
    return next((class_name(a.cls) for a in made if isinstance(a, Fresh) and a.cls not in COMPARED), None)


def _made_twice(candidate: Candidate, abstract: Abstract, around: tuple[Fresh, ...] = ()) -> str | None:
    """The class of an object there are two of, one in the slice, that can't be told to be alike at the take.

    What comes with the result of another early call is one object. Of methods it is asked whose they are.
    """
    match abstract:
        case Bound(receiver=Fresh(key=key, cls=cls)) if key[0] not in candidate.accepted and cls not in COMPARED:
            return class_name(cls)
        case Bound(receiver=receiver):
            return _made_twice(candidate, receiver, around)
        case Lazy() | Generator():
            return "iterator"
        case Top() if _computed(candidate, abstract):
            return VALUE
        case Fresh(key=key, cls=cls) if key[0] not in candidate.accepted and abstract not in around:
            memory = candidate.region.facts.heap.get(key)
            if not _compared(candidate, cls) or len(around) > DEEPEST:
                return class_name(cls)
            held = (*memory.attrs.values(), memory.element, memory.keys, *memory.entries.values()) if memory else ()
            found = (_made_twice(candidate, below, (*around, abstract)) for value in held for below in value)
            return next((name for name in found if name is not None), None)
        case _:
            return None


def _compared(candidate: Candidate, cls: type) -> bool:
    """Whether two objects of a class can be told to be alike, at the take."""
    if cls in COMPARED:
        return True
    candidate.alike = candidate.alike or comparable(cls)
    return comparable(cls)


def _computed(candidate: Candidate, abstract: Top) -> bool:
    """Whether a value of unknown type is what the slice itself computes, by an operator or a library's function."""
    region = candidate.region
    nodes = [region.nodes[ident] for ident in candidate.needs - candidate.accepted - {candidate.node.id}]
    computing = [node.id for node in nodes if isinstance(node, Instr) and node.op in COMPUTING]
    return any(abstract in region.facts.results.get(ident, frozenset()) for ident in computing)


def _makes_function(node: Node) -> bool:
    return isinstance(node, Instr) and node.op == "function"


def _made_of_lambda(candidate: Candidate, abstract: Abstract, depth: int = 0) -> bool:
    """Whether an argument is, or holds, a function that the region makes: the slice would make another one."""
    match abstract:
        case Closure():
            return True
        case Fresh(key=key) if depth < 4 and (memory := candidate.region.facts.heap.get(key)) is not None:
            held = [a for value in memory.values() for a in value]
            return any(_made_of_lambda(candidate, below, depth + 1) for below in held)
        case _:
            return False


def holds_open(candidate: Candidate) -> bool:
    """Whether the result may hold an open file or connection, of which there would be many at once."""
    opened = [e for e in candidate.region.effects(candidate.node.id) if e.kind == "opens"]
    if opened and (not all(e.inner for e in opened) or any(map(_may_be_open, _within_result(candidate)))):
        return True
    return any(isinstance(a, Fresh) and _is_open(a.cls) for a in _within_result(candidate))


def _may_be_open(abstract: Abstract) -> bool:
    """Whether a value may be an answer that a function has opened, and not read."""
    return not isinstance(abstract, Plain) and not (isinstance(abstract, Fresh) and abstract.cls in CONTAINERS)


def _read_in_turn(candidate: Candidate) -> bool:
    """Whether answers to requests are open, each read where it was asked for: a few of them may be open ahead."""
    held = {a.cls for a in _within_result(candidate) if isinstance(a, Fresh) and _is_open(a.cls)}
    in_turn = all(map(read_in_turn, held)) and candidate.region.facts.repeats
    return in_turn and _looked_into(candidate.region, candidate.node.id)


def _looked_into(region: LinkedRegion, made: int) -> bool:
    """Whether nothing is done with what a node gives but to look into it, and to enter it."""
    loops = region.loops(made)
    for ident, uses in region.whole.uses.items():
        if not any(made in definitions for definitions in uses.values()):
            continue
        node = region.nodes[ident]
        if region.loops(ident)[: len(loops)] != loops:
            return False
        copied = isinstance(node, Instr) and node.op == "copy" and _looked_into(region, ident)
        if not copied and not isinstance(node, With) and not (isinstance(node, Instr) and node.op in ("attr", "item")):
            return False
    return True


def _is_open(cls: type) -> bool:
    """Whether objects of a class are files, or streams of a library's that are still to be read."""
    step = class_lookup(cls, "__next__")
    streamed = step is not MISSING and lookup(step) is not None
    return streamed or (issubclass(cls, io.IOBase) and not issubclass(cls, io.BytesIO | io.StringIO))


def _reached_from_result(candidate: Candidate) -> set[object]:
    """The fresh objects that the call's result may hold."""
    reached: set[object] = set()
    for abstract in _within_result(candidate):
        if isinstance(abstract, Plain) and abstract.cls not in IMMUTABLE:
            reached |= {o for o in abstract.origins if isinstance(o, tuple)}
        elif isinstance(abstract, Fresh):
            reached.add(abstract.key)
    return reached


def _within_result(candidate: Candidate) -> Iterator[Abstract]:
    """The abstract values of the call's result, and of what it holds."""
    facts = candidate.region.facts

    def step(abstract: Abstract) -> list[Value]:
        return inside(abstract, facts.heap.get) if isinstance(abstract, Generator | Fresh) else []

    return within([facts.results.get(candidate.node.id, frozenset())], step)


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """The slice has no such operation."""
    unwritten = isinstance(below, Instr) and below.op == "function" and not _can_be_written(candidate, below)
    raises = isinstance(below, Instr) and below.op == "raise" and candidate.covers(below.id)
    if isinstance(below, Instr) and not raises and (below.op not in SLICE_OPS or unwritten):
        end = candidate.located(f"{below.op} {below.name}".strip(), below.id)
        return candidate.obstacle("arguments", "", end)
    return None


def _can_be_written(candidate: Candidate, made: Instr) -> bool:
    """Whether a function made in the slice is a lambda whose variables stay what they are at its making."""
    region = candidate.region
    if lambda_of(made) is None or region.callee(made.id) is not None:
        return False
    captured = {use.name for use in made.uses if isinstance(use, Var)}
    around = [p.id for p in region.loops(made.id)]
    for ident, node in region.nodes.items():
        targets = node.targets if isinstance(node, Instr) else (getattr(node, "target", None),)
        later = region.order[ident] > region.order[made.id]
        if later and captured.intersection(t for t in targets if t) and _same_round(region, ident, around):
            return False
    return True


def _same_round(region: LinkedRegion, ident: int, around: list[int]) -> bool:
    return [p.id for p in region.loops(ident)][: len(around)] == around
