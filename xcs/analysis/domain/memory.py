"""The contents of fresh objects, which grow while a region is interpreted, and what depends on their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...records import record
from .effects import Effect
from .values import NOTHING, Value, join

if TYPE_CHECKING:
    pass


class _Watched(dict[Any, Value]):
    """Values by name or constant key; counts its changes."""

    __slots__ = ("serial",)

    def __init__(self, serial: int) -> None:
        self.serial = serial

    def __setitem__(self, key: object, value: Value) -> None:
        if self.get(key) != value:
            Memory.changed(self.serial)
            super().__setitem__(key, value)


class Memory:
    """The contents of a fresh object; grows only.

    `changes` counts those of every object ever made. An object has a serial number; `last` is what the count was at its
    last change. Of elements it is noted which objects' were asked for and which changed, and of all else what was the
    oldest that changed.
    """

    __slots__ = ("_element", "_keys", "attrs", "entries", "serial")
    changes = made = oldest = 0
    last: ClassVar[dict[int, int]] = {}
    read: ClassVar[set[int]] = set()
    grown: ClassVar[set[int]] = set()

    @staticmethod
    def begin() -> None:
        """Forgets what was noted in an earlier interpretation, which may have ended anywhere."""
        Memory.read, Memory.grown, Memory.last = set(), set(), {}

    @staticmethod
    def changed(serial: int = -1) -> None:
        """Notes a change, of an object or of what was there before any (-1)."""
        Memory.changes += 1
        Memory.last[serial] = Memory.changes
        if serial < Memory.oldest:
            Memory.oldest = serial

    def __init__(self) -> None:
        self.serial = Memory.made
        Memory.made += 1
        self.attrs: dict[str, Value] = _Watched(self.serial)
        self.entries: dict[object, Value] = _Watched(self.serial)
        self._element = self._keys = NOTHING

    @property
    def element(self) -> Value:
        Memory.read.add(self.serial)
        return self._element

    @element.setter
    def element(self, value: Value) -> None:
        if value != self._element:
            Memory.changed(self.serial)
            self._element = value

    @property
    def keys(self) -> Value:
        Memory.read.add(self.serial)
        return self._keys

    @keys.setter
    def keys(self, value: Value) -> None:
        if value != self._keys:
            Memory.changed(self.serial)
            self._keys = value

    def grow(self, element: Value, keys: Value = NOTHING) -> None:
        """Adds to the elements and keys, without asking what there is."""
        element, keys = join(self._element, element), join(self._keys, keys)
        if element != self._element or keys != self._keys:
            Memory.changes += 1
            Memory.last[self.serial] = Memory.changes
            Memory.grown.add(self.serial)
            self._element, self._keys = element, keys

    def enter(self, key: object, value: Value) -> None:
        """Adds a value under a constant key."""
        self.entries[key] = join(self.entries.get(key, NOTHING), value)


class Watch:
    """Whether what is interpreted since its making changed what was there before, and then asked for it."""

    __slots__ = ("begun", "grown", "oldest", "read")

    def __init__(self) -> None:
        self.oldest, self.read, self.grown = Memory.oldest, Memory.read, Memory.grown
        self.begun = Memory.oldest = Memory.made
        Memory.read, Memory.grown = set(), set()

    def end(self) -> bool:
        """True: what is interpreted again would find the same."""
        asked = any(serial < self.begun and serial in Memory.read for serial in Memory.grown)
        untouched = Memory.oldest >= self.begun and not asked
        Memory.oldest = min(self.oldest, Memory.oldest)
        Memory.read |= self.read
        Memory.grown |= self.grown
        return untouched


@record
class Summary:
    """What interpreting a function once gave.

    It holds for equal arguments as long as the objects that it came across (`found`), of those that were there before,
    are what they were when it began: what it changes itself it may find changed when it is called again.
    """

    begun: int  # `Memory.changes` at its beginning
    found: frozenset[int]  # serial numbers; -1 stands for what was there before the region
    touched: frozenset[int]  # with those that it made
    read: frozenset[int]  # of them, those whose elements it asked for
    result: Value
    effects: frozenset[Effect]

    def holds(self) -> bool:
        last = Memory.last
        return all(last.get(serial, 0) <= self.begun for serial in self.found)
