"""The contents of fresh objects, which grow while a region is interpreted, and what depends on their changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ...ir.nodes import FunctionIR
from ...records import record
from .effects import Effect
from .values import NOTHING, Value, join

Body: TypeAlias = tuple[FunctionIR, dict[str, object]]  # of a function, with the variables of its module


class Clock:
    """The changes of all that one interpretation makes.

    `changes` counts them. An object has a serial number; `last` is what the count was at its last change. Of elements
    it is noted which objects' were asked for and which changed, and of all else what was the oldest that changed.
    """

    __slots__ = ("changes", "grown", "last", "made", "oldest", "read")

    def __init__(self) -> None:
        self.changes = self.made = self.oldest = 0
        self.last: dict[int, int] = {}
        self.read: set[int] = set()
        self.grown: set[int] = set()

    def changed(self, serial: int = -1) -> None:
        """Notes a change, of an object or of what was there before any (-1)."""
        self.changes += 1
        self.last[serial] = self.changes
        if serial < self.oldest:
            self.oldest = serial


class _Watched(dict[Any, Value]):
    """Values by name or constant key; counts its changes."""

    __slots__ = ("clock", "serial")

    def __init__(self, clock: Clock, serial: int) -> None:
        self.clock, self.serial = clock, serial

    def __setitem__(self, key: object, value: Value) -> None:
        if self.get(key) != value:
            self.clock.changed(self.serial)
            super().__setitem__(key, value)


class Memory:
    """The contents of a fresh object; grows only.

    `entries` has all that may stand under a constant key, unless elements have moved (`moved`). Under any other, any
    element may; what was put under a key that is not known (`_loose`) may stand under those that are met later, too.
    """

    __slots__ = ("_element", "_keys", "_loose", "attrs", "clock", "entries", "moved", "serial")

    def __init__(self, clock: Clock) -> None:
        self.clock, self.serial = clock, clock.made
        clock.made += 1
        self.attrs: dict[str, Value] = _Watched(clock, self.serial)
        self.entries: dict[object, Value] = _Watched(clock, self.serial)
        self._element = self._keys = self._loose = NOTHING
        self.moved = False

    @property
    def element(self) -> Value:
        self.clock.read.add(self.serial)
        return self._element

    @element.setter
    def element(self, value: Value) -> None:
        if value != self._element or not value <= self._loose:
            self.clock.changed(self.serial)
            self._element, self._loose = value, join(self._loose, value)

    @property
    def keys(self) -> Value:
        self.clock.read.add(self.serial)
        return self._keys

    @keys.setter
    def keys(self, value: Value) -> None:
        if value != self._keys:
            self.clock.changed(self.serial)
            self._keys = value

    def grow(self, element: Value, keys: Value = NOTHING) -> None:
        """Adds to the elements and keys, without asking what there is."""
        loose, element, keys = join(self._loose, element), join(self._element, element), join(self._keys, keys)
        if element != self._element or keys != self._keys or loose != self._loose:
            self.clock.changes += 1
            self.clock.last[self.serial] = self.clock.changes
            self.clock.grown.add(self.serial)
            self._element, self._keys, self._loose = element, keys, loose

    def at(self, key: object) -> Value:
        """All that may stand under a constant key."""
        held = None if self.moved else self.entries.get(key)
        return self.element if held is None else held

    def values(self) -> list[Value]:
        """All that the object holds: attributes, elements, keys, and what stands under constant keys."""
        return [*self.attrs.values(), self.element, self.keys, *self.entries.values()]

    def place(self, key: object, value: Value) -> None:
        """Adds a value that stands under a constant key since the object was made."""
        self.entries[key] = join(self.entries.get(key, NOTHING), value)
        self._hold(value)

    def enter(self, key: object, value: Value) -> None:
        """Adds a value that is stored under a constant key, where others may stand if it isn't."""
        self.place(key, join(value, self._loose))

    def scatter(self, value: Value) -> None:
        """Adds a value under a key that isn't known."""
        self.element = join(self._element, value)
        for key, held in list(self.entries.items()):
            self.entries[key] = join(held, value)

    def copy(self, other: Memory) -> None:
        """Adds what another object holds, under the keys that it has there."""
        for key, value in list(other.entries.items()):
            self.enter(key, value)
        self._hold(other.element)
        if other._loose:
            self.scatter(other._loose)
        if other.moved:
            self.shuffle()

    def _hold(self, value: Value) -> None:
        element = join(self._element, value)
        if element != self._element:
            self.clock.changed(self.serial)
            self._element = element

    def shuffle(self) -> None:
        """Whatever stands under one key may from now on stand under another."""
        if not self.moved:
            self.moved = True
            self.clock.changed(self.serial)


class Watch:
    """Whether what is interpreted since its making changed what was there before, and then asked for it."""

    __slots__ = ("begun", "clock", "grown", "oldest", "read")

    def __init__(self, clock: Clock) -> None:
        self.clock, self.oldest, self.read, self.grown = clock, clock.oldest, clock.read, clock.grown
        self.begun = clock.oldest = clock.made
        clock.read, clock.grown = set(), set()

    def end(self) -> bool:
        """True: what is interpreted again would find the same."""
        clock = self.clock
        asked = any(serial < self.begun and serial in clock.read for serial in clock.grown)
        untouched = clock.oldest >= self.begun and not asked
        clock.oldest = min(self.oldest, clock.oldest)
        clock.read |= self.read
        clock.grown |= self.grown
        return untouched


@record
class Summary:
    """What interpreting a function once gave.

    It holds for equal arguments as long as the objects that it came across (`found`), of those that were there before,
    are what they were when it began: what it changes itself it may find changed when it is called again.
    """

    begun: int  # `Clock.changes` at its beginning
    found: frozenset[int]  # serial numbers; -1 stands for what was there before the region
    touched: frozenset[int]  # with those that it made
    read: frozenset[int]  # of them, those whose elements it asked for
    result: Value
    effects: frozenset[Effect]
    bodies: Mapping[int, Body]

    def holds(self, clock: Clock) -> bool:
        last = clock.last
        return all(last.get(serial, 0) <= self.begun for serial in self.found)
