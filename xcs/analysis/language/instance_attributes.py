"""Attributes of instances: what an object itself holds, what its class has, parts of a library's objects."""

from __future__ import annotations

import functools
import threading
import types

from ...ir.nodes import Instr
from ...knowledge import own_of, type_facts
from ...knowledge.stated import keeps
from ...peek import (
    FUNCTIONS,
    MISSING,
    PLAIN_TYPES,
    Kinds,
    class_lookup,
    class_name,
    dict_of,
    hides_dict,
    home_of,
    instance_dict,
    is_a,
    mro_of,
    peek,
    property_of,
)
from ...remarks import Located
from ..domain.effects import Effect, Loc
from ..domain.machine import Machine
from ..domain.places import alone_at, examples_at, object_path
from ..domain.state import Call, Frame
from ..domain.values import (
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Inst,
    Known,
    Plain,
    Top,
    Value,
    join,
    only,
    origins_of,
)
from . import columns
from .constructors import always_set
from .generated_classes import field_of_model, part_of_member
from .handed import carried
from .lift import holding

SLOTTED = types.MemberDescriptorType
BOUND = Kinds((property, classmethod, staticmethod))


def of_instance(self: Machine, abstract: Inst | Fresh, name: str, frame: Frame, node: Instr | None) -> Value:
    cls = abstract.cls
    if isinstance(abstract, Inst) and (cells := columns.attribute(self, abstract, name, frame, node)) is not None:
        return cells
    if issubclass(cls, threading.local):
        self.effect("thread", frame, node, f".{name} of a threading.local")
        return only(Top("a value of the thread"))
    if name == "__class__":
        return only(Known(id(cls), cls))
    since = replaced(self, cls, name, NOTHING)
    if any(map(binds, since)):
        return self.unknown(frame, node, f".{name} of {class_name(cls)}, which is replaced,")
    if name in ("handlers", "filters") and of_logging(cls):
        return self.unknown(frame, node, f".{name} of {class_name(cls)}")
    facts = type_facts(cls)
    if facts is not None and name in facts.attributes:
        self.read(abstract, frame, node, f".{name}")
        self.read(abstract, frame, node, "[]")  # which a call that changes the object may change with it
        part = _library_part(self, abstract, name, facts.attributes[name], frame, node)
        if part is not None and isinstance(abstract, Inst):
            return part
        stated = carried(self, self.typed(facts.attributes[name], Call([], {}, frame, node, abstract)), only(abstract))
        return join(part, stated) if part is not None else stated  # what was stored may not be there yet
    part = part_of_member(cls, abstract.live, name) if isinstance(abstract, Inst) else None
    if part is not None:
        return part
    if _reads_by_itself(self, cls):
        return self.unknown(frame, node, f".{name} of {class_name(cls)}, which defines __getattribute__")
    self.read(abstract, frame, node, ".__class__")
    found = read_class(self, cls, name, frame, node)
    self.guard_class(cls, name, found)
    if is_a(found, property) and type(found) is not property and keeps(type(found)):
        return _kept(self, abstract, name, frame, node)
    if is_a(found, property):
        return self.call(self.lift(property_of(found), None), Call([only(abstract)], {}, frame, node))
    value = _stored(self, abstract, name, type(found), frame, node)
    if value is None:
        value = _inherited(self, abstract, name, found, frame, node)
    return self.stored_in(abstract, f".{name}", join(value, since))


def _kept(self: Machine, abstract: Inst | Fresh, name: str, frame: Frame, node: Instr | None) -> Value:
    """What a property gives that keeps its value in the object's dictionary, where it is there."""
    self.read(abstract, frame, node, f".{name}")
    path = abstract.path if isinstance(abstract, Inst) else None
    step = path.step("namespace", "").step("item", name) if path is not None else None
    every = [o for o in examples_at(step, self.roots) if o is not MISSING] if step is not None else []
    if not every:
        if step is not None:
            self.lift_all([], step)  # guarded: once it is there, the loop is decided again
        self.effect("memoised", frame, node, f"the cached property {name}")
        return only(Top(f"the cached property {name}"))
    return self.stored_in(abstract, f".{name}", self.lift_all(every, step))


