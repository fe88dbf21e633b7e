"""Iterators that library calls give: the abstract values of `iterator(0)`, `zipped(*)`, `search[str]` and the like.

The elements of `iterator(0)` are those of the argument, of `nested(0)` those of its elements; `repeated(0)` gives the
argument itself. `zipped(*)` gives tuples of one element of each argument, `filled(*)` the same with `fillvalue` for
what is missing, `tuples(0)` tuples of elements of one argument. `through(0)` gives the elements of the argument, and
shows meanwhile how far it is: read ahead is what it goes through; `through(range)` goes through a range.
`iterator[str]` gives texts; `search[str]` too, and asks the file system for each; `rows[list[str]]` is made of what
the first argument gives. What may have no end (`endless(0)`, `endless[int]`) is not read ahead by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.nodes import Const, Instr, Operand
from ...knowledge import lookup
from ...peek import FILES, STREAMS, class_lookup, own_enum
from ..domain.machine import Machine
from ..domain.places import ITERATED
from ..domain.state import Call
from ..domain.values import (
    NONE,
    NOTHING,
    Abstract,
    Fresh,
    Inst,
    Known,
    Lazy,
    Plain,
    Value,
    join,
    moved_by,
    only,
    origins_of,
)
from ..language import columns
from . import shown_items

HEADS = ("iterator", "endless", "filled", "nested", "repeated", "rows", "search", "through", "tuples", "zipped")


def iterator(self: Machine, expr: str, call: Call) -> Value | None:
    """The iterator that a result type expression means; None: it means something else."""
    head = expr.partition("(")[0].partition("[")[0]
    if head not in HEADS:
        return None
    if head == "rows":
        over = call.args[0] if call.args else NOTHING
        for abstract in over:
            self.iterate(abstract, call.frame, call.node)
        return made(self.typed(expr[len(head) + 1 : -1], call), over, call)
    if expr == "through(range)":
        return made(only(Plain(int)), NOTHING, call)
    if "[" in expr:
        element = self.typed(expr[len(head) + 1 : -1], call)
        return made(element, NOTHING, call, head != "endless", "fs" if head == "search" else "")
    given = _given(expr[len(head) + 1 : -1], call)
    if given is None:
        return self.unknown(call.frame, call.node, "an iterator over unpacked arguments")
    everything = join(NOTHING, *given)
    if head == "repeated":
        return made(everything, everything, call, len(call.args) > 1 or "times" in call.named)
    elements = [join(NOTHING, *(self.iterate(a, call.frame, call.node) for a in value)) for value in given]
    if head == "through":
        return made(
            join(NOTHING, *elements), everything, call, all(map(readable, everything)), shallow=gives_held(given)
        )
    if head == "nested":
        elements = [join(NOTHING, *(self.iterate(a, call.frame, call.node) for a in v)) for v in elements]
    if head not in ("zipped", "filled", "tuples"):
        return made(join(NOTHING, *elements), everything, call, head != "endless")
    if head == "filled":
        elements = [join(e, call.named.get("fillvalue", NONE)) for e in elements]
    elif "repeat" in call.named:
        elements = [join(NOTHING, *elements)]
    memory = self.contents(call.made)
    exact = head != "tuples" and call.named.keys().isdisjoint(("repeat", "*"))
    for index, value in enumerate(elements):
        if exact:
            memory.place(index, value)
        else:
            memory.element = join(memory.element, value)
    return made(only(Fresh(call.made, tuple)), everything, call)


def _given(which: str, call: Call) -> list[Value] | None:
    """The arguments gone through; unpacked ones are as one that may be any of them, where all are alike."""
    if "**" in call.named or ("*" in call.named and which != "*"):
        return None
    unpacked = [call.named["*"]] if "*" in call.named else []
    return [*call.args, *unpacked] if which == "*" else call.args[int(which) : int(which) + 1]


def made(
    element: Value, over: Value, call: Call, readable: bool = True, asks: str = "", shallow: bool = False
) -> Value:
    """A new iterator of these elements, which moves on those that it is made of."""
    moves = frozenset({(*call.made, -1)}).union(*map(moved_by, over))
    origins = frozenset(o for a in over for o in origins_of(a))
    return only(Lazy(element, origins, readable, moves, asks or asked(over), shallow=shallow))


def gives_held(over: Iterable[Value]) -> bool:
    """Whether going through all of these gives what containers hold, without looking into it."""
    held = (*ITERATED, str, bytes, range)
    return all(a.shallow if isinstance(a, Lazy) else getattr(a, "cls", None) in held for v in over for a in v)


def shown(node: Instr, callees: Value) -> tuple[Operand, ...] | None:
    """What makes what a call goes through that gives the items of an argument and shows how far it is: the argument, or
    `range` and what that is given."""
    facts = [lookup(a.obj) if isinstance(a, Known) else None for a in callees]
    if len(facts) != 1 or facts[0] is None or any(node.stars) or None in node.keywords:
        return None
    count = len(node.uses) - len(node.keywords)
    if facts[0].result == "through(range)":
        return (Const(range), *node.uses[1:count])
    if facts[0].result != "through(0)":
        return None
    named = dict(zip(node.keywords, node.uses[count:], strict=True))
    found = node.uses[1:2] if count > 1 else tuple(named[p] for p in facts[0].params[:1] if p in named)
    return found or None


def readable(abstract: Abstract) -> bool:
    """Whether going through a value twice can't be seen."""
    match abstract:
        case Plain():
            return True
        case Known(obj=obj):
            return own_enum(obj)
        case Inst(cls=cls) | Fresh(cls=cls):
            own = cls in STREAMS and isinstance(abstract, Fresh)
            shown = columns.readable(abstract) or shown_items.readable(abstract)
            return cls in ITERATED or own or shown or _stated(cls)
        case Lazy(readable=known):
            return known
        case _:
            return False


def _stated(cls: type) -> bool:
    """Whether the class is of a library of which it is known what going through its objects does: nothing else."""
    facts = lookup(class_lookup(cls, "__iter__"))
    return facts is not None and not facts.effects


def asked(over: Value) -> str:
    """The channel that going through a value asks, if any."""
    asks = {a.asks for a in over if isinstance(a, Lazy)}
    asks |= {"fs" for a in over if isinstance(a, Fresh) and a.cls in FILES}
    return max(asks, default="")
