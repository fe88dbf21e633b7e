"""What decorating costs where it can bring little or nothing: the contract, row by row.

python -m benchmarks.costs [NAME...] [--times 5] [--largest 100000] [--rows FILE] [--write docs/costs.md]

`--write` puts the table into a file, and a picture beside it (`docs/costs.svg`); with `--rows`, which keeps what was
measured in a file, the table of all that has been measured in parts. A NAME may be that of a file of `cost_cases`.

Each case runs in fresh processes, with data of several sizes; plain and decorated calls take turns. Of all processes
the least counts. What doesn't wait is measured in the processor's time of its thread, the rest by the wall clock. A row
that fails is measured again: what is noise goes away.

The contract: from the third call on at most 1.02 of the plain call (1.05 of one below a millisecond), or the function's
own byte code; on the first call at most 5 ms more where nothing waits, 30 ms elsewhere; whatever the size. Exits with 1
if it does not hold, or a result differs.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .cost_cases import FILES, Case
from .plot import picture

ROOT = Path(__file__).parent.parent
SIZES = (1_000, 10_000, 100_000, 1_000_000)
CALLS = 10
WARM = 8  # plain calls before: the interpreter makes what both forms call quicker meanwhile
LONG = 0.15  # seconds of a plain call, from which on only three are made
NOISE = 20e-6  # seconds that a call may take longer by chance, of a clock and a cache
SHORT = 1e-3  # seconds


@dataclass(frozen=True, slots=True)
class Row:
    """A case at a size: seconds of its calls, plain and decorated; whether it ends with its own byte code."""

    name: str
    size: int
    waits: bool
    plain: tuple[float, ...]
    made: tuple[float, ...]
    own: bool
    equal: bool

    def least(self, other: Row) -> Row:
        """Of two measurements the better one of each call."""
        return Row(
            self.name, self.size, self.waits, tuple(map(min, self.plain, other.plain)),
            tuple(map(min, self.made, other.made)), self.own and other.own, self.equal and other.equal,
        )  # fmt: skip

    @property
    def first(self) -> float:
        """Seconds that the first call took longer."""
        return self.made[0] - self.plain[0]

    def ratio(self, call: int) -> float:
        """Decorated to plain, of a call or the last one that was made: the interpreter makes both quicker by and by."""
        at = min(call, len(self.made)) - 1
        return self.made[at] / self.plain[at]

    def slower(self, call: int) -> bool:
        at = min(call, len(self.made)) - 1
        plain = self.plain[at]
        return self.made[at] > plain * (1.05 if plain < SHORT else 1.02) + NOISE and not self.own

    @property
    def faults(self) -> list[str]:
        """What of the contract does not hold."""
        found = [] if self.equal else ["differs"]
        if self.first > (0.03 if self.waits else 0.005):
            found.append("first")
        return found + [name for name, call in (("third", 3), ("tenth", 10)) if self.slower(call)]


def loaded(file: str) -> dict[str, Case]:
    """The cases of a file, made anew: nothing is known of their functions."""
    name = f"benchmarks.cost_cases.{file}"
    sys.modules.pop(name, None)
    cases: dict[str, Case] = importlib.import_module(name).CASES
    return cases


def timed(call: Callable[[], object], clock: Callable[[], float]) -> tuple[float, object]:
    gc.collect()  # the call that would do it for another one is there by chance
    begun = clock()
    result = call()
    return clock() - begun, result


def same(a: object) -> object:
    return a


def fresh(function: Any) -> Any:
    """The function with code that the interpreter has not yet seen run, as that of the decorated one."""
    code = function.__code__.replace()
    held = function.__defaults__, function.__closure__
    made = types.FunctionType(code, function.__globals__, function.__name__, *held)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def measured(file: str, name: str, sizes: list[int]) -> Iterator[dict[str, Any]]:
    """The calls of one case at each size, in this process."""
    from xcs import jit

    jit(timed)  # loads what the first decoration of a process loads
    for size in sizes:
        case = loaded(file)[name]
        clock = time.perf_counter if case.waits else time.thread_time
        if case.given:
            forms = [(case.function, (same, *case.data(size))), (case.function, (jit, *case.data(size)))]
        else:
            for _ in range(WARM):
                if timed(partial(case.function, *case.data(size)), clock)[0] > LONG:
                    break
            forms = [(fresh(case.function), case.data(size)), (jit(case.function), case.data(size))]
        seconds: tuple[list[float], list[float]] = ([], [])
        equal = True
        for number in range(CALLS):
            results = []
            for (function, given), times in zip(forms, seconds, strict=True):
                took, result = timed(lambda f=function, g=given: f(*g), clock)  # type: ignore[misc]
                times.append(took)
                results.append(result)
            equal = equal and results[0] == results[1]
            if number >= 2 and seconds[0][-1] > LONG:
                break
        own = not case.given and forms[1][0].__code__ is case.function.__code__
        yield {"name": name, "size": size, "waits": case.waits, "plain": seconds[0], "made": seconds[1], "own": own,
               "equal": equal}  # fmt: skip


def once(file: str, name: str, sizes: list[int]) -> list[Row]:
    """The rows of a case, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.costs", "--child", file, name, *map(str, sizes)]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    rows = map(json.loads, done.stdout.splitlines())
    return list(map(row_of, rows))


