"""The contents of fresh objects, which grow while a region is interpreted, and what depends on their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...records import record
from .effects import Effect
from .values import NOTHING, Value, join

if TYPE_CHECKING:
    pass


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
    """The contents of a fresh object; grows only."""

    __slots__ = ("_element", "_keys", "attrs", "clock", "entries", "serial")

    def __init__(self, clock: Clock) -> None:
        self.clock, self.serial = clock, clock.made
        clock.made += 1
        self.attrs: dict[str, Value] = _Watched(clock, self.serial)
        self.entries: dict[object, Value] = _Watched(clock, self.serial)
        self._element = self._keys = NOTHING

    @property
    def element(self) -> Value:
        self.clock.read.add(self.serial)
        return self._element

    @element.setter
    def element(self, value: Value) -> None:
        if value != self._element:
            self.clock.changed(self.serial)
            self._element = value

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
        element, keys = join(self._element, element), join(self._keys, keys)
        if element != self._element or keys != self._keys:
            self.clock.changes += 1
            self.clock.last[self.serial] = self.clock.changes
            self.clock.grown.add(self.serial)
            self._element, self._keys = element, keys

    def values(self) -> list[Value]:
        """All that the object holds: attributes, elements, keys, and what stands under constant keys."""
        return [*self.attrs.values(), self.element, self.keys, *self.entries.values()]

    def enter(self, key: object, value: Value) -> None:
        """Adds a value under a constant key."""
        self.entries[key] = join(self.entries.get(key, NOTHING), value)


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

    def holds(self, clock: Clock) -> bool:
        last = clock.last
        return all(last.get(serial, 0) <= self.begun for serial in self.found)
