"""What belongs to the task that a thread runs: the activation it is of, how deep that is, the log records held back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .task import Around

DEEPEST = 24


class _Here(threading.local):
    depth = 0
    around: Around | None = None
    records: list[Any] | None = None


here = _Here()


def nesting_too_deep() -> bool:
    """Whether a region entered here had better run plain: recursion without end must not take a thread a level."""
    return here.depth >= DEEPEST
