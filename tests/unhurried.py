"""Decisions that take as long as they take: counted in instructions, with a clock that stands still.

A verdict then does not depend on how fast the machine is, or on what the process has decided before. Slices may compute
for seconds.
"""

from __future__ import annotations

from xcs.entry.effort import effort
from xcs.lint import check
from xcs.runtime import stats


def stands_still() -> float:
    return 0.0


effort.clock = effort.wall = stands_still
effort.begun = effort.wasted = effort.waited = 0.0
check.MOST_SECONDS = float("inf")
stats.FIRST = stats.MOST = stats.AT_ONCE = 2.0
