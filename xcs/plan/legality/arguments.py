"""The arguments can't be computed ahead, or the one object that the program sees would become two."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.holding import below, parts
from ...analysis.domain.places import Path
from ...analysis.domain.values import (
    Abstract,
    Bound,
    Closure,
    Fresh,
    Generator,
    Inst,
    Lazy,
    Plain,
    Top,
    Value,
    origins_of,
)
from ...analysis.twins import asks_which, is_seen, not_told
from ...ir.nodes import Instr, Node, Var, lambda_of
from ...peek import CONTAINERS, IMMUTABLE, PATHS, class_lookup, class_name, dict_of
from ...reasons import Reason
from ...remarks import Bailout
from ...runtime.likeness import comparable
from . import open
from .candidate import Candidate
from .value import COMPUTED, computed

OBSTACLE = Reason(
    code="arguments",
    number="XCS316",
    text="the arguments of {what} can't be computed ahead",
    hint="put the call and what makes its arguments into one function",
    meaning=(
        "The arguments of the call can't be computed ahead: making them needs something whose place "
        "matters, or the object that is handed over is one that the program keeps and that would be "
        "there twice."
    ),
    what_to_do="Put the call and what makes its arguments into one function: that runs as a whole.",
)

SLICE_OPS = frozenset((
    "copy", "global", "cell", "attr", "item", "unary", "binary", "inplace", "compare", "build", "collect", "format",
    "call", "unpack", "setitem", "setattr", "receiver", "default", "function", "narrow", "runs",
    "keyed", "part", "twin",
))  # fmt: skip
COMPARED = (*CONTAINERS, *PATHS, slice)  # by their parts, at the take
DEEPEST = 8  # containers in containers


def of_call(candidate: Candidate) -> Bailout | None:
    """An argument is an object of the region's own whose identity matters: the slice would make another one."""
    callees = candidate.region.facts.operands.get(candidate.node.id, (frozenset(),))[0]
    made_here = {id(n.payload[0]) for n in candidate.region.functions}  # type: ignore[index]
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
    if (obstacle := open.of_call(candidate)) is not None:
        return obstacle
    reached = _reached_from_result(candidate)
    if made & reached or any(isinstance(o, tuple) and len(o) == 1 and o[0] != candidate.node.id for o in reached):
        what = f"{candidate.name}, whose result holds an argument made in the region,"
        return candidate.obstacle("arguments", what)
    return None


def of_slice(candidate: Candidate) -> Bailout | None:
    """An argument, what it holds, or what a method belongs to is an object that the slice makes for itself."""
    nodes = [candidate.region.nodes[ident] for ident in (candidate.node.id, *candidate.needs)]
    if twins := [node for node in nodes if isinstance(node, Instr) and node.op == "twin"]:
        asking = next((node.id for node in nodes if asks_which(candidate.region, node.id)), None)
        if candidate.flow or any(is_seen(candidate.region, t) or not_told(candidate.region, t) for t in twins):
            return candidate.obstacle("arguments")
        if asking is not None:
            return candidate.obstacle("arguments", "", candidate.located("asks which object it is", asking))
    callees, *arguments = candidate.region.facts.operands.get(candidate.node.id, (frozenset(),))
    if (obstacle := open.of_slice(candidate)) is not None:
        return obstacle
    asked = [*((callee, True) for callee in callees), *((a, False) for value in arguments for a in value)]
    for abstract, called in asked:
        if (made := _made_twice(candidate, abstract, called=called)) is not None:
            if made == COMPUTED:
                return candidate.obstacle("value")
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


