"""Entry conditions as data, and their check."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..analysis.domain.places import MANY, MOST, Guard, Path, Step, examples_of, held_in, step_to, values_at
from ..peek import (
    CONTAINERS,
    IMMUTABLE,
    MISSING,
    built_in_names,
    class_lookup,
    dict_of,
    instance_dicts,
    is_class,
    is_plain,
    mro_of,
)
from ..records import assert_never


def holds(guard: Guard, roots: Mapping[str, object]) -> bool:
    """Whether the entry condition holds now."""
    return all(holds_of(guard, value) for value in values_at(guard.path, roots))


def holds_of(guard: Guard, value: object) -> bool:
    """Whether it holds of one of the objects that its path leads to."""
    match guard.kind:
        case "is":
            return value is guard.expected
        case "type":
            return type(value) is guard.expected or (
                value is MISSING and bool(guard.path.steps) and guard.path.steps[-1][0] == "item"
            )
        case "plain":
            return is_plain(value)
        case "typein":
            return value is MISSING or type(value) in guard.expected  # type: ignore[operator]
        case "holds":
            return guard.check is not None and guard.check(value)
        case _:
            assert_never(guard.kind)


FLAT = 20_000  # elements at one place, where nothing but their types is asked
FEW = 8  # examples of more
WHOLE = 4 * MOST  # elements of one that is looked at by itself
Crowded = set[Path]  # containers' elements that are too many to be looked at, by the path to them


class Checks:
    """The guards of a decision, arranged for a fast answer at each entry.

    What is reached by a name is compared at once. Of all others, paths with a common beginning are gone along once, and
    of many objects (elements of a list) each question is asked of all of them together; where they are too many, of
    some, and the caller is told.
    """

    __slots__ = ("count", "kinds", "names", "objects", "root")

    def __init__(self, guards: Sequence[Guard]) -> None:
        self.count = len(guards)
        self.names: list[tuple[dict[str, object], str, object]] = []  # a name of a dictionary is this object
        self.kinds: list[tuple[dict[Any, Any], object, object]] = []  # what a key gives has this type
        self.objects: list[tuple[Callable[[object], bool], object]] = []
        self.root = _Place()
        for guard in guards:
            if not _for_ever(guard) and not self.is_quick(guard):
                self.root.add(guard.path, guard)

    def is_quick(self, guard: Guard) -> bool:
        """Whether a guard is one that is asked by itself, which is noted."""
        path, holder = guard.path, guard.path.holder
        match path.kind, guard.kind, path.steps:
            case "global", "is", () if holder is not None and holder.get(path.name, MISSING) is guard.expected:
                self.names.append((holder, path.name, guard.expected))
            case "global", "is", () if holder is not None and _is_built_in(holder, path.name, guard.expected):
                beyond: Any = built_in_names(holder)
                self.names.append((holder, path.name, MISSING))
                self.names.append((beyond, path.name, guard.expected))
                if not any(names is holder and name == "__builtins__" for names, name, _ in self.names):
                    self.names.append((holder, "__builtins__", holder.get("__builtins__")))
            case "global", "type", () if holder is not None and type(holder.get(path.name)) is guard.expected:
                self.kinds.append((holder, path.name, guard.expected))
            case "object", "type", (("item", key),) if type(holder) is dict and key in holder:
                self.kinds.append((holder, key, guard.expected))
            case "object", "holds", () if guard.check is not None:
                self.objects.append((guard.check, holder))
            case "object", "is", (step,) if (check := _class_attribute(holder, step, guard.expected)) is not None:
                self.objects.append((check, holder))
            case _:
                return False
        return True

    def hold(self, roots: Mapping[str, object], crowded: Crowded | None = None) -> bool:
        """Whether all entry conditions hold now, as far as they are asked: not of the elements in `crowded`."""
        for names, name, expected in self.names:
            if names.get(name, MISSING) is not expected:
                return False
        for held, key, kind in self.kinds:
            if type(held.get(key, MISSING)) is not kind:
                return False
        for check, holder in self.objects:
            if not check(holder):
                return False
        return self.root.hold_below(roots, set() if crowded is None else crowded)

    def of_item(self, path: Path) -> Callable[[object], bool] | None:
        """Whether all that is asked of the elements at a path holds of one of them. None: nothing is asked."""
        place = self.root.starts.get((path.kind, path.name, path.holder_id))
        for step in path.steps:
            place = place.below.get(step) if place is not None else None
        return _of_one(place) if place is not None else None


def _is_built_in(module: Mapping[str, object], name: str, expected: object) -> bool:
    """Whether a name is no variable of a module, and means this as a built-in one."""
    return name not in module and expected is not MISSING and built_in_names(module).get(name, MISSING) is expected


FIXED, OF_A_STATEMENT = 1 << 8, 1 << 9  # flags of types: cannot be changed; made as a class statement does it


def _for_ever(guard: Guard) -> bool:
    """Whether it holds as long as there is Python: what built-in types have, what objects of them are."""
    holder: object = guard.path.holder
    if guard.path.kind != "object":
        return False
    if guard.kind == "type" and not guard.path.steps:
        return type(holder) in CONTAINERS and type(holder) is guard.expected
    if guard.kind != "is" or len(guard.path.steps) != 1 or type(holder) is not type:
        return False
    return all(base.__flags__ & FIXED or not base.__flags__ & OF_A_STATEMENT for base in mro_of(holder))


def _class_attribute(cls: object, step: Step, expected: object) -> Callable[[object], bool] | None:
    """Whether a class's attribute is what it was, found in the same class along the same MRO; None: ask slowly."""
    kind, name = step
    if kind != "attr" or not is_class(cls) or type(name) is not str:
        return None
    order = mro_of(cls)
    before = []
    for base in order:
        names = dict_of(base)
        if name in names:
            if names[name] is not expected:
                return None
            break
        before.append(names)
    else:
        if expected is not MISSING:
            return None
        names = {}

    def check(now: object) -> bool:
        if mro_of(now) is not order:  # type: ignore[arg-type]
            return False
        if names.get(name, MISSING) is not expected:
            return False
        return not before or all(name not in earlier for earlier in before)

    return check


