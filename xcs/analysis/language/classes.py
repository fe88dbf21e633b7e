"""Calls of Python classes: the instance made, and its constructor."""

from __future__ import annotations

import dataclasses
import types
from abc import ABCMeta

from ...knowledge import own_of
from ...peek import class_lookup, class_name, is_function, peek, text, unwrapped
from ..domain.machine import Machine
from ..domain.memory import Memory
from ..domain.places import object_path
from ..domain.state import Call
from ..domain.values import NOTHING, Bound, Fresh, Inst, Known, Value, join, only
from .attribute_changes import change_attribute
from .finalisers import ends_silently
from .functions import call_function
from .generated_classes import make as written_class
from .handed import carried


def instance_of(self: Machine, cls: type, call: Call) -> Value:
    """An object of a class, of which nothing else is known."""
    made = self.class_lookup(cls, "__new__")
    written = is_function(unwrapped(made))
    if _usual(cls) and (not written or own_of(made, cls)):
        return only(Inst(cls, None))
    return self.unknown(call.frame, call.node, f"making a {class_name(cls)}")


def _usual(cls: type) -> bool:
    return type(cls) is type or type(cls) is ABCMeta


def construct(self: Machine, cls: type, call: Call) -> Value:
    """A fresh instance of a class of the user's, initialised."""
    frame, node = call.frame, call.node
    written = written_class(self, cls, call)
    if written is not None:
        return written
    if not _usual(cls):
        return self.unknown(frame, node, f"making a {class_name(cls)}, whose metaclass may do anything")
    assumed = self.library_object(cls, call)
    if assumed is not None:
        return carried(self, assumed, *call.everything)
    made = self.class_lookup(cls, "__new__")
    exception = issubclass(cls, BaseException)
    if not ends_silently(self, cls, frame, node):
        return self.unknown(frame, node, f"making a {class_name(cls)}, which defines __del__")
    if made is not object.__new__ and unwrapped(made) is not object.__new__ and not exception:
        return self.unknown(frame, node, f"making a {class_name(cls)}")
    init = self.class_lookup(cls, "__init__")
    memory = self.contents(call.made)
    fresh = Fresh(call.made, cls)
    if is_function(init):
        fields = class_lookup(cls, "__dataclass_fields__")
        if init.__code__.co_filename == "<string>" and type(fields) is dict:
            _dataclass(self, init, fresh, memory, call)
        else:
            self.call(only(Bound(Known(id(init), init), fresh)), call)
    elif not exception and init is not object.__init__:
        return self.unknown(frame, node, f"making a {class_name(cls)}")
    if exception:
        args = Fresh((*call.made, -7), tuple)
        held = self.contents(args.key)
        held.element = join(held.element, *call.everything)
        memory.attrs["args"] = join(memory.attrs.get("args", NOTHING), only(args))
    return only(fresh)


def _dataclass(self: Machine, init: types.FunctionType, fresh: Fresh, memory: Memory, call: Call) -> None:
    """The generated constructor of a dataclass stores its arguments and calls `__post_init__`."""
    code = init.__code__
    fields = class_lookup(fresh.cls, "__dataclass_fields__")
    assert type(fields) is dict
    spread = join(call.named.get("*", NOTHING), call.named.get("**", NOTHING))
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    for index, name in enumerate(names):
        if index < len(call.args) or name in call.named:
            value = call.args[index] if index < len(call.args) else call.named[name]
        else:
            value = join(spread, _default(self, fields.get(name), call))
        memory.attrs[name] = join(memory.attrs.get(name, NOTHING), value)
    frozen = peek(class_lookup(fresh.cls, "__dataclass_params__"), "frozen") is True  # past the class's `__setattr__`
    hooks = ("" if frozen else "__setattr__", "__set__")
    if call.node is not None:
        for name in fields:
            change_attribute(self, fresh, name, call.frame, call.node, hooks)
    for name in fields.keys() - set(names):
        memory.attrs[name] = join(memory.attrs.get(name, NOTHING), _default(self, fields[name], call))
    after = self.class_lookup(fresh.cls, "__post_init__")
    if is_function(after):
        handed = [memory.attrs[name] for name, field in fields.items() if _is_handed_on(field)]
        call_function(self, after, Call([only(fresh), *handed], {}, call.frame, call.node))


def _is_handed_on(declared: object) -> bool:
    """Whether a dataclass field is an `InitVar`, which `__post_init__` gets."""
    return text(peek(peek(declared, "_field_type"), "name")) == "_FIELD_INITVAR"


def _default(self: Machine, declared: object, call: Call) -> Value:
    """What a field of a dataclass holds that no argument is given for; its factory is called."""
    for name in ("default_factory", "default"):
        found = peek(declared, name)
        if type(found) is type(dataclasses.MISSING):
            continue
        value = self.lift(found, object_path(found, name))
        return value if name == "default" else self.call(value, Call([], {}, call.frame, call.node))
    return NOTHING
