"""Whether a call in its place is the call that was started: identity, or equal built-in data against a snapshot.

No user code runs here: nothing but exact built-in types is ever compared by value.
"""

from __future__ import annotations

import functools
import struct
import types
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from operator import is_
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any

from ..peek import Kinds, instance_dict, name_of
from . import likeness

# Classes by identity: metaclasses may define equality and hashes.
ATOMS = Kinds((int, bool, str, bytes, type(None), complex, type(Ellipsis), range)).ids
PATHS = Kinds((PosixPath, WindowsPath, PurePosixPath, PureWindowsPath)).ids
MAPPINGS = Kinds((dict, OrderedDict, Counter)).ids
CONTAINERS = Kinds((list, tuple, set, frozenset, slice, deque)).ids | MAPPINGS
BUILT_IN = Kinds((types.BuiltinMethodType, types.MethodWrapperType)).ids
CALLEES = Kinds((types.MethodType, types.BuiltinMethodType, types.MethodWrapperType, functools.partial)).ids
UNFIT = 16  # calls in a row with too large arguments, after which none are started any more
MOST_NODES = 20_000
MOST_DEPTH = 50
LARGE = 256  # parts; of a larger container it is kept which it was, how long, and its ends
ENDS = 4
LENGTH = 16  # an object counts as so many parts


class TooLarge(Exception):
    """The arguments are too large, too deep or cyclic to be compared."""


class _Copy:
    """A container as it was: its type, identity and parts."""

    __slots__ = ("kind", "parts", "source")

    def __init__(self, source: Any, parts: list[Any]) -> None:
        self.kind, self.parts, self.source = type(source), parts, source


class _Large:
    """A large container as it was: itself, and how long. What runs early was seen to write nothing that its arguments
    hold, nor does the region meanwhile: the same container is compared no further, another one part by part."""

    __slots__ = ("alike", "ends", "length", "value")

    def __init__(self, value: Any, alike: bool) -> None:
        self.value, self.length, self.ends, self.alike = value, len(value), _ends(value), alike

    def parts(self) -> _Copy:
        return copied(self.value, alike=self.alike)

    def same(self, now: Any) -> bool:
        if type(now) is not type(self.value) or len(now) != self.length or len(self.value) != self.length:
            return False
        if not all(map(is_, self.ends, _ends(self.value))):
            return False
        return now is self.value or all(map(same, self.parts().parts, _parts(now)))


def _ends(value: Any) -> list[Any]:
    """The first and last elements of a sequence."""
    return [*value[:ENDS], *value[-ENDS:]] if type(value) is list or type(value) is tuple else []


def _length(value: Any) -> int:
    if likeness.known(type(value)):
        return LENGTH
    return 3 if type(value) is slice else len(value) * (2 if id(type(value)) in MAPPINGS else 1)


def _parts(value: Any) -> list[Any]:
    if id(type(value)) in MAPPINGS:
        return [*value.keys(), *value.values()]
    if type(value) is slice:
        return [value.start, value.stop, value.step]
    if type(value) is deque:
        return [value.maxlen, *value]
    return likeness.variables(value) if likeness.known(type(value)) else list(value)


def snapshot(value: Any, budget: list[int] | None = None, depth: int = 0, alike: bool = False) -> Any:
    """What `same` compares with later; `alike`: also objects by what they hold. Raises TooLarge."""
    if id(type(value)) not in CONTAINERS and not (alike and likeness.known(type(value))):
        return value
    budget = [MOST_NODES] if budget is None else budget
    if LARGE < _length(value) < budget[0]:
        budget[0] -= _length(value) + 1
        return _Large(value, alike)
    return copied(value, budget, depth, alike)


def copied(value: Any, budget: list[int] | None = None, depth: int = 0, alike: bool = False) -> _Copy:
    """A container part by part. Raises TooLarge."""
    budget = [MOST_NODES] if budget is None else budget
    budget[0] -= _length(value) + 1
    if budget[0] < 0 or depth > MOST_DEPTH:
        raise TooLarge
    parts = _parts(value)
    if alike or not CONTAINERS.isdisjoint(map(id, map(type, parts))):
        parts = [snapshot(part, budget, depth + 1, alike) for part in parts]
    return _Copy(value, parts)


