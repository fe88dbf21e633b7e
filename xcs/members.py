"""What else may stand under the decorator: static and class methods, properties, partials, methods, classes.

What is around a function is made anew around the decorated one. A class is changed in place, as its methods' cells
hold it; the functions written in its body are decorated, what it inherits or was given is left alone.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable
from typing import Any

from .peek import class_lookup, class_name, dict_of, home_of, instance_dict, is_a, mro_of

Decorate = Callable[[Any], Any]
GENERATED = ("<string>", "<attrs generated")  # the file names of methods that dataclasses and the like make
IMMUTABLE, HEAP = 1 << 8, 1 << 9  # flags of types
BELOW = "write @jit below the other decorators, next to the `def`"


class Property(property):
    """A property around decorated functions."""

    def __init__(self, get: Any = None, put: Any = None, delete: Any = None, doc: str | None = None) -> None:
        super().__init__(get, put, delete, doc)
        # Up to 3.12 a class of properties of its own hides what was given.
        self.__dict__["__doc__"] = doc if doc is not None else getattr(get, "__doc__", None)

    def stats(self) -> object:
        """What they have done so far."""
        return together(f for f in (self.fget, self.fset, self.fdel) if f is not None)

    @property
    def sequential(self) -> Any:
        """The plain getter."""
        return getattr(self.fget, "sequential", self.fget)


class OfClass:
    """A class's own attribute: its instances don't have it."""

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is not None:
            raise AttributeError(f"{owner.__name__!r} object has no attribute {self.name!r}")
        return self.value


def together(functions: Iterable[Any]) -> object:
    """The reports of several decorated functions as one."""
    from .runtime.stats import Stats

    found = [report for f in functions if type(report := reported(f)) is Stats]
    return Stats(
        calls=sum(f.calls for f in found),
        regions=tuple(remark for f in found for remark in f.regions),
        tasks=sum(f.tasks for f in found),
        waited=sum(f.waited for f in found),
        saved=sum(f.saved for f in found),
        mispredictions=sum(f.mispredictions for f in found),
    )


def reported(made: Any) -> object:
    """The report of something decorated; None: it has none."""
    stats = getattr(made, "stats", None)
    return stats() if stats is not None else None


def decorated(thing: Any, decorate: Decorate, unchanged: Callable[[Any], Callable[[], object]]) -> Any:
    """The decorated form of what is no function; `unchanged`: the report of a wrapper, which stays as it is.

    Raises:
        TypeError: it can't be decorated, and where the decorator belongs instead.
    """
    kind = type(thing)
    if kind is staticmethod or kind is classmethod:
        return _noted(kind(decorate(thing.__func__)), thing, "__func__")
    if kind is property or kind is Property:
        get, put, delete = (f if f is None else decorate(f) for f in (thing.fget, thing.fset, thing.fdel))
        return Property(get, put, delete, thing.__doc__)
    if kind is functools.cached_property:
        return _noted(functools.cached_property(decorate(thing.func)), thing, "func")
    if kind is functools.partial or kind is functools.partialmethod:
        return _noted(kind(decorate(thing.func), *thing.args, **thing.keywords), thing, "func")
    if kind is types.MethodType:
        return types.MethodType(decorate(thing.__func__), thing.__self__)
    if issubclass(kind, type):
        return of_class(thing, decorate)
    if not callable(thing):
        raise TypeError(f"xcs.jit takes a function, not {kind.__name__}")
    own = instance_dict(thing)
    if own is None or "__wrapped__" not in own:
        raise TypeError(f"xcs.jit takes a function written in Python, not {class_name(kind)}: {BELOW}")
    own.setdefault("stats", unchanged(thing))
    own.setdefault("sequential", thing)
    return thing


def _noted(made: Any, thing: Any, inside: str) -> Any:
    """With the attributes of what it is made from, and a report."""
    before, own = instance_dict(thing), instance_dict(made)
    assert own is not None
    own.update({name: value for name, value in (before or {}).items() if name not in own})
    function = getattr(made, inside)
    own.update(stats=lambda: reported(function), sequential=thing)
    return made


def of_class(cls: Any, decorate: Decorate) -> Any:
    """Decorates the functions that are written in the body of a class.

    Raises:
        TypeError: it is built in.
    """
    if type.__dict__["__flags__"].__get__(cls) & (IMMUTABLE | HEAP) != HEAP:
        raise TypeError(f"xcs.jit takes functions and classes written in Python, not {type.__repr__(cls)}")
    made: dict[int, Any] = {}  # a function that has two names there stays one
    functions: list[Any] = []
    for name, value in list(dict_of(cls).items()):
        if name == "__new__":
            continue
        if id(value) not in made:
            made[id(value)] = _member(cls, value, decorate, functions)
        new = made[id(value)]
        if new is value:
            continue
        type.__setattr__(cls, name, new)
        if is_a(new, (Property, functools.cached_property, functools.partialmethod)):
            tell = class_lookup(type(new), "__set_name__")
            if callable(tell):
                tell(new, cls, name)
    _report(cls, functions)
    return cls


def _member(cls: type, value: Any, decorate: Decorate, functions: list[Any]) -> Any:
    """The decorated form of what stands in a class's dictionary, or it itself; adds to the decorated functions."""

    def one(function: Any) -> Any:
        new = decorate(function)
        functions.append(new)
        return new

    kind = type(value)
    if kind is types.FunctionType:
        return one(value) if _own(cls, value) else value
    if kind is property:
        parts = [part for part in (value.fget, value.fset, value.fdel) if part is not None]
    elif kind is staticmethod or kind is classmethod:
        parts = [value.__func__]
    elif kind is functools.cached_property or kind is functools.partialmethod:
        parts = [value.func]
    else:
        return value
    return decorated(value, one, _never) if all(_own(cls, part) for part in parts) else value


def _never(thing: Any) -> Callable[[], object]:
    raise AssertionError(thing)


def _own(cls: type, function: Any) -> bool:
    """Whether a function is written in the body of a class and not decorated already; nor a wrapper, nor generated."""
    if type(function) is not types.FunctionType:
        return False
    own = function.__dict__
    return (
        "__wrapped__" not in own
        and not ("stats" in own and "sequential" in own)
        and function.__module__ == home_of(cls)
        and function.__qualname__.split(".")[-2:-1] == [class_name(cls)]
        and not function.__code__.co_filename.startswith(GENERATED)
    )


def _report(cls: type, functions: list[Any]) -> None:
    """Gives a class `stats` and `sequential`, where it has no such attributes: a class's own, not its instances'."""

    def stats() -> object:
        return together(functions)

    plain = types.SimpleNamespace(**{f.__name__: f.sequential for f in functions})
    for name, value in (("stats", stats), ("sequential", plain)):
        if all(name not in dict_of(base) for base in (*mro_of(cls), *mro_of(type(cls)))):
            type.__setattr__(cls, name, OfClass(name, value))


__all__ = ["decorated", "together"]