def _made_twice(
    candidate: Candidate, abstract: Abstract, around: tuple[Fresh, ...] = (), called: bool = False,
    element: bool = False,
) -> str | None:  # fmt: skip
    """The class of an object there are two of, one in the slice, that can't be told to be alike at the take.

    What comes with the result of another early call is one object. Of methods it is asked whose they are: who is given
    one may change what it belongs to.
    """
    match abstract:
        case Bound(receiver=Fresh(key=key, cls=cls)) if key[0] not in candidate.accepted:
            if not called or cls not in COMPARED:
                return class_name(cls)
            return _made_twice(candidate, abstract.receiver, around)
        case Bound(receiver=receiver):
            return _made_twice(candidate, receiver, around)
        case Lazy() | Generator():
            return "iterator"
        case Inst(cls=cls, path=None, ident=ident) if ident < 0 and issubclass(cls, BaseException):
            return class_name(cls)  # caught: it may be the slice's own that fails
        case Top() if computed(candidate, abstract):
            return COMPUTED
        case Fresh(key=key, cls=cls) if key[0] not in candidate.accepted and abstract not in around:
            memory = candidate.region.facts.heap.get(key)
            if not _compared(candidate, cls) or len(around) > DEEPEST or (element and _by_address(cls)):
                return class_name(cls)
            inside = cls is set or cls is frozenset or (element and cls is tuple)
            held = (*memory.attrs.values(), memory.element, memory.keys, *memory.entries.values()) if memory else ()
            every = (part for value in held for part in value)
            found = (_made_twice(candidate, part, (*around, abstract), element=inside) for part in every)
            return next((name for name in found if name is not None), None)
        case _:
            return None


def _by_address(cls: type) -> bool:
    """Whether the order of objects in a set is that of their addresses, another one for each set of them."""
    return cls not in COMPARED and class_lookup(cls, "__hash__") is dict_of(object)["__hash__"]


def _compared(candidate: Candidate, cls: type) -> bool:
    """Whether two objects of a class can be told to be alike, at the take."""
    if cls in COMPARED:
        return True
    candidate.alike = candidate.alike or comparable(cls)
    return comparable(cls)


def _made_of_lambda(candidate: Candidate, abstract: Abstract, depth: int = 0) -> bool:
    """Whether an argument is, or holds, a function that the region makes: the slice would make another one."""
    match abstract:
        case Closure():
            return True
        case Fresh(key=key) if depth < 4 and (memory := candidate.region.facts.heap.get(key)) is not None:
            held = [a for value in memory.values() for a in value]
            return any(_made_of_lambda(candidate, part, depth + 1) for part in held)
        case _:
            return False


def _reached_from_result(candidate: Candidate) -> set[object]:
    """The fresh objects that the call's result may hold, also as an iterator, a view, a method or a function does."""
    facts = candidate.region.facts
    held = parts([facts.results.get(candidate.node.id, frozenset())], facts.contents)
    found = {origin for abstract in held for origin in _data_of(abstract)}
    return found.union(*map(_data_of, below(found, facts.heap)))


def _data_of(abstract: Abstract) -> set[object]:
    """The fresh objects that a value may be, or be a part of."""
    stays = isinstance(abstract, Plain) and abstract.cls in IMMUTABLE
    return set() if stays else {origin for origin in origins_of(abstract) if type(origin) is tuple}


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """The slice has no such operation."""
    unwritten = isinstance(below, Instr) and below.op == "function" and not _can_be_written(candidate, below)
    if candidate.flow and isinstance(below, Instr) and below.op == "function":
        unwritten |= _looks_into(candidate, below)
    raises = isinstance(below, Instr) and below.op == "raise" and candidate.covers(below.id)
    if isinstance(below, Instr) and not raises and (below.op not in SLICE_OPS or unwritten):
        end = candidate.located(f"{below.op} {below.name}".strip(), below.id)
        return candidate.obstacle("arguments", "", end)
    return None


def _looks_into(candidate: Candidate, made: Instr) -> bool:
    """Whether a function made in the slice may look into what the region writes: what is still to come may be in it."""
    region = candidate.region
    captured = [a for value in region.facts.operands.get(made.id, ()) for a in value]
    roots = {o for a in parts([frozenset(captured)], region.facts.contents) for o in origins_of(a)}
    names = {(o.kind, o.name) for o in roots if isinstance(o, Path)}
    written = [e.loc.root for i in region.nodes for e in region.effects(i) if e.kind == "write" and e.loc is not None]
    return any(root in roots or (isinstance(root, Path) and (root.kind, root.name) in names) for root in written)


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
