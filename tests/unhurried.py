"""Decisions that take as long as they take: counted in instructions, with a clock that stands still.

A verdict then does not depend on how fast the machine is, or on what the process has decided before. Slices may compute
for seconds.
"""

from __future__ import annotations

from collections.abc import Callable

from xcs.entry import code_state, rest
from xcs.entry.effort import effort
from xcs.lint import check
from xcs.runtime import accounts, stats


def stands_still() -> float:
    return 0.0


def unaccounted(put: Callable[[object, str, object], None] = setattr) -> None:
    """What a region's calls have cost and brought by the clock decides nothing from now on."""
    put(accounts, "LOSSES", 1 << 60)
    put(accounts, "ENOUGH", 1 << 60)
    put(accounts, "MUCH", float("inf"))
    put(accounts, "FIRST", float("inf"))
    put(code_state, "IN_VAIN", float("inf"))
    put(rest, "AT_FIRST", float("inf"))


effort.clock = effort.wall = stands_still
effort.total = accounts.Total()
effort.begun = effort.wasted = effort.waited = effort.vain = 0.0
check.MOST_SECONDS = float("inf")
stats.FIRST = stats.MOST = stats.AT_ONCE = 2.0
