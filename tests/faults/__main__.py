"""Lets each step of the runtime fail: `python -m tests.faults` all of them, `--sample N` so many."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator

from .check import Fault, kinds_of, plain_of, ready, steps_of, wrong
from .programs import PROGRAMS


def faults() -> Iterator[Fault]:
    """Each step of each program, the first time that it comes to it, the second and the last, in each way."""
    for program in PROGRAMS:
        for point, times in steps_of(program).items():
            for nth in sorted({1, min(2, times), times}):
                for kind in kinds_of(point):
                    yield Fault(program, point, nth, kind)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many faults, chosen at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="faults whose description contains this")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    begun = time.perf_counter()
    ready()
    chosen = [fault for fault in faults() if args.only in str(fault)]
    points = {(fault.program.name, fault.point) for fault in chosen}
    if args.sample is not None:
        chosen = random.Random(args.seed).sample(chosen, min(args.sample, len(chosen)))
    plain = {program.name: plain_of(program) for program in PROGRAMS}
    runs = missed = bad = 0
    for fault in chosen:
        if args.verbose:
            print(fault, flush=True)
        found = wrong(fault, plain[fault.program.name])
        runs, missed, bad = runs + 1, missed + (found is None), bad + bool(found)
        for what in found or ():
            print(f"{fault}: {what}", flush=True)
    print(
        f"{len({p for _, p in points})} points, {len(points)} in {len(PROGRAMS)} programs, {runs} runs, "
        f"{missed} did not come to the point, {bad} wrong, {time.perf_counter() - begun:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
