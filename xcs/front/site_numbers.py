"""Which calls may be sites, and the numbers of sites and loops: of statements as they are written, by reading alone.

What runs is written by these numbers (`emit.instrument`), and what is planned is planned by them.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterable, Mapping, Sequence

from .. import trees
from ..ir.packed import pack_numbers, unpack_numbers
from ..records import dataclass, field
from ..remarks import Bailout, Span
from . import cache
from .by_code import ByCode
from .glance import mentions
from .lower import below, span_of
from .lower.higher_order import Callback, applied, consumed, keyed, mapped
from .source import Source, built_in, locate_code, names_of, original_code

REFUSED = frozenset({"locals", "vars", "dir", "eval", "exec"})
ROWS = frozenset(("agg", "aggregate", "apply", "transform"))  # methods of data frames that call what they are given
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SPECIAL = frozenset((ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Call, ast.For, *COMPREHENSIONS))
KINDS = dict(zip(COMPREHENSIONS, ("list", "set", "dict", "generator"), strict=True))


@dataclass(slots=True)
class Numbers:
    """The numbers of calls and loops, by where they stand, and what calls back."""

    sites: dict[Span, int] = field(default_factory=dict)
    loops: dict[tuple[object, str], int] = field(default_factory=dict)
    callbacks: dict[ast.AST, tuple[Callback, str]] = field(default_factory=dict)  # with the kind of loop that they are
    mapped: set[ast.AST] = field(default_factory=set)  # those of them whose elements a loop goes through one by one
    bodies: set[ast.AST] = field(default_factory=set)  # lambdas whose bodies stand for the calls of them
    inside: set[int] = field(default_factory=set)  # sites that a built-in function calls, or that stand in such lambdas
    rounds: ast.While | None = None  # the loop whose rounds are counted like items


class _Numbering:
    """Goes through statements in the order in which they are written, once."""

    def __init__(self, skip: frozenset[str]) -> None:
        self.skip, self.found = skip, Numbers()

    def means(self, name: str) -> bool:
        return name in self.skip

    def visit(self, node: ast.AST) -> None:
        if type(node) not in SPECIAL:
            self.below(node)
            return
        match node:
            case ast.Lambda():
                if node in self.found.bodies:
                    before = len(self.found.sites)
                    self.visit(node.body)
                    self.found.inside.update(range(before, len(self.found.sites)))
            case ast.Call():
                self.call(node)
            case ast.For():
                self.follow_items(node.iter, "for")
                self.below(node)
                self.loop(node.iter, "for")
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                kind = KINDS[type(node)]
                for clause in node.generators:
                    self.follow_items(clause.iter, kind)
                self.below(node)
                for clause in node.generators:
                    self.loop(clause.iter, kind)
            case _:  # a definition
                pass

    def below(self, node: ast.AST) -> None:
        for each in below(node):
            self.visit(each)

    def call(self, node: ast.Call) -> None:
        found = self.found
        for callback in (consumed(node, self.means), keyed(node, self.means), applied(node, self.means)):
            self.follow(callback, "generator")
        if node in found.callbacks:
            callback, kind = found.callbacks[node]
            found.loops.setdefault((span_of(node), kind), len(found.loops))
            if callback.method is not None:
                found.sites.setdefault(span_of(node), len(found.sites))  # and the next one:
            if callback.body is None or callback.method is not None:
                found.inside.add(found.sites.setdefault(callback.site, len(found.sites)))
            self.below(node)
            return
        self.below(node)
        if is_site(node, self.skip):
            found.sites.setdefault(span_of(node), len(found.sites))

    def follow(self, callback: Callback | None, kind: str) -> None:
        if callback is not None:
            self.found.callbacks[callback.node] = callback, kind
            if callback.body is not None:
                self.found.bodies.add(callback.body)

    def follow_items(self, iterable: ast.expr, kind: str) -> None:
        callback = mapped(iterable, self.means)
        if callback is not None:
            self.found.mapped.add(callback.node)
            self.follow(callback, kind)

    def loop(self, iterable: ast.expr, kind: str) -> None:
        if iterable not in self.found.mapped:
            self.found.loops.setdefault((span_of(iterable), kind), len(self.found.loops))


def numbered(statements: Iterable[ast.stmt], skip: frozenset[str], rounds: ast.While | None = None) -> Numbers:
    """The numbers of sites and loops in statements; `skip`: the names that mean built-in functions; `rounds`: the loop
    among them whose rounds are counted like items."""
    work = _Numbering(skip)
    for statement in statements:
        work.visit(statement)
    if rounds is not None:
        work.found.rounds = rounds
        work.loop(rounds.test, "for")
    return work.found


def is_site(node: ast.Call, skip: frozenset[str]) -> bool:
    """Whether a call may become a site: not one of a built-in name (which, if rebound later, is merely not sped up)."""
    return not (isinstance(node.func, ast.Name) and (node.func.id in skip or node.func.id == "super"))


def callbacks_of(node: ast.AST, skip: frozenset[str]) -> list[Callback]:
    """The calls of built-in functions that call back, of which a node goes through all or is the loop."""
    means = skip.__contains__
    if isinstance(node, ast.Call):
        found = [consumed(node, means), keyed(node, means), applied(node, means)]
    elif isinstance(node, ast.For | ast.comprehension):
        found = [mapped(node.iter, means)]
    else:
        return []
    return [callback for callback in found if callback is not None]


def split(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The docstring and the rest of a body."""
    body = list(node.body)
    documented = body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return (body[:1], body[1:]) if documented else ([], body)


