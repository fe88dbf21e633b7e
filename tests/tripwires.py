"""Classes all of whose special methods, and whose metaclasses', note that they were called."""

from __future__ import annotations

import types
from collections import Counter
from typing import Any

noted: Counter[str] = Counter()

SPECIAL = (
    "__getattribute__", "__getattr__", "__setattr__", "__delattr__", "__dir__", "__eq__", "__ne__", "__lt__",
    "__le__", "__gt__", "__ge__", "__hash__", "__bool__", "__len__", "__length_hint__", "__contains__", "__iter__",
    "__reversed__", "__getitem__", "__setitem__", "__missing__", "__str__", "__repr__", "__format__", "__bytes__",
    "__index__", "__int__", "__float__", "__complex__", "__add__", "__radd__", "__mul__", "__mod__", "__or__",
    "__ror__", "__and__", "__call__", "__enter__", "__exit__", "__fspath__", "__reduce__", "__reduce_ex__",
    "__getstate__", "__copy__", "__deepcopy__", "__sizeof__", "__instancecheck__", "__subclasscheck__", "keys",
    "values", "items", "get", "copy",
)  # fmt: skip
DESCRIPTOR = ("__get__", "__set__", "__delete__", "__set_name__")
ANSWERS: dict[str, Any] = {
    "__bool__": True, "__len__": 1, "__length_hint__": 1, "__contains__": True, "__index__": 1, "__int__": 1,
    "__float__": 1.0, "__complex__": 1j, "__fspath__": "nowhere", "__exit__": False,
}  # fmt: skip


def method(name: str, owner: str, base: type) -> Any:
    """A special method that notes its call and does what the base class's does."""
    usual: Any = next((vars(c)[name] for c in base.__mro__ if name in vars(c)), None)

    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        noted[f"{owner}.{name}"] += 1
        if usual is not None:
            return usual.__get__(self, base)(*args, **kwargs)
        if name == "__getattr__":
            raise AttributeError(*args)
        if name in ("__iter__", "__reversed__", "keys", "values", "items"):
            return iter(())
        return ANSWERS.get(name, NotImplemented if name.startswith("__r") else None)

    return noting


def tripwire(name: str, *bases: type, more: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Any:
    """A class whose special methods, and whose metaclass's, note their calls."""
    base = bases[0] if bases else object
    of_class = {n: method(n, name, base) for n in (*SPECIAL, *more) if n != "__call__" or n in more}
    of_meta = {n: method(n, f"type of {name}", type) for n in SPECIAL}
    meta = type(f"Type{name}", (type,), of_meta)
    if "__class__" not in without:
        of_class["__class__"] = property(lambda self: (noted.update([f"{name}.__class__"]), object)[1])
    of_class["__hash__"] = method("__hash__", name, base if base.__hash__ is not None else object)
    return type.__call__(meta, name, bases or (object,), of_class)


def made(cls: Any, *args: Any) -> Any:
    """An object of such a class, without what calling it notes."""
    return type.__call__(cls, *args)


Anything = tripwire("Anything")
Called = tripwire("Called", more=("__call__",))
Described = tripwire("Described", more=DESCRIPTOR)
Hidden = tripwire("Hidden", without=("__class__",))
OfDict, OfList, OfStr, OfInt = (tripwire(f"Of{b.__name__.title()}", b) for b in (dict, list, str, int))
OfTuple, OfSet, OfFloat, OfBytes = (tripwire(f"Of{b.__name__.title()}", b) for b in (tuple, set, float, bytes))
Module = tripwire("Module", types.ModuleType)
Failure = tripwire("Failure", Exception)

EXAMPLES: dict[str, Any] = {
    "anything": made(Anything), "called": made(Called), "described": made(Described), "hidden": made(Hidden),
    "dict": made(OfDict, {"a": 1}), "list": made(OfList, [1, 2]), "str": made(OfStr, "text"), "int": made(OfInt, 3),
    "tuple": made(OfTuple, (1, 2)), "set": made(OfSet, {1}), "float": made(OfFloat, 1.5), "bytes": made(OfBytes, b"b"),
    "module": made(Module, "tripwire_module"), "failure": made(Failure, "why"), "class": Anything,
    "class of callables": Called,
}  # fmt: skip
