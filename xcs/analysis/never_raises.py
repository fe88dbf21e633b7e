"""What certainly raises nothing, by the types of what it works on."""

from __future__ import annotations

from collections.abc import Set

from ..ir.nodes import Const, For, Instr, Node
from ..knowledge import lookup
from ..peek import is_container
from .domain.effects import Effect
from .domain.values import Bound, Fresh, Inst, Known, Plain, Value

NUMBERS = frozenset({int, float, bool})
TEXTS = frozenset({str, bytes, range})
HASHED = frozenset({*NUMBERS, str, bytes, type(None)})


def never(node: Node, operands: tuple[Value, ...], results: Value, effects: Set[Effect]) -> bool:
    """Whether a node that runs no code of the program's raises nothing."""
    unknown = any(e.kind == "unknown" for e in effects)
    if not isinstance(node, Instr):
        return not unknown and (not isinstance(node, For) or gone_through(operands[0]))
    match node.op:
        case "copy" | "narrow" | "runs" | "function" | "delete" | "store_cell" | "twin":
            return True
        case "setattr":
            return not unknown
        case "build" | "collect":
            return displayed(node, operands)
        case "global" | "cell" | "attr" | "receiver" | "default":
            return bool(results)
        case "binary" | "inplace" | "compare" | "unary" | "format":
            return total(node, operands)
        case "call":
            writes = [e for e in effects if e.kind == "write"]
            appends = bool(writes) and all(e.detail.startswith("builtins.list.append") for e in writes)
            return appends and described(operands[0])
        case _:
            return False


def described(callees: Value) -> bool:
    """Whether a library's functions are called, and none of the user's."""
    called = [a.func if isinstance(a, Bound) else a for a in callees]
    return bool(called) and all(isinstance(a, Known) and lookup(a.obj) is not None for a in called)


def gone_through(values: Value) -> bool:
    """Whether going through such values comes to their end: built-in data does, not what runs code or reads files."""
    ours = [a.cls for a in values if isinstance(a, Plain | Fresh | Inst)]
    return len(ours) == len(values) and all(c is not None and (c in TEXTS or is_container(c)) for c in ours)


def displayed(node: Instr, operands: tuple[Value, ...]) -> bool:
    """Whether a display, or adding to a comprehension, always has a result: by what is unpacked, and what keys are."""
    if node.op == "collect":
        return node.name not in ("set", "dict") or _hashed(operands[1])
    if node.name == "dict":
        pairs = zip(operands[::2], operands[1::2], node.stars, strict=True)
        return all(gone_through(value) if double else _hashed(key) for key, value, double in pairs)
    return all(
        gone_through(value) if star else node.name != "set" or _hashed(value)
        for value, star in zip(operands, node.stars, strict=True)
    )


def _hashed(values: Value) -> bool:
    return all(isinstance(a, Known) or (isinstance(a, Plain) and a.cls in HASHED) for a in values)


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