def _reads_by_itself(self: Machine, cls: type) -> bool:
    """Whether a class has Python code that reads each attribute of its instances, guarded where it has not."""
    known = self.accesses.get(id(cls))
    if known is None:
        access = class_lookup(cls, "__getattribute__")
        own = access is not object.__getattribute__ and not issubclass(cls, type)
        known = self.accesses[id(cls)] = (own and type(access) is types.FunctionType) or hides_dict(cls)
        for special in () if known else ("__getattribute__", "__getattr__"):
            self.guard_class(cls, special, class_lookup(cls, special))
    return known


def _stored(
    self: Machine, abstract: Inst | Fresh, name: str, kind: type, frame: Frame, node: Instr | None
) -> Value | None:
    """The attribute's value where the instance itself holds it; `kind` is the type of what its class has."""
    if isinstance(abstract, Fresh):
        memory = self.memory(abstract)
        if name not in memory.attrs:
            return None
        self.read(abstract, frame, node, f".{name}")
        late = kind is type(MISSING) and not (field_of_model(abstract.cls, name) and name not in self.deleted)
        if late and type(class_lookup(abstract.cls, "__getattr__")) is types.FunctionType:
            return join(memory.attrs[name], _inherited(self, abstract, name, MISSING, frame, node))  # where not yet set
        if _hides(kind) and (name in self.deleted or name not in always_set(abstract.cls)):
            found = class_lookup(abstract.cls, name)
            return join(memory.attrs[name], _inherited(self, abstract, name, found, frame, node))
        return memory.attrs[name]
    self.read(abstract, frame, node, f".{name}")
    below = instance_dict(abstract.live) if abstract.live is not MISSING else None
    if abstract.path is not None:
        self.looked.add(abstract.path.step("namespace", ""))
    stored = MISSING
    if kind is SLOTTED and abstract.live is not MISSING:
        stored = peek(abstract.live, name)
    elif below is not None:
        stored = below.get(name, MISSING)
    if stored is MISSING or (class_lookup(kind, "__set__") is not MISSING and kind is not SLOTTED):
        return None
    if abstract.path is None:
        return self.lift(stored, None)
    holding(self, abstract.path, name, kind)
    step = abstract.path.step("attr", name)
    every = [o for o in examples_at(step, self.roots) if o is not MISSING]
    return self.lift_all(every or [stored], step)


def _hides(kind: type) -> bool:
    """Whether an attribute that an instance holds hides one of its class, which is of this type."""
    hidden = kind is not type(MISSING) and kind is not SLOTTED and not issubclass(kind, functools.cached_property)
    return hidden and class_lookup(kind, "__set__") is MISSING


def _inherited(
    self: Machine, abstract: Inst | Fresh, name: str, found: object, frame: Frame, node: Instr | None
) -> Value:
    """The attribute's value where the class has it."""
    cls, kind = abstract.cls, type(found)
    in_dict = kind is not SLOTTED and kind is not types.GetSetDescriptorType
    if isinstance(abstract, Inst) and abstract.path is not None and in_dict:
        # An instance attribute of that name would come first.
        self.guard(abstract.path.step("attr", name), "is", found)
    if is_a(found, functools.cached_property):
        if isinstance(abstract, Fresh):
            return self.call(self.lift(peek(found, "func"), None), Call([only(abstract)], {}, frame, node))
        self.effect("memoised", frame, node, f"the cached property {name}")
        return only(Top(f"the cached property {name}"))
    if kind is types.FunctionType or kind is types.MethodDescriptorType or kind is types.WrapperDescriptorType:
        return only(Bound(Known(id(found), found), abstract))
    if type(found) is classmethod:
        return only(Bound(Known(id(found.__func__), found.__func__), Known(id(cls), cls)))
    if type(found) is staticmethod:
        return self.lift(found.__func__, None)
    if kind is types.GetSetDescriptorType or kind is SLOTTED:
        self.read(abstract, frame, node, "[]")
        return only(Top(f".{name} of {class_name(cls)}", origins_of(abstract)))
    if found is MISSING:
        delegate = class_lookup(cls, "__getattr__")
        if type(delegate) is types.FunctionType:
            asked = Call([only(Plain(str, frozenset(), name))], {}, frame, node)
            return self.call(only(Bound(Known(id(delegate), delegate), abstract)), asked)
        if delegate is not MISSING:
            return self.unknown(frame, node, f".{name} of {class_name(cls)}, which defines __getattr__")
        if issubclass(cls, BaseException):
            return self.held_by(abstract)
        unseen = abstract.live is MISSING if isinstance(abstract, Inst) else type_facts(cls) is not None
        if unseen and not (isinstance(abstract, Fresh) and self.memory(abstract).attrs):
            return self.unknown(frame, node, f".{name} of {class_name(cls)}")
        return NOTHING  # an AttributeError
    if is_descriptor(kind):
        return self.unknown(frame, node, f".{name} of {class_name(cls)}, a descriptor")
    return self.lift(found, object_path(cls, class_name(cls), name))


