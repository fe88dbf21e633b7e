"""Headers of loops that say nothing of what they give: evaluated in place, before the loop's entry test.

    for t in df["t"].tolist(): ...    ->    @header0 = [df["t"].tolist()]
                                            try: for t in @header0.pop(): ...    # decided with the list that is there
                                            finally: del @header0

Only what the statement evaluates first is evaluated before it. The list lets go of the object as the loop takes it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeVar

from .. import trees
from ..front.lower import below
from ..front.sites import is_site
from .instrument import copied

# A dictionary's views, a data frame's rows: nothing is known of them that isn't known of it before.
VIEWS = frozenset(("items", "keys", "values", "iterrows", "itertuples"))
KEPT = (
    ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What a loop goes through, in the statement that evaluates it first; the name that stands for it."""

    statement: ast.stmt
    expression: ast.expr
    name: str

    def held(self) -> ast.stmt:
        """The statement that evaluates it."""
        return self.located(ast.Assign([self.located(ast.Name(self.name, ast.Store()))], self.box()))

    def gone_after(self, statements: list[ast.stmt]) -> ast.stmt:
        """The statements, after which the variable is no more, nor in the frames of a traceback."""
        last = self.located(ast.Delete([self.located(ast.Name(self.name, ast.Del()))]))
        return self.located(ast.Try(statements, [], [], [last]))

    def box(self) -> ast.expr:
        return self.located(ast.List([self.expression], ast.Load()))

    def named(self) -> ast.expr:
        """The variable, as if it held what it stands for."""
        return self.located(ast.Name(self.name, ast.Load()))

    def seen(self) -> ast.expr:
        """The object, which stays where it is."""
        return self.located(ast.Subscript(self.named(), self.located(ast.Constant(0)), ast.Load()))

    def taken(self) -> ast.expr:
        """The object, of which the variable lets go."""
        return self.located(ast.Call(self.located(ast.Attribute(self.named(), "pop", ast.Load())), [], []))

    def located(self, node: Located) -> Located:
        return trees.copy_location(node, self.expression)

    def replaced(self, statement: ast.stmt, by: ast.expr) -> ast.stmt:
        """A statement that begins with the header, with something else in its place."""
        new = copied(statement)
        if isinstance(new, ast.For):
            new.iter = by
        else:
            loop = copied(new.value)  # type: ignore[attr-defined]
            first = copied(loop.generators[0])
            first.iter = by
            loop.generators = [first, *loop.generators[1:]]
            new.value = loop  # type: ignore[attr-defined]
        return new

    def take(self, statements: list[ast.stmt]) -> None:
        """In rewritten statements, whose calls are their own, the loop takes the object."""
        for statement in statements:
            for node in trees.walk(statement):
                if isinstance(node, ast.Call):
                    node.args = [self.taken() if self.means(a) else a for a in node.args]

    def means(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.name


Located = TypeVar("Located", bound=ast.AST)


def header_of(statement: ast.stmt, skip: frozenset[str], name: str) -> Header | None:
    """The header that a statement evaluates before all else, if a call in it may give anything."""
    found = _first(statement)
    return Header(statement, found, name) if found is not None and _opaque(found, skip) else None


def _first(statement: ast.stmt) -> ast.expr | None:
    if isinstance(statement, ast.For):
        return statement.iter
    if isinstance(statement, ast.Assign | ast.Return | ast.Expr) and isinstance(statement.value, COMPREHENSIONS):
        clause = statement.value.generators[0]
        return None if clause.is_async else clause.iter
    return None


def _opaque(header: ast.expr, skip: frozenset[str]) -> bool:
    if isinstance(header, ast.Call):
        called = header.func
        if isinstance(called, ast.Name) and not is_site(header, skip):
            return False  # a built-in function's iterator: what it is given says more
        if isinstance(called, ast.Attribute) and called.attr in VIEWS and not header.args:
            return False
    calls = False
    todo: list[ast.AST] = [header]
    while todo:
        node = todo.pop()
        if isinstance(node, KEPT):
            return False
        calls |= isinstance(node, ast.Call) and is_site(node, skip)
        todo.extend(below(node))
    return calls
