"""`match` statements -> tests of their patterns, one case after the other.

match x:                      if x == 1:
    case 1: a()               a()
    case C(n=m) if m: b()     else: if isinstance(x, C): t = x.n; m = t; if m: b()

What a case of sequences or mappings asks of its subject is not known: such statements are left as they are.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ...ir.nodes import Const, If, Operand, Var
from .build import Builder, span_of
from .expressions import Expressions

ITSELF = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})
Bound = list[tuple[str, Operand]]  # the names that a pattern binds where it matches


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
        case ast.MatchOr(patterns=patterns):
            return _either(lowering, patterns, subject)
        case ast.MatchClass():
            return _of_class(lowering, pattern, subject, bound)
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


def _of_class(lowering: Expressions, pattern: ast.MatchClass, subject: Operand, bound: Bound) -> Operand:
    """An instance, of which then attributes are asked, in order, as long as they match."""
    built_in = lowering.emit("default", pattern, name="isinstance", payload=isinstance)
    cls = lowering.expr(pattern.cls)
    is_one = lowering.emit("call", pattern, built_in, subject, cls, stars=(False, False), text="isinstance")
    if not pattern.patterns and not pattern.kwd_patterns:
        return is_one
    into = lowering.temp()
    lowering.emit("copy", pattern, is_one, target=into)
    parts = [(None, p) for p in pattern.patterns] + [*zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)]
    _parts(lowering, pattern, subject, parts, into, bound)
    return Var(into)


def _parts(
    lowering: Expressions, pattern: ast.pattern, subject: Operand, parts: Sequence[tuple[str | None, ast.pattern]],
    into: str, bound: Bound,
) -> None:  # fmt: skip
    if not parts:
        return
    (attribute, below), *rest = parts
    own: Bound = []
    outer = lowering.begin()
    part = subject if attribute is None else lowering.emit("attr", below, subject, name=attribute)
    matches = tested(lowering, below, part, own)
    if matches is not None:
        lowering.emit("copy", below, matches, target=into)
    _parts(lowering, pattern, subject, rest, into, own)
    kept = [(name, lowering.emit("copy", below, value)) for name, value in own]
    inner = lowering.end(outer)
    for _, value in kept:  # which has a value whether or not it comes to that
        lowering.emit("copy", below, Const(None), target=value.name)
    lowering.block.append(If(lowering.new_id(), span_of(below), Var(into), inner, ()))
    bound += kept


__all__ = ["Bound", "tested", "understood"]
