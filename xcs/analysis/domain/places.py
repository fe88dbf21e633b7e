"""Where objects are: paths from what a region starts from, what is there now, and what is to be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final, Literal

from ...peek import CONTAINERS, MISSING, Kinds, built_in_names, instance_dict, peek, target_of
from ...records import assert_never, dataclass, field, record


@record
class Exactly:
    """A class that is a step's key: told apart by identity, as metaclasses may define equality."""

    ident: int
    cls: type = field(compare=False, repr=False)


FramePart = Literal["row", "named", "cells", "column", "labels"]  # of a data frame: no object of its own
# To an attribute, an item of a dictionary or tuple, elements, values, what a method writes to; and `SAME`.
StepKind = Literal["attr", "item", "elements", "values", "target", "oftype", "parts", "namespace", FramePart]
Step = tuple[StepKind, object]
SAME: Final[frozenset[StepKind]] = frozenset(("oftype", "parts", "namespace"))  # no further, as a reader sees it


Root = Literal["local", "cell_of", "global", "object"]
GuardKind = Literal["is", "type", "typein", "plain", "holds"]


@record
class Path:
    """How an object is reached at region entry: a root and steps.

    Roots: `local`, `cell_of` (a cell), `global` (a name of a module's dictionary), `object` (the holder itself).
    """

    kind: Root
    name: str
    steps: tuple[Step, ...] = ()
    holder: dict[str, object] | None = field(default=None, compare=False, repr=False)
    holder_id: int = 0
    code: int = field(default=0, init=False, compare=False, repr=False)  # the hash, once it has been asked for

    def __hash__(self) -> int:
        if not self.code:
            self.code = hash((self.kind, self.name, self.steps, self.holder_id))  # type: ignore[misc]
        return self.code

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Path)
            and self.name == other.name
            and self.holder_id == other.holder_id
            and self.steps == other.steps
            and self.kind == other.kind
        )

    def step(self, kind: StepKind, key: object) -> Path:
        return Path(self.kind, self.name, (*self.steps, (kind, key)), self.holder, self.holder_id)

    def __str__(self) -> str:
        text = self.name
        for kind, key in self.steps:
            text += f".{key}" if kind == "attr" else "" if kind in SAME else "[...]"
        return text


def object_path(obj: object, name: str, *attributes: str) -> Path:
    """The path of a live object itself (of an attribute of it)."""
    steps: tuple[Step, ...] = tuple([("attr", a) for a in attributes]) if attributes else ()
    return Path("object", name, steps, obj, id(obj))  # type: ignore[arg-type]


def global_path(variables: dict[str, object], name: str) -> Path:
    """The path of a module's variable; the same by its name and as an attribute of the module."""
    return Path("global", name, (), variables, id(variables))


def depth(path: Path) -> int:
    """How many objects a path leads through."""
    return sum(kind not in SAME for kind, _ in path.steps)


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """What a decision rests on: what is at `path` is `expected`, has its type, is plain data, or meets a condition."""

    path: Path
    kind: GuardKind
    expected: object
    check: Callable[[object], bool] | None = None


MAPPINGS: Final = Kinds((*(c for c in CONTAINERS if issubclass(c, dict)), defaultdict))
ITERATED: Final = Kinds((*CONTAINERS, defaultdict))  # going through them runs no code


def values_at(path: Path, roots: Mapping[str, object]) -> Iterator[object]:
    """Every object that the path leads to now (several where it goes through elements)."""
    found: list[object]
    match path.kind:
        case "global":
            assert path.holder is not None
            value = path.holder.get(path.name, MISSING)
            if value is MISSING:
                value = built_in_names(path.holder).get(path.name, MISSING)
            found = [value]
        case "object":
            found = [path.holder]
        case "cell_of":
            try:
                found = [path.holder.cell_contents]  # type: ignore[union-attr]
            except ValueError:
                found = [MISSING]
        case "local":
            found = [roots.get(path.name, MISSING)]
        case _:
            assert_never(path.kind)
    for kind, key in path.steps:
        found = step_to(kind, key, [value for value in found if value is not MISSING])
    return iter(found)


