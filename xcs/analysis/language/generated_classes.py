"""Classes whose methods are written by a library: enumerations, named tuples, typed dictionaries, pydantic models.

Their constructors are not interpreted: where the program's class adds nothing to them, what they do is known.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ...knowledge import validated_model, validators_of
from ...peek import (
    MISSING,
    class_lookup,
    class_name,
    home_of,
    is_a,
    named_tuple,
    own_enum,
    peek,
)
from ..domain.machine import Machine
from ..domain.places import Path, examples_at, object_path
from ..domain.state import Call, Frame
from ..domain.values import NOTHING, Fresh, Plain, Value, join, only, origins_of
from .data import all_plain, container
from .handed import carried
from .model_fields import SCALARS, kept_whole, of_annotation, validated

if TYPE_CHECKING:
    from ...ir.nodes import Instr

TYPED_DICTS = ("typing", "typing_extensions")


def make(self: Machine, cls: type, call: Call) -> Value | None:
    """A new object of such a class; None: it is another kind of class."""
    if issubclass(type(cls), enum.EnumMeta):
        return _member_of_value(self, cls, call)
    if class_name(type(cls)) == "_TypedDictMeta" and home_of(type(cls)) in TYPED_DICTS:
        return container(self, dict, call)
    if named_tuple(cls):
        return _named_tuple(self, cls, call)
    if peek(cls, "__pydantic_fields__") is not MISSING:
        return _model(self, cls, call)
    return None


# -- enumerations


def _members_path(cls: type) -> Path:
    return object_path(cls, class_name(cls), "_member_map_")


def members(self: Machine, cls: type, frame: Frame, node: Instr | None) -> Value | None:
    """The members of an enumeration; None where its class defines what they are, or how they are found."""
    if not own_enum(cls):
        return None
    self.condition(object_path(cls, class_name(cls)), own_enum, "enumeration")
    step = _members_path(cls).step("values", None)
    return self.lift_all(examples_at(step, {}), step)


def member(self: Machine, cls: type, name: str) -> Value | None:
    """The member of that name; None: there is none."""
    found = peek(cls, "_member_map_")
    if not own_enum(cls) or type(found) is not dict or name not in found:
        return None
    self.condition(object_path(cls, class_name(cls)), own_enum, "enumeration")
    return self.lift(found[name], _members_path(cls).step("item", name))


def _member_of_value(self: Machine, cls: type, call: Call) -> Value:
    found = members(self, cls, call.frame, call.node)
    if found is None or len(call.args) != 1 or call.named:
        return self.unknown(call.frame, call.node, f"making a {class_name(cls)}, whose class may do anything")
    for abstract in call.args[0]:
        self.protocol(abstract, "__hash__", call.frame, call.node)
        self.protocol(abstract, "__repr__", call.frame, call.node)  # of the error
    return found


def part_of_member(cls: type, live: object, name: str) -> Value | None:
    """`name` and `value` of a member."""
    if not own_enum(cls) or name not in ("name", "value", "_name_", "_value_"):
        return None
    if name in ("name", "_name_"):
        return only(Plain(str))
    found = peek(live, "_value_")
    return only(Plain(type(found))) if type(found) in SCALARS else None


# -- named tuples


def _named_tuple(self: Machine, cls: type, call: Call) -> Value:
    fields = class_lookup(cls, "_fields")
    defaults = class_lookup(cls, "_field_defaults")
    assert is_a(fields, tuple) and is_a(defaults, dict)
    self.condition(object_path(cls, class_name(cls)), named_tuple, "named tuple")
    memory = self.contents(call.made)
    spread = join(call.named.get("*", NOTHING), call.named.get("**", NOTHING))
    for index, name in enumerate(fields):
        if index < len(call.args) or name in call.named:
            value = call.args[index] if index < len(call.args) else call.named[name]
        elif name in defaults:
            value = join(spread, self.lift(defaults[name], object_path(defaults[name], f"default {name}")))
        else:
            value = spread
        memory.attrs[name] = join(memory.attrs.get(name, NOTHING), value)
        memory.place(index, value)
    return only(Fresh(call.made, cls))


# -- pydantic models


def _model(self: Machine, cls: type, call: Call) -> Value:
    """A model made of data, whose validation runs nothing of the program's but validators of fields."""
    if not validated_model(cls) or "*" in call.named or call.args:
        return self.unknown(call.frame, call.node, f"making a {class_name(cls)}, whose validation may run code,")
    kept = {} if validators_of(cls) else {n: v for n, v in call.named.items() if kept_whole(self, cls, n, v)}
    data = Call(call.args, {n: v for n, v in call.named.items() if n not in kept}, call.frame, call.node, call.receiver)
    if not all(all_plain(self, a, call, 0) for value in data.everything for a in value):
        return self.unknown(call.frame, call.node, f"making a {class_name(cls)} of objects")
    self.condition(object_path(cls, class_name(cls)), validated_model, "validated_model")
    validated(self, cls, data)
    return model(self, cls, data, kept)


def model(self: Machine, cls: type, call: Call, kept: Mapping[str, Value] = MappingProxyType({})) -> Value:
    """A new model, validated from data: its fields hold data, or other such models. kept: what fields get as it is."""
    memory = self.contents(call.made)
    origins = frozenset({call.made}).union(*(origins_of(a) for value in call.everything for a in value))
    fields = peek(cls, "__pydantic_fields__")
    for name, declared in fields.items() if is_a(fields, dict) else ():
        found = of_annotation(peek(declared, "annotation"), origins)
        held = kept[name] if name in kept else carried(self, found, *call.everything)
        memory.attrs[name] = join(memory.attrs.get(name, NOTHING), held)
    return only(Fresh(call.made, cls))


def field_of_model(cls: type, name: str) -> bool:
    """Whether it is a field of a model, which each object that was validated has."""
    fields = peek(cls, "__pydantic_fields__")
    return type(fields) is dict and name in fields


def standard(cls: type) -> bool:
    """Whether a class belongs to the standard library."""
    return home_of(cls).partition(".")[0] in sys.stdlib_module_names
