"""Which names of a function hold parts of what others hold, as far as its text shows.

    pairs = sorted(groups.items())      # parts of `groups` are in `pairs`
    for kind, texts in pairs:           # and `texts` is one
        groups["b"].append(ask(texts))

A function of the text whose result holds parts of what it is given is one that hands on:

    for task in self.order():           # `order` returns a list of what is in `self.tasks`
        task.output = ask(task)
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from ..front.lower import FunctionNode
from ..trees import called_name

Flows = Mapping[str, Set[str]]
# Functions whose results hold, or are, parts of what they are given; and methods that give parts of whose they are.
HOLDING = frozenset(
    {"sorted", "list", "tuple", "reversed", "enumerate", "zip", "filter", "map", "set", "dict", "iter", "next", "max",
     "min", "deque", "islice", "chain", "frozenset", "defaultdict", "OrderedDict"}
)  # fmt: skip
GIVING = frozenset({"items", "values", "keys", "get", "copy", "pop", "popleft", "popitem", "setdefault"})
PUTTING = frozenset({"append", "appendleft", "extend", "insert", "add", "update", "setdefault"})


def handing_on(tree: ast.Module) -> frozenset[str]:
    """The names of the functions of a text whose results may hold parts of their arguments, or of their object."""
    todo = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    callers: dict[str, list[ast.FunctionDef]] = defaultdict(list)
    for function in todo:
        for name in {called_name(n) for n in ast.walk(function) if isinstance(n, ast.Call)}:
            callers[name].append(function)
    found: set[str] = set()
    while todo:
        function = todo.pop()
        if function.name not in found and _hands_on(function, found):
            found.add(function.name)
            todo += callers[function.name]
    return frozenset(found)


def _hands_on(node: ast.FunctionDef, known: Set[str]) -> bool:
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg)
    given = {a.arg for a in every if a is not None}
    flows = derived(node, known=known)
    for below in ast.walk(node):
        if isinstance(below, ast.Return | ast.Yield | ast.YieldFrom) and below.value is not None:
            held = _Reader(known).parts(below.value)
            if given & held.union(*(flows.get(name, ()) for name in held)):
                return True
    return False


def derived(node: FunctionNode, put: bool = True, known: Set[str] = frozenset()) -> Flows:
    """For each name those whose parts it may hold, or be; not put: without what methods put into what it holds. known:
    the functions of the text that hand on."""
    reader = _Reader(known)
    for below in ast.walk(node):
        reader.read(below, put)
    found: dict[str, set[str]] = {}
    for name in reader.flows:
        seen, todo = set[str](), [name]
        while todo:
            new = reader.flows.get(todo.pop(), set()) - seen
            seen |= new
            todo.extend(new)
        found[name] = seen
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    known: Set[str]
    flows: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def read(self, node: ast.AST, put: bool) -> None:
        """Notes what a statement, or an expression that binds or puts, gives to a name."""
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.into(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                self.into(target, value)
            case ast.NamedExpr(target=target, value=value):
                self.into(target, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                self.into(target, value)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self.into(target, value)
            case ast.Call(func=ast.Attribute(value=held, attr=method), args=args) if put and method in PUTTING:
                for value in args:
                    self.into(held, value)

    def into(self, target: ast.expr, value: ast.expr) -> None:
        """Parts of a value go to what a target names, or into the container that it is an item or attribute of."""
        names = self.parts(value)
        for below in ast.walk(target):
            if isinstance(below, ast.Name):
                self.flows[below.id] |= names - {below.id}

    def parts(self, value: ast.expr) -> set[str]:
        """The names of which parts may be in a value."""
        match value:
            case ast.Name(id=name):
                return {name}
            case ast.Attribute(value=held) | ast.Subscript(value=held) | ast.Starred(value=held):
                return self.parts(held)
            case ast.NamedExpr(value=held):
                return self.parts(held)
            case ast.Call(func=ast.Name(id=name), args=args) if name in HOLDING or name in self.known:
                return self.all(args)
            case ast.Call(func=ast.Attribute(value=held, attr=name), args=args) if name in GIVING or name in self.known:
                return self.parts(held) | self.all(args)
            case ast.Call(func=ast.Attribute(attr=name), args=args) if name in HOLDING:
                return self.all(args)
            case ast.BinOp(left=left, op=ast.Add() | ast.Mult() | ast.BitOr(), right=right):
                return self.parts(left) | self.parts(right)
            case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self.all(parts)
            case ast.IfExp(body=body, orelse=orelse):
                return self.parts(body) | self.parts(orelse)
            case ast.Dict(values=parts):
                return self.all(parts)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part) | ast.DictComp(value=part):
                return self.parts(part)  # its variables are among the names
            case _:
                return set()

    def all(self, parts: Iterable[ast.expr]) -> set[str]:
        return set[str]().union(*map(self.parts, parts))


__all__ = ["Flows", "derived", "handing_on"]
