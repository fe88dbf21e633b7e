"""The user's code that a library call runs, as its knowledge entry states it: `0.__len__`, `0.*.__lt__`, `key(0.*)`,
`target` (what a writer of rows was made for), `validators` (of a model's fields)."""

from __future__ import annotations

import io
import sys
import types
from abc import ABCMeta
from enum import EnumMeta
from typing import TYPE_CHECKING

from ...knowledge import CallFacts, lookup, requirement, type_facts
from ...knowledge.index import C_METHODS
from ...peek import (
    CONTAINERS,
    MISSING,
    Kinds,
    class_lookup,
    class_name,
    dict_of,
    function_home,
    holds_objects,
    home_of,
    is_a,
    is_class,
    is_function,
    is_module,
    target_of,
    unwrapped,
)
from ..domain.machine import Machine
from ..domain.state import Call, Frame
from ..domain.values import (
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Generator,
    Inst,
    Known,
    Lazy,
    Plain,
    Top,
    Value,
    join,
    only,
)
from ..language.model_fields import validated
from .parameters import argument, is_none

if TYPE_CHECKING:
    from ...ir.nodes import Instr

WRITE = "write"  # what a writer of rows calls
DEPTH = 8  # containers in containers that are looked into


def user_code(self: Machine, what: str, facts: CallFacts, call: Call) -> None:
    """Interprets what one `calls` statement of a knowledge entry names."""
    if "(" in what:
        return _callback(self, what, facts, call)
    if what == "target":
        return _written(self, call)
    if what == "validators":
        for model in argument(facts, "self", call) or NOTHING:
            if isinstance(model, Known) and is_class(model.obj):
                validated(self, model.obj, call)
        return
    parts = what.split(".")
    value = _unchecked(facts, call) if parts[0] == "*" else argument(facts, parts[0], call)
    if value is None:
        return
    frame, node, method = call.frame, call.node, parts[-1]
    for _ in parts[1:-1]:
        value = join(NOTHING, *(self.iterate(a, frame, node) for a in value))
    if method == "__lt__" and parts[1:-1] == ["*"] and _by_keys(facts, call):
        return
    for abstract in value:
        match method:
            case "__iter__":
                self.iterate(abstract, frame, node)
            case "__any__":
                if not _anything(self, abstract, facts.name, frame, node, 0, set()):
                    return  # nothing worse can follow
            case "__bool__":
                self.truth(only(abstract), frame, node)
            case "__lt__":
                ordered(self, abstract, frame, node)
            case "__class__":
                _class_asked(self, abstract, frame, node)
            case "__instancecheck__":
                _class_checked(self, abstract, frame, node)
            case _:
                self.protocol(abstract, method, frame, node)


def _by_keys(facts: CallFacts, call: Call) -> bool:
    """Whether keys are compared, and no elements."""
    key = argument(facts, "key", call) if any(what.startswith("key(") for what in facts.calls) else None
    return bool(key) and all(isinstance(a, Known | Bound | Closure) for a in key or ())


def _written(self: Machine, call: Call) -> None:
    """Calls what a writer of rows keeps for writing, with a text."""
    for writer in join(NOTHING, *call.receivers):
        if isinstance(writer, Fresh):
            method = self.memory(writer).attrs.get(WRITE, NOTHING)
        else:
            method = _method_kept(self, writer)
        if method:
            self.call(method, Call([only(Plain(str))], {}, call.frame, call.node))
        else:
            self.unknown(call.frame, call.node, "a csv writer whose file can't be looked at")


def _method_kept(self: Machine, writer: Abstract) -> Value:
    """The method of C that a live writer keeps; nothing if it is another, or one of a class that has its own by now."""
    live = writer.live if isinstance(writer, Inst) else MISSING
    path = writer.path if isinstance(writer, Inst) else None
    target = target_of(live)
    method = class_lookup(type(target), WRITE)
    if path is None or target is MISSING or type(method) not in C_METHODS:
        return NOTHING
    return frozenset(Bound(Known(id(method), method), one) for one in self.lift(target, path.step("target", None)))


def _unchecked(facts: CallFacts, call: Call) -> Value:
    """The arguments that no requirement of the entry is about."""
    if not facts.requires:
        return join(NOTHING, *call.args, *call.named.values())
    checked = {wanted.root for wanted in map(requirement, facts.requires) if wanted.condition != "unset"}
    args = [v for n, v in enumerate(call.args) if n >= len(facts.params) or facts.params[n] not in checked]
    return join(NOTHING, *args, *(v for name, v in call.named.items() if name not in checked))


def _callback(self: Machine, what: str, facts: CallFacts, call: Call) -> None:
    name, inner = what.rstrip(")").split("(", 1)
    target = argument(facts, name, call)
    if target is None or is_none(target):
        return
    passed: list[Value] = []
    for part in filter(None, (p.strip() for p in inner.split(","))):
        which, _, star = ("", "", "") if part == "..." else part.partition(".")
        value = argument(facts, which, call) if which else only(Top())
        if star and value is not None:
            value = join(NOTHING, *(self.iterate(a, call.frame, call.node) for a in value))
        passed.append(value if value is not None else NOTHING)
    given = self.call(target, Call(passed, {}, call.frame, call.node))
    for abstract in given if name == "key" else NOTHING:
        ordered(self, abstract, call.frame, call.node)


