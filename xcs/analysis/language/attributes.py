"""Attributes: what reading one gives (of instances, classes, modules, `super()`), and what storing one writes."""

from __future__ import annotations

import functools
import threading
import types

from ...ir.nodes import Instr
from ...knowledge import own_of, type_facts
from ...peek import (
    FUNCTIONS,
    IMMUTABLE,
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
    is_class,
    is_module,
    mro_of,
    name_of,
    peek,
    property_of,
    variables_of,
)
from ...remarks import Located
from ..domain.effects import Effect, Loc
from ..domain.machine import Machine
from ..domain.places import alone_at, examples_at, global_path, object_path
from ..domain.state import Call, Frame
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
from . import columns
from .contents import rows_of, unassumed
from .generated_classes import field_of_model, member, part_of_member
from .handed import carried
from .lift import holding

NAMES = ("__name__", "__qualname__", "__module__", "__doc__")
ANY_PLAIN = (str, dict, list, int, float, set, tuple, bytes)
SLOTTED = types.MemberDescriptorType
BOUND = Kinds((property, classmethod, staticmethod))


def attribute(self: Machine, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
    """What `value.name` gives."""
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
                return unassumed(self, abstract, name, frame, node)
            if all(type(f) in FUNCTIONS for f in hits):
                return frozenset(Bound(Known(id(f), f), abstract) for f in hits)
            return carried(self, PLAIN, only(abstract))
        case Inst() | Fresh():
            return _of_instance(self, abstract, name, frame, node)
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


def _read_class(self: Machine, cls: type, name: str, frame: Frame, node: Instr | None) -> object:
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


def _of_class(self: Machine, abstract: Known, obj: type, name: str, frame: Frame, node: Instr | None) -> Value:
    shown = name_of(obj) or "object"
    path = object_path(obj, shown, name)
    found_member = member(self, obj, name) if type(obj) is not type else None
    if found_member is not None:
        return found_member
    meta = type(obj)
    if meta is not type and class_lookup(meta, name) is not MISSING and class_lookup(type, name) is MISSING:
        return self.unknown(frame, node, f"{shown}.{name} through a metaclass")
    found = _read_class(self, obj, name, frame, node)
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
    if _is_descriptor(type(found)):
        return self.unknown(frame, node, f"{shown}.{name}, a descriptor")
    since = _replaced(self, obj, name, NOTHING)
    if any(_binds(a) for a in since if not isinstance(a, Known | Closure)):
        return self.unknown(frame, node, f"{shown}.{name}, which is replaced,")
    return join(self.lift(found, path), since)


def _replaced(self: Machine, cls: type, name: str, known: Value) -> Value:
    """What a class's attribute holds: `known`, or what was stored since in one of the classes along the MRO."""
    for base in mro_of(cls) if f".{name}" in self.stores else ():
        known = self.stored(object_path(base, class_name(base)), f".{name}", known)
    return known


def _binds(abstract: Abstract) -> bool:
    """Whether what a class holds is another object when it is read through an instance."""
    match abstract:
        case Closure():
            return True
        case Known(obj=obj):
            return not is_a(obj, (type, types.ModuleType)) or _is_descriptor(type(obj))
        case Inst(cls=cls) | Fresh(cls=cls):
            return cls in BOUND or _is_descriptor(cls)
        case _:
            return False


def _is_descriptor(kind: type) -> bool:
    """Whether reading an attribute that a class holds runs code of the value's."""
    return kind not in PLAIN_TYPES and kind not in FUNCTIONS and class_lookup(kind, "__get__") is not MISSING


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


def _of_instance(self: Machine, abstract: Inst | Fresh, name: str, frame: Frame, node: Instr | None) -> Value:
    cls = abstract.cls
    if isinstance(abstract, Inst) and (cells := columns.attribute(self, abstract, name, frame, node)) is not None:
        return cells
    if issubclass(cls, threading.local):
        self.effect("thread", frame, node, f".{name} of a threading.local")
        return only(Top("a value of the thread"))
    if name == "__class__":
        return only(Known(id(cls), cls))
    since = _replaced(self, cls, name, NOTHING)
    if any(map(_binds, since)):
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
    found = _read_class(self, cls, name, frame, node)
    self.guard_class(cls, name, found)
    if is_a(found, property):
        return self.call(self.lift(property_of(found), None), Call([only(abstract)], {}, frame, node))
    value = _stored(self, abstract, name, type(found), frame, node)
    if value is None:
        value = _inherited(self, abstract, name, found, frame, node)
    return self.stored_in(abstract, f".{name}", join(value, since))


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
        return only(Top(f".{name} of {class_name(cls)}"))
    if found is MISSING:
        delegate = class_lookup(cls, "__getattr__")
        if type(delegate) is types.FunctionType:
            asked = Call([only(Plain(str, frozenset(), name))], {}, frame, node)
            return self.call(only(Bound(Known(id(delegate), delegate), abstract)), asked)
        if delegate is not MISSING:
            return self.unknown(frame, node, f".{name} of {class_name(cls)}, which defines __getattr__")
        if issubclass(cls, BaseException):
            return PLAIN  # assumed to be stored data (docs/assumptions.md)
        unseen = abstract.live is MISSING if isinstance(abstract, Inst) else type_facts(cls) is not None
        if unseen and not (isinstance(abstract, Fresh) and self.memory(abstract).attrs):
            return self.unknown(frame, node, f".{name} of {class_name(cls)}")
        return NOTHING  # an AttributeError
    if _is_descriptor(kind):
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
            if type(found) in FUNCTIONS and not _replaced(self, base, name, NOTHING):
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


def of_logging(cls: type) -> bool:
    """Whether an object says where log records go and what they are."""
    return any(home_of(base) == "logging" for base in mro_of(cls))
