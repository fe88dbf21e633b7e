"""Stand-ins: objects that a program would make, known by their abstract value only.

The analysis looks at live objects. Where nothing runs, a module's variables hold real functions, classes, modules and
constants as far as the text gives them, and an `Assumed` where only the kind of the object is known.
"""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis.domain.memory import Clock, Memory
from ..analysis.domain.places import Path
from ..analysis.domain.values import (
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fresh,
    FreshKey,
    Inst,
    Known,
    Lazy,
    Plain,
    Top,
    Value,
    join,
    only,
)
from ..ir.nodes import FunctionIR
from ..peek import CONTAINERS, IMMUTABLE, MISSING, class_lookup
from .bar_stand_ins import Bar, stand_in


@dataclass(frozen=True, slots=True, eq=False)
class Assumed:
    """Stands for an object of which `value` is known."""

    value: Value

    def at(self, path: Path | None) -> Value:
        """The value, as a part of what `path` leads to."""
        return frozenset(_rooted(a, path) for a in self.value)


def _rooted(abstract: Abstract, path: Path | None) -> Abstract:
    if path is None:
        return abstract
    match abstract:
        case Plain(cls=cls, const=const) if cls is None or cls not in IMMUTABLE:
            return Plain(cls, frozenset({path}), const)
        case Inst(cls=cls, ident=ident, live=live):
            return Inst(cls, path, ident, live)
        case Top(why=why):
            return Top(why, frozenset({path}))
        case _:
            return abstract


def unresolved(why: str) -> Assumed:
    """Stands for something of which nothing is known; `why` completes "calling ..."."""
    return Assumed(only(Top(why)))


