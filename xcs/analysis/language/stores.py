"""What the region puts into memory that was there before it: later reads may give it.

    box.part = noisy          # a store at (box, .part)
    box.part.run()            # may call the run of what `box.part` held at entry, and that of `noisy`

Fresh objects hold their contents themselves. Memory that is reached by another path counts as another object, which
becomes an entry condition.
"""

from __future__ import annotations

import types
from ast import literal_eval
from functools import partial

from ...ir.nodes import Instr
from ...peek import CONTAINERS, IMMUTABLE, MISSING, Kinds, class_lookup, class_name, instance_dict, is_a, is_class
from ..domain.effects import paths_may_equal, same_slot
from ..domain.machine import Machine
from ..domain.places import Path, examples_at
from ..domain.state import Frame
from ..domain.values import NOTHING, Abstract, Fresh, FreshKey, Inst, Value, join, origins_of
from .finalisers import ends_silently

GROWING = (".append", ".appendleft", ".add", ".extend", ".extendleft", ".insert", ".setdefault", ".sort", ".reverse")
DROPPED_AT = 2_000  # elements; of larger containers it isn't asked what dropping one of them runs
ASKED = 200  # the same, at each entry


def store(self: Machine, place: Path | FreshKey, slot: str, value: Value) -> None:
    """The value is put into a slot of what is at the place."""
    if self.clocks and isinstance(place, Path):
        self.stays.append((value, None))
    places = self.stores.setdefault(slot, {})
    before = places.get(place, NOTHING)
    after = join(before, value)
    if after != before:
        self.clock.changed()
        places[place] = after


def stored(self: Machine, place: Path | FreshKey, slot: str, known: Value) -> Value:
    """The value of a slot: `known`, which was there at entry, or anything put there since."""
    if slot not in self.stores and not slot.startswith("["):
        return known
    for written in [w for w in self.stores if same_slot(w, slot)] if slot.startswith("[") else (slot,):
        for other, value in self.stores.get(written, {}).items():
            if value <= known:
                continue
            if other == place:
                known = join(known, value)
            elif isinstance(other, Path) and isinstance(place, Path) and slot != "=":
                if paths_may_equal(other, place):
                    known = join(known, value)
                else:
                    self.separate.add((other, place, False))
    return known


def stored_in(self: Machine, abstract: Abstract, slot: str, known: Value) -> Value:
    """The value of a slot of an object that was there at entry."""
    if self.stores:
        for origin in () if isinstance(abstract, Fresh) else origins_of(abstract):
            known = stored(self, origin, slot, known)
    return known


def keep(self: Machine, holder: Abstract, element: Value, keys: Value = NOTHING, slot: str = "[]") -> None:
    """A container gets another element, with a key if it is a dictionary."""
    if isinstance(holder, Fresh):
        memory = self.memory(holder)
        memory.grow(element, keys)
        return
    for origin in origins_of(holder):
        store(self, origin, slot, element)
        if keys:
            store(self, origin, "keys", keys)


def dropped(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None, slot: str, what: str) -> None:
    """A write may drop the last reference to what was in the slot: its finaliser would run here."""
    if what.endswith(GROWING):
        return
    known = Kinds(_finalisers(self, abstract, slot, 0))
    for cls in known:
        if not ends_silently(self, cls, frame, node):
            self.unknown(frame, node, f"dropping a {class_name(cls)}, which defines __del__")
    if isinstance(abstract, Inst) and abstract.path is not None:
        self.condition(abstract.path, partial(_only_these, slot, _key_of(slot), known), f"what {slot} drops")


def _finalisers(self: Machine, abstract: Abstract, slot: str, depth: int) -> set[type]:
    """Classes with a finaliser among what a slot holds, and containers in it."""
    if isinstance(abstract, Fresh):
        memory = self.memory(abstract)
        inside = memory.attrs.get(slot[1:], NOTHING) if slot.startswith(".") else memory.element
        found = {c for a in inside if is_class(c := getattr(a, "cls", None)) and _finalised(c)}
        below = [a for a in inside if isinstance(a, Fresh | Inst) and a.cls in CONTAINERS and depth < 2]
        return found.union(*(_finalisers(self, a, "[]", depth + 1) for a in below))
    if not isinstance(abstract, Inst):
        return set()
    every = [abstract.live] if abstract.path is None else examples_at(abstract.path, self.roots)
    return {c for live in every for c in _kinds_held(live, slot, _key_of(slot), DROPPED_AT) if _finalised(c)}


def _only_these(slot: str, key: object, known: Kinds, live: object) -> bool:
    """Whether an object holds in a slot none whose finaliser has not been looked at."""
    return not any(kind not in known and _finalised(kind) for kind in _kinds_held(live, slot, key, ASKED))


def _kinds_held(live: object, slot: str, key: object, most: int) -> Kinds:
    """The classes of the objects in a slot of a live object, and in containers there. most: objects that are asked."""
    level = held = _held(live, slot, key, most)
    for _ in range(2):
        level = [o for c in level if type(c) in CONTAINERS for o in _held(c, "[]", MISSING, most)]
        if len(held) + len(level) > most:
            break
        held = [*held, *level]
    return Kinds({id(kind): kind for kind in map(type, held) if kind not in IMMUTABLE}.values())


def _held(live: object, slot: str, key: object, most: int) -> list[object]:
    """Objects in a slot of a live object. key: the slot's own, of a dictionary."""
    if slot.startswith("."):
        below = instance_dict(live) if live is not MISSING else None
        return [below[slot[1:]]] if below is not None and slot[1:] in below else []
    if type(live) not in CONTAINERS or len(live) > most:  # type: ignore[arg-type]
        return []
    if not is_a(live, dict):
        return [*live]  # type: ignore[misc]
    if key is not MISSING and all(type(other) in IMMUTABLE for other in live):  # others may define equality
        return [live[key]] if key in live else []
    return [*live.values()]


def _key_of(slot: str) -> object:
    """The key of a dictionary's item with a constant one."""
    return literal_eval(slot)[0] if slot.startswith("[") and slot != "[]" else MISSING


def _finalised(cls: type) -> bool:
    return type(class_lookup(cls, "__del__")) is types.FunctionType


__all__ = ["dropped", "keep", "store", "stored", "stored_in"]
