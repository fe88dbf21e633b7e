"""`match` statements -> tests of their patterns, one case after the other.

match x:                      if x == 1:
    case 1: a()               a()
    case C(n=m) if m: b()     else: if isinstance(x, C): t = x.n; m = t; if m: b()
    case {"k": m}: c()        else: if isinstance(x, Mapping) and len(x) >= 1 and "k" in x: m = x["k"]; c()
    case [m, *_]: d()         else: if isinstance(x, Sequence) and no text and len(x) >= 1: m, *_ = x; d()

Of a mapping its method `get` is asked as well, as the statement asks it. What is a mapping or a sequence for the
statement are instances of the abstract classes: objects whose class says something else of itself are seen at the
take. `**rest` is left as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ...ir.nodes import Const, If, Instr, Node, Operand, Var
from .build import Builder, span_of
from .expressions import Expressions

ITSELF = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})
Bound = list[tuple[str, Operand]]  # the names that a pattern binds where it matches
Parts = list[tuple[Callable[[], Operand], ast.pattern]]  # how a part of the subject is had, and what it is to match


def understood(pattern: ast.pattern, builder: Builder, inside: bool = False) -> bool:
    """Whether a pattern is one that is lowered; `inside` an alternative, where none may bind names."""
    match pattern:
        case ast.MatchValue() | ast.MatchSingleton():
            return True
        case ast.MatchAs(pattern=below, name=name):
            return not (inside and name) and (below is None or understood(below, builder, inside))
        case ast.MatchOr(patterns=patterns):
            return all(understood(p, builder, True) for p in patterns)
        case ast.MatchClass(cls=cls, patterns=patterns, kwd_patterns=named):
            itself = isinstance(cls, ast.Name) and cls.id in ITSELF and builder.means(cls.id)
            positional = len(patterns) <= 1 if itself else not patterns
            return positional and all(understood(p, builder, inside) for p in (*patterns, *named))
        case ast.MatchSequence(patterns=patterns):
            return all(understood(p, builder, inside) for p in patterns)
        case ast.MatchStar(name=name):
            return not (inside and name)
        case ast.MatchMapping(patterns=patterns, rest=rest):
            return rest is None and all(understood(p, builder, inside) for p in patterns)
        case _:
            return False


def tested(lowering: Expressions, pattern: ast.pattern, subject: Operand, bound: Bound) -> Operand | None:
    """Whether the subject matches, as what is evaluated in order; None: it always does."""
    match pattern:
        case ast.MatchValue(value=value):
            return lowering.emit("compare", pattern, subject, lowering.expr(value), name="Eq")
        case ast.MatchSingleton(value=value):
            return lowering.emit("compare", pattern, subject, Const(value), name="Is")
        case ast.MatchAs(pattern=below, name=name):
            matches = None if below is None else tested(lowering, below, subject, bound)
            if name is not None:
                bound.append((name, subject))
            return matches
        case ast.MatchStar(name=name):
            if name is not None:
                bound.append((name, subject))
            return None
        case ast.MatchOr(patterns=patterns):
            return _either(lowering, patterns, subject)
        case ast.MatchClass():
            return _of_class(lowering, pattern, subject, bound)
        case ast.MatchMapping():
            return _of_mapping(lowering, pattern, subject, bound)
        case ast.MatchSequence():
            return _of_sequence(lowering, pattern, subject, bound)
        case _:
            raise AssertionError(type(pattern))


def _either(lowering: Expressions, patterns: Sequence[ast.pattern], subject: Operand) -> Operand | None:
    matches = tested(lowering, patterns[0], subject, [])
    if matches is None or len(patterns) == 1:
        return matches
    into = lowering.temp()
    lowering.emit("copy", patterns[0], matches, target=into)
    outer = lowering.begin()
    others = _either(lowering, patterns[1:], subject)
    lowering.emit("copy", patterns[1], Const(True) if others is None else others, target=into)
    rest = lowering.end(outer)
    lowering.block.append(If(lowering.new_id(), span_of(patterns[0]), Var(into), (), rest))
    return Var(into)


def _is_one(lowering: Expressions, node: ast.pattern, subject: Operand, cls: Operand) -> Operand:
    built_in = lowering.emit("default", node, name="isinstance", payload=isinstance)
    return lowering.emit("call", node, built_in, subject, cls, stars=(False, False), text="isinstance")


def _both(lowering: Expressions, node: ast.pattern, into: str, then: Callable[[], Operand]) -> None:
    """What is asked next where it matches so far."""
    outer = lowering.begin()
    lowering.emit("copy", node, then(), target=into)
    inner = lowering.end(outer)
    lowering.block.append(If(lowering.new_id(), span_of(node), Var(into), inner, ()))


def _long_enough(lowering: Expressions, node: ast.pattern, subject: Operand, size: int, exact: bool) -> Operand:
    built_in = lowering.emit("default", node, name="len", payload=len)
    long = lowering.emit("call", node, built_in, subject, stars=(False,), text="len")
    return lowering.emit("compare", node, long, Const(size), name="Eq" if exact else "GtE")


def _of_mapping(lowering: Expressions, pattern: ast.MatchMapping, subject: Operand, bound: Bound) -> Operand:
    into = lowering.temp()
    cls = lowering.emit("default", pattern, name="Mapping", payload=Mapping)
    lowering.emit("copy", pattern, _is_one(lowering, pattern, subject, cls), target=into)
    if not pattern.keys:
        return Var(into)
    _both(lowering, pattern, into, lambda: _long_enough(lowering, pattern, subject, len(pattern.keys), False))

    def there(key: ast.expr) -> Operand:
        got = lowering.emit("attr", key, subject, name="get")
        asked = lowering.expr(key)
        lowering.emit("call", key, got, asked, stars=(False,), text="get")
        return lowering.emit("compare", key, asked, subject, name="In")

    for key in pattern.keys:
        _both(lowering, pattern, into, partial(there, key))
    parts: Parts = [
        (partial(lambda key: lowering.emit("item", key, subject, lowering.expr(key)), key), below)
        for key, below in zip(pattern.keys, pattern.patterns, strict=True)
    ]
    _parts(lowering, pattern, parts, into, bound)
    return Var(into)


def _of_sequence(lowering: Expressions, pattern: ast.MatchSequence, subject: Operand, bound: Bound) -> Operand:
    into, below = lowering.temp(), pattern.patterns
    cls = lowering.emit("default", pattern, name="Sequence", payload=Sequence)
    lowering.emit("copy", pattern, _is_one(lowering, pattern, subject, cls), target=into)
    for text in (str, bytes, bytearray):
        cls = lowering.emit("default", pattern, name=text.__name__, payload=text)
        found = _is_one(lowering, pattern, subject, cls)
        _both(lowering, pattern, into, partial(lowering.emit, "unary", pattern, found, name="Not"))
    star = next((i for i, p in enumerate(below) if isinstance(p, ast.MatchStar)), -1)
    size = len(below) - (star >= 0)
    _both(lowering, pattern, into, lambda: _long_enough(lowering, pattern, subject, size, star < 0))
    own: Bound = []
    outer = lowering.begin()
    temps = tuple(lowering.temp() for _ in below)
    lowering.block.append(
        Instr(lowering.new_id(), "unpack", span_of(pattern), None, (subject,), payload=star, more=temps)
    )
    parts: Parts = [(partial(Var, temp), p) for temp, p in zip(temps, below, strict=True)]
    _parts(lowering, pattern, parts, into, own)
    _kept(lowering, pattern, outer, own, into, bound)
    return Var(into)


def _of_class(lowering: Expressions, pattern: ast.MatchClass, subject: Operand, bound: Bound) -> Operand:
    """An instance, of which then attributes are asked, in order, as long as they match."""
    is_one = _is_one(lowering, pattern, subject, lowering.expr(pattern.cls))
    if not pattern.patterns and not pattern.kwd_patterns:
        return is_one
    into = lowering.temp()
    lowering.emit("copy", pattern, is_one, target=into)
    parts: Parts = [(lambda: subject, p) for p in pattern.patterns]
    for name, below in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        parts.append((partial(lowering.emit, "attr", below, subject, name=name), below))
    _parts(lowering, pattern, parts, into, bound)
    return Var(into)


def _parts(lowering: Expressions, pattern: ast.pattern, parts: Parts, into: str, bound: Bound) -> None:
    """The parts of what matches so far, each as long as those before it match."""
    if not parts:
        return
    (part, below), *rest = parts
    own: Bound = []
    outer = lowering.begin()
    matches = tested(lowering, below, part(), own)
    if matches is not None:
        lowering.emit("copy", below, matches, target=into)
    _parts(lowering, pattern, rest, into, own)
    _kept(lowering, below, outer, own, into, bound)


def _kept(lowering: Expressions, node: ast.pattern, outer: list[Node], own: Bound, into: str, bound: Bound) -> None:
    """Ends what is done where it matches so far; what it binds has a value whether or not it comes to that."""
    kept = [(name, lowering.emit("copy", node, value)) for name, value in own]
    inner = lowering.end(outer)
    for _, value in kept:
        lowering.emit("copy", node, Const(None), target=value.name)
    lowering.block.append(If(lowering.new_id(), span_of(node), Var(into), inner, ()))
    bound += kept


__all__ = ["Bound", "tested", "understood"]