def built_in_of(source: Source, module: dict[str, object]) -> frozenset[str]:
    """The names in a function that mean built-in functions.

    Raises:
        Bailout: it looks at its own variables, or is a lambda.
    """
    if isinstance(source.node, ast.Lambda):
        raise Bailout("syntax", "a lambda")
    if mentions(source.code, REFUSED) and (refused := REFUSED.intersection(names_of(source))):
        raise Bailout("syntax", f"the use of {min(refused)}()")
    return built_in(source.code, module)


Numbered = tuple[Mapping[Span, int], Mapping[tuple[object, str], int]]
_numbered: ByCode[Numbered] = ByCode()


def applied_to_rows(body: Sequence[ast.stmt]) -> str:
    """What is said of a body that gives a function to `.apply(f, axis=1)` or the like: "" where it does not."""
    for node in (n for statement in body for n in trees.walk(statement) if isinstance(n, ast.Call)):
        name = getattr(node.func, "attr", "")
        if name in ROWS and any(k.arg == "axis" for k in node.keywords):
            return f", besides those that `.{name}` makes itself (those of a loop over `iterrows()` start early)"
    return ""


def numbers_of(function: types.FunctionType) -> Numbered:
    """The numbers of a function's sites, and of its loops, as an open callee; kept.

    Raises:
        Bailout: it can't be one.
    """
    code = original_code(function.__code__)
    return _numbered.of(code, lambda: _stored(code, function) or _read(code, function))


def _stored(code: types.CodeType, function: types.FunctionType) -> Numbered | None:
    stored = cache.find("numbers", code, function.__globals__)
    return None if stored is None else unpack_numbers(stored.value)


def _read(code: types.CodeType, function: types.FunctionType) -> Numbered:
    source = locate_code(code, function.__globals__)
    means = built_in_of(source, function.__globals__)
    assert isinstance(source.node, ast.FunctionDef | ast.AsyncFunctionDef)
    found = numbered(split(source.node)[1], means)
    cache.note("numbers", source, means, lambda: pack_numbers(found.sites, found.loops))
    return found.sites, found.loops


__all__ = ["Numbers", "applied_to_rows", "built_in_of", "callbacks_of", "is_site", "numbered", "numbers_of", "split"]
