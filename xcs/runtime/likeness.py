"""Objects that a slice makes to give them to a call are compared, at the take, by what they hold.

A program and its slice make two objects by the same steps. Nothing tells which is which where their class keeps all in
variables, shows no address, and does nothing when they go.
"""

from __future__ import annotations

import types
from typing import Any, cast
from weakref import ref

from ..peek import MISSING, class_lookup, dict_of, instance_dict, is_class, mro_of, slot_of

SLOT = {types.MemberDescriptorType}
Slots = list[tuple[int, str]]  # in the order of a class's bases, itself first: by its place there, and by name
# By identity, as metaclasses may define equality and hashes. No slot is held, which would keep its class alive.
_classes: dict[int, tuple[ref[type], Slots]] = {}


def comparable(cls: object) -> bool:
    """Whether objects of a class may be compared by what they hold; from now on they are."""
    if not is_class(cls):
        return False
    if known(cls):
        return True
    slots = _slots(cls)
    own_new = class_lookup(cls, "__new__") is dict_of(object)["__new__"]
    told = class_lookup(cls, "__repr__") is not dict_of(object)["__repr__"]
    keeps = class_lookup(cls, "__dict__") is not MISSING or bool(slots)
    if not (own_new and told and keeps) or class_lookup(cls, "__del__") is not MISSING:
        return False
    number = id(cls)
    _classes[number] = ref(cls, lambda gone: _forget(number, gone)), slots
    return True


def _forget(number: int, gone: ref[type]) -> None:
    held = _classes.get(number)
    if held is not None and held[0] is gone:
        del _classes[number]


def known(cls: type) -> bool:
    """Whether objects of this class are compared so."""
    held = _classes.get(id(cls))
    return held is not None and held[0]() is cls


def variables(obj: object) -> list[Any]:
    """The names of what an object holds and what it is, in their order."""
    own = instance_dict(obj) or {}
    cls = type(obj)
    slots = _classes[id(cls)][1] if known(cls) else _slots(cls)
    if not slots:
        return [*own, *own.values()]
    order = mro_of(cls)
    try:
        found = [dict_of(order[at])[name] for at, name in slots]
    except (IndexError, KeyError):  # it has got other bases, or lost a slot
        found = []
    if {*map(type, found)} != SLOT:
        slots = _slots(cls)
        found = [dict_of(order[at])[name] for at, name in slots]
        if known(cls):
            _classes[id(cls)] = _classes[id(cls)][0], slots
    held = [slot_of(cast(types.MemberDescriptorType, slot), obj) for slot in found]
    return [*own, *own.values(), *[name for _, name in slots], *held]


def _slots(cls: type) -> Slots:
    return [
        (at, name)
        for at, base in enumerate(mro_of(cls))
        for name, found in dict_of(base).items()
        if type(found) is types.MemberDescriptorType and name != "__dict__"
    ]
