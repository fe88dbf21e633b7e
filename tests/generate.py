"""Compares generated programs plain and decorated.

python -m tests.generate --seeds 0:2000 [--jobs 2] [--keep FOLDER]     compare plain and decorated
python -m tests.generate --show 17                                     print the program of a seed
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import textwrap
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.compare import compare
from tests.permuting import ORDERS
from tests.programs import program


def check(seed: int, folder: str) -> tuple[int, tuple[str, ...], int, str]:
    """(seed, differences, tasks, file); used in worker processes."""
    os.environ.setdefault("XCS_STRICT", "1")
    made = program(seed)
    path = Path(folder) / f"seed_{seed}.py"
    path.write_text(made.text)
    try:
        result = compare(path, made.names, made.quiet, ORDERS[seed % len(ORDERS)])
    except BaseException as error:  # a crash of the package is a finding, too
        return seed, (f"crash: {type(error).__name__}: {error}\n{traceback.format_exc()}",), 0, str(path)
    return seed, result.differences, result.tasks, str(path)


def fuzz(first: int, last: int, jobs: int, keep: Path | None) -> int:
    """Compares every seed of the range; prints the failing ones; the exit code."""
    failures = parallel = 0
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            seeds = range(first, last)
            for seed, differences, tasks, path in pool.map(check, seeds, [folder] * len(seeds), chunksize=10):
                parallel += tasks > 0
                if differences:
                    failures += 1
                    print(f"seed {seed} ({tasks} tasks)")
                    print(textwrap.indent("\n".join(differences), "  ")[:2000], flush=True)
                    if keep is not None:
                        keep.mkdir(parents=True, exist_ok=True)
                        (keep / Path(path).name).write_text(Path(path).read_text())
                Path(path).unlink()
    count = last - first
    print(f"{count} programs, {parallel} ran something early ({parallel / max(count, 1):.0%}), {failures} differ")
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="0:1000", help="first:last, the last one excluded")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="a folder for the programs that differ")
    parser.add_argument("--show", type=int, help="print the program of this seed")
    arguments = parser.parse_args()
    if arguments.show is not None:
        print(program(arguments.show).text)
        return 0
    first, last = map(int, arguments.seeds.split(":"))
    return fuzz(first, last, arguments.jobs, arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
