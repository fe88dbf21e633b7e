"""How near the decorated programs of `benchmarks/cases` come to their ideal, on the first call of a fresh process.

Ideal: the critical path with unlimited threads. Exits with 1 if a program is below 0.85 of it, differs from plain
Python, or mispredicts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from .measure import ProgramFailed, Report, measure

LATENCY = 0.2
LEAST = 0.85
THREADS = "nest_30_threads"
PATHS = {  # case -> latencies on its critical path; None: compared with bare threads
    "comprehension": 1,
    "documents": 1,
    "bare_sleep": 1,
    "hierarchy": 1,
    "chain": 2,
    "merge": 1,
    "operands": 1,
    "helper": 1,
    "tree": 1,
    "nest": 1,
    "decorated": 1,
    "nest_30": None,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A case: its ideal, and what was measured, in seconds; the reports are those of all repetitions."""

    name: str
    ideal: float
    measured: float
    reports: tuple[Report, ...]

    @property
    def ratio(self) -> float:
        return self.ideal / self.measured

    @property
    def identical(self) -> bool:
        return all(r.checked is not None and r.run.same(r.checked) for r in self.reports)

    @property
    def mispredictions(self) -> int:
        return sum(r.mispredictions for r in self.reports)

    @property
    def good(self) -> bool:
        return self.ratio >= LEAST and self.identical and not self.mispredictions


def measured(name: str, repeat: int) -> Row:
    """Measures one case in `repeat` fresh processes; the time is their median."""
    reports = tuple(measure(f"benchmarks.cases.{name}", "--check") for _ in range(repeat))
    latencies = PATHS[name]
    if latencies is None:
        bare = [measure(f"benchmarks.cases.{THREADS}").run.seconds for _ in range(repeat)]
        ideal = statistics.median(bare)
    else:
        ideal = latencies * LATENCY
    return Row(name, ideal, statistics.median(r.run.seconds for r in reports), reports)


def report(rows: Sequence[Row], console: Console) -> None:
    table = Table(title=f"ideal / measured, first call, callees of {LATENCY * 1000:.0f} ms", box=box.SIMPLE_HEAD)
    table.add_column("program", no_wrap=True)
    for header in ("loading", "ideal", "measured", "ratio", "identical", "mispredicted"):
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.name,
            f"{statistics.median(r.loading for r in row.reports) * 1000:.0f} ms",
            f"{row.ideal * 1000:.0f} ms",
            f"{row.measured * 1000:.0f} ms",
            f"{row.ratio:.2f}",
            "yes" if row.identical else "no",
            str(row.mispredictions),
            style=None if row.good else "red",
        )
    console.print(table)
    for row in rows:
        if not row.good:
            console.rule(row.name, align="left")
            for text in row.reports[0].stats:
                console.print(text, markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of {', '.join(PATHS)}; default: all")
    parser.add_argument("--repeat", type=int, default=3, help="fresh processes for each (default %(default)s)")
    given = parser.parse_args()
    if unknown := set(given.cases) - set(PATHS):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    console = Console()
    rows = []
    failed = False
    for name in given.cases or PATHS:
        with console.status(name):
            try:
                rows.append(measured(name, given.repeat))
            except ProgramFailed as error:
                failed = True
                console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
    report(rows, console)
    return 0 if not failed and all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
