"""Operators as they are written, and as functions for slices that compute what is still to come when it is there."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ..peek import name_of


class Operation(NamedTuple):
    """An operator: as it is written, what it does, and what it does in place."""

    symbol: str
    apply: Callable[..., Any]
    in_place: Callable[..., Any] | None = None


def within(value: Any, container: Any) -> bool:
    return value in container


def not_within(value: Any, container: Any) -> bool:
    return value not in container


# By the names of `ast`.
BINARY: Final = {
    "Add": Operation("+", operator.add, operator.iadd),
    "Sub": Operation("-", operator.sub, operator.isub),
    "Mult": Operation("*", operator.mul, operator.imul),
    "Div": Operation("/", operator.truediv, operator.itruediv),
    "FloorDiv": Operation("//", operator.floordiv, operator.ifloordiv),
    "Mod": Operation("%", operator.mod, operator.imod),
    "Pow": Operation("**", operator.pow, operator.ipow),
    "LShift": Operation("<<", operator.lshift, operator.ilshift),
    "RShift": Operation(">>", operator.rshift, operator.irshift),
    "BitOr": Operation("|", operator.or_, operator.ior),
    "BitXor": Operation("^", operator.xor, operator.ixor),
    "BitAnd": Operation("&", operator.and_, operator.iand),
    "MatMult": Operation("@", operator.matmul, operator.imatmul),
}
UNARY: Final = {
    "Not": Operation("not ", operator.not_),
    "USub": Operation("-", operator.neg),
    "UAdd": Operation("+", operator.pos),
    "Invert": Operation("~", operator.invert),
}
COMPARE: Final = {
    "Eq": Operation("==", operator.eq),
    "NotEq": Operation("!=", operator.ne),
    "Lt": Operation("<", operator.lt),
    "LtE": Operation("<=", operator.le),
    "Gt": Operation(">", operator.gt),
    "GtE": Operation(">=", operator.ge),
    "Is": Operation("is", operator.is_),
    "IsNot": Operation("is not", operator.is_not),
    "In": Operation("in", within),
    "NotIn": Operation("not in", not_within),
}
# "Add": "add", of which the special methods' names are made
NAMES: Final = {of: name_of(operation.apply).rstrip("_") for of, operation in (BINARY | UNARY).items()}
SHOWN: Final[dict[str, Callable[[Any], str]]] = {"s": str, "r": repr, "a": ascii}


def formatted(conversion: str, value: Any, specification: Any) -> str:
    """A part of an f-string."""
    return format(SHOWN[conversion](value) if conversion in SHOWN else value, specification)


def joined(*parts: Any) -> str:
    """An f-string of its parts."""
    return "".join(parts)
