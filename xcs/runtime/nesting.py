"""What belongs to the task that a thread runs: the activation it is of, how deep that is, the log records held back."""

from __future__ import annotations

import threading
from contextvars import Context
from typing import Any

DEEPEST = 24


class Around:
    """What the tasks of an activation have in common. Not the activation: when the program has lost it, it ends.

    depth: of the regions in which a task runs; hold: of log records; above: of the task in which it is entered.
    """

    __slots__ = ("above", "context", "depth", "hold", "over", "pool")

    def __init__(
        self, pool: Any, context: Context, depth: int, hold: Any = None, above: Around | None = None
    ) -> None:
        self.pool, self.context, self.depth, self.hold, self.above = pool, context, depth, hold, above
        self.over = False

    def wanted(self) -> bool:
        """Whether somebody may still take what is started here: not in a task that was abandoned."""
        if self.above is not None and not self.above.wanted():
            self.over = True
        return not self.over


class _Here(threading.local):
    depth = 0
    around: Around | None = None
    records: list[Any] | None = None


here = _Here()


def nesting_too_deep() -> bool:
    """Whether a region entered here had better run plain: recursion without end must not take a thread a level."""
    return here.depth >= DEEPEST
