"""What the instructions of a code object tell of it before its text is read."""

from __future__ import annotations

import inspect
import opcode
import types

from .lower.higher_order import APPLYING, CONSUMERS, KEYED

CALLS = tuple(code for name, code in opcode.opmap.items() if name.startswith("CALL") and "INTRINSIC" not in name)
ITERATES = opcode.opmap["FOR_ITER"]
SUSPENDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
CALL_BACK = frozenset({*APPLYING, *CONSUMERS, *KEYED})  # functions whose call may be a loop


def calls_little(code: types.CodeType) -> bool:
    """Whether a function makes one call at most, and that once: nothing in it can be a region.

    Never of one that suspends itself, or has functions or comprehensions in it: their text says more.
    """
    if code.co_flags & SUSPENDS:
        return False
    instructions = code.co_code[::2]
    calls = sum(map(instructions.count, CALLS))
    if calls > 1 or any(isinstance(constant, types.CodeType) for constant in code.co_consts):
        return False
    return not calls or (ITERATES not in instructions and CALL_BACK.isdisjoint(code.co_names))


def mentions(code: types.CodeType, names: frozenset[str]) -> bool:
    """Whether any of these names is that of a variable or an attribute in a function, or in those in it."""
    found = (code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars)
    if not all(map(names.isdisjoint, found)):
        return True
    return any(mentions(inner, names) for inner in code.co_consts if isinstance(inner, types.CodeType))


__all__ = ["calls_little", "mentions"]
