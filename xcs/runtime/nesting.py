"""What belongs to the task that a thread runs: the activation it is of, how deep that is, the log records held back."""

from __future__ import annotations

import threading
from contextvars import Context
from threading import get_ident
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
    apart: threading.Thread | None = None  # a worker's own, while it is not among the program's


here = _Here()
_active: dict[int, threading.Thread] = threading._active  # type: ignore[attr-defined]  # whom `enumerate` tells


def set_apart() -> None:
    """The thread that runs is none that the program counts, or joins: it is one of ours, without a call."""
    number = get_ident()
    here.apart = _active.get(number)
    _active.pop(number, None)


def let_in() -> bool:
    """The program's code is about to run in the thread: it may ask which one that is. False: it is there already."""
    thread = here.apart
    if thread is None:
        return False
    _active[get_ident()] = thread
    here.apart = None
    return True


def nesting_too_deep() -> bool:
    """Whether a region entered here had better run plain: recursion without end must not take a thread a level."""
    return here.depth >= DEEPEST
