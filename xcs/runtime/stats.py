"""What happened: mutable counters, and the report made of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counts of one decorated function. Times in seconds."""

    early: int = 0
    tasks: int = 0
    waited: float = 0.0
    saved: float = 0.0
    mispredictions: int = 0


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