def rows_of(file: str, name: str, sizes: list[int], times: int) -> list[Row]:
    """The least of several processes; of more, while something does not hold."""
    best = once(file, name, sizes)
    for number in range(1, 3 * times):
        if number >= times and not any(row.faults for row in best):
            break
        best = [a.least(b) for a, b in zip(best, once(file, name, sizes), strict=True)]
    return best


def line(row: Row) -> str:
    plain = min(row.plain) * 1e3
    verdict = ", ".join(row.faults) or ("own code" if row.own else "")
    return (
        f"| {row.name.replace('_', ' ')} | {row.size:,} | {plain:.3f} | {row.first * 1e3:+.2f} | {row.ratio(3):.2f} | "
        f"{row.ratio(10):.2f} | {verdict} |"
    )


HEAD = (
    "| case | size | plain, ms | first call, ms more | third call | tenth call | |",
    "|---|---:|---:|---:|---:|---:|---|",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("names", nargs="*", help="cases; all")
    parser.add_argument("--times", type=int, default=5, help="processes for each case")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="the largest size")
    parser.add_argument("--rows", type=Path, help="where rows are kept, to be measured in parts")
    parser.add_argument("--write", type=Path, help="the file whose table is made anew")
    given = parser.parse_args()
    print(*HEAD, sep="\n")
    found: list[Row] = []
    for file in FILES:
        for name, case in loaded(file).items():
            if given.names and not {name, file} & {*given.names}:
                continue
            sizes = [size for size in SIZES if size <= min(case.largest, given.largest)]
            for row in rows_of(file, name, sizes, given.times):
                found.append(row)
                print(line(row), flush=True)
            if given.rows is not None:
                found = kept(given.rows, found)
    failed = [row for row in found if row.faults]
    print(f"\n{len({row.name for row in found})} cases, {len(found)} rows, {len(failed)} outside of the contract")
    if given.write is not None:
        written(given.write, found)
    return 1 if failed else 0


def kept(file: Path, rows: list[Row]) -> list[Row]:
    """All rows that a file has and these, in their order; those of the same name and size are in the place of others.
    The file has them then."""
    before = map(json.loads, file.read_text().splitlines()) if file.exists() else ()
    known = {(row["name"], row["size"]): row_of(row) for row in before}
    known |= {(row.name, row.size): row for row in rows}
    order = [name for each in FILES for name in loaded(each)]
    made = sorted(known.values(), key=lambda row: (order.index(row.name), row.size))
    file.write_text("".join(json.dumps(asdict(row)) + "\n" for row in made))
    return made


def row_of(found: dict[str, Any]) -> Row:
    """A row that was written as JSON."""
    return Row(**{**found, "plain": tuple(found["plain"]), "made": tuple(found["made"])})


def written(file: Path, rows: list[Row]) -> None:
    """Puts the table in the place of the one that a file has, and a picture beside it."""
    text = file.read_text()
    before = text.partition(HEAD[0])[0]
    file.write_text(before + "\n".join([*HEAD, *map(line, rows)]) + "\n")
    file.with_suffix(".svg").write_text(picture(rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        for made in measured(sys.argv[2], sys.argv[3], list(map(int, sys.argv[4:]))):
            print(json.dumps(made))
    else:
        sys.exit(main())
