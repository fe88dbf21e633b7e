"""Iterators over built-in data: which callables make one, and which go through all of it."""

from __future__ import annotations

import builtins
import math
import types
from collections import Counter, deque
from typing import TYPE_CHECKING

from .arguments import is_none
from .functions import name_of
from .sequences import asked
from .state import Call
from .values import NOTHING, Fresh, Known, Lazy, Plain, Value, join, moved_by, only, origins_of

if TYPE_CHECKING:
    from .interpret import Interpreter

LAZY = (enumerate, zip, reversed, map, filter)
# What consumes an iterable to its end; the last ones add to an object meanwhile.
WHOLE = (
    list, tuple, set, frozenset, dict, sum, sorted, max, min, deque, Counter, str.join, math.fsum, math.prod,
    list.extend, set.update, dict.update, deque.extend,
)  # fmt: skip
OF_C = (type, types.BuiltinFunctionType, types.MethodDescriptorType)


def lazy(self: Interpreter, obj: object, call: Call) -> Value:
    """What `enumerate`, `zip`, `reversed`, `map`, `filter` and `iter` give."""
    frame, node = call.frame, call.node
    origins = frozenset(o for v in call.args for a in v for o in origins_of(a))
    moves = frozenset({(*call.made, -1)}).union(*(moved_by(a) for v in call.args for a in v))
    if "*" in call.named or "**" in call.named:
        return self.unknown(frame, node, f"{name_of(obj)} with unpacked arguments")
    asks = asked(join(NOTHING, *call.args))
    if obj in (map, filter):
        function, *sequences = call.args
        elements = [join(NOTHING, *(self.iterate(a, frame, node) for a in v)) for v in sequences]
        if obj is filter and is_none(function):
            function = only(Known(id(bool), bool))
        result = self.call(function, Call(elements, {}, frame, node))
        element = elements[0] if obj is filter and elements else result
        runs = not all(isinstance(a, Known) and issubclass(type(a.obj), OF_C) for a in function)
        return only(
            Lazy(
                element,
                origins,
                not runs,
                moves,
                asks,
                runs=runs,
                function=function,
                given=tuple(elements),
                key=call.made,
            )
        )
    gone_through = call.args[: 1 if obj is enumerate else None]
    for value in (*call.args[len(gone_through) :], *call.named.values()):  # where to start, whether to be strict
        for abstract in value:
            self.protocol(abstract, "__index__" if obj is enumerate else "__bool__", frame, node)
    elements = [join(NOTHING, *(self.iterate(a, frame, node) for a in v)) for v in gone_through]
    if obj is builtins.iter:
        return only(Lazy(join(NOTHING, *elements), origins, False, moves, asks))
    if obj is reversed:
        return only(Lazy(join(NOTHING, *elements), origins, True, moves, asks))
    if obj is enumerate:
        elements = [only(Plain(int)), *elements]
    memory = self.contents(call.made)
    for index, value in enumerate(elements):
        memory.enter(index, value)
        memory.element = join(memory.element, value)
    return only(Lazy(only(Fresh(call.made, tuple)), origins, True, moves, asks))
