"""Objects that a slice makes to give them to a call are compared, at the take, by what they hold.

A program and its slice make two objects by the same steps. Nothing tells which is which where their class keeps all in
variables, shows no address, and does nothing when they go.
"""

from __future__ import annotations

import types
from typing import Any, cast
from weakref import ref

from ..peek import MISSING, class_lookup, dict_of, instance_dict, is_class, mro_of, slot_of

_classes: dict[int, ref[type]] = {}  # by identity: metaclasses may define equality and hashes


def comparable(cls: object) -> bool:
    """Whether objects of a class may be compared by what they hold; from now on they are."""
    if not is_class(cls):
        return False
    if known(cls):
        return True
    own_new = class_lookup(cls, "__new__") is dict_of(object)["__new__"]
    told = class_lookup(cls, "__repr__") is not dict_of(object)["__repr__"]
    keeps = class_lookup(cls, "__dict__") is not MISSING or any(True for _ in _slots(cls))
    if not (own_new and told and keeps) or class_lookup(cls, "__del__") is not MISSING:
        return False
    number = id(cls)
    _classes[number] = ref(cls, lambda gone: _forget(number, gone))
    return True


def _forget(number: int, gone: ref[type]) -> None:
    if _classes.get(number) is gone:
        del _classes[number]


def known(cls: type) -> bool:
    """Whether objects of this class are compared so."""
    held = _classes.get(id(cls))
    return held is not None and held() is cls


def variables(obj: object) -> list[Any]:
    """The names of what an object holds and what it is, in their order."""
    own = instance_dict(obj) or {}
    slots = [(name, slot_of(cast(types.MemberDescriptorType, slot), obj)) for name, slot in _slots(type(obj))]
    return [*own.keys(), *own.values(), *(part for pair in slots for part in pair)]


def _slots(cls: type) -> list[tuple[str, object]]:
    return [
        (name, found)
        for base in mro_of(cls)
        for name, found in dict_of(base).items()
        if type(found) is types.MemberDescriptorType and name != "__dict__"
    ]
