"""Operators as functions, for slices that compute what is still to come when it is there."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from ..peek import name_of

BINARY: Final[dict[str, Callable[..., Any]]] = {
    "Add": operator.add, "Sub": operator.sub, "Mult": operator.mul, "Div": operator.truediv,
    "FloorDiv": operator.floordiv, "Mod": operator.mod, "Pow": operator.pow, "LShift": operator.lshift,
    "RShift": operator.rshift, "BitOr": operator.or_, "BitXor": operator.xor, "BitAnd": operator.and_,
    "MatMult": operator.matmul,
}  # fmt: skip
UNARY: Final[dict[str, Callable[..., Any]]] = {
    "Not": operator.not_, "USub": operator.neg, "UAdd": operator.pos, "Invert": operator.invert,
}  # fmt: skip
INPLACE: Final[dict[str, Callable[..., Any]]] = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv, "Mod": operator.imod, "Pow": operator.ipow, "LShift": operator.ilshift,
    "RShift": operator.irshift, "BitOr": operator.ior, "BitXor": operator.ixor, "BitAnd": operator.iand,
    "MatMult": operator.imatmul,
}  # fmt: skip
# "Add": "add", of which the special methods' names are made
NAMES: Final = {of: name_of(function).rstrip("_") for of, function in (BINARY | UNARY).items()}


def within(value: Any, container: Any) -> bool:
    return value in container


def not_within(value: Any, container: Any) -> bool:
    return value not in container


COMPARE: Final[dict[str, Callable[..., Any]]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt,
    "GtE": operator.ge, "Is": operator.is_, "IsNot": operator.is_not, "In": within, "NotIn": not_within,
}  # fmt: skip
SHOWN: Final[dict[str, Callable[[Any], str]]] = {"s": str, "r": repr, "a": ascii}


def formatted(conversion: str, value: Any, specification: Any) -> str:
    """A part of an f-string."""
    return format(SHOWN[conversion](value) if conversion in SHOWN else value, specification)


def joined(*parts: Any) -> str:
    """An f-string of its parts."""
    return "".join(parts)
