"""One program, once, in a process of its own: `python -m benchmarks.measure MODULE REPORT [--plain] [--check]`.

Writes a JSON report to the file REPORT. Every run starts cold, as the first call of a user's process does.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from .capture import Run, run

FORMAT = "%(levelname)s %(name)s [%(threadName)s] %(message)s"


@dataclass(frozen=True, slots=True)
class Report:
    """A run in a fresh process, and what the decorated functions of the program say about it (`saved`: seconds).

    checked: the plain run made afterwards in the same process with callees that do not wait (`--check`).
    """

    run: Run
    checked: Run | None
    loading: float
    tasks: int
    mispredictions: int
    saved: float
    stats: tuple[str, ...]


class ProgramFailed(RuntimeError):
    """The process of a program ended without a report."""


def measure(module: str, *options: str, environment: Mapping[str, str] | None = None) -> Report:
    """Runs the module's `main()` in a fresh interpreter. Raises `ProgramFailed`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.measure", module, str(report), *options],
            cwd=Path(__file__).parent.parent,
            env={**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"},
            capture_output=True,
            text=True,
        )
        if done.returncode or not report.exists():
            command = " ".join((module, *options))
            raise ProgramFailed(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        given = json.loads(report.read_text())
    given["run"] = Run(**given["run"])
    given["checked"] = Run(**given["checked"]) if given["checked"] else None
    given["stats"] = tuple(given["stats"])
    return Report(**given)


def decorated(module: ModuleType) -> list[tuple[object, str, Any]]:
    """(owner, name, function) of every decorated function of a module and its classes."""
    classes = [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == module.__name__]
    return [(o, n, v) for o in (module, *classes) for n, v in list(vars(o).items()) if hasattr(v, "sequential")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("report", type=Path)
    parser.add_argument("--plain", action="store_true", help="run the plain functions")
    parser.add_argument("--check", action="store_true", help="run the plain functions afterwards, with LATENCY = 0")
    parser.add_argument("--log", action="store_true", help="switch logging on, at level INFO")
    given = parser.parse_args()
    if given.log:
        logging.basicConfig(level=logging.INFO, format=FORMAT)
    begin = time.perf_counter()
    module = importlib.import_module(given.module)
    loading = time.perf_counter() - begin
    functions = decorated(module)

    def make_plain() -> None:
        for owner, name, function in functions:
            setattr(owner, name, function.sequential)

    if given.plain:
        make_plain()
    made = run(module.main)
    stats = [] if given.plain else [(name, function.stats()) for _, name, function in functions]
    checked = None
    if given.check:
        make_plain()
        vars(module)["LATENCY"] = 0
        checked = run(module.main)
    report = Report(
        run=made,
        checked=checked,
        loading=loading,
        tasks=sum(s.tasks for _, s in stats),
        mispredictions=sum(s.mispredictions for _, s in stats),
        saved=sum(s.saved for _, s in stats),
        stats=tuple(f"{name}: {s}" for name, s in stats),
    )
    given.report.write_text(json.dumps(asdict(report)))


if __name__ == "__main__":
    main()
