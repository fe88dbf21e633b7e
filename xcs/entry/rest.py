"""A region that brings nothing rests: for how long, and what ends its rest sooner.

While it rests the original statements run. At first, and then for a hundredth of the time at most, it is looked whether
what stood in the way has changed: what its variables hold (functions and classes by identity, all else by type,
containers also by whether there is anything in them), and the globals and class attributes that its last verdict rested
on. Then, or when its time is over, it is tried again; each try in vain doubles the time.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ..bound import perf_counter
from ..peek import (
    CONTAINERS,
    FUNCTIONS,
    IMMUTABLE,
    MISSING,
    is_class,
    is_function,
    is_module,
    name_of,
    peek,
    receiver_of,
    variables_of,
)
from ..records import dataclass, field

if TYPE_CHECKING:
    from ..analysis.domain.places import Guard

SHARE = 100  # of the time that passes, what is looked at and tried in vain takes one part
SHORTEST, LONGEST = 0.05, 600.0  # seconds
AT_FIRST = 0.0002  # seconds for looks, whatever the time that has passed
TRY = 1e-4  # seconds, about, of trying again, at least
LOOK = 5e-6  # seconds, about, of one in which nothing is interpreted
BY_NAME = 0.002  # seconds between two looks at what is reached by name, which may be far apart in memory
SEEN = 8
WATCHED = 64  # globals and attributes

Watch = tuple[tuple[Any, str, int], ...]  # a module's variables, or a class; a name; the identity of what it means


class Holding(Protocol):
    """A verdict, as far as it is asked here (a `verdicts.Decision`)."""

    def holds(self, roots: Mapping[str, object]) -> bool: ...


@dataclass(slots=True)
class Rest:
    """How a region rests. Times are of `perf_counter`."""

    why: str = ""
    names: Sequence[str] = ()  # of the region's variables
    by_type: frozenset[int] = IMMUTABLE.ids  # types of which that is all that may make a difference
    tries: int = 0  # in vain
    entries: int = 0  # while it rested
    gained: bool = False  # it has been worth while
    asleep: bool = False
    until: float = 0.0
    looked: float = 0.0  # when it was looked last whether something has changed
    named: float = 0.0  # the same of what is reached by name
    allowed: float = field(default_factory=lambda: AT_FIRST)  # seconds for that
    seen: tuple[object, ...] = ()  # kinds of values with which it was in vain
    watch: Watch = ()
    verdict: Holding | None = None  # which gains nothing, and holds on to nothing that would not last

    def sleep(
        self, why: str, cost: float, values: Iterable[object], watch: Watch, verdict: Holding | None = None
    ) -> None:
        """Begins after tries that cost so many seconds."""
        now = perf_counter()
        if watch != self.watch:
            self.seen = ()
        self.why, self.asleep, self.watch, self.verdict = why, True, watch, verdict
        self.seen = (*self.seen, entered_with := kinds(values))[-SEEN:]
        self.by_type = IMMUTABLE.ids.union(kind for kind in entered_with if type(kind) is int)
        self.until = now + min(LONGEST, max(SHORTEST, SHARE * cost) * 2.0 ** min(self.tries, 30))
        self.looked = self.named = now
        self.allowed = min(self.allowed, AT_FIRST - cost if self.tries else AT_FIRST)
        self.tries += 1

    def stays(self, values: Sequence[object]) -> bool:
        """Whether it goes on with these values of its variables.

        In one piece: this is what a region costs that rests.
        """
        now = perf_counter()
        if now < self.until:
            self.allowed = allowed = min(AT_FIRST, self.allowed + (now - self.looked) / SHARE)
            self.looked = now
            if allowed <= 0.0:
                return True
            by_type = self.by_type
            entered_with = tuple([kind if (kind := id(type(value))) in by_type else _kind(value) for value in values])
            if entered_with in self.seen:
                if self.verdict is None and now - self.named < BY_NAME:
                    return True
                self.named = now
                for holder, name, known in self.watch:
                    if id(holder.get(name, MISSING) if type(holder) is dict else peek(holder, name)) != known:
                        break
                else:
                    if self.verdict is None:
                        self.allowed -= LOOK
                        return True
                    if self.holds(values):
                        self.allowed -= perf_counter() - now
                        return True
            self.allowed -= TRY
        self.asleep = False
        return False

    def holds(self, values: Sequence[object]) -> bool:
        """Whether its last verdict would be the same."""
        return self.verdict is None or self.verdict.holds(dict(zip(self.names, values, strict=True)))

    def __str__(self) -> str:
        left = max(0.0, self.until - perf_counter())
        return f"rests, as {self.why}; tried again in {left:.2g} s, or when what it rests on has changed"


def kinds(values: Iterable[object]) -> tuple[object, ...]:
    """What may make a difference to a verdict, of the values of variables; no object is kept."""
    return tuple([kind if (kind := id(type(value))) in IMMUTABLE.ids else _kind(value) for value in values])


def _kind(value: Any) -> object:
    kind = type(value)
    if id(kind) in CONTAINERS.ids:
        return id(kind), bool(len(value))
    if kind is types.FunctionType:
        return id(value.__code__)
    if kind is types.MethodType:
        return id(value.__func__)
    if kind is types.BuiltinMethodType and not is_module(receiver := receiver_of(value)) and receiver is not None:
        return id(kind), name_of(value), id(type(receiver))  # made anew each time that it is asked for
    if id(kind) in FUNCTIONS.ids or issubclass(kind, type | types.ModuleType):
        return id(value)
    return id(kind)


def watch_of(guards: Iterable[Guard], lasts: Any) -> Watch:
    """The globals and class attributes that a verdict rests on; lasts: whether what holds them lasts without us."""
    watched: list[tuple[Any, str, int]] = []
    for guard in guards:
        path = guard.path
        if path.kind == "global" and not path.steps:
            name = path.name
        elif path.kind == "object" and len(path.steps) == 1 and path.steps[0][0] == "attr" and is_class(path.holder):
            name = str(path.steps[0][1])
        else:
            continue
        if lasts(path.holder):
            watched.append((path.holder, name, _meaning(path.holder, name)))
            if len(watched) == WATCHED:
                break
    return tuple(watched)


def reached_by_name(code: types.CodeType, module: dict[str, object], lasts: Any) -> Watch:
    """The globals that a function, and those that it reaches by name, use, and the attributes of modules among them."""
    watched: dict[tuple[int, str], tuple[Any, str, int]] = {}
    todo, seen = [(code, module)], {id(code)}
    while todo and len(watched) < WATCHED:
        code, names = todo.pop(0)
        holders = [names] if lasts(names) else []
        holders += [variables_of(meant) for name in code.co_names if is_module(meant := names.get(name))]
        for holder in holders:
            for name in code.co_names:
                if name not in holder or not lasts(holder):
                    continue
                meant = holder[name]
                watched[id(holder), name] = holder, name, id(meant)
                if is_function(meant) and id(meant.__code__) not in seen:
                    seen.add(id(meant.__code__))
                    todo.append((meant.__code__, meant.__globals__))
        todo += [(inner, names) for inner in code.co_consts if type(inner) is types.CodeType]
    return tuple(list(watched.values())[:WATCHED])


def again(watch: Watch) -> Watch:
    """The same names, with what they mean now."""
    return watch if unchanged(watch) else tuple([(holder, name, _meaning(holder, name)) for holder, name, _ in watch])


def genuine(watch: Watch) -> bool:
    """Whether all names mean what was defined by that name: none of it stands in for something else, as in a test."""
    for holder, name, _ in watch:
        meant = holder.get(name, MISSING) if type(holder) is dict else peek(holder, name)
        if not (type(meant) in IMMUTABLE or is_module(meant) or name_of(meant) == name):
            return False
    return True


def unchanged(watch: Watch) -> bool:
    for holder, name, known in watch:
        if id(holder.get(name, MISSING) if type(holder) is dict else peek(holder, name)) != known:
            return False
    return True


def _meaning(holder: Any, name: str) -> int:
    return id(holder.get(name, MISSING) if type(holder) is dict else peek(holder, name))
