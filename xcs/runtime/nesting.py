"""How deep regions are nested in the task that this thread runs."""

from __future__ import annotations

import threading

DEEPEST = 24

_here = threading.local()


def depth() -> int:
    return getattr(_here, "depth", 0)


def set_depth(value: int) -> None:
    _here.depth = value


def nesting_too_deep() -> bool:
    """Whether a region entered here had better run plain: recursion without end must not take a thread a level."""
    return depth() >= DEEPEST
