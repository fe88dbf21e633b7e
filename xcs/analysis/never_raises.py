"""What certainly raises nothing, by the types of what it works on."""

from __future__ import annotations

from ..ir.nodes import Const, Instr
from ..knowledge import lookup
from .domain.values import Bound, Known, Plain, Value

NUMBERS = frozenset({int, float, bool})


def described(callees: Value) -> bool:
    """Whether a library's functions are called, and none of the user's."""
    called = [a.func if isinstance(a, Bound) else a for a in callees]
    return bool(called) and all(isinstance(a, Known) and lookup(a.obj) is not None for a in called)


def total(node: Instr, operands: tuple[Value, ...]) -> bool:
    """Whether an operation on such plain values always has a result."""
    kinds = {a.cls if isinstance(a, Plain) else None for value in operands for a in value}  # built-in ones
    if None in kinds or not kinds:
        return False
    if node.op == "format":
        return isinstance(node.uses[1], Const) and node.uses[1].value == ""
    if node.op == "compare":
        return node.name in ("Eq", "NotEq", "Is", "IsNot") or kinds <= NUMBERS or kinds == {str}
    if node.op == "unary":
        return node.name == "Not" or kinds <= NUMBERS
    return (kinds <= NUMBERS and node.name in ("Add", "Sub", "Mult")) or (kinds == {str} and node.name == "Add")
