"""Special methods, as built-in operations call them: looked up in the class."""

from __future__ import annotations

import dataclasses
import types
from collections import defaultdict
from reprlib import recursive_repr

from ...ir.nodes import Instr
from ...knowledge import lookup, type_facts
from ...peek import (
    CONTAINERS,
    FUNCTIONS,
    IMMUTABLE,
    MISSING,
    PLAIN_TYPES,
    class_lookup,
    class_name,
    content_of,
    home_of,
    instance_dict,
    is_class,
    is_container,
    own_enum,
    peek,
)
from ..domain.machine import Machine
from ..domain.places import object_path
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
    only,
)

COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
MOVING = ("__next__", "__enter__", "__exit__", "__contains__")  # of iterators: what moves them on
DEEP = ("__str__", "__repr__", "__format__", "__hash__", *COMPARISONS)  # a container's asks its elements


@dataclasses.dataclass
class Generated:
    """Has a `__repr__` as `dataclasses` writes it."""


# What keeps the `__repr__` of what holds itself from going round.
ONCE_AT_A_TIME = {Generated.__repr__.__code__, recursive_repr()(repr).__code__}


def protocol(self: Machine, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
    """Runs a special method that a built-in operation would call on the value."""
    match abstract:
        case Plain():
            return PLAIN
        case Inst(cls=cls) if cls is defaultdict and name not in DEEP:
            self.read(abstract, frame, node, "[]")
            return PLAIN
        case Fresh(cls=cls, key=key) if is_container(cls) or cls is defaultdict:
            memory = self.memory(abstract)
            self.read(abstract, frame, node, "[]")
            if name in DEEP:
                _of_each(self, memory.element | memory.keys, (key, _asked(name)), frame, node)
            return PLAIN
        case Inst(cls=cls, live=live, path=path) if cls in CONTAINERS and live is not MISSING:
            self.read(abstract, frame, node, "[]")
            if name in DEEP:
                values = self.members(live, path, True) if issubclass(cls, dict) else NOTHING
                _of_each(self, self.members(live, path) | values, (id(live), _asked(name)), frame, node)
            return PLAIN
        case Known(obj=obj) if is_class(obj) and type(obj) is not type:
            return _of_class(self, abstract, type(obj), name, frame, node)
        case Lazy() | Generator() if name in MOVING:
            return self.unknown(frame, node, f"{name} of an iterator")
        case Known() | Closure() | Bound() | Lazy() | Super() | Generator():
            return PLAIN
        case Top(why=why):
            return self.unknown(frame, node, why)
        case Inst(cls=cls) | Fresh(cls=cls):
            return _of_class(self, abstract, cls, name, frame, node)


def _asked(name: str) -> str:
    """The method that a container asks its elements for."""
    return "__repr__" if name in ("__str__", "__format__") else name


def _of_each(self: Machine, held: Value, asked: tuple[object, str], frame: Frame, node: Instr | None) -> None:
    """Runs a special method of all that a container holds, unless that is under way: it may hold itself."""
    self.meter.spend()
    if asked in self.asking:
        return
    self.asking.add(asked)
    for below in held:
        self.protocol(below, asked[1], frame, node)
    self.asking.discard(asked)


def _of_class(
    self: Machine, abstract: Known | Inst | Fresh, cls: type, name: str, frame: Frame, node: Instr | None
) -> Value:
    if name == "__hash__":  # what is hashed is looked up, and compared
        self.protocol(abstract, "__eq__", frame, node)
    found = self.class_lookup(cls, name)
    if found is MISSING or found is None or found is class_lookup(object, name) or found is class_lookup(type, name):
        if name in ("__format__", "__str__"):
            return self.protocol(abstract, "__str__" if name == "__format__" else "__repr__", frame, node)
        return PLAIN
    if type(found) is types.FunctionType:
        if name == "__repr__" and (shown := shown_fields(cls, found)) is not None:
            return _of_fields(self, abstract, shown, found, frame, node)
        args = [PLAIN] if name == "__format__" else [only(Top())] if name in COMPARISONS else []
        return self.method(abstract, name, args, frame, node)
    if issubclass(cls, BaseException):
        if isinstance(abstract, Fresh) and name in ("__str__", "__repr__"):
            _of_each(self, self.memory(abstract).attrs.get("args", NOTHING), (abstract.key, name), frame, node)
        return PLAIN
    if cls in PLAIN_TYPES:
        return PLAIN
    if name == "__format__" and type(found) in FUNCTIONS and lookup(found) is not None:
        return self.method(abstract, name, [PLAIN], frame, node)
    if own_enum(cls) and any(found is class_lookup(kind, name) for kind in (str, int, float, bytes)):
        return PLAIN  # a member that is a text or number too
    of_c = cls in CONTAINERS or (type(found) is types.WrapperDescriptorType and home_of(cls) != "builtins")
    if of_c and type_facts(cls) is not None:
        return PLAIN  # known data: its special methods run no user code
    return self.unknown(frame, node, f"{name} of {class_name(cls)}")


def shown_fields(cls: type, shows: types.FunctionType) -> tuple[str, ...] | None:
    """The fields that the `__repr__` of a dataclass shows, as it was generated; None: it is another one."""
    fields = class_lookup(cls, "__dataclass_fields__")
    inner = (instance_dict(shows) or {}).get("__wrapped__")
    if shows.__code__ not in ONCE_AT_A_TIME or type(fields) is not dict or type(inner) is not types.FunctionType:
        return None
    names = tuple(name for name, field in fields.items() if peek(field, "repr") is True)
    own = inner.__code__.co_names == ("__class__", "__qualname__", *names) and not inner.__code__.co_freevars
    return names if own and _running(shows) is not None else None


def _running(shows: types.FunctionType) -> set[object] | None:
    """The objects that such a function is just showing."""
    for name, cell in zip(shows.__code__.co_freevars, shows.__closure__ or (), strict=False):
        if name == "repr_running" and type(running := content_of(cell)) is set:
            return running
    return None


def _shows_nothing(shows: object) -> bool:
    """Nobody is just being shown: in another thread an object that holds itself would be gone through again."""
    return type(shows) is types.FunctionType and not _running(shows)


def _of_fields(
    self: Machine, abstract: Abstract, fields: tuple[str, ...], shows: types.FunctionType, frame: Frame,
    node: Instr | None,
) -> Value:  # fmt: skip
    """Shows each of these fields, unless the object is just being shown."""
    self.condition(object_path(shows, "__repr__"), _shows_nothing, "shows_nothing")
    for name in fields:
        shown = self.attribute(abstract, name, frame, node)
        _of_each(self, shown, ((abstract, name), "__repr__"), frame, node)
    return PLAIN


def method(
    self: Machine, abstract: Abstract, name: str, args: list[Value], frame: Frame, node: Instr | None
) -> Value:
    """Calls a special method as Python does: looked up in the class."""
    if isinstance(abstract, Top):
        return self.unknown(frame, node, abstract.why)
    cls = type(abstract.obj) if isinstance(abstract, Known) else getattr(abstract, "cls", None)
    if isinstance(abstract, Inst | Fresh | Known) and cls is not None:
        found = self.class_lookup(cls, name)
        if found is MISSING:
            return NOTHING
        if type(found) in FUNCTIONS:
            return self.call(only(Bound(Known(id(found), found), abstract)), Call(args, {}, frame, node))
    return self.unknown(frame, node, f"{name} of an object")


def truth(self: Machine, value: Value, frame: Frame, node: Instr | None) -> bool | None:
    """Asks whether a value is true, with all that this runs; the answer, where types tell it."""
    answers = {_true(self, abstract, frame, node) for abstract in value}
    return answers.pop() if len(answers) == 1 else None


def _true(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> bool | None:
    match abstract:
        case Top(why=why):
            self.unknown(frame, node, why)
            return None
        case Plain(cls=cls, const=const):
            if cls not in IMMUTABLE:
                self.read(abstract, frame, node, "[]")  # whether there is something in it
            return False if cls is type(None) else const if type(const) is bool else None
        case Known(obj=obj):
            cls, exact = type(obj), True
        case Inst(path=path) if path in self.changed:
            return None
        case Inst(cls=cls, live=live):
            exact = type(live) is cls
        case Fresh(cls=cls):
            exact = type_facts(cls) is None  # a library may give an object of a class below the stated one
        case Closure() | Bound():
            return True
        case _:
            return None
    if cls in PLAIN_TYPES or cls is defaultdict:
        self.read(abstract, frame, node, "[]")
        return None
    for name in ("__bool__", "__len__"):
        if self.class_lookup(cls, name) is not MISSING:
            self.read(abstract, frame, node, "[]")
            if isinstance(abstract, Fresh) and abstract.key in self.twins:
                self.twins[abstract.key] = True
            self.method(abstract, name, [], frame, node)
            return None
    return True if exact else None
