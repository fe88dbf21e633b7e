"""What belongs to the task that a thread runs: how deep regions are nested in it, and the log records held back."""

from __future__ import annotations

import threading
from typing import Any

DEEPEST = 24


class _Here(threading.local):
    depth = 0
    records: list[Any] | None = None


here = _Here()


def nesting_too_deep() -> bool:
    """Whether a region entered here had better run plain: recursion without end must not take a thread a level."""
    return here.depth >= DEEPEST
