"""What happened: mutable counters, and the report made of them."""

from __future__ import annotations

import sys

from ..records import dataclass, field
from ..remarks import Located, Remark

FIRST, ENTRY, MOST = 0.02, 0.001, 0.25  # seconds
AT_ONCE = 0.004  # seconds
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
    took: float = 0.0  # by the calls that were taken
    mispredictions: int = 0
    credit: float = field(default_factory=lambda: FIRST)
    slow: bool = True  # the last part of a slice took long: the next one is measured exactly
    shortest: dict[int, float] = field(default_factory=dict)  # by site
    small: dict[int, bool] = field(default_factory=dict)  # sites whose answers are still to be read: it is little

    def allowed(self, started: int, computed: float) -> float:
        """The seconds that the slice of a region may compute now whose slices have `computed` so many.

        Until an early call has been taken, it lets the program come to those that it has `started`: what is computed
        while the program waits costs nothing. Afterwards it goes on if it computes less than the calls take.
        """
        if not self.took:
            return 0.0 if started and computed >= AT_ONCE else min(self.credit, AT_ONCE)
        return 0.0 if self.took < computed >= AT_ONCE else self.credit

    def earn(self, seconds: float) -> None:
        """At each entry, a little to try with."""
        self.credit = min(MOST, self.credit + seconds)

    def gain(self, site: int, seconds: float, waited: float) -> float:
        """At a take: what the early start has saved, in seconds. Part of what the call took it may have waited for the
        interpreter, which the program had meanwhile: a quick one counts as the quickest of its site."""
        self.saved += seconds - waited
        self.took += seconds
        least = self.shortest.get(site, seconds)
        if seconds <= least:
            least = self.shortest[site] = seconds
        if self.credit < MOST:
            self.earn(max(0.0, max(least - SWITCH, least / 4) - waited))
        return (seconds if least > 2 * SWITCH else least) - waited


def _shown(seconds: float) -> str:
    return f"{round(seconds, 2) + 0.0:.2f}"  # no negative zero


@dataclass(frozen=True, slots=True)
class Accounted:
    """A region's account: its number of entries that started calls early, and seconds: spent on deciding, on checking
    at entries and on starting calls and taking them, waited for early calls; saved, by the clock, less all that was
    spent. `rests`: why it runs as it is written for a while, or nothing. `early`: calls answered by their early starts;
    `in_place`: others of the region that may wait, how many of each, and why."""

    remark: object
    entries: int
    deciding: float
    checking: float
    slicing: float
    waited: float
    saved: float
    rests: str = ""
    early: int = 0
    in_place: tuple[tuple[Located, int], ...] = ()

    def __str__(self) -> str:
        spent = f"deciding {self.deciding:.3f} s, checking {self.checking:.3f} s, starting {self.slicing:.3f} s"
        text = f"  {self.remark}\n    {spent}, waited {self.waited:.2f} s, saved {_shown(self.saved)} s"
        if self.in_place:
            stayed = "; ".join(f"{count} {where.text}, line {where.line}" for where, count in self.in_place)
            text = f"{text}\n    {self.early} early, {sum(count for _, count in self.in_place)} in place: {stayed}"
        return f"{text}\n    {self.rests}" if self.rests else text


@dataclass(frozen=True, slots=True)
class Stats:
    """A report: how often regions were entered (`calls`), each region's remark, tasks run early, seconds waited and
    saved, and early calls that were not used because the program asked for something else; each region's account."""

    calls: int
    regions: tuple[Remark, ...]
    tasks: int
    waited: float
    saved: float
    mispredictions: int
    accounts: tuple[Accounted, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"{self.calls} regions entered, {self.tasks} calls run early, waited {self.waited:.2f} s, "
            f"saved {_shown(self.saved)} s, {self.mispredictions} mispredictions"
        ]
        told = {id(account.remark) for account in self.accounts}
        lines += [str(account) for account in self.accounts]
        lines += [f"  {remark}" for remark in self.regions if id(remark) not in told]
        return "\n".join(lines)
