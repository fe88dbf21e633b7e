"""Iterators over built-in data: which callables make one, and which go through all of it."""

from __future__ import annotations

import itertools
import math
import operator
import types
from collections import Counter, deque

from ...peek import Kinds
from ..domain.machine import Machine
from ..domain.state import Call
from ..domain.values import (
    NOTHING,
    Abstract,
    Bound,
    Fresh,
    Generator,
    Known,
    Lazy,
    Plain,
    Value,
    join,
    moved_by,
    only,
    origins_of,
)
from ..language.functions import name_of
from .parameters import is_none
from .sequences import asked, gives_held

STEPPING = Kinds((
    map, filter, itertools.starmap, itertools.takewhile, itertools.dropwhile, itertools.filterfalse,
    itertools.accumulate, itertools.groupby,
))  # fmt: skip
LAZY = Kinds((enumerate, zip, reversed, *STEPPING))
# What consumes an iterable to its end; the last ones add to an object meanwhile.
WHOLE = (
    list, tuple, set, frozenset, dict, sum, sorted, max, min, deque, Counter, str.join, math.fsum, math.prod,
    list.extend, set.update, dict.update, deque.extend,
)  # fmt: skip
OF_C = (type, types.BuiltinFunctionType, types.MethodDescriptorType)


def lazy(self: Machine, obj: object, call: Call) -> Value:
    """What `enumerate`, `zip`, `reversed`, `map`, `filter` and `iter` give."""
    frame, node = call.frame, call.node
    unpacked = call.named.get("*", NOTHING) if obj is zip else NOTHING
    if "**" in call.named or ("*" in call.named and not unpacked):
        return self.unknown(frame, node, f"{name_of(obj)} with unpacked arguments")
    if unpacked:
        call = Call([*call.args, unpacked], {k: v for k, v in call.named.items() if k != "*"}, frame, node)
    if obj is enumerate and "iterable" in call.named:
        start = {k: v for k, v in call.named.items() if k != "iterable"}
        call = Call([call.named["iterable"], *call.args], start, frame, node)
    origins = frozenset(o for v in call.args for a in v for o in origins_of(a))
    moves = frozenset({(*call.made, -1)}).union(*(moved_by(a) for v in call.args for a in v))
    asks = asked(join(NOTHING, *call.args))
    own = not any(_of_generator(a) for v in call.args for a in v)
    if obj in STEPPING:
        element, function, given = _stepping(self, obj, call)
        runs = not all(map(_of_c, function))
        of = call.made
        return only(Lazy(element, origins, own and not runs, moves, asks, runs, function, given, of))
    gone_through = call.args[: 1 if obj is enumerate else None]
    for value in (*call.args[len(gone_through) :], *call.named.values()):  # where to start, whether to be strict
        for abstract in value:
            self.protocol(abstract, "__index__" if obj is enumerate else "__bool__", frame, node)
    elements = [join(NOTHING, *(self.iterate(a, frame, node) for a in v)) for v in gone_through]
    if obj is iter:
        return only(Lazy(join(NOTHING, *elements), origins, False, moves, asks))
    if obj is reversed:
        return only(Lazy(join(NOTHING, *elements), origins, own, moves, asks, shallow=gives_held(gone_through)))
    if obj is enumerate:
        elements = [only(Plain(int)), *elements]
    memory = self.contents(call.made)
    for index, value in enumerate(elements):
        if unpacked:
            memory.element = join(memory.element, value)
        else:
            memory.place(index, value)
    pairs = only(Fresh(call.made, tuple))
    return only(Lazy(pairs, origins, own, moves, asks, shallow=gives_held(gone_through)))


def _of_generator(given: Abstract) -> bool:
    """Whether a generator of the program's is gone through with it, which may change later what it gave before."""
    return isinstance(given, Generator) or (isinstance(given, Lazy) and not given.readable)


def _of_c(function: Abstract) -> bool:
    """Whether a function is of C: a built-in one, or a method of a text."""
    of_text = isinstance(function, Bound) and isinstance(function.receiver, Plain) and function.receiver.cls is str
    known = function.func if isinstance(function, Bound) and of_text else function
    return isinstance(known, Known) and issubclass(type(known.obj), OF_C)


def _stepping(self: Machine, obj: object, call: Call) -> tuple[Value, Value, tuple[Value, ...]]:
    """What an iterator that calls a function at each step gives, the function, and what it is given."""
    frame, node = call.frame, call.node
    last = obj is itertools.accumulate or obj is itertools.groupby
    function = join(*call.args[last : last + 1], call.named.get("func", NOTHING), call.named.get("key", NOTHING))
    gone_through = call.args[:1] if last else call.args[1:]
    elements = [join(NOTHING, *(self.iterate(a, frame, node) for a in v)) for v in gone_through]
    first = join(NOTHING, *elements[:1])
    if is_none(function):
        function = only(Known(id(bool), bool)) if not last else NOTHING
    if obj is itertools.accumulate:
        first = join(first, call.named.get("initial", NOTHING))
        function = function or only(Known(id(operator.add), operator.add))
        result = self.call(function, Call([first, first], {}, frame, node))
        given: list[Value] = [join(first, result), first]
        return join(first, self.call(function, Call(given, {}, frame, node))), function, tuple(given)
    if obj is itertools.starmap:
        parts = join(NOTHING, *(self.iterate(a, frame, node) for a in first))
        if not all(map(_of_c, function)):
            return self.unknown(frame, node, "a starmap that calls a function each time"), function, ()
        return self.call(function, Call([], {"*": parts}, frame, node)), function, ()
    result = self.call(function, Call(elements, {}, frame, node)) if function else first
    if obj is itertools.takewhile or obj is itertools.dropwhile or obj is itertools.filterfalse:
        self.truth(result, frame, node)
    if obj is itertools.groupby:
        for abstract in result:
            self.protocol(abstract, "__eq__", frame, node)
        key = (*call.made, -2)
        group = Lazy(first, moves=frozenset({(*call.made, -1)}))
        pair = self.contents(key)
        pair.place(0, result)
        pair.place(1, only(group))
        return only(Fresh(key, tuple)), function, tuple(elements)
    return result if obj is map else first, function, tuple(elements)
