"""Puts objects in the places of others, in all that a value holds: containers, variables of objects, slots, cells.

What can't be changed (a tuple, a method) is made anew where it must be. No code of the program runs.
"""

from __future__ import annotations

import contextlib
import functools
import types
from collections import deque
from collections.abc import Iterable, Mapping
from gc import get_referents
from operator import is_
from typing import Any, Final

from ..peek import (
    CONTAINERS,
    IMMUTABLE,
    MISSING,
    Kinds,
    class_lookup,
    content_of,
    dict_of,
    instance_dict,
    is_class,
    is_module,
    mro_of,
    slot_of,
)
from .pending import of_other

DEEPEST = 50  # tuples in tuples
FRAMES: Final = Kinds(
    (types.TracebackType, types.FrameType, types.CodeType, types.GeneratorType, types.CoroutineType)
)
_args: Any = dict_of(BaseException)["args"]


def put_in(value: Any, others: Mapping[int, Any], room: int) -> Any:
    """The value with objects in the place of others, which are known by their ids; it is looked through from the near
    to the far, until so many parts have been seen."""
    return _Places(others, room).within(value)


class _Places:
    """What is looked through."""

    def __init__(self, others: Mapping[int, Any], room: int) -> None:
        self.others, self.room = others, room
        self.todo: deque[Any] = deque()
        self.seen: dict[int, Any] = {}
        self.slots: dict[type, list[types.MemberDescriptorType]] = {}

    def within(self, value: Any) -> Any:
        after = self.one(value)
        while self.todo and self.room > 0:
            self.change(self.todo.popleft())
        return after

    def one(self, value: Any, depth: int = 0) -> Any:
        """What comes in the place of one value; what it holds is seen to later, where that can be changed."""
        if id(value) in self.others:
            return self.others[id(value)]
        kind = type(value)
        if kind in IMMUTABLE or depth > DEEPEST or kind in FRAMES:
            return value
        if issubclass(kind, tuple):
            parts = self.parts(tuple.__iter__(value), depth)
            same = all(map(is_, parts, tuple.__iter__(value))) or (kind is not tuple and instance_dict(value))
            return value if same else tuple.__new__(kind, parts)
        if kind is frozenset:
            parts = self.parts(value, depth)
            return value if all(map(is_, parts, value)) or not _quiet(parts) else frozenset(parts)
        if kind is types.MethodType:
            own = self.one(value.__self__, depth + 1)
            return value if own is value.__self__ else types.MethodType(value.__func__, own)
        if kind is types.BuiltinMethodType:
            return of_other(value, self.one(value.__self__, depth + 1))
        if kind is functools.partial:
            held = value.args, tuple(value.keywords.items())
            args, named = (self.one(part, depth + 1) for part in held)
            return value if (args, named) == held else functools.partial(value.func, *args, **dict(named))
        if id(value) not in self.seen and not is_class(value) and not is_module(value):
            self.seen[id(value)] = value
            self.todo.append(value)
        return value

    def parts(self, values: Iterable[Any], depth: int) -> list[Any]:
        found = list(values)
        self.room -= len(found)
        return [self.one(part, depth + 1) for part in found]

    def change(self, holder: Any) -> None:
        """Puts the objects into what can be changed."""
        kind = type(holder)
        if issubclass(kind, dict):
            self.in_dict(holder)
        elif issubclass(kind, list):
            self.in_places(list.__iter__(holder), functools.partial(list.__setitem__, holder))
        elif issubclass(kind, deque):
            self.in_places(deque.__iter__(holder), functools.partial(deque.__setitem__, holder))
        elif issubclass(kind, set):
            before = list(set.__iter__(holder))
            changed = [(a, b) for a, b in zip(before, self.parts(before, 0), strict=True) if a is not b]
            if _quiet([part for pair in changed for part in pair]):
                for former, new in changed:
                    set.discard(holder, former)
                    set.add(holder, new)
        elif kind is types.FunctionType:
            for cell in holder.__closure__ or ():
                self.in_places((content_of(cell),), functools.partial(_into_cell, cell))
        if kind not in CONTAINERS and kind is not types.FunctionType:
            self.in_variables(holder)

    def in_places(self, values: Iterable[Any], put: Any) -> None:
        before = list(values)
        for at, (former, new) in enumerate(zip(before, self.parts(before, 0), strict=True)):
            if former is not new:
                put(at, new)

    def in_dict(self, holder: dict[Any, Any]) -> None:
        keys, held = list(dict.keys(holder)), list(dict.values(holder))
        after, new = self.parts(keys, 0), self.parts(held, 0)
        if all(map(is_, held, new)) and all(map(is_, keys, after)):
            return
        if not all(map(is_, keys, after)) and type(holder) is dict and _quiet([*keys, *after]):
            dict.clear(holder)
            dict.update(holder, zip(after, new, strict=True))
            return
        for key, former, now in zip(keys, held, new, strict=True):
            if former is not now and _quiet([key]):
                dict.__setitem__(holder, key, now)

    def in_variables(self, holder: Any) -> None:
        """The instance's own dictionary, which nobody asks for in vain, its slots, and the arguments of an error."""
        kind, held = type(holder), get_referents(holder)
        if all(map(is_, held, self.parts(held, 0))):
            return
        if issubclass(kind, BaseException):
            args = _args.__get__(holder)
            after = self.one(args)
            if after is not args:
                _args.__set__(holder, after)
        own = instance_dict(holder)
        if own is not None:
            self.in_dict(own)
        if kind not in self.slots:
            self.slots[kind] = _slots(kind)
        for slot in self.slots[kind]:
            found = slot_of(slot, holder)
            if found is not MISSING and (after := self.one(found)) is not found:
                with contextlib.suppress(AttributeError, TypeError):  # it can't be set
                    slot.__set__(holder, after)


def _into_cell(cell: types.CellType, at: int, new: object) -> None:
    cell.cell_contents = new


def _slots(kind: type) -> list[types.MemberDescriptorType]:
    """Where objects of a class keep what stands in no dictionary."""
    found = [held for base in mro_of(kind) for name, held in dict_of(base).items() if name != "__dict__"]
    return [held for held in found if type(held) is types.MemberDescriptorType]


def _quiet(keys: Iterable[object]) -> bool:
    """Whether to look keys up runs no code of the program."""
    return all(
        kind in IMMUTABLE or class_lookup(kind, "__hash__") is dict_of(object)["__hash__"] for kind in map(type, keys)
    )
