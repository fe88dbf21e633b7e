"""What searches found before, for who asks again: it must not depend on who asked first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FREE = 1 << 30  # more steps than any search has left
Key = tuple[object, ...]


class FoundBefore:
    """What was found for keys by searches that end at a depth.

    What the end of a search cut short holds for who asks as deep down alone. What was found whole holds for who asks
    higher up, and deeper down as far as the search had steps left: beyond it, a search of its own would be cut.
    """

    def __init__(self) -> None:
        self.whole: dict[Key, tuple[Any, int]] = {}  # with the depth down to which it would be found
        self.cut: dict[Key, Any] = {}
        self.ended = 0  # how often a search was cut short
        self.left = FREE  # the fewest steps that a search had left since the last key was begun

    def clear(self) -> None:
        self.whole.clear()
        self.cut.clear()

    def within(self, depth: int, most: int) -> bool:
        """Whether a search may go on that deep down; it is noted how close to its end it comes."""
        if depth > most:
            self.ended += 1
            return False
        self.left = min(self.left, most - depth)
        return True

    def once(self, key: Key, depth: int, meanwhile: Any, find: Callable[[], Any]) -> Any:
        """What is found for a key, once; `meanwhile`: what it counts as while it is looked for."""
        known = self.whole.get(key)
        if known is not None and depth <= known[1]:
            self.left = min(self.left, known[1] - depth)
            return known[0]
        if (*key, depth) in self.cut:
            self.ended += 1
            return self.cut[(*key, depth)]
        self.whole[key] = (meanwhile, FREE)
        around, self.left = self.left, FREE
        ended = self.ended
        found = find()
        if self.ended == ended:
            self.whole[key] = (found, depth + self.left)
        else:
            self.cut[(*key, depth)] = found
            if known is not None:
                self.whole[key] = known
            else:
                del self.whole[key]
        self.left = min(around, self.left)
        return found
