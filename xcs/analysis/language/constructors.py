"""The attributes that an instance has since it was made: what its class has under such a name is never read."""

from __future__ import annotations

import types

from ...front.by_code import ByCode
from ...front.lowered_code import lowered
from ...ir.nodes import Instr, Jump, Var, walk
from ...peek import class_lookup, is_function
from ...remarks import Bailout

_set_by: ByCode[frozenset[str]] = ByCode()


def always_set(cls: type) -> frozenset[str]:
    """The attributes that each instance of a class has since it was made, as the text of its constructor shows."""
    init = class_lookup(cls, "__init__")
    if not is_function(init):
        return frozenset()
    code = init.__code__
    if code.co_filename == "<string>" and type(class_lookup(cls, "__dataclass_fields__")) is dict:
        return frozenset(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])
    return _set_by.of(code, lambda: _initialised(init))


def _initialised(init: types.FunctionType) -> frozenset[str]:
    """What a constructor stores in its first argument on each path, as far as nothing may leave it before."""
    try:
        ir = lowered(init.__code__, init.__globals__)
    except Bailout:
        return frozenset()
    found = set()
    for node in ir.body:
        if any(isinstance(below, Jump) for below in walk((node,))):
            break
        if isinstance(node, Instr) and node.op == "setattr" and ir.args and node.uses[0] == Var(ir.args[0]):
            found.add(node.name)
    return frozenset(found)


__all__ = ["always_set"]
