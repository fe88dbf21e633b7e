"""How near loops over the callees of `tests/callees` come to their ideal: `python -m benchmarks.callees [CASE ...]`.

Each loop has 20 items and leaf calls of 200 ms; the time includes the decision. Ideal: 200 ms where the leaf sleeps,
and what 20 bare threads need for the same calls where it is a request through a real SDK. Exits with 1 if fewer than
52 reach 0.85 of it, or one mispredicts.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from tests import callees
from tests.observe import load

from .llm_server import Server, serve

LATENCY = 0.2
ITEMS = 20
LEAST = 0.85
WANTED = 52


@dataclass(frozen=True, slots=True)
class Row:
    """A callee: seconds of its ideal and of the decorated loop, and what the loop says about itself."""

    name: str
    ideal: float
    measured: float
    tasks: int
    mispredictions: int
    remark: str

    @property
    def ratio(self) -> float:
        return self.ideal / self.measured

    @property
    def good(self) -> bool:
        return self.ratio >= LEAST and not self.mispredictions


def quietly(function: Callable[[], object]) -> float:
    """Seconds that a call takes; what it prints is dropped."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        begin = time.perf_counter()
        function()
        return time.perf_counter() - begin


def measured(topic: str, name: str, ask: Callable[[str], object], local: bool) -> Row:
    """Measures one callee, called from a loop that is decorated anew."""
    loop = load(callees.FOLDER / "loop.py").each
    seconds = quietly(lambda: loop(ask, [f"item {n} {name}" for n in range(ITEMS)]))
    ideal = LATENCY
    if not local:
        with ThreadPoolExecutor(ITEMS) as pool:
            ideal = quietly(lambda: list(pool.map(ask, [f"thing {n} {name}" for n in range(ITEMS)])))
    stats = loop.stats()
    remark = str(stats.regions[0]) if stats.regions else ""
    return Row(f"{topic}.{name}", ideal, seconds, stats.tasks, stats.mispredictions, remark)


def topic(name: str, wanted: list[str], server: Server) -> list[Row]:
    with callees.topic(name, server, plain=False) as module:
        vars(module)["LATENCY"] = LATENCY
        return [
            measured(name, case, ask, case in module.LOCAL)
            for case, ask in callees.cases(module).items()
            if not wanted or f"{name}.{case}" in wanted
        ]


def report(rows: list[Row], console: Console) -> None:
    table = Table(title=f"ideal / measured, {ITEMS} items, leaves of {LATENCY * 1000:.0f} ms", box=box.SIMPLE_HEAD)
    for header in ("callee", "ideal", "measured", "ratio", "early calls", "mispredicted"):
        table.add_column(header, no_wrap=True)
    for row in rows:
        cells = (
            f"{row.ideal * 1000:.0f} ms",
            f"{row.measured * 1000:.0f} ms",
            f"{row.ratio:.2f}",
            str(row.tasks),
            str(row.mispredictions),
        )
        table.add_row(row.name, *cells, style=None if row.good else "red")
    console.print(table)
    for row in rows:
        if not row.tasks:
            console.print(f"{row.name}: {row.remark}", markup=False, highlight=False, soft_wrap=True)
    good = sum(row.good for row in rows)
    console.print(f"{good} of {len(rows)} reach {LEAST}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="TOPIC.CASE", help="default: all")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.lastResort = None
    rows = []
    with serve(LATENCY, spread=0) as server, tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            for name in callees.TOPICS:
                if not given.cases or any(case.startswith(f"{name}.") for case in given.cases):
                    rows.extend(topic(name, given.cases, server))
        finally:
            os.chdir(before)
    report(rows, Console())
    if any(row.mispredictions for row in rows):
        return 1
    return 0 if given.cases or sum(row.good for row in rows) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
