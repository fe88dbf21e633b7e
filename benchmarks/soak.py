"""`make soak`: the demo's programs again and again in one process, with threads, descriptors and memory watched.

Exits with 1 if a result ever differs from the plain one, a prediction fails, or something grows without bound.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import resource
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

from .capture import Run, run
from .demo import PROGRAMS
from .llm_server import environment, serve
from .measure import decorated

GROWTH = {"threads": 8, "descriptors": 64, "megabytes": 16}  # allowed from the middle third of the time to the last


def sample() -> dict[str, float]:
    """What must not grow. Peak memory, as the system tells it (kilobytes on Linux, bytes on macOS)."""
    gc.collect()
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    descriptors = Path("/dev/fd")
    return {
        "threads": threading.active_count(),
        "descriptors": len(list(descriptors.iterdir())) if descriptors.exists() else 0,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit,
    }


def plain_run(module: ModuleType) -> Run:
    functions = decorated(module)
    for owner, name, function in functions:
        setattr(owner, name, function.sequential)
    try:
        return run(module.main)
    finally:
        for owner, name, function in functions:
            setattr(owner, name, function)


def soak(seconds: float, latency: float) -> list[str]:
    """Runs for so long; returns what went wrong."""
    wrong: list[str] = []
    with serve(latency) as server:
        os.environ.update(environment(server.url))
        modules = {name: importlib.import_module(f"benchmarks.programs.{name}") for name in PROGRAMS}
        expected = {name: plain_run(module) for name, module in modules.items()}
        end = time.monotonic() + seconds
        samples: list[dict[str, float]] = []
        while time.monotonic() < end and not wrong:
            differing = [name for name, module in modules.items() if not run(module.main).same(expected[name])]
            wrong += [f"{name} differs in round {len(samples) + 1}" for name in differing]
            samples.append(sample())
            print(f"round {len(samples)}: " + ", ".join(f"{v:.0f} {k}" for k, v in samples[-1].items()), flush=True)
    wrong += grown(samples)
    for name, module in modules.items():
        missed = sum(function.stats().mispredictions for _, _, function in decorated(module))
        if missed:
            wrong.append(f"{name}: {missed} mispredictions")
    return wrong


def grown(samples: list[dict[str, float]]) -> list[str]:
    """What is higher in the last third of the samples than in the middle one."""
    third = len(samples) // 3
    if not third:
        return []
    found = []
    for key, allowed in GROWTH.items():
        before = max(s[key] for s in samples[third : 2 * third])
        after = max(s[key] for s in samples[-third:])
        if after - before > allowed:
            found.append(f"{key} grew from {before:.0f} to {after:.0f}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--latency", type=float, default=0.05, help="mean seconds per request (default %(default)s)")
    given = parser.parse_args()
    wrong = soak(given.minutes * 60, given.latency)
    print("\n".join(wrong) or "nothing grew, nothing differed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