class _Place:
    """What stands at a beginning of paths: the guards there, and the places one step further.

    path: of a start, and of what a path leads to by going through elements for the first time.
    """

    __slots__ = ("below", "flat", "guards", "path", "starts")

    def __init__(self, path: Path | None = None) -> None:
        self.guards: list[Guard] = []
        self.below: dict[Step, _Place] = {}
        self.starts: dict[tuple[str, str, int], _Place] = {}  # of the root: by where paths begin
        self.path = path
        self.flat = True  # only types are asked for

    def add(self, path: Path, guard: Guard) -> None:
        key = (path.kind, path.name, path.holder_id)
        place = self.starts.get(key)
        if place is None:
            start = Path(path.kind, path.name, (), path.holder, path.holder_id)
            place = self.starts[key] = _Place(start)
        several: Path | None = None
        for index, step in enumerate(path.steps):
            if several is None and step[0] in MANY:
                several = Path(path.kind, path.name, path.steps[: index + 1], path.holder, path.holder_id)
            place.flat = False
            place = place.below.setdefault(step, _Place(several))
        place.guards.append(guard)
        place.flat = place.flat and guard.kind == "type"

    def hold_below(self, roots: Mapping[str, object], crowded: Crowded) -> bool:
        for place in self.starts.values():
            assert place.path is not None
            if not place.hold(list(values_at(place.path, roots)), crowded):
                return False
        return True

    def hold(self, values: list[object], crowded: Crowded) -> bool:
        """Whether the guards here and below hold of these objects."""
        for guard in self.guards:
            if guard.kind == "plain" and self.path is not None and held_in("elements", values) > FLAT:
                crowded.add(self.path)
            elif not _all_hold(guard, values):
                return False
        if not self.below:
            return True
        present = (
            values if len(values) == 1 and values[0] is not MISSING else [v for v in values if v is not MISSING]
        )
        alike = len(present) == 1 or (present and len(set(map(id, map(type, present)))) == 1)
        single = type(present[0]) if alike else None
        dictionaries = instance_dicts(single, present) if single is not None else None
        for (kind, key), place in self.below.items():
            if kind == "attr" and dictionaries is not None and single is not None:
                held = class_lookup(single, str(key))
                if type(held) is not types.MemberDescriptorType:
                    if not place.hold([d.get(str(key), held) for d in dictionaries], crowded):
                        return False
                    continue
            if kind in MANY and held_in(kind, present) > (FLAT if place.flat else MOST):
                assert place.path is not None
                crowded.add(place.path)
                step = examples_of(kind, present, FEW)
            else:
                step = step_to(kind, key, present)
            if not place.hold(step, crowded):
                return False
        return True


