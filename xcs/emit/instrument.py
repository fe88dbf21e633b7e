"""Instrumentation of a region's statements: calls become takes, what loops go through is counted.

f(x)                ->  @r.take(site, f, x)()
for x in xs:        ->  for x in @r.items(loop, xs):
map(f, xs)          ->  @r.callback(site, loop, map, f, xs)()
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar

from .. import trees
from ..front.lower import span_of
from ..front.lower.callbacks import Callback, consumed, keyed, mapped
from ..remarks import Span

Tree = TypeVar("Tree", bound=ast.AST)


def copied(node: Tree) -> Tree:
    """A shallow copy."""
    new: Tree = type(node).__new__(type(node))
    vars(new).update(vars(node))
    return new


class Sites(ast.NodeTransformer):
    """Replaces calls by takes and loop sources by counted ones, in a copy of a region's statements."""

    def __init__(self, name: str, skip: frozenset[str]) -> None:
        self.name, self.skip = name, skip
        self.sites: dict[Span, int] = {}
        self.loops: dict[tuple[object, str], int] = {}
        self.callbacks: dict[ast.AST, tuple[Callback, str]] = {}  # with the kind of loop that they are
        self.mapped: set[ast.AST] = set()  # those of them whose elements a loop goes through one by one
        self.bodies: set[ast.AST] = set()  # lambdas whose bodies stand for the calls of them
        self.inside: set[int] = set()  # sites that a built-in function calls, or that stand in such a lambda

    def region(self, node: ast.AST) -> ast.Name:
        return trees.copy_location(ast.Name(self.name, ast.Load()), node)

    def visit(self, node: ast.AST) -> Any:
        method: Callable[[ast.AST], ast.AST] = getattr(self, f"visit_{type(node).__name__}", self.generic_visit)
        return method(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return copied(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = copied(node)
        for name, old in trees.iter_fields(node):
            if isinstance(old, list):
                setattr(node, name, [self.visit(e) if isinstance(e, ast.AST) else e for e in old])
            elif isinstance(old, ast.AST):
                setattr(node, name, self.visit(old))
        return node

    def means(self, name: str) -> bool:
        return name in self.skip

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        if node not in self.bodies:
            return node
        before = len(self.sites)
        new = copied(node)
        new.body = self.visit(node.body)
        self.inside.update(range(before, len(self.sites)))
        return new

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        span = span_of(node)
        for callback in (consumed(node, self.means), keyed(node, self.means)):
            self.follow(callback, "generator")
        if node in self.callbacks:
            return self.callback(node, *self.callbacks[node])
        new = self.generic_visit(node)
        assert isinstance(new, ast.Call)
        if not is_site(node, self.skip):
            return new
        number = self.sites.setdefault(span, len(self.sites))
        ident = ast.Constant(number)
        if any(isinstance(a, ast.Starred) for a in new.args) or any(k.arg is None for k in new.keywords):
            # Python names the callee in its messages when what is unpacked is of no use.
            takes = ast.Attribute(self.region(node), "takes", ast.Load())
            take: ast.expr = ast.Call(takes, [ident, new.func], [])
            inner = ast.Call(take, new.args, new.keywords)
            made: list[ast.expr] = [ident, takes, take, inner]
        else:
            take = ast.Attribute(self.region(node), "take", ast.Load())
            inner = ast.Call(take, [ident, new.func, *new.args], new.keywords)
            made = [ident, take, inner]
        for part in made:
            trees.copy_location(part, node)
        return trees.copy_location(ast.Call(inner, [], []), node)

    def follow(self, callback: Callback | None, kind: str) -> None:
        if callback is not None:
            self.callbacks[callback.node] = callback, kind
            if callback.body is not None:
                self.bodies.add(callback.body)

    def follow_items(self, iterable: ast.expr, kind: str) -> None:
        callback = mapped(iterable, self.means)
        if callback is not None:
            self.mapped.add(callback.node)
            self.follow(callback, kind)

    def callback(self, node: ast.Call, callback: Callback, kind: str) -> ast.AST:
        """A call of a built-in function that calls back."""
        loop = self.loops.setdefault((span_of(node), kind), len(self.loops))
        site = None
        if callback.body is None:
            site = self.sites.setdefault(span_of(node), len(self.sites))
            self.inside.add(site)
        new = self.generic_visit(node)
        assert isinstance(new, ast.Call)
        take = ast.Attribute(self.region(node), "callback", ast.Load())
        numbers: list[ast.expr] = [ast.Constant(site), ast.Constant(loop)]
        inner = ast.Call(take, [*numbers, new.func, *new.args], new.keywords)
        for part in (*numbers, take, inner):
            trees.copy_location(part, node)
        return trees.copy_location(ast.Call(inner, [], []), node)

    def counted(self, iterable: ast.expr, new: ast.expr, kind: str) -> ast.expr:
        if iterable in self.mapped:
            return new
        number = self.loops.setdefault((span_of(iterable), kind), len(self.loops))
        items = ast.Attribute(self.region(iterable), "items", ast.Load())
        call = ast.Call(items, [ast.Constant(number), new], [])
        for made in (items, call, call.args[0]):
            trees.copy_location(made, iterable)
        return call

    def visit_For(self, node: ast.For) -> ast.AST:
        self.follow_items(node.iter, "for")
        new = self.generic_visit(node)
        assert isinstance(new, ast.For)
        new.iter = self.counted(node.iter, new.iter, "for")
        return new

    def comprehension(self, node: ast.AST, kind: str) -> ast.AST:
        for clause in node.generators:  # type: ignore[attr-defined]
            self.follow_items(clause.iter, kind)
        new = self.generic_visit(node)
        for old, clause in zip(node.generators, new.generators, strict=True):  # type: ignore[attr-defined]
            clause.iter = self.counted(old.iter, clause.iter, kind)
        return new

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self.comprehension(node, "list")

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self.comprehension(node, "set")

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self.comprehension(node, "dict")

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self.comprehension(node, "generator")


def is_site(node: ast.Call, skip: frozenset[str]) -> bool:
    """Whether a call may become a site: not one of a built-in name (which, if rebound later, is merely not sped up)."""
    return not (isinstance(node.func, ast.Name) and (node.func.id in skip or node.func.id == "super"))


def callbacks_of(node: ast.AST, skip: frozenset[str]) -> list[Callback]:
    """The calls of built-in functions that call back, of which a node goes through all or is the loop."""
    means = skip.__contains__
    if isinstance(node, ast.Call):
        found = [consumed(node, means), keyed(node, means)]
    elif isinstance(node, ast.For | ast.comprehension):
        found = [mapped(node.iter, means)]
    else:
        return []
    return [callback for callback in found if callback is not None]
