"""The functions of the user's that a call may run, of which it can be opened."""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping
from typing import cast

from ..analysis.domain.values import Abstract, Bound, Fresh, Inst, Known, Value
from ..ir.nodes import FunctionIR, Instr, Jump, Try, walk
from ..knowledge import lookup
from ..knowledge.retries import ATTEMPTS, Retried, retried
from ..marks import marked
from ..peek import class_lookup, is_a, is_function
from ..records import dataclass, field, replace

MOST_FUNCTIONS = 4  # functions of which a call runs one


@dataclass(frozen=True, slots=True)
class Callee:
    """What a call runs; `receiver`: how its first argument comes from what is called (receiver | copy | nothing)."""

    function: types.FunctionType
    receiver: str
    first: functools.partial[object] | None = None  # what is called, with the arguments that it puts in front
    wrapped: Retried | None = None
    # the calls in its body that are opened with it, see `beneath`
    below: Mapping[int, tuple[Callee, ...]] = field(default_factory=dict, compare=False)


def callees_of(callees: Value) -> tuple[Callee, ...]:
    """The functions of the user's that a call runs one of, whatever the receiver; none if anything else is called."""
    one = callee_of(callees)
    if one is not None:
        return (one,)
    groups: dict[tuple[int, str], set[Abstract]] = {}
    for abstract in callees:
        function, how = _function(abstract)
        groups.setdefault((id(function), how), set()).add(abstract)
    by_group = [callee_of(frozenset(group)) for group in groups.values()]
    known = tuple(c for c in by_group if c is not None and c.first is None)
    return tuple(sorted(known, key=_place)) if len(known) == len(by_group) <= MOST_FUNCTIONS else ()


def _place(callee: Callee) -> tuple[str, int, str, str]:
    """Where a function stands: the same order in each process."""
    code = callee.function.__code__
    return code.co_filename, code.co_firstlineno, code.co_name, callee.receiver


def callee_of(callees: Value) -> Callee | None:
    """The one function of the user's that a call runs, whatever the receiver."""
    if len(callees) == 1 and is_a(partial := getattr(next(iter(callees)), "live", None), functools.partial):
        called = callee_of(frozenset({Known(id(partial.func), partial.func)}))
        return replace(called, first=partial) if called is not None and type(partial) is functools.partial else None
    by_function = {(id(function), how): (function, how) for function, how in map(_function, callees)}
    function, receiver = next(iter(by_function.values())) if len(by_function) == 1 else (None, "")
    if (wrapped := retried(function)) is not None:
        first = functools.partial(ATTEMPTS, wrapped.wrapper, wrapped.logger, wrapped.function)
        return Callee(ATTEMPTS, receiver, first, wrapped)
    if not is_function(function) or marked(function) or lookup(function) is not None:
        return None
    return Callee(function, receiver)


def _function(abstract: object) -> tuple[object, str]:
    match abstract:
        case Known(obj=obj):
            return obj, ""
        case Bound(func=Known(obj=obj)):
            return obj, "receiver"
        case Inst(cls=cls) | Fresh(cls=cls):
            return class_lookup(cls, "__call__"), "copy"
        case _:
            return None, ""


def can_stand_elsewhere(ir: FunctionIR, free: frozenset[str]) -> bool:
    """Whether a body can stand elsewhere: no variable of its own is shared with an inner function."""
    for node in walk(ir.body):
        if isinstance(node, Instr) and node.op == "function":
            _built, defaults, named = cast("tuple[FunctionIR, int, int]", node.payload)
            if len(node.uses) > defaults + named:
                return False
        if isinstance(node, Instr) and (node.op == "opaque" or (node.op == "store_cell" and node.name not in free)):
            return False
        if isinstance(node, Try) and any(isinstance(n, Jump) and n.kind == "return" for n in walk(node.final)):
            return False
    return True