def step_to(kind: StepKind, key: object, found: list[object]) -> list[object]:
    """The objects one step further."""
    match kind:
        case "attr":
            return [peek(value, str(key)) for value in found]
        case "elements":
            return list(chain.from_iterable(map(elements, different(found))))
        case "values":
            held: list[Any] = [v for v in different(found) if type(v) in MAPPINGS]
            return list(chain.from_iterable(map(dict.values, held)))
        case "oftype":
            return [value for value in found if type(value) is key.cls] if isinstance(key, Exactly) else found
        case "namespace":
            return [instance_dict(value) for value in found]
        case "target":
            return [target_of(value) for value in found]
        case "item":
            return [_item_of(value, key) for value in found]
        case "parts" | "row" | "named" | "cells" | "column" | "labels":
            return found
        case _:
            assert_never(kind)


def _item_of(held: object, key: object) -> object:
    """A dictionary's item, or what a tuple holds at a position."""
    if issubclass(type(held), dict):
        return dict.get(held, key, MISSING)  # type: ignore[call-overload]
    return held[key] if type(held) is tuple and type(key) is int and 0 <= key < len(held) else MISSING


MANY: Final = ("elements", "values")  # steps that lead from one object to several
MOST: Final = 512  # objects at one place that are looked at each
SHORT: Final = 8  # elements
EXAMPLES: Final = 256  # of more objects at a place, those that a decision looks at


def examples_at(path: Path, roots: Mapping[str, object], most: int = EXAMPLES) -> list[object]:
    """Objects that the path leads to now: all of them, or some where there are more."""
    found = list(values_at(Path(path.kind, path.name, (), path.holder, path.holder_id), roots))
    for kind, key in path.steps:
        present = [value for value in found if value is not MISSING]
        found = examples_of(kind, present, most) if kind in MANY else step_to(kind, key, present)
    return found


def examples_of(kind: StepKind, found: list[object], most: int) -> list[object]:
    """Elements (or values) of containers: all, or from each container the first ones and some of the others.

    Of a short one (a row, a pair) all: each of its elements may be of a type of its own.
    """
    if held_in(kind, found) <= most:
        return step_to(kind, None, found)
    kinds = ITERATED if kind == "elements" else MAPPINGS
    held: list[Any] = [c for c in islice(different(found), most) if type(c) in kinds]
    share = max(2, most // len(held))
    made: list[object] = []
    for container in held[: most // 2]:
        if len(made) >= most:
            break
        if len(container) <= SHORT:
            made += container.values() if kind == "values" else container
        elif type(container) is list or type(container) is tuple:
            apart = max(1, len(container) // (share // 2 or 1))
            made += (*container[: share // 2], *container[::apart])
        else:
            made += islice(container.values() if kind == "values" else container, share)
    return made


def held_in(kind: StepKind, found: list[object]) -> int:
    """How many elements (or values) containers have."""
    kinds = ITERATED if kind == "elements" else MAPPINGS
    held: list[Any] = [c for c in different(found) if type(c) in kinds]
    return sum(map(len, held))


def alone_at(path: Path, roots: Mapping[str, object], live: object) -> bool:
    """Whether the path leads to this object alone."""
    found = examples_at(path, roots, MOST)
    return len(found) < MOST and all(other is live for other in found)


def first_of(path: Path) -> Path | None:
    """The path up to where it first goes through elements; None: it leads to one object."""
    for index, (kind, _) in enumerate(path.steps):
        if kind in MANY:
            return Path(path.kind, path.name, path.steps[: index + 1], path.holder, path.holder_id)
    return None


def different(found: list[object]) -> list[object]:
    """Each object once: where objects refer to each other, the ways to them multiply with each step, they do not."""
    return found if len(found) < 2 else list({id(value): value for value in found}.values())


def elements(container: object) -> list[object]:
    """The elements of an exact built-in container (the keys of a dict)."""
    return list(container) if type(container) in ITERATED else []  # type: ignore[call-overload]
