"""Attributes stored and deleted: what is written, and which code of the program that runs."""

from __future__ import annotations

import sys
import types
from functools import partial

from ...ir.nodes import Instr
from ...knowledge import sets_alone
from ...knowledge.index import home, stated_to_wait
from ...peek import MISSING, class_lookup, class_name, home_of, is_a, is_class, is_module, name_of
from ..domain.effects import Loc
from ..domain.machine import Machine
from ..domain.places import Path, global_path, object_path
from ..domain.state import Frame
from ..domain.values import NOTHING, Abstract, Fresh, Known, Value, join, origins_of
from .instance_attributes import of_logging

SHAPE = (  # what objects are made of
    "__class__", "__bases__", "__dict__", "__code__", "__defaults__", "__kwdefaults__", "_value_", "_name_",
)  # fmt: skip


def set_attribute(
    self: Machine, abstract: Abstract, name: str, value: Value, frame: Frame, node: Instr,
    hooks: tuple[str, str] = ("__setattr__", "__set__"),
) -> None:  # fmt: skip
    """A store to `value.name`; `hooks`: what it may run of the class, and of a descriptor in it."""
    if isinstance(abstract, Fresh):
        attrs = self.memory(abstract).attrs
        attrs[name] = join(attrs.get(name, NOTHING), value)
    elif isinstance(abstract, Known):
        self.store(_place(abstract.obj, name)[0], _place(abstract.obj, name)[1], value)
    else:
        for origin in origins_of(abstract):
            self.store(origin, f".{name}", value)
    change_attribute(self, abstract, name, frame, node, hooks)


def delete_attribute(self: Machine, abstract: Abstract, name: str, frame: Frame, node: Instr) -> None:
    """The deletion of `value.name`."""
    if name not in self.deleted:
        self.deleted.add(name)
        self.clock.changed()
    change_attribute(self, abstract, name, frame, node, ("__delattr__", "__delete__"))


def change_attribute(
    self: Machine, abstract: Abstract, name: str, frame: Frame, node: Instr, special: tuple[str, str]
) -> None:
    """The write of an attribute's change, and what it runs: a method of the class, or of a descriptor in it."""
    cls = type(abstract.obj) if isinstance(abstract, Known) else getattr(abstract, "cls", None)
    if cls is not None:
        self.class_lookup(cls, special[0])
        self.class_lookup(cls, name)
    if isinstance(abstract, Known) and is_class(abstract.obj) and name.startswith("__"):
        self.unknown(frame, node, f"changing .{name} of {class_name(abstract.obj)}")  # which Python asks for by itself
    elif special[0] == "__setattr__" and is_class(cls) and sets_alone(name, cls):
        check = partial(sets_alone, name)
        self.condition(object_path(cls, class_name(cls)), check, f"that setting .{name} does no more")
        self.write(abstract, frame, node, ".__pydantic_fields_set__", f"attribute {name}")
    elif cls is not None and (name in SHAPE or of_logging(cls) or _runs_code(cls, name, *special)):
        self.unknown(frame, node, f"changing .{name} of {class_name(cls)}")
    if isinstance(abstract, Known):
        if is_module(abstract.obj) and _of_service(name_of(abstract.obj)):
            self.effect("command", frame, node, "process")  # a setting, which calls of the library read: a key
        self.effect("write", frame, node, f"attribute {name}", Loc(*_place(abstract.obj, name)))
    else:
        self.write(abstract, frame, node, f".{name}", f"attribute {name}")


def _of_service(module: str) -> bool:
    """Whether a module is one of a described package whose calls wait."""
    top = home(module)
    return top not in sys.stdlib_module_names and stated_to_wait(top)


def _place(obj: object, name: str) -> tuple[Path, str]:
    """Where an attribute of a module, class or function is: its root and slot."""
    if is_module(obj):
        return global_path(object.__getattribute__(obj, "__dict__"), name), "="
    return object_path(obj, name_of(obj) or "object"), f".{name}"


def _runs_code(cls: type, name: str, method: str, hook: str) -> bool:
    """Whether changing an attribute runs code of the user's: `method` of the class, or `hook` of a descriptor."""
    if type(class_lookup(cls, method)) is types.FunctionType:
        return True
    descriptor = class_lookup(cls, name)
    if descriptor is MISSING:
        return False
    own = home_of(type(descriptor)) not in ("builtins", "functools")
    return is_a(descriptor, property) or (own and class_lookup(type(descriptor), hook) is not MISSING)