def _library_part(
    self: Machine, abstract: Inst | Fresh, name: str, stated: str, frame: Frame, node: Instr | None
) -> Value | None:
    """A part of a live library object (`client.chat`), or None where its stated type is all that is known.

    The library's own cached property, or its own `__getattr__`, is asked: the knowledge states these to be effect-free.
    """
    cls = abstract.cls
    found = class_lookup(cls, name)
    if not (found is MISSING or type(found) is SLOTTED or own_of(found, cls)):
        return self.unknown(frame, node, f".{name} of {class_name(cls)}, which was replaced")
    self.guard_class(cls, name, found)
    stored = _stored(self, abstract, name, type(found), frame, node)
    if stored is not None:
        return stored
    if not isinstance(abstract, Inst) or abstract.live is MISSING:
        return None
    if type(found) is property and "." in stated:
        return _property(self, abstract, name)
    lazy = found is MISSING and own_of(class_lookup(cls, "__getattr__"), cls)
    if not lazy and not is_a(found, functools.cached_property):
        return None
    every = examples_at(abstract.path, self.roots) if abstract.path is not None else ()
    try:
        part = getattr(abstract.live, name)
        for other in every:  # one verdict for all objects that the path leads to
            if type(other) is cls:
                getattr(other, name)
    except Exception:
        return None
    path = abstract.path.step("attr", name) if abstract.path is not None else None
    return self.lift(part, path)


def _property(self: Machine, abstract: Inst, name: str) -> Value | None:
    """The part that a library's own property gives of the one object that there is, by identity."""
    path, live = abstract.path, abstract.live
    if path is None or not alone_at(path, self.roots, live):
        return None
    part = getattr(live, name, MISSING)
    self.condition(path, lambda value: value is live and getattr(value, name, MISSING) is part, f".{name}")
    return self.lift(part, object_path(part, name))


def read_class(self: Machine, cls: type, name: str, frame: Frame, node: Instr | None) -> object:
    """The attribute of the classes along the MRO, or MISSING; each of them is read until one has it."""
    key = id(cls), name, id(node), frame.filename
    known = self.class_reads.get(key)
    if known is None:
        line, read, found = node.span.line if node is not None else 0, [], MISSING
        for base in mro_of(cls):
            loc = Loc(object_path(base, class_name(base)), f".{name}")
            read.append(Effect("read", "", loc, Located("", frame.filename, line)))
            found = dict_of(base).get(name, MISSING)
            if found is not MISSING:
                break
        known = self.class_reads[key] = node, frozenset(read), found
    self.effects.setdefault(self.current, set()).update(known[1])
    return known[2]


def replaced(self: Machine, cls: type, name: str, known: Value) -> Value:
    """What a class's attribute holds: `known`, or what was stored since in one of the classes along the MRO."""
    for base in mro_of(cls) if f".{name}" in self.stores else ():
        known = self.stored(object_path(base, class_name(base)), f".{name}", known)
    return known


def binds(abstract: Abstract) -> bool:
    """Whether what a class holds is another object when it is read through an instance."""
    match abstract:
        case Closure():
            return True
        case Known(obj=obj):
            return not is_a(obj, (type, types.ModuleType)) or is_descriptor(type(obj))
        case Inst(cls=cls) | Fresh(cls=cls):
            return cls in BOUND or is_descriptor(cls)
        case _:
            return False


def is_descriptor(kind: type) -> bool:
    """Whether reading an attribute that a class holds runs code of the value's."""
    return kind not in PLAIN_TYPES and kind not in FUNCTIONS and class_lookup(kind, "__get__") is not MISSING


def of_logging(cls: type) -> bool:
    """Whether an object says where log records go and what they are."""
    return any(home_of(base) == "logging" for base in mro_of(cls))
