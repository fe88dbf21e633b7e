"""Whether what a region writes is no part of what its early calls read: asked at entry, or of each item."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from gc import get_referents
from typing import TYPE_CHECKING, Any, Final

from ..analysis.domain.places import MANY, MOST, Path, Step, first_of, held_in, step_to, values_at
from ..peek import CONTAINERS, IMMUTABLE, MISSING, Kinds, home_of, instance_dict, peek, text
from ..records import dataclass, field
from ..remarks import Bailout
from .company import company

if TYPE_CHECKING:
    from ..plan.legality.candidate import Separation

Question = Callable[[object], bool]
REACHED: Final = 5_000  # objects; what holds more of them is not looked at
REFERENCES: Final = 4  # elements of containers for each
PACKAGE: Final = __name__.partition(".")[0]
PASSED: Final = Kinds((types.CodeType, types.ModuleType, *IMMUTABLE))  # through which nothing of a program is reached
FIXED: Final = Kinds((tuple, frozenset))
COROUTINE: Final = types.CoroutineType
SUSPENDED: Final = Kinds((types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType))


@dataclass(slots=True)
class _Side:
    """One side of a separation: what is there at entry, or the elements from which it is reached.

    met: objects of items that have been looked at.
    """

    path: Path
    deep: bool
    found: list[object] = field(default_factory=list)
    several: Path | None = None
    met: set[int] = field(default_factory=set)

    def of_item(self, item: object) -> set[int] | None:
        assert self.several is not None
        found = reached_by(self.path.steps[len(self.several.steps) :], [item])
        return None if found is None else reachable(found, self.deep, MOST)


def questions(
    separate: Iterable[Separation], roots: Mapping[str, object], crowded: Collection[Path], asked: Collection[Path],
    shared: Collection[str],
) -> dict[Path, list[Question]]:  # fmt: skip
    """What is to be asked of items, by the path of the elements; the rest is asked now.

    crowded: elements that are too many to be looked at now; asked: those that can be asked one by one; shared: the
    variables that inner functions see.
    Raises:
        Bailout: what the region writes is a part of what its early calls read, or there is too much to be looked at.
    """
    later: dict[Path, list[Question]] = {}
    for write, read, deep in separate:
        if unshared(write, roots, shared):
            continue
        parts = bool(write.steps) and write.steps[-1][0] == "parts"
        written, needed = _side(write, parts, roots, crowded, asked), _side(read, deep, roots, crowded, asked)
        if written.several is None and needed.several is None:
            _apart_now(written, needed)
            continue
        for side, other in ((written, needed), (needed, written)):
            if other.several is None:
                other.met = _all(other)
            if side.several is not None:
                later.setdefault(side.several, []).append(_question(side, other))
    return later


def _question(side: _Side, other: _Side) -> Question:
    def apart(item: object) -> bool:
        found = side.of_item(item)
        if found is None or not found.isdisjoint(other.met):
            return False
        if other.several is not None:
            side.met |= found
        return True

    return apart


def _side(
    path: Path, deep: bool, roots: Mapping[str, object], crowded: Collection[Path], asked: Collection[Path]
) -> _Side:
    several = first_of(path)
    if several is None or several not in crowded:
        start = Path(path.kind, path.name, (), path.holder, path.holder_id)
        found = reached_by(path.steps, list(values_at(start, roots)))
        if found is not None:
            return _Side(path, deep, found)
    if several not in asked:
        raise Bailout("not-entered", f"`{path}` holds too many objects to look at")
    return _Side(path, deep, several=several)


def reached_by(steps: tuple[Step, ...], found: list[object]) -> list[object] | None:
    """What steps lead to; None: to too many objects."""
    for kind, key in steps:
        found = [value for value in found if value is not MISSING]
        if kind in MANY and held_in(kind, found) > MOST:
            return None
        found = step_to(kind, key, found)
    return found


def _apart_now(written: _Side, needed: _Side) -> None:
    """From the side that is a few objects, the other one is looked through no further than to the first of them.

    Raises:
        Bailout: they share something, or there is too much to look at.
    """
    owners = changeable(written)
    if not owners:
        return
    asked = reachable(needed.found, needed.deep, REACHED, owners)
    if asked is None:
        raise Bailout("not-entered", f"`{written.path}` and `{needed.path}` hold too many objects to compare")
    if not owners.isdisjoint(asked):
        what = f"`{written.path}`, which is written, was a part of `{needed.path}`, which its calls read"
        raise Bailout("not-entered", what)


def changeable(side: _Side) -> set[int]:
    """What is written of all that one side is: no tuples, nor the classes of what is a part of it. Two clients have
    their defaults in common."""
    return _all(side, set(map(id, side.found)))


def _all(side: _Side, written: set[int] | None = None) -> set[int]:
    found = reachable(side.found, side.deep, REACHED, held=written)
    if found is None:
        raise Bailout("not-entered", f"`{side.path}` holds too many objects to look at")
    return found


def reachable(
    found: Iterable[object], deep: bool, most: int, wanted: Collection[int] = frozenset(),
    held: Collection[int] | None = None,
) -> set[int] | None:  # fmt: skip
    """The identities of mutable objects; `deep`: with all that can be reached from them, up to the first that is
    wanted. None: too many. held: without tuples and classes, but for these."""
    seen: set[int] = set()
    fixed: set[int] = set()
    level = list(found)
    room = most * REFERENCES
    while level:
        new: list[object] = []
        for item in level:
            kind = type(item)
            if kind in PASSED or id(item) in seen:
                continue
            seen.add(id(item))
            if id(item) in wanted:
                return seen
            if held is not None and (kind in FIXED or issubclass(kind, type)) and id(item) not in held:
                fixed.add(id(item))
            if kind in CONTAINERS:
                room -= len(item)  # type: ignore[arg-type]
            if room < 0 or len(seen) > most:
                return None
            new.append(item)
        if not deep:
            return seen
        level = below(new)
    return seen - fixed


def below(found: list[object]) -> list[object]:
    """What objects refer to: all that the collector sees, not the modules of functions nor what classes hold.

    Of a logger only those above it: its handlers run where a record is handled, which is no part of what runs early.
    """
    made: list[object] = []
    seen: list[object] = []
    logging = sys.modules.get("logging")
    loggers = (peek(logging, "Logger"), peek(logging, "RootLogger")) if logging is not None else ()
    for item in found:
        kind = type(item)
        if kind is types.FunctionType:
            made += of_function(item)  # type: ignore[arg-type]
        elif kind in SUSPENDED:
            made += of_frame(item)
        elif any(kind is logger for logger in loggers):
            made.append(peek(item, "parent"))
        elif not issubclass(kind, type):
            seen.append(item)
    return made + get_referents(*seen)


def of_function(function: types.FunctionType) -> list[object]:
    """What a function holds: its variables from around it, its defaults, its attributes; not what `jit` knows of it."""
    attributes: object = instance_dict(function)
    if type(attributes) is dict and _ours(attributes.get("stats")):
        attributes = [value for name, value in attributes.items() if name != "stats"]
    return [*(function.__closure__ or ()), function.__defaults__, function.__kwdefaults__, attributes]


def _ours(stats: object) -> bool:
    """Whether an attribute of a function is the report that `jit` gives it."""
    if type(stats) is types.MethodType:
        return home_of(type(stats.__self__)).startswith(f"{PACKAGE}.")
    return type(stats) is types.FunctionType and text(stats.__globals__.get("__name__")).startswith(f"{PACKAGE}.")


def of_frame(item: object) -> list[object]:
    """What the variables of a generator or coroutine hold."""
    from ..runtime.peeled import locals_of

    held: Any = item
    kind = type(item)
    frame = held.gi_frame if kind is types.GeneratorType else held.cr_frame if kind is COROUTINE else held.ag_frame
    return list(locals_of(frame).values()) if frame is not None else []


def unshared(path: Path, roots: Mapping[str, object], shared: Collection[str]) -> bool:
    """Whether nothing refers to an object but one variable of the function: it is part of nothing.

    roots: as they are made at entry, from the arguments of the call that enters.
    """
    if path.kind != "local" or path.steps or path.name in shared:
        return False
    return path.name in roots and sys.getrefcount(roots[path.name]) <= ALONE


def theirs_alone(copied: Iterable[str], roots: Mapping[str, object], shared: Collection[str]) -> None:
    """Whether no other thread takes from, or adds to, the containers of which a slice has copies.

    Raises:
        Bailout: one may.
    """
    if not copied or not company():
        return
    for name in copied:
        if not unshared(Path("local", name), roots, shared):
            raise Bailout("not-entered", f"`{name}` may be used by other threads, too")


def _entered(number: int, *values: object) -> int:
    return _roots(values)


def _roots(values: tuple[object, ...]) -> int:
    roots = dict(zip(("made",), values, strict=True))
    return sys.getrefcount(roots["made"])


def _references() -> int:
    """How many references there are to what a function's one variable holds, when a region of it is entered."""
    made: list[object] = []
    return _entered(0, made)


ALONE: Final = min(_references(), 4)  # the variable, the arguments, the roots, and what counts them
