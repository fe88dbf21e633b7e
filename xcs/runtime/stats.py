"""What happened: mutable counters, and the report made of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

FIRST, ENTRY, MOST = 0.05, 0.001, 0.25  # seconds
SWITCH = sys.getswitchinterval()


@dataclass(slots=True)
class Counters:
    """Counts of one decorated function. Times in seconds.

    `credit`: what its slices may still compute while nothing is waited for. They compute twice what the program does;
    where that is more than what early calls save, they have to stop.
    """

    early: int = 0
    tasks: int = 0
    waited: float = 0.0
    saved: float = 0.0
    mispredictions: int = 0
    credit: float = FIRST
    slow: bool = True  # the last part of a slice took long: the next one is measured exactly
    shortest: dict[int, float] = field(default_factory=dict)  # by site

    def earn(self, seconds: float) -> None:
        """At each entry, a little to try with."""
        self.credit = min(MOST, self.credit + seconds)

    def gain(self, site: int, seconds: float, waited: float) -> None:
        """At a take: what the early start has saved. Part of what the call took it may have waited for the interpreter,
        which the program had meanwhile."""
        self.saved += seconds - waited
        least = self.shortest.get(site, seconds)
        if seconds <= least:
            least = self.shortest[site] = seconds
        if self.credit < MOST:
            self.earn(max(0.0, max(least - SWITCH, least / 4) - waited))


@dataclass(frozen=True, slots=True)
class Stats:
    """A report: how often regions were entered (`calls`), each region's remark, tasks run early, seconds waited and
    saved, and early calls that were not used because the program asked for something else."""

    calls: int
    regions: tuple[object, ...]
    tasks: int
    waited: float
    saved: float
    mispredictions: int

    def __str__(self) -> str:
        lines = [
            f"{self.calls} regions entered, {self.tasks} calls run early, waited {self.waited:.2f} s, "
            f"saved {self.saved:.2f} s, {self.mispredictions} mispredictions"
        ]
        lines += [f"  {remark}" for remark in self.regions]
        return "\n".join(lines)