def _of_one(place: _Place) -> Callable[[object], bool]:
    """Whether the guards at a place and below hold of one object, and none of its own elements are too many."""
    if not place.below and len(place.guards) == 1 and place.guards[0].kind == "type":
        kind = place.guards[0].expected
        return lambda item: type(item) is kind

    def check(item: object) -> bool:
        crowded: Crowded = set()
        return held_in("elements", [item]) <= WHOLE and place.hold([item], crowded) and not crowded

    return _of_parts(place, check) or check


def _of_parts(place: _Place, check: Callable[[object], bool]) -> Callable[[object], bool] | None:
    """The same as `check`, faster, where of objects of one class nothing but attributes is asked, or of dictionaries
    what some keys give."""
    steps = {step for step, _ in place.below}
    asked = [(key, guard) for (_, key), below in place.below.items() for guard in below.guards]
    alone = not any(below.below for below in place.below.values())
    if not alone or [g.kind for g in place.guards] != ["type"] or any(g.kind not in ("is", "type") for _, g in asked):
        return None
    kind: Any = place.guards[0].expected
    if kind is dict and steps == {"item"}:
        typed = [(key, guard.expected) for key, guard in asked if guard.kind == "type"]
        return _of_dictionary(typed, [(key, guard) for key, guard in asked if guard.kind != "type"])
    getter: Any = class_lookup(kind, "__dict__")
    if steps != {"attr"} or type(getter) is not types.GetSetDescriptorType or issubclass(kind, type):
        return None
    own_of = getter.__get__
    same = [_class_attribute(kind, ("attr", key), g.expected) if g.kind == "is" else None for key, g in asked]
    of_class = [(str(key), g, unchanged) for (key, g), unchanged in zip(asked, same, strict=True)]

    def attributes(item: object) -> bool:
        if type(item) is not kind:
            return False
        if type(own := own_of(item)) is not dict:
            return check(item)
        for name, guard, unchanged in of_class:
            value = own.get(name, MISSING)
            if value is MISSING:
                if unchanged is not None and unchanged(kind):
                    continue
                value = class_lookup(kind, name)
                if type(value) is types.MemberDescriptorType:
                    return check(item)
            if not holds_of(guard, value):
                return False
        return True

    return attributes


def _of_dictionary(typed: list[tuple[Any, object]], others: list[tuple[Any, Guard]]) -> Callable[[object], bool]:
    """Whether an object is a dictionary under whose keys, where they are there, stand values of these types, and for
    whose values these guards hold."""

    def check(item: object) -> bool:
        if type(item) is not dict or len(item) > WHOLE:
            return False
        for key, kind in typed:
            value = item.get(key, MISSING)
            if type(value) is not kind and value is not MISSING:
                return False
        return not others or all(holds_of(guard, item.get(key, MISSING)) for key, guard in others)

    return check


def _all_hold(guard: Guard, values: list[object]) -> bool:
    """Whether one guard holds of each of the objects."""
    match guard.kind:
        case "is":
            expected = guard.expected
            return all(value is expected for value in values)
        case "type" if len(values) > 1:
            kinds = set(map(id, map(type, values)))
            return kinds == {id(guard.expected)} or all(holds_of(guard, value) for value in values)
        case "plain" if len(values) > 1:
            return IMMUTABLE.ids.issuperset(map(id, map(type, values))) or all(map(is_plain, values))
        case "type" | "plain" | "typein" | "holds":
            return all(holds_of(guard, value) for value in values)
        case _:
            assert_never(guard.kind)
