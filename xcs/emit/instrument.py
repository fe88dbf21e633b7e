"""Instrumentation of a region's statements: calls become takes, what loops go through is counted.

f(x)                ->  @r.take(site, f, x)()
for x in xs:        ->  for x in @r.items(loop, xs):
while x:            ->  while @r.round(loop) and x:     (where it is the region)
map(f, xs)          ->  @r.callback(site, loop, map, f, xs)()
[f(x) for x in xs]  ->  [@r.take(site, f, x)() if @r.ahead else f(x) for x in @r.items(loop, xs)]
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar

from .. import trees
from ..front.lower import span_of
from ..front.lower.higher_order import Callback
from ..front.site_numbers import Numbers, is_site

Tree = TypeVar("Tree", bound=ast.AST)


def copied(node: Tree) -> Tree:
    """A shallow copy."""
    new: Tree = type(node).__new__(type(node))
    vars(new).update(vars(node))
    return new


class Instrumenter(ast.NodeTransformer):
    """Replaces calls by takes and loop sources by counted ones, in a copy of a region's statements."""

    def __init__(self, name: str, skip: frozenset[str], numbers: Numbers, chooses: bool = True) -> None:
        self.name, self.skip, self.numbers = name, skip, numbers
        self.chooses = chooses  # what is evaluated for each item is there as it is written, too

    def region(self, node: ast.AST) -> ast.Name:
        return trees.copy_location(ast.Name(self.name, ast.Load()), node)

    def visit(self, node: ast.AST) -> Any:
        method = METHODS.get(type(node))
        return self.generic_visit(node) if method is None else method(self, node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return copied(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = copied(node)
        for name in trees.FIELDS[type(node)]:
            old = getattr(node, name, None)
            if isinstance(old, list):
                setattr(node, name, [self.visit(e) if isinstance(e, ast.AST) else e for e in old])
            elif isinstance(old, ast.AST):
                setattr(node, name, self.visit(old))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        if node not in self.numbers.bodies:
            return node
        new = copied(node)
        new.body = self.visit(node.body)
        return new

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if node in self.numbers.callbacks:
            return self.callback(node, *self.numbers.callbacks[node])
        new = self.generic_visit(node)
        assert isinstance(new, ast.Call)
        if not is_site(node, self.skip):
            return new
        ident = ast.Constant(self.numbers.sites[span_of(node)])
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

    def callback(self, node: ast.Call, callback: Callback, kind: str) -> ast.AST:
        """A call of a built-in function that calls back."""
        loop = self.numbers.loops[span_of(node), kind]
        site = self.numbers.sites.get(span_of(node))
        new = self.generic_visit(node)
        assert isinstance(new, ast.Call)
        take = ast.Attribute(self.region(node), "callback", ast.Load())
        numbers: list[ast.expr] = [ast.Constant(site), ast.Constant(loop)]
        inner = ast.Call(take, [*numbers, new.func, *new.args], new.keywords)
        for part in (*numbers, take, inner):
            trees.copy_location(part, node)
        return trees.copy_location(ast.Call(inner, [], []), node)

    def counted(self, iterable: ast.expr, new: ast.expr, kind: str) -> ast.expr:
        if iterable in self.numbers.mapped:
            return new
        number = self.numbers.loops[span_of(iterable), kind]
        items = ast.Attribute(self.region(iterable), "items", ast.Load())
        call = ast.Call(items, [ast.Constant(number), new], [])
        for made in (items, call, call.args[0]):
            trees.copy_location(made, iterable)
        return call

    def visit_For(self, node: ast.For) -> ast.AST:
        new = self.generic_visit(node)
        assert isinstance(new, ast.For)
        new.iter = self.counted(node.iter, new.iter, "for")
        return new

    def visit_While(self, node: ast.While) -> ast.AST:
        new = self.generic_visit(node)
        assert isinstance(new, ast.While)
        if node is self.numbers.rounds:
            number = ast.Constant(self.numbers.loops[span_of(node.test), "for"])
            begun = ast.Attribute(self.region(node.test), "round", ast.Load())
            call = ast.Call(begun, [number], [])
            new.test = ast.BoolOp(ast.And(), [call, new.test])
            for made in (number, begun, call, new.test):
                trees.copy_location(made, node.test)
        return new

    def comprehension(self, node: ast.AST, kind: str) -> ast.AST:
        new: Any = self.generic_visit(node)
        old: Any = node
        for part in ("elt", "key", "value"):
            if hasattr(old, part):
                setattr(new, part, self.either(getattr(old, part), getattr(new, part)))
        for before, clause in zip(old.generators, new.generators, strict=True):
            clause.iter = self.counted(before.iter, clause.iter, kind)
            clause.ifs = list(map(self.either, before.ifs, clause.ifs))
        made: ast.AST = new
        return made

    def either(self, old: ast.expr, new: ast.expr) -> ast.expr:
        """An expression that is evaluated for each item: as it is written, where nothing runs ahead."""
        if not self.chooses or not any(isinstance(n, ast.Call) and is_site(n, self.skip) for n in trees.walk(old)):
            return new
        ahead = ast.Attribute(self.region(old), "ahead", ast.Load())
        choice = ast.IfExp(trees.copy_location(ahead, old), new, old)
        return trees.copy_location(choice, old)

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self.comprehension(node, "list")

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self.comprehension(node, "set")

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self.comprehension(node, "dict")

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self.comprehension(node, "generator")


METHODS: dict[type[ast.AST], Callable[[Instrumenter, Any], ast.AST]] = {
    getattr(ast, name.removeprefix("visit_")): method
    for name, method in vars(Instrumenter).items()
    if name.startswith("visit_")
}
