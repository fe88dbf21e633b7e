"""Whether what an expression gives in a worker is the same when the item's turn comes."""

from __future__ import annotations

import libcst as cst

from ..analysis.domain.values import Abstract, Fresh, Inst, Plain, Value
from ..peek import IMMUTABLE


def is_fixed(node: cst.BaseExpression, value: Value, written: frozenset[object]) -> bool:
    """Whether what an argument gives will be the same later."""
    if isinstance(node, cst.SimpleString | cst.FormattedString | cst.Integer | cst.Float):
        return True
    return bool(value) and all(_stays(a, written) for a in value)


def _stays(abstract: Abstract, written: frozenset[object]) -> bool:
    match abstract:
        case Plain(cls=None, origins=origins):
            return None not in written and not origins & written
        case Plain(cls=cls):
            return cls in IMMUTABLE
        case Inst(cls=cls) | Fresh(cls=cls):
            return issubclass(cls, BaseException)
        case _:
            return False


__all__ = ["is_fixed"]
