"""How the names of a function are bound."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ... import trees

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
YIELDING = (ast.Yield, ast.YieldFrom, ast.Await)
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)  # begin a scope of their own
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Fields that hold text, numbers, or nodes that say nothing (`Load()`, `Add()`).
BARE = frozenset(
    ("id", "ctx", "attr", "op", "ops", "name", "kind", "level", "module", "conversion", "rest", "asname", "kwd_attrs")
)


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each class of nodes that may hold other nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        plain = kind in (ast.Constant, ast.Global, ast.Nonlocal, ast.arg) or not hasattr(kind, "_fields")
        self[kind] = () if plain else tuple(name for name in kind._fields if name not in BARE)
        return self[kind]


FIELDS = _Fields()


def below(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below one, without those that say nothing; `ast.iter_child_nodes`, but fast."""
    found: list[ast.AST] = []
    for name in FIELDS[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            found.extend(value if None not in value else [item for item in value if item is not None])
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def bound_names(node: ast.AST) -> set[str]:
    """Names that a statement's own scope binds (nested functions' bodies left out)."""
    return _Names([node]).bound


class _Names:
    """What the statements of one scope say of names."""

    def __init__(self, body: Sequence[ast.AST]) -> None:
        self.bound: set[str] = set()
        self.declared: set[str] = set()  # global, here or in an inner function
        self.nonlocals: set[str] = set()
        self.shared: set[str] = set()  # nonlocal, here or in an inner function
        self.inner: set[str] = set()  # seen in inner functions
        self.handled: set[str] = set()  # bound by `except ... as`, up to the end of the handler
        self.yields = False
        self.rebinds = False  # an expression binds a name
        for statement in body:
            self.look(statement)

    def look(self, node: ast.AST) -> None:
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                self.bound.add(node.id)  # type: ignore[attr-defined]
        elif kind in COMPREHENSIONS:
            self.comprehension(node)
        elif isinstance(node, INNER):
            self.function(node)
        else:
            if kind in NAMING:
                self.naming(node)
            for child in below(node):
                self.look(child)

    def naming(self, node: ast.AST) -> None:
        """Other nodes that bind or declare names."""
        match node:
            case ast.ExceptHandler(name=str(name)):
                self.bound.add(name)
                self.handled.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self.bound.add(name)
            case ast.alias():
                self.bound.add((node.asname or node.name).split(".")[0])
            case ast.MatchMapping(rest=str(name)):
                self.bound.add(name)
            case ast.Global(names=names):
                self.declared.update(names)
            case ast.Nonlocal(names=names):
                self.nonlocals.update(names)
                self.shared.update(names)
            case ast.Yield() | ast.YieldFrom() | ast.Await():
                self.yields = True
            case ast.NamedExpr():
                self.rebinds = True

    def comprehension(self, node: ast.AST) -> None:
        """Its variables are its own; what `:=` binds in it isn't."""
        inside = _Names(below(node))
        self.bound |= {n.target.id for n in trees.walk(node) if isinstance(n, ast.NamedExpr)}
        self.inner |= inside.inner
        self.declared |= inside.declared
        self.shared |= inside.shared
        self.yields |= inside.yields
        self.rebinds |= inside.rebinds

    def function(self, node: ast.AST) -> None:
        if isinstance(node, ast.Lambda):
            named = {n.target.id for n in trees.walk(node) if isinstance(n, ast.NamedExpr)}
            self.bound |= named
            self.rebinds |= bool(named)
        else:
            self.bound.add(node.name)  # type: ignore[attr-defined]
        for inside in trees.walk(node):
            if isinstance(inside, ast.Name):
                self.inner.add(inside.id)
            elif isinstance(inside, ast.Global):
                self.declared.update(inside.names)
            elif isinstance(inside, ast.Nonlocal):
                self.shared.update(inside.names)


NAMING = frozenset((
    ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.alias, ast.MatchMapping, ast.Global, ast.Nonlocal, ast.NamedExpr,
    *YIELDING,
))  # fmt: skip


class Scope:
    """How the names of one function are bound: local variable, cell, or global."""

    def __init__(self, node: FunctionNode, enclosing: frozenset[str]) -> None:
        args = node.args
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        found = _Names([node.body] if isinstance(node, ast.Lambda) else node.body)
        names = found.bound | {a.arg for a in every if a is not None}
        # A variable that an inner function rebinds is memory, not a register.
        self.cells = frozenset((names & found.shared) | found.nonlocals | (enclosing - names))
        first = [*args.posonlyargs, *args.args]
        self.first = first[0].arg if first else None
        self.captured = frozenset(found.inner & names)  # inner functions read these: rebinding one writes memory
        self.locals = frozenset(names - found.declared - self.cells)
        # Errors' variables that are read where they have no value any more, or another one.
        self.ended = frozenset(found.handled and _read_beyond(node, found.handled))
        self.rebinds = found.rebinds  # an expression binds a name: what it was before may still be used
        self.all_bound = frozenset(names | enclosing)
        # Calling it does not run the body.
        self.generator = found.yields or isinstance(node, ast.AsyncFunctionDef)


def _read_beyond(node: ast.AST, names: set[str]) -> set[str]:
    """Which of the names are read outside the handlers that bind them."""
    if isinstance(node, ast.Name):
        return {node.id} & names if type(node.ctx) is ast.Load else set()
    found: set[str] = set()
    for child in below(node):
        inside = names - {node.name} if isinstance(node, ast.ExceptHandler) and child in node.body else names
        found |= _read_beyond(child, inside)
    return found
