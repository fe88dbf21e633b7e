"""The values of attributes: of instances, classes, modules, functions, `super()`."""

from __future__ import annotations

import functools
import types

from ...ir.nodes import Instr
from ...peek import (
    FUNCTIONS,
    IMMUTABLE,
    MISSING,
    class_lookup,
    class_name,
    dict_of,
    instance_dict,
    is_a,
    is_class,
    is_module,
    mro_of,
    name_of,
    variables_of,
)
from ..domain.machine import Machine
from ..domain.places import examples_at, global_path, object_path
from ..domain.state import Frame
from ..domain.values import (
    NOTHING,
    PLAIN,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Generator,
    Inst,
    Known,
    Lazy,
    Plain,
    Super,
    Top,
    Value,
    join,
    only,
)
from .generated_classes import member
from .handed import carried
from .instance_attributes import binds, is_descriptor, of_instance, read_class, replaced
from .iteration import rows_of

NAMES = ("__name__", "__qualname__", "__module__", "__doc__")
ANY_PLAIN = (str, dict, list, int, float, set, tuple, bytes, slice)


def attribute(self: Machine, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
    """The value of `value.name`."""
    match abstract:
        case Super(cls=cls, receiver=receiver):
            return _of_super(self, cls, receiver, name, frame, node)
        case Top(why=why):
            return self.unknown(frame, node, why)
        case Known(obj=obj):
            if is_module(obj):
                return _of_module(self, obj, name, frame, node)
            if is_class(obj):
                return _of_class(self, abstract, obj, name, frame, node)
            return _of_function(self, obj, name, frame, node)
        case Plain(cls=cls):
            found = [class_lookup(k, name) for k in ((cls,) if cls is not None else ANY_PLAIN)]
            hits = [f for f in found if f is not MISSING]
            if not hits:
                return _unassumed(self, abstract, name, frame, node)
            if all(type(f) in FUNCTIONS for f in hits):
                return frozenset(Bound(Known(id(f), f), abstract) for f in hits)
            part = only(Plain(None, abstract.origins)) if abstract.origins else PLAIN  # `bounds.start`
            return carried(self, part, only(abstract))
        case Inst() | Fresh():
            return of_instance(self, abstract, name, frame, node)
        case Lazy(moves=moves) if name == "fieldnames" and (made := rows_of(self, moves)):
            self.iterate(abstract, frame, node)  # it reads the first line, if nobody has
            return only(Plain(list, made))
        case Closure() | Bound() | Lazy() | Generator():
            return self.unknown(frame, node, f"attribute .{name} of a function or iterator")


def _of_module(self: Machine, obj: types.ModuleType, name: str, frame: Frame, node: Instr | None) -> Value:
    variables = variables_of(obj)
    path = global_path(variables, name)
    self.reads(frame, node, path, "=")
    self.variables_of(variables)
    found = variables.get(name, MISSING)
    if found is MISSING:
        return self.unknown(frame, node, f"{name_of(obj) or 'a module'}.{name}")
    return self.stored(path, "=", self.lift(found, path))


def _of_class(self: Machine, abstract: Known, obj: type, name: str, frame: Frame, node: Instr | None) -> Value:
    shown = name_of(obj) or "object"
    path = object_path(obj, shown, name)
    found_member = member(self, obj, name) if type(obj) is not type else None
    if found_member is not None:
        return found_member
    meta = type(obj)
    if meta is not type and class_lookup(meta, name) is not MISSING and class_lookup(type, name) is MISSING:
        return self.unknown(frame, node, f"{shown}.{name} through a metaclass")
    found = read_class(self, obj, name, frame, node)
    if type(found) is classmethod:
        self.guard(path, "is", found)
        return only(Bound(Known(id(found.__func__), found.__func__), abstract))
    if type(found) is staticmethod:
        self.guard(path, "is", found)
        return self.lift(found.__func__, None)
    if found is MISSING:
        return only(Plain(str)) if name in NAMES else self.unknown(frame, node, f"{shown}.{name}")
    if is_a(found, (property, functools.cached_property)):
        return only(Top(f"{shown}.{name}"))
    if type(found) is types.ClassMethodDescriptorType:
        return only(Bound(Known(id(found), found), abstract))
    if is_descriptor(type(found)):
        return self.unknown(frame, node, f"{shown}.{name}, a descriptor")
    since = replaced(self, obj, name, NOTHING)
    if any(binds(a) for a in since if not isinstance(a, Known | Closure)):
        return self.unknown(frame, node, f"{shown}.{name}, which is replaced,")
    return join(self.lift(found, path), since)


def _of_function(self: Machine, obj: object, name: str, frame: Frame, node: Instr | None) -> Value:
    self.reads(frame, node, object_path(obj, name_of(obj) or "object"), f".{name}")
    if name in NAMES:
        return only(Plain(str))
    below = instance_dict(obj)
    shown = name_of(obj) or "object"
    if below is not None and name in below:
        found = self.lift(below[name], object_path(obj, shown, name))
        return self.stored(object_path(obj, shown), f".{name}", found)
    return self.unknown(frame, node, f"attribute .{name} of {name_of(obj) or 'an object'}")


def _of_super(self: Machine, cls: type, receiver: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
    """What `super().name` gives: the next definition along the receiver's MRO, bound."""
    start: object = None
    if isinstance(receiver, Inst | Fresh):
        start = receiver.cls
    elif isinstance(receiver, Known):
        start = receiver.obj
    order = mro_of(start) if is_class(start) else ()
    after = next((place for place, base in enumerate(order, 1) if base is cls), 0)
    if after:
        for base in order[after:]:
            self.reads(frame, node, object_path(base, class_name(base)), f".{name}")
            self.class_lookup(base, name)
            found = dict_of(base).get(name, MISSING)
            if found is MISSING:
                continue
            if type(found) in FUNCTIONS and not replaced(self, base, name, NOTHING):
                return only(Bound(Known(id(found), found), receiver))
            break
    return self.unknown(frame, node, f"super().{name}")


def has_attribute(self: Machine, abstract: Abstract, name: str) -> bool:
    """Whether an object that was there at entry has an attribute of its own, and keeps it."""
    if not isinstance(abstract, Inst) or type(abstract.live) is not abstract.cls or name in self.deleted:
        return False
    cls, path = abstract.cls, abstract.path
    every = [abstract.live, *(examples_at(path, self.roots) if path is not None else ())]
    if self.class_lookup(cls, "__getattribute__") is not object.__getattribute__ or not all(
        name in (instance_dict(live) or ()) for live in every
    ):
        return False
    if path is not None:
        self.condition(path, lambda live: name in (instance_dict(live) or ()), f"has {name}")
    found = self.class_lookup(cls, name)
    return found is MISSING or type(found) in IMMUTABLE


def _unassumed(self: Machine, abstract: Plain, name: str, frame: Frame, node: Instr | None) -> Value:
    """An attribute that data has not: an error, but of what is only taken for data."""
    if any(type(o) is tuple and o[0] in self.assumed for o in abstract.origins):
        return self.unknown(frame, node, f"attribute .{name} of what a call marked as unordered gives")
    return NOTHING