class StandIns:
    """Turns abstract values, with the heap they refer to, into stand-ins that another interpretation can start from."""

    def __init__(
        self,
        heap: dict[FreshKey, Memory],
        is_shadow: Callable[[type], bool],
        code_of: Callable[[FunctionIR], types.CodeType | None],
        bars: Mapping[Abstract, Bar],
    ) -> None:
        self.heap, self.is_shadow, self.code_of, self.bars = heap, is_shadow, code_of, bars
        self.making: set[int] = set()  # functions whose variables are being made
        self.made: dict[tuple[FreshKey, type], object] = {}
        self.shown: dict[Abstract, object] = {}  # progress bars
        # Containers that are one of several: while they are made; by identity, with the stand-ins of each of these.
        self.joined: dict[tuple[frozenset[FreshKey], type], object] = {}
        self.one_of: dict[object, tuple[object, frozenset[int]]] = {}

    def of(self, value: Value) -> object:
        containers = [a for a in value if isinstance(a, Fresh) and a.cls in CONTAINERS]
        if containers and len(containers) == len(value) and len({a.cls for a in containers}) == 1:
            return self.container(containers)
        if len(value) == 1:
            return self.single(next(iter(value)))
        return Assumed(join(NOTHING, *(self.component(a) for a in value)))

    def single(self, abstract: Abstract) -> object:
        match abstract:
            case Known(obj=obj):
                return obj
            case Plain(const=const) if const is not MISSING:
                return const
            case Inst(live=live) if live is not MISSING:
                return live
            case Bound(func=Known(obj=func), receiver=receiver) if isinstance(func, types.FunctionType):
                return types.MethodType(func, self.of(only(receiver)))
            case Fresh(cls=cls) if self.is_shadow(cls):
                return self.instance(abstract)
            case Fresh(cls=cls) if cls is defaultdict and self.factory([abstract]) is not None:
                return self.container([abstract])
            case Closure(ir=FunctionIR()):
                return self.function(abstract) or Assumed(self.component(abstract))
            case Lazy() if abstract in self.bars:
                return self.bar(abstract)
            case _:
                return Assumed(self.component(abstract))

    def component(self, abstract: Abstract) -> Value:
        """The abstract without reference to the heap."""
        match abstract:
            case Plain(cls=cls, const=const):
                return only(Plain(cls, frozenset(), const))
            case Fresh(cls=cls) if cls in CONTAINERS and self.is_data(abstract, set(), flat=True):
                live = self.container([abstract])
                return only(Inst(cls, None, id(live), live))
            case Fresh(cls=cls) if cls in CONTAINERS:  # one of several values: who else holds what is in it isn't known
                return only(Plain(cls) if self.is_data(abstract, set()) else Top("a container that may be another one"))
            case Fresh(cls=cls) if self.is_shadow(cls):
                live = self.instance(abstract)
                return only(Inst(cls, None, id(live), live)) if not isinstance(live, Assumed) else live.value
            case Fresh(cls=cls):
                return only(Inst(cls, None))
            case Inst(cls=cls, live=live) if cls in CONTAINERS:
                return only(Plain(cls) if _is_data(live, set()) else Top("a container that may be another one"))
            case Inst(cls=cls, ident=ident, live=live):
                return only(Inst(cls, None, ident, live))
            case Known():
                return only(abstract)
            case Top(why=why):
                return only(Top(why))
            case _:
                return only(Top("a function or iterator made while the program runs"))

    def is_data(self, fresh: Fresh, seen: set[FreshKey], flat: bool = False) -> bool:
        """Whether a container holds nothing but data, all the way down; flat: nothing that could change."""
        if fresh.key in seen:
            return True
        seen.add(fresh.key)
        memory = self.heap.get(fresh.key, Memory(Clock()))
        return all(
            (isinstance(a, Plain) and (not flat or a.cls in IMMUTABLE))
            or (not flat and isinstance(a, Fresh) and a.cls in CONTAINERS and self.is_data(a, seen))
            for held in (memory.element, memory.keys, *memory.entries.values())
            for a in held
        )

    def bar(self, abstract: Lazy) -> object:
        """A progress bar."""
        if abstract not in self.shown:
            self.shown[abstract] = stand_in(self.bars[abstract], self.of)
        found = self.shown[abstract]
        return found if found is not MISSING else Assumed(self.component(abstract))

    def function(self, made: Closure) -> object | None:
        """A function that was made in another one, with the variables that it sees there."""
        ir = made.ir
        code = self.code_of(ir) if isinstance(ir, FunctionIR) and made.key not in self.making else None
        if code is None or any(not made.env.get(name) for name in code.co_freevars):
            return None
        self.making.add(made.key)
        try:
            cells = tuple(types.CellType(self.of(made.env[name])) for name in code.co_freevars)
            given = {name: self.of(value) for name, value in made.defaults.items()}
        finally:
            self.making.discard(made.key)
        arguments = code.co_varnames[: code.co_argcount]
        defaults = tuple(given[name] for name in arguments if name in given)
        function = types.FunctionType(code, made.module, code.co_name, defaults, cells)
        named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        function.__kwdefaults__ = {name: given[name] for name in named if name in given} or None
        return function

    def instance(self, fresh: Fresh) -> object:
        """An object of a class in the text, its attributes stand-ins."""
        key = (fresh.key, fresh.cls)
        if key in self.made:
            return self.made[key]
        if class_lookup(fresh.cls, "__del__") is not MISSING:  # it would run when the stand-in goes
            return Assumed(only(Inst(fresh.cls, None)))
        try:
            made: object = object.__new__(fresh.cls)
            own = object.__getattribute__(made, "__dict__")
        except (TypeError, AttributeError):
            return Assumed(only(Inst(fresh.cls, None)))
        self.made[key] = made
        for name, value in self.heap.get(fresh.key, Memory(Clock())).attrs.items():
            own[name] = self.of(value)
        return made

    def container(self, parts: Iterable[Fresh]) -> object:
        """A container that is one of these: what it holds is what any of them does."""
        parts = sorted(parts, key=lambda part: part.key[::-1])
        cls: type[Any] = parts[0].cls
        if len(parts) == 1:
            return self.filled(parts, self.made, (parts[0].key, cls))
        key = frozenset(part.key for part in parts), cls
        if key in self.joined:  # where it contains itself
            return self.joined[key]
        try:
            made = self.filled(parts, self.joined, key)
        finally:
            self.joined.pop(key, None)
        self.one_of[id(made)] = made, frozenset(id(self.container([part])) for part in parts)
        return made

    def may_be(self, identities: set[object]) -> set[object]:
        """What tells objects apart, with the identities of all that those may be which are one of several."""
        return identities.union(*(self.one_of[i][1] for i in identities if i in self.one_of))

    def filled(self, parts: Sequence[Fresh], made_of: dict[Any, object], key: Any) -> object:
        """A container with what any of these holds, kept in a table from the moment on at which it is there."""
        if key in made_of:
            return made_of[key]
        cls: type[Any] = parts[0].cls
        memories = [self.heap.get(p.key, Memory(Clock())) for p in parts]
        element = join(NOTHING, *(m.element for m in memories))
        keys = join(NOTHING, *(m.keys for m in memories))
        entries = _merged(memories) if issubclass(cls, dict) else memories[0].entries if len(memories) == 1 else {}
        if issubclass(cls, dict):
            made: dict[object, object] = cls() if cls is not defaultdict else cls(self.factory(parts))
            made_of[key] = made
            for name, value in entries.items():
                if type(name) in IMMUTABLE:
                    made[name] = self.of(value)
            if element and not entries:
                made[self.hashable(keys)] = self.of(element)
            return made
        if cls in (tuple, set, frozenset):
            exact = cls is tuple and sorted(map(repr, entries)) == sorted(map(repr, range(len(entries)))) and entries
            members = [entries[i] for i in range(len(entries))] if exact else [element] if element else []
            made_of[key] = Assumed(only(Plain(cls)))  # where it contains itself
            built = cls([self.of(m) if cls is tuple else self.hashable(m) for m in members])
        else:
            built = made_of[key] = cls()
            built.extend([self.of(element)] if element else [])
        made_of[key] = built
        return built

    def factory(self, parts: Iterable[Fresh]) -> type | None:
        """The class of a library that makes what is missing in a dictionary that is one of these."""
        factories = join(NOTHING, *(self.heap[part.key].attrs.get(".factory", NOTHING) for part in parts))
        (found,) = factories if len(factories) == 1 else (None,)
        cls = found.obj if isinstance(found, Known) else None
        return cls if isinstance(cls, type) and not self.is_shadow(cls) else None

    def hashable(self, value: Value) -> object:
        found = self.of(value)
        return found if type(found) in IMMUTABLE or isinstance(found, Assumed) else Assumed(only(Plain()))


def _is_data(live: object, seen: set[int]) -> bool:
    """Whether a stand-in for a container holds nothing but data, all the way down."""
    if type(live) is Assumed:
        return all(isinstance(a, Plain) for a in live.value)
    if type(live) not in CONTAINERS:
        return type(live) in IMMUTABLE
    if id(live) in seen:
        return True
    seen.add(id(live))
    held = [*live, *live.values()] if isinstance(live, dict) else list(live)  # type: ignore[call-overload]
    return all(_is_data(part, seen) for part in held)


def _merged(memories: list[Memory]) -> dict[object, Value]:
    """What containers hold by constant keys, if all of what each holds is."""
    if len(memories) == 1:
        return dict(memories[0].entries)
    if not all(m.entries for m in memories):
        return {}
    names = dict.fromkeys(name for m in memories for name in m.entries)
    return {name: join(NOTHING, *(m.entries[name] for m in memories if name in m.entries)) for name in names}
