"""Headers of loops whose values are not understood: evaluated in place, before the loop's entry test.

    for t in df["t"].tolist(): ...    ->    @header0 = [df["t"].tolist()]
                                            try: for t in @header0.pop(): ...    # decided with the list that is there
                                            finally: del @header0

Only what the statement evaluates first is evaluated before it. The list lets go of the object as the loop takes it.
"""

from __future__ import annotations

import ast
from typing import TypeVar

from .. import trees
from ..front.lower import below
from ..front.site_numbers import is_site
from ..records import dataclass
from .instrument import copied

# A dictionary's views, a data frame's rows: nothing is known of them that isn't known of it before.
VIEWS = frozenset(("items", "keys", "values", "iterrows", "itertuples"))
ROWS = frozenset(("iterrows", "itertuples"))  # of what is asked for them, which stands in the header, more is known
KEPT = (
    ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
LISTS = frozenset(("list", "sorted", "tuple"))
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What a loop goes through, in the statement that evaluates it first; the name that stands for it.

    steps: the fields that lead to it from what the loop goes through, where it is a part: `enumerate(part)`.
    called: what is called with it, and looked up before it: `tqdm`.
    """

    statement: ast.stmt
    expression: ast.expr
    name: str
    steps: tuple[str, ...] = ()
    called: tuple[ast.expr, ...] = ()

    def held(self) -> ast.stmt:
        """The statement that evaluates it."""
        return self.located(ast.Assign([self.located(ast.Name(self.name, ast.Store()))], self.box()))

    def gone_after(self, statements: list[ast.stmt]) -> ast.stmt:
        """The statements, after which the variable is no more, nor in the frames of a traceback."""
        last = self.located(ast.Delete([self.located(ast.Name(self.name, ast.Del()))]))
        return self.located(ast.Try(statements, [], [], [last]))

    def box(self) -> ast.expr:
        if not self.called:
            return self.located(ast.List([self.expression], ast.Load()))
        both = self.located(ast.Tuple([*map(copied, self.called), self.expression], ast.Load()))
        last = self.located(ast.Constant(len(self.called)))
        return self.located(ast.List([self.located(ast.Subscript(both, last, ast.Load()))], ast.Load()))

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
            new.iter = self.within(new.iter, by)
        else:
            loop = copied(new.value)  # type: ignore[attr-defined]
            first = copied(loop.generators[0])
            first.iter = self.within(first.iter, by)
            loop.generators = [first, *loop.generators[1:]]
            new.value = loop  # type: ignore[attr-defined]
        return new

    def within(self, header: ast.expr, by: ast.expr) -> ast.expr:
        """A header with something else in place of the expression."""
        if not self.steps:
            return by
        made = outer = copied(header)
        for step in self.steps[:-1]:
            held = getattr(outer, step)
            inner = copied(held[0] if step == "args" else held)
            put(outer, step, inner)
            outer = inner
        put(outer, self.steps[-1], by)
        return made

    def take(self, statements: list[ast.stmt]) -> None:
        """In rewritten statements, whose calls are their own, the loop takes the object."""
        for statement in statements:
            for node in trees.walk(statement):
                if isinstance(node, ast.Call):
                    node.args = [self.taken() if self.means(a) else a for a in node.args]
                if isinstance(node, ast.Attribute) and self.means(node.value):
                    node.value = self.taken()

    def means(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.name


Located = TypeVar("Located", bound=ast.AST)


def header_of(statement: ast.stmt, skip: frozenset[str], name: str) -> Header | None:
    """The header that a statement evaluates before all else, if a call in it may give anything."""
    found = _first(statement)
    if found is None:
        return None
    part = found
    steps: tuple[str, ...] = ()
    called: list[ast.expr] = []
    while (within := _part_of(part, skip)) is not None and not _ordered(part, skip):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and is_site(part, skip):
            called.append(part.func)
        part, steps = within[0], (*steps, *within[1])
    asked = bool(steps) and steps[-1] == "value"  # for its rows
    return Header(statement, part, name, steps, tuple(called)) if asked or _opaque(part, skip) else None


def _part_of(header: ast.expr, skip: frozenset[str]) -> tuple[ast.expr, tuple[str, ...]] | None:
    """What stands first in a header, and says more than the header does; the fields that lead to it."""
    if not isinstance(header, ast.Call):
        return None
    called, first = header.func, header.args[0] if header.args else None
    if isinstance(called, ast.Attribute) and called.attr in ROWS:
        named: ast.expr = called.value
        while isinstance(named, ast.Attribute):
            named = named.value
        kept = any(isinstance(node, KEPT) for node in trees.walk(called.value))
        return None if isinstance(named, ast.Name) or kept or first is not None else (called.value, ("func", "value"))
    if not isinstance(called, ast.Name) or first is None or isinstance(first, ast.Starred):
        return None
    more = not is_site(header, skip) or _asks_for_rows(first) or _ordered(first, skip)
    return (first, ("args",)) if more else None


def _asks_for_rows(header: ast.expr) -> bool:
    called = header.func if isinstance(header, ast.Call) else None
    if isinstance(called, ast.Name) and isinstance(header, ast.Call) and header.args:
        return _asks_for_rows(header.args[0])
    return isinstance(called, ast.Attribute) and called.attr in ROWS


def put(node: ast.AST, field: str, value: ast.AST) -> None:
    """Puts another node into a field; of `args`, in the first place."""
    setattr(node, field, [value, *getattr(node, field)[1:]] if field == "args" else value)


def _first(statement: ast.stmt) -> ast.expr | None:
    if isinstance(statement, ast.For):
        return statement.iter
    if isinstance(statement, ast.Assign | ast.Return | ast.Expr) and isinstance(statement.value, COMPREHENSIONS):
        clause = statement.value.generators[0]
        return None if clause.is_async else clause.iter
    return None


def _opaque(header: ast.expr, skip: frozenset[str]) -> bool:
    ordered = _ordered(header, skip)
    if isinstance(header, ast.Call) and not ordered:
        called = header.func
        if isinstance(called, ast.Name) and not is_site(header, skip):
            return False  # a built-in function's iterator: what it is given says more
        if isinstance(called, ast.Attribute) and called.attr in VIEWS and not header.args:
            return False
    calls = ordered
    keys: set[ast.AST] = set()
    todo: list[ast.AST] = [header]
    while todo:
        node = todo.pop()
        if isinstance(node, KEPT) and node not in keys:
            return False
        if isinstance(node, ast.Call):
            calls |= is_site(node, skip)
            keys.update(k.value for k in node.keywords if k.arg == "key" and isinstance(k.value, ast.Lambda))
        todo.extend(child for child in below(node) if not isinstance(node, ast.Lambda))
    return calls


def _ordered(header: ast.expr, skip: frozenset[str]) -> bool:
    """Whether it is a list of all that something gives, or a part of one: that is gone through to make it.

    What is made by a call is evaluated by itself: that says more.
    """
    while isinstance(header, ast.Subscript):
        header = header.value
    if not isinstance(header, ast.Call) or not isinstance(header.func, ast.Name) or is_site(header, skip):
        return False
    calls = any(isinstance(n, ast.Call) and is_site(n, skip) for a in header.args for n in trees.walk(a))
    return header.func.id in LISTS and not calls
