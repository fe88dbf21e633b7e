"""Finds the facts about a live object by its identity; what was replaced by a mock or wrapper is not found."""

from __future__ import annotations

import os
import sys
import types
from typing import Any

from .load import Library, library
from .model import CallFacts, TypeFacts

_calls: dict[int, tuple[object, CallFacts]] = {}
_types: dict[int, tuple[type, TypeFacts]] = {}
_pending: dict[str, tuple[Library, list[Any]]] = {}
_seen = 0
ALIASES = {
    "_io": "io", "posixpath": "os", "ntpath": "os", "posix": "os", "genericpath": "os", "_thread": "threading",
    "_random": "random", "_json": "json", "_functools": "functools", "_collections": "collections",
    "_operator": "operator", "_datetime": "datetime", "_sqlite3": "sqlite3", "_hashlib": "hashlib",
    "_socket": "socket", "_struct": "struct", "binascii": "base64", "_sre": "re", "_statistics": "statistics",
    "_contextvars": "contextvars", "_pydatetime": "datetime", "_collections_abc": "collections",
}  # fmt: skip


def resolve(dotted: str) -> object:
    """The object that a dotted name means now, without importing anything; None when there is none."""
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is None:
            continue
        found: object = module
        for part in parts[cut:]:
            found = _step(found, part)
            if found is None:
                return None
        return found
    return None


def _step(holder: object, name: str) -> object:
    if isinstance(holder, type):
        for base in type.__dict__["__mro__"].__get__(holder):
            if name in vars(base):
                found = vars(base)[name]
                return found.__func__ if isinstance(found, staticmethod | classmethod) else found
        return None
    return vars(holder).get(name) if isinstance(holder, types.ModuleType) else None


def is_own(obj: object, packages: tuple[str, ...]) -> bool:
    """Whether an object is the library's own: its code lies in the library, or it is C of the library's module."""
    if isinstance(obj, types.FunctionType):
        module = sys.modules.get(obj.__globals__.get("__name__", ""))
        if module is None or vars(module) is not obj.__globals__:
            return False
        top = str(module.__name__).partition(".")[0]
        return ALIASES.get(top, top) in packages and obj.__code__.co_filename == getattr(module, "__file__", None)
    if isinstance(obj, type):
        top = str(obj.__module__).partition(".")[0]
        return top in packages or ALIASES.get(top) in packages or top == "builtins"
    return bool(
        isinstance(
            obj,
            types.BuiltinFunctionType
            | types.MethodDescriptorType
            | types.WrapperDescriptorType
            | types.ClassMethodDescriptorType,
        )
    )


def _load(top: str) -> None:
    global _seen
    if top not in _pending:
        found = library(top)
        _pending[top] = (found, [*found.calls, *found.types]) if found is not None else (Library(top, (), (), ()), [])
    elif len(sys.modules) == _seen:
        return
    _seen = len(sys.modules)
    known, waiting = _pending[top]
    left = []
    for facts in waiting:
        obj = resolve(facts.name)
        if obj is None:
            left.append(facts)
        elif isinstance(facts, TypeFacts):
            if isinstance(obj, type):
                _types[id(obj)] = (obj, facts)
        elif is_own(obj, known.packages):
            _calls[id(obj)] = (obj, facts)
    _pending[top] = (known, left)


def _top(obj: object) -> str:
    holder = getattr(obj, "__objclass__", None)
    module = getattr(holder, "__module__", None) if holder is not None else getattr(obj, "__module__", None)
    if not isinstance(module, str):
        receiver = getattr(obj, "__self__", None)
        module = (
            receiver.__name__
            if isinstance(receiver, types.ModuleType)
            else type(receiver).__module__
            if receiver is not None
            else "builtins"
        )
    top = module.partition(".")[0]
    return ALIASES.get(top, top)


PLAIN_CALLABLES = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType,
    types.ClassMethodDescriptorType, type,
)  # fmt: skip


def lookup(obj: object) -> CallFacts | None:
    """The facts about a function, method descriptor or class, by identity."""
    found = _calls.get(id(obj))
    if found is not None and found[0] is obj:
        return found[1]
    if not isinstance(obj, PLAIN_CALLABLES):
        return None
    _load(_top(obj))
    found = _calls.get(id(obj))
    return found[1] if found is not None and found[0] is obj else None


def type_facts(cls: type) -> TypeFacts | None:
    """The facts about a class, by identity."""
    found = _types.get(id(cls))
    if found is None:
        top = str(cls.__module__).partition(".")[0]
        _load(ALIASES.get(top, top))
        found = _types.get(id(cls))
    return found[1] if found is not None and found[0] is cls else None


def seams_intact(facts: CallFacts) -> bool:
    """Whether each seam is still the library's own object (tests patch there, below the public name)."""
    for seam in facts.seams:
        top = seam.partition(".")[0]
        obj = resolve(seam)
        if obj is None:
            continue
        if not is_own(obj, (top,)):
            return False
    return True


__all__ = ["lookup", "os", "seams_intact", "type_facts"]
