"""What has been made of pieces of code, kept by file and code; the oldest make room."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")
MOST_CODES = 1000  # pieces of code


class ByCode(Generic[Made]):
    """A table that several threads may use at once: they may make the same twice, that is all."""

    __slots__ = ("made", "most")

    def __init__(self, most: int = MOST_CODES) -> None:
        self.most = most
        self.made: dict[tuple[str, types.CodeType], Made] = {}  # equal code of two files is not one function

    def of(self, code: types.CodeType, make: Callable[[], Made]) -> Made:
        """What has been made of the code, or is made now.

        Raises:
            What `make` raises; then nothing is kept.
        """
        key = (code.co_filename, code)
        found = self.made.get(key)
        if found is None:
            found = make()
            while len(self.made) >= self.most:
                try:
                    self.made.pop(next(iter(self.made)), None)
                except (RuntimeError, StopIteration):  # another thread makes room
                    break
            self.made[key] = found
        return found


__all__ = ["ByCode"]
