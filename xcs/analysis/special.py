"""Special methods, as built-in operations call them: looked up in the class."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

from ..ir import Instr
from ..knowledge import type_facts
from .state import BUDGET, Call, Frame
from .values import (
    CONTAINERS,
    FUNCTIONS,
    MISSING,
    NOTHING,
    PLAIN,
    PLAIN_TYPES,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Inst,
    Known,
    Lazy,
    Plain,
    Super,
    Top,
    Value,
    class_lookup,
    only,
)

if TYPE_CHECKING:
    from .interpret import Interpreter

DEEP = ("__str__", "__repr__", "__format__", "__eq__", "__lt__", "__hash__")  # a container's asks its elements


def protocol(self: Interpreter, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
    """Runs a special method that a built-in operation would call on the value."""
    inner = "__repr__" if name in ("__str__", "__format__") else name
    match abstract:
        case Plain():
            return PLAIN
        case Fresh(cls=cls, key=key) if cls in CONTAINERS:
            memory = self.memory(abstract)
            self.read(abstract, frame, node, "[]")
            if name in DEEP and self.steps < BUDGET:
                self.steps += 1
                for below in memory.element | memory.keys:
                    if below != abstract and not (isinstance(below, Fresh) and below.key == key):
                        self.protocol(below, inner, frame, node)
            return PLAIN
        case Inst(cls=cls, live=live, path=path) if cls in CONTAINERS and live is not MISSING:
            self.read(abstract, frame, node, "[]")
            self.steps += 1
            if name in DEEP:
                values = self.members(live, path, True) if issubclass(cls, dict) else NOTHING
                for below in self.members(live, path) | values:
                    self.protocol(below, inner, frame, node)
            return PLAIN
        case Known() | Closure() | Bound() | Lazy() | Super():
            return PLAIN
        case Top(why=why):
            return self.unknown(frame, node, why)
        case Inst(cls=cls) | Fresh(cls=cls):
            return _of_class(self, abstract, cls, name, frame, node)


def _of_class(
    self: Interpreter, abstract: Inst | Fresh, cls: type, name: str, frame: Frame, node: Instr | None
) -> Value:
    found = class_lookup(cls, name)
    if found is MISSING or found is class_lookup(object, name):
        if name in ("__format__", "__str__"):
            return self.protocol(abstract, "__str__" if name == "__format__" else "__repr__", frame, node)
        return PLAIN
    if type(found) is types.FunctionType:
        args = [PLAIN] if name == "__format__" else [only(Top())] if name in ("__eq__", "__lt__") else []
        return self.method(abstract, name, args, frame, node)
    if cls in PLAIN_TYPES or issubclass(cls, BaseException):
        return PLAIN
    of_c = cls in CONTAINERS or (type(found) is types.WrapperDescriptorType and cls.__module__ != "builtins")
    if of_c and type_facts(cls) is not None:
        return PLAIN  # known data: its special methods run no user code
    return self.unknown(frame, node, f"{name} of {cls.__name__}")


def method(
    self: Interpreter, abstract: Abstract, name: str, args: list[Value], frame: Frame, node: Instr | None
) -> Value:
    """Calls a special method as Python does: looked up in the class."""
    if isinstance(abstract, Top):
        return self.unknown(frame, node, abstract.why)
    if isinstance(abstract, Inst | Fresh):
        found = class_lookup(abstract.cls, name)
        if found is MISSING:
            return NOTHING
        if type(found) in FUNCTIONS:
            self.guard_class(abstract.cls, name, found)
            return self.call(only(Bound(Known(id(found), found), abstract)), Call(args, {}, frame, node))
    return self.unknown(frame, node, f"{name} of an object")


def truth(self: Interpreter, value: Value, frame: Frame, node: Instr | None) -> None:
    """What asking whether a value is true runs."""
    for abstract in value:
        if isinstance(abstract, Inst | Fresh) and abstract.cls not in PLAIN_TYPES:
            for name in ("__bool__", "__len__"):
                if class_lookup(abstract.cls, name) is not MISSING:
                    self.method(abstract, name, [], frame, node)
                    break
        elif isinstance(abstract, Top):
            self.unknown(frame, node, abstract.why)