def same(then: Any, now: Any) -> bool:
    """Whether `now` is what the snapshot was taken of, or equal built-in data."""
    if type(then) is _Copy:
        if then.kind is not type(now):
            return False
        if then.source is now and id(then.kind) not in CONTAINERS:
            return True  # an object of the program's, as it was given
        parts = _parts(now)
        return len(parts) == len(then.parts) and (all(map(is_, then.parts, parts)) or all(map(same, then.parts, parts)))
    if then is now:
        return True
    if type(then) is _Large:
        return then.same(now)
    kind = type(then)
    if kind is not type(now):
        return False
    if id(kind) in ATOMS:
        return bool(then == now) and (kind is not complex or repr(then) == repr(now))
    if id(kind) in PATHS:
        return str(then) == str(now)
    if kind is float:
        return struct.pack("d", then) == struct.pack("d", now) or (then != then and now != now)
    return id(kind) in CALLEES and same_callee(then, now)


def inside(then: Any, now: Any) -> Iterator[tuple[Any, Any]]:
    """What the snapshot was taken of and what is there now, part by part, where they are the same."""
    if type(then) is _Large:
        if then.value is now:
            return
        then = then.parts()
    if type(then) is not _Copy:
        yield then, now
        return
    if then.source is now:
        return
    yield then.source, now
    if type(now) is not then.kind:  # to a slice it may be still to come: that holds the very parts
        return
    for before, after in zip(then.parts, _parts(now), strict=False):
        yield from inside(before, after)


def _same_variables(then: Any, now: Any) -> bool:
    """Whether two functions made by one definition see the same: in their cells, defaults and attributes."""
    try:
        cells = [
            (a.cell_contents, b.cell_contents)
            for a, b in zip(then.__closure__ or (), now.__closure__ or (), strict=True)
        ]
    except ValueError:  # an empty cell
        return False
    more = (then.__kwdefaults__, now.__kwdefaults__, instance_dict(then), instance_dict(now))
    if then.__globals__ is not now.__globals__ or not all(map(_nothing, more)):
        return False
    held = then.__defaults__, now.__defaults__
    if held[0] is not held[1]:
        if type(held[0]) is not tuple or type(held[1]) is not tuple or len(held[0]) != len(held[1]):
            return False
        cells += zip(*held, strict=True)
    return all(a is b or same(snapshot(a), b) for a, b in cells)


def _nothing(held: object) -> bool:
    return held is None or (type(held) is dict and not held)


def same_callee(then: Any, now: Any) -> bool:
    """Whether two callables are one: the same object, or methods of the same receiver, or equal partials."""
    if then is now:
        return True
    kind = type(then)
    if kind is not type(now):
        return False
    if kind is types.MethodType:
        return then.__self__ is now.__self__ and then.__func__ is now.__func__
    if kind is types.FunctionType:
        return then.__code__ is now.__code__ and _same_variables(then, now)
    if id(kind) in BUILT_IN:
        one, other = then.__self__, now.__self__
        alike = one is other or (id(type(one)) in ATOMS and same(one, other))
        return alike and one is not None and name_of(then) == name_of(now)
    if kind is functools.partial:
        return (
            same_callee(then.func, now.func)
            and len(then.args) == len(now.args)
            and all(map(same, map(snapshot, then.args), now.args))
            and list(then.keywords) == list(now.keywords)
            and all(same(snapshot(v), now.keywords[k]) for k, v in then.keywords.items())
        )
    return False


Call = tuple[Any, tuple[Any, ...], dict[str, Any]]


def started(callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any], alike: bool = False) -> Call:
    """A call as it starts, to be compared with the one in its place; `alike`: it is given objects made for it.

    Raises:
        TooLarge: there is too much to compare.
        RuntimeError: somebody changes a container meanwhile.
    """
    values, named = args, kwargs
    if alike or not CONTAINERS.isdisjoint(map(id, map(type, args))):
        values = tuple([snapshot(a, alike=alike) for a in args])
    if kwargs:
        named = {k: snapshot(v, alike=alike) for k, v in kwargs.items()}
    if type(callee) is functools.partial:
        snapshot(callee.args)
        snapshot(callee.keywords)
    return callee, values, named


def matches(then: Call, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a call in its place is the call that was started."""
    function, values, named = then
    try:
        return (
            (function is callee or same_callee(function, callee))
            and len(values) == len(args)
            and all(map(same, values, args))
            and (
                not (named or kwargs)
                or (list(named) == list(kwargs) and all(same(value, kwargs[name]) for name, value in named.items()))
            )
        )
    except TooLarge:  # it has grown since
        return False