def _anything(
    self: Machine, abstract: Abstract, name: str, frame: Frame, node: Instr | None, depth: int, seen: set[Abstract]
) -> bool:
    """Runs whatever an argument may define: data defines nothing, anything else is not known. Whether all is data.

    `seen`: containers that have been looked into.
    """
    cls = getattr(abstract, "cls", None)
    match abstract:
        case Plain():
            return True
        case Known(obj=obj) if is_module(obj) or _builtin_class(obj) or _own_class(obj, name):
            return True
        case Inst(cls=kind, live=live, path=path) if home_of(kind) == "numpy" and class_name(kind) == "ndarray":
            if path is None or holds_objects(live):
                self.unknown(frame, node, f"{name}, which may call something of an array's elements,")
                return False
            self.condition(path, lambda now: not holds_objects(now), "dtype")
            return True
        case Known(obj=obj) if (known := lookup(obj)) is not None and not known.effects:
            return True
        case Inst(cls=kind, live=live) if (kind is Exception or kind is types.TracebackType) and live is MISSING:
            return True  # what a with block is left by
        case Inst() | Fresh() if abstract in seen:
            return True
        case Inst(live=live, path=path) if cls in CONTAINERS and live is not MISSING and depth < DEPTH:
            self.read(abstract, frame, node, "[]")
            values = self.members(live, path, True) if issubclass(abstract.cls, dict) else NOTHING
            inside = self.members(live, path) | values
        case Fresh() if cls in CONTAINERS and depth < DEPTH:
            self.read(abstract, frame, node, "[]")
            inside = self.memory(abstract).element | self.memory(abstract).keys
        case Fresh() | Lazy() | Generator() if depth < DEPTH and (cls is None or cls is types.GeneratorType):
            inside = self.iterate(abstract, frame, node)
        case Inst() if is_a(cls, EnumMeta) and home_of(cls).partition(".")[0] in sys.stdlib_module_names:
            return True
        case Inst() | Fresh() if is_class(cls) and type_facts(cls) is not None and not _moves(cls, name):
            return True
        case _:
            self.unknown(frame, node, f"{name}, which may call something of its arguments,")
            return False
    self.meter.spend()
    seen.add(abstract)
    return all(_anything(self, below, name, frame, node, depth + 1, seen) for below in inside if below != abstract)


def _moves(cls: type, name: str) -> bool:
    """Whether an object is a file: of what another library does with it, the entry says nothing."""
    return issubclass(cls, io.IOBase) and name.partition(".")[0] not in sys.stdlib_module_names


def _builtin_class(obj: object) -> bool:
    return is_class(obj) and home_of(obj) == "builtins"


def _own_class(obj: object, name: str) -> bool:
    """Whether it is a class of the very library whose function is given it, as a `dtype` is."""
    return is_class(obj) and home_of(obj) == name.partition(".")[0]


def ordered(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> None:
    """Runs what a comparison for order runs: of sequences, also the equality of their elements."""
    for name in ("__lt__", "__eq__"):
        self.protocol(abstract, name, frame, node)
    if isinstance(abstract, Inst | Fresh) and is_function(self.class_lookup(abstract.cls, "__gt__")):
        self.method(abstract, "__gt__", [only(Top())], frame, node)


def extreme(self: Machine, facts: CallFacts, call: Call) -> Value:
    """What `min` and `max` give: an element of their one argument, or one of several, or the default."""
    args, named, frame, node = call.args, call.named, call.frame, call.node
    several = NOTHING if len(args) == 1 else join(NOTHING, *args)
    one = args[0] if len(args) == 1 or "*" in named else NOTHING
    found = join(several, *(self.iterate(a, frame, node) for a in one))
    compared = found
    key = argument(facts, "key", call)
    if key is not None and not is_none(key):
        compared = self.call(key, Call([found], {}, frame, node))
    for abstract in compared:
        ordered(self, abstract, frame, node)
    return join(found, named.get("default", NOTHING), named.get("**", NOTHING))


def _class_asked(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> None:
    """Runs what asking an object for its class may run: where its type does not settle it, `isinstance` does so."""
    cls = type(abstract.obj) if isinstance(abstract, Known) else getattr(abstract, "cls", None)
    if isinstance(abstract, Inst | Fresh | Known) and cls is not None:
        told = self.class_lookup(cls, "__class__") is dict_of(object)["__class__"]
        if not told or type(self.class_lookup(cls, "__getattribute__")) is types.FunctionType:
            self.unknown(frame, node, f"a test of a {class_name(cls)}, which has a class of its own telling,")


CHECKED = Kinds((type, ABCMeta, EnumMeta))


def _class_checked(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> None:
    """Runs what `isinstance` runs of a class or a tuple of classes: a metaclass's check, a subclass hook."""
    match abstract:
        case Plain():
            return
        case Known(obj=obj) if is_class(obj) and type(obj) in CHECKED:
            hook = function_home(unwrapped(self.class_lookup(obj, "__subclasshook__")))
            if type(obj) is not ABCMeta or not hook or hook.partition(".")[0] in sys.stdlib_module_names:
                return
        case Inst(cls=cls, live=live, path=path) if cls is tuple and live is not MISSING:
            for below in self.members(live, path):
                _class_checked(self, below, frame, node)
            return
        case Fresh(cls=cls) if cls is tuple:
            for below in self.memory(abstract).element:
                _class_checked(self, below, frame, node)
            return
    self.unknown(frame, node, "a test of class that may run code")
