"""Compares generated programs plain and decorated.

python -m tests.generate --seeds 0:2000 [--kind programs|adversary|...] [--jobs 2] [--keep FOLDER]
python -m tests.generate --kind adversary --show 17                    print the program of a seed

Kinds: `programs` are ordinary ones, `adversary` aims one hazard at what the analysis has to know, `chains` have
iterations whose calls rest on each other, in `keys` calls do by keys and positions, in `feeds` generators feed loops
and callees ask in turn, `opened` have callees with state, output, handlers, retries and caches, `identity` asks whether
objects are the same, in `attributes` iterations read again what they store in attributes of their items, in `waves`
they ask several at once in each round of `while` loops, `failing` ones handle what fails in each way, in `unset` ones
variables may have no value, in `looked_at` iterations change a container and look at it, in `begun_late` the first one
makes what the others need, in `rounds` they change lists, texts and tables and ask with what these hold, in `agents`
they go through objects that change as they ask, `mixed` ones share lists, tables, objects, generators and files among
fragments of many kinds, `everywhere` are those of the other kinds with every function decorated.
Without a kind, all.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import tests.unhurried  # noqa: F401
from tests import adversary, agents, begun_late, chains, everywhere, failing, looked_at, programs, rounds, unset
from tests.chains import attributes, feeds, keys, mixed, waves
from tests.compare import compare
from tests.permuting import ORDERS

BLOCK = 2000  # seeds that one set of processes checks
KINDS = {
    "programs": programs.program,
    "adversary": adversary.program,
    "opened": programs.opened,
    "identity": programs.identities,
    "chains": chains.program,
    "keys": keys.program,
    "feeds": feeds.program,
    "attributes": attributes.program,
    "waves": waves.program,
    "mixed": mixed.program,
    "failing": failing.program,
    "unset": unset.program,
    "looked_at": looked_at.program,
    "begun_late": begun_late.program,
    "rounds": rounds.program,
    "agents": agents.program,
    "everywhere": everywhere.program,
}


def check(seed: int, kind: str, folder: str) -> tuple[int, tuple[str, ...], int, str]:
    """(seed, differences, tasks, file); used in worker processes."""
    os.environ.setdefault("XCS_STRICT", "1")
    made = KINDS[kind](seed)
    path = Path(folder) / f"{kind}_{seed}.py"
    path.write_text(made.text)
    try:
        result = compare(path, made.names, made.quiet, ORDERS[seed % len(ORDERS)])
    except BaseException as error:  # a crash of the package is a finding, too
        return seed, (f"crash: {type(error).__name__}: {error}\n{traceback.format_exc()}",), 0, str(path)
    return seed, result.differences, result.tasks, str(path)


def fuzz(kind: str, first: int, last: int, jobs: int, keep: Path | None) -> int:
    """Compares the programs of every seed of the range; prints the failing ones; gives how many failed."""
    failures = parallel = 0
    for begin in range(first, last, BLOCK):
        for seed, differences, tasks, text in checked(kind, range(begin, min(begin + BLOCK, last)), jobs):
            parallel += tasks > 0
            if not differences:
                continue
            failures += 1
            print(f"{kind} {seed} ({tasks} tasks)")
            print(textwrap.indent("\n".join(differences), "  ")[:2000], flush=True)
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{kind}_{seed}.py").write_text(text)
    count = last - first
    print(
        f"{kind}: {count} programs, {parallel} ran something early ({parallel / max(count, 1):.0%}), {failures} differ"
    )
    return failures


def checked(kind: str, seeds: range, jobs: int) -> Iterator[tuple[int, tuple[str, ...], int, str]]:
    """(seed, differences, tasks, text) of each seed's program, from new processes: modules pile up in them."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(jobs, mp_context=context) as pool:
        tasks = pool.map(check, seeds, [kind] * len(seeds), [folder] * len(seeds), chunksize=10)
        for seed, differences, count, path in tasks:
            yield seed, differences, count, Path(path).read_text()
            Path(path).unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="0:1000", help="first:last, the last one excluded")
    parser.add_argument("--kind", choices=sorted(KINDS), help="ordinary or adversarial programs; without it, all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="a folder for the programs that differ")
    parser.add_argument("--show", type=int, help="print the program of this seed")
    arguments = parser.parse_args()
    if arguments.show is not None:
        print(KINDS[arguments.kind or "programs"](arguments.show).text)
        return 0
    first, last = map(int, arguments.seeds.split(":"))
    kinds = [arguments.kind] if arguments.kind else list(KINDS)
    failures = sum(fuzz(kind, first, last, arguments.jobs, arguments.keep) for kind in kinds)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
