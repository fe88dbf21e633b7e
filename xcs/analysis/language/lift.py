"""Live objects as abstract values, guarded at the path where they were found."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from ...knowledge import compiled, endpoint, lookup
from ...peek import CONTAINERS, FUNCTIONS, IMMUTABLE, MISSING, Kinds, class_lookup, instance_dict, is_a, is_plain
from ..domain.machine import Machine
from ..domain.places import Exactly, Path, examples_at, object_path
from ..domain.state import WIDE
from ..domain.values import NOTHING, Bound, Inst, Known, Plain, Top, Value, join, only

MANY_TYPES = 8  # types of elements told apart
NO_KINDS = Kinds(())
MANY_FUNCTIONS = 16  # functions in a container told apart


def lift(self: Machine, obj: object, path: Path | None) -> Value:
    """The abstract value of a live object, guarded at `path`."""
    kind = type(obj)
    if obj is MISSING:
        return NOTHING
    if kind in IMMUTABLE:
        self.guard(path, "type", kind)
        found = endpoint(obj) if path is not None else ""
        if path is not None and found:
            self.condition(path, lambda now: endpoint(now) == found, "endpoint")
            return only(Plain(str, endpoint=found))
        return only(Plain(kind))
    if issubclass(kind, (*FUNCTIONS, type, types.ModuleType)):  # not isinstance: that asks the object
        self.guard(path, "is", obj)
        return only(Known(id(obj), obj))
    if compiled(obj) and lookup(obj) is not None:
        self.guard(path, "is", obj)
        return only(Known(id(obj), obj))
    if kind is types.MethodType:
        return _method(self, obj, path)
    if kind in CONTAINERS and (path is None or (len(obj) > WIDE and is_plain(obj))):  # type: ignore[arg-type]
        if not is_plain(obj):
            return only(Inst(kind, path, id(obj), obj))
        self.guard(path, "plain", None)
        self.guard(path, "type", kind)
        return only(Plain(kind, frozenset({path}) if path is not None else frozenset()))
    self.guard(path, "type", kind)
    return only(Inst(kind, path, id(obj), obj))


def _method(self: Machine, obj: object, path: Path | None) -> Value:
    assert is_a(obj, types.MethodType)
    self.guard(path, "is", obj) if path is None or not path.steps else self.guard(path, "type", types.MethodType)
    func = Known(id(obj.__func__), obj.__func__)
    receivers = self.lift(obj.__self__, None if path is None else path.step("attr", "__self__"))
    self.guard(path, "is", obj)
    return frozenset(Bound(func, r) for r in receivers)


def lift_all(self: Machine, objects: list[object], path: Path | None) -> Value:
    """The join of the objects that a path leads to, by type, guarded: also that there are none."""
    if not objects and path is not None:
        self.guard(path, "typein", NO_KINDS)
    found = {id(type(obj)): type(obj) for obj in objects}
    if len(found) <= 1:
        return _lift_same(self, objects, path)
    if len(found) > MANY_TYPES or path is None:
        return only(Top("one of many types", frozenset({path}) if path else frozenset()))
    self.guard(path, "typein", Kinds(found.values()))
    steps = [(kind, path.step("oftype", Exactly(ident, kind))) for ident, kind in found.items()]
    return join(*(_lift_same(self, [o for o in objects if type(o) is kind], step) for kind, step in steps))


def _lift_same(self: Machine, objects: list[object], path: Path | None) -> Value:
    if not objects:
        return NOTHING
    first = objects[0]
    if issubclass(type(first), (*FUNCTIONS, type, types.MethodType, types.ModuleType, functools.partial)):
        different = {id(o): o for o in objects}
        if len(different) > 1:
            if len(different) > MANY_FUNCTIONS or path is None:
                return only(Top("one of many functions"))
            # Which functions these are is looked up again at each entry: their identities are the condition.
            keep = list(different.values())
            self.condition(path, _one_of(frozenset(different), keep))
            return join(*(self.lift(one, object_path(one, str(path))) for one in keep))
    return self.lift(first, path)


def _one_of(expected: frozenset[int], keep: list[object]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        return id(value) in expected and bool(keep)

    return check


def holding(self: Machine, path: Path, name: str, kind: type) -> None:
    """Objects that hold an attribute themselves all do, where what their class has (`kind`) would be bound to them."""

    def check(value: object) -> bool:
        held = instance_dict(value)
        return held is not None and name in held

    if kind is not types.MemberDescriptorType and class_lookup(kind, "__get__") is not MISSING:
        self.condition(path, check, f"its own {name}")


def _few_texts(live: tuple[object, ...], path: Path) -> bool:
    """Whether the one tuple at a path holds names, such as those of methods."""
    return (
        all(kind == "attr" for kind, _ in path.steps)
        and 0 < len(live) <= MANY_TYPES
        and all(type(text) is str for text in live)
    )


def _held(live: Any, values: bool) -> list[Any]:
    return list(live.values()) if values else list(live)


def members(self: Machine, live: object, path: Path | None, values: bool = False) -> Value:
    """The elements (or a dictionary's values) of the containers that the path leads to."""
    if path is None:
        return self.lift_all(_held(live, values), None)
    if type(live) is tuple and path.kind in ("global", "object") and _few_texts(live, path):
        self.guard(path, "is", live)
        return frozenset(Plain(str, frozenset(), text) for text in live)
    step = path.step("values" if values else "elements", None)
    found = examples_at(step, self.roots) or _held(live, values)  # of a text, a path may lead to one of several
    self.meter.spend(len(found))
    known = self.lift_all(found, step)
    if not self.stores:
        return known
    return self.stored(path, "keys" if issubclass(type(live), dict) and not values else "[]", known)
