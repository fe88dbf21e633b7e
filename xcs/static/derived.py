"""Which names of a function hold parts of what others hold, as far as its text shows.

    pairs = sorted(groups.items())      # parts of `groups` are in `pairs`
    for kind, texts in pairs:           # and `texts` is one
        groups["b"].append(ask(texts))
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set

from ..front.lower import FunctionNode

Flows = Mapping[str, Set[str]]
# Functions whose results hold, or are, parts of what they are given; and methods that give parts of whose they are.
HOLDING = frozenset(
    {"sorted", "list", "tuple", "reversed", "enumerate", "zip", "filter", "map", "set", "dict", "iter", "next", "max",
     "min", "deque", "islice", "chain", "frozenset", "defaultdict", "OrderedDict"}
)  # fmt: skip
GIVING = frozenset({"items", "values", "keys", "get", "copy", "pop", "popleft", "popitem", "setdefault"})
PUTTING = frozenset({"append", "appendleft", "extend", "insert", "add", "update", "setdefault"})


def derived(node: FunctionNode, put: bool = True) -> Flows:
    """For each name those whose parts it may hold, or be; not put: without what methods put into what it holds."""
    flows: dict[str, set[str]] = defaultdict(set)
    for below in ast.walk(node):
        match below:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    _into(flows, target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                _into(flows, target, value)
            case ast.NamedExpr(target=target, value=value):
                _into(flows, target, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                _into(flows, target, value)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                _into(flows, target, value)
            case ast.Call(func=ast.Attribute(value=held, attr=method), args=args) if put and method in PUTTING:
                for value in args:
                    _into(flows, held, value)
    found: dict[str, set[str]] = {}
    for name in flows:
        seen, todo = set[str](), [name]
        while todo:
            new = flows.get(todo.pop(), set()) - seen
            seen |= new
            todo.extend(new)
        found[name] = seen
    return found


def _into(flows: dict[str, set[str]], target: ast.expr, value: ast.expr) -> None:
    """Parts of a value go to what a target names, or into the container that it is an item or attribute of."""
    names = _parts(value)
    for below in ast.walk(target):
        if isinstance(below, ast.Name):
            flows[below.id] |= names - {below.id}


def _parts(value: ast.expr) -> set[str]:
    """The names of which parts may be in a value."""
    match value:
        case ast.Name(id=name):
            return {name}
        case ast.Attribute(value=held) | ast.Subscript(value=held) | ast.Starred(value=held):
            return _parts(held)
        case ast.NamedExpr(value=held):
            return _parts(held)
        case ast.Call(func=ast.Name(id=name), args=args) if name in HOLDING:
            return _all(args)
        case ast.Call(func=ast.Attribute(value=held, attr=name), args=args) if name in GIVING:
            return _parts(held) | _all(args)
        case ast.Call(func=ast.Attribute(attr=name), args=args) if name in HOLDING:
            return _all(args)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mult() | ast.BitOr(), right=right):
            return _parts(left) | _parts(right)
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return _all(parts)
        case ast.IfExp(body=body, orelse=orelse):
            return _parts(body) | _parts(orelse)
        case ast.Dict(values=parts):
            return _all(parts)
        case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part) | ast.DictComp(value=part):
            return _parts(part)  # its variables are among the names
        case _:
            return set()


def _all(parts: Iterable[ast.expr]) -> set[str]:
    return set[str]().union(*map(_parts, parts))


__all__ = ["Flows", "derived"]
