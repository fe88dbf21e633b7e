"""Iterators that library calls give: the abstract values of `iterator(0)`, `zipped(*)`, `search[str]` and the like.

The elements of `iterator(0)` are those of the argument, of `nested(0)` those of its elements; `repeated(0)` gives the
argument itself. `zipped(*)` gives tuples of one element of each argument, `filled(*)` the same with `fillvalue` for
what is missing, `tuples(0)` tuples of elements of one argument. `iterator[str]` gives texts; `search[str]` too, and
asks the file system for each; `rows[list[str]]` is made of what the first argument gives. What may have no end
(`endless(0)`, `endless[int]`) is not read ahead by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .state import Call
from .values import FILES, NONE, NOTHING, Fresh, Lazy, Value, join, moved_by, only, origins_of

if TYPE_CHECKING:
    from .interpret import Interpreter

HEADS = ("iterator", "endless", "filled", "nested", "repeated", "rows", "search", "tuples", "zipped")


def iterator(self: Interpreter, expr: str, call: Call) -> Value | None:
    """The iterator that a result type expression means; None: it means something else."""
    head = expr.partition("(")[0].partition("[")[0]
    if head not in HEADS:
        return None
    if head == "rows":
        over = call.args[0] if call.args else NOTHING
        for abstract in over:
            self.iterate(abstract, call.frame, call.node)
        return made(self.typed(expr[len(head) + 1 : -1], call), over, call)
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
    if head == "nested":
        elements = [join(NOTHING, *(self.iterate(a, call.frame, call.node) for a in v)) for v in elements]
    if head not in ("zipped", "filled", "tuples"):
        return made(join(NOTHING, *elements), everything, call, head != "endless")
    if head == "filled":
        elements = [join(e, call.named.get("fillvalue", NONE)) for e in elements]
    elif "repeat" in call.named:
        elements = [join(NOTHING, *elements)]
    memory = self.contents(call.made)
    exact = head != "tuples" and "repeat" not in call.named
    for index, value in enumerate(elements):
        if exact:
            memory.enter(index, value)
        memory.element = join(memory.element, value)
    return made(only(Fresh(call.made, tuple)), everything, call)


def _given(which: str, call: Call) -> list[Value] | None:
    """The arguments gone through."""
    if "*" in call.named or "**" in call.named:
        return None
    return list(call.args) if which == "*" else call.args[int(which) : int(which) + 1]


def made(element: Value, over: Value, call: Call, readable: bool = True, asks: str = "") -> Value:
    """A new iterator of these elements, which moves on those that it is made of."""
    moves = frozenset({(*call.made, -1)}).union(*map(moved_by, over))
    origins = frozenset(o for a in over for o in origins_of(a))
    return only(Lazy(element, origins, readable, moves, asks or asked(over)))


def asked(over: Value) -> str:
    """The channel that going through a value asks, if any."""
    asks = {a.asks for a in over if isinstance(a, Lazy)}
    asks |= {"fs" for a in over if isinstance(a, Fresh) and a.cls in FILES}
    return max(asks, default="")
