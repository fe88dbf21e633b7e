"""What was found out about objects, kept while there is room for it."""

from __future__ import annotations

from typing import Generic, TypeVar

from .bound import suppress

K = TypeVar("K")
V = TypeVar("V")


class Memo(Generic[K, V]):
    """Values by the identity of objects, whose own hashes may run code of the program's or be slow.

    Each object is kept alive with its value, so that no other one gets its identity; the oldest makes room.
    """

    __slots__ = ("_held", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: dict[int, tuple[K, V]] = {}

    def get(self, key: K) -> V | None:
        found = self._held.get(id(key))
        return found[1] if found is not None else None

    def put(self, key: K, value: V) -> V:
        held = self._held
        if len(held) >= self.most and id(key) not in held:
            with suppress(RuntimeError, StopIteration):  # another thread has made room
                held.pop(next(iter(held)), None)
        held[id(key)] = key, value
        return value


__all__ = ["Memo"]
