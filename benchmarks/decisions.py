"""What deciding costs: decorating, the first entry of a region, later entries, each guard, each item. The best of
several runs.

    python -m benchmarks.decisions

Targets: 30 ms for the first entry with a callee of 300 lines in ten functions; later 5 microseconds, 0.2 per guard, and
0.3 per item where callees come from items. Decorating and a first entry are measured in a new process each time,
with the on-disk cache empty and full.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

RUNS = 15

FUNCTION = '''
def step{n}(record, options={{"limit": {n}}}):
    """Step {n} of the work on a record."""
    words = record["text"].split()
    kept = []
    for index, word in enumerate(words):
        if not word or word in STOP:
            continue
        if index % 2 == {n} % 2:
            word = word.lower().strip(".,;")
        elif word.isupper():
            word = word.capitalize()
        else:
            word = word.strip()
        if len(word) > options["limit"]:
            kept.append(word)
    counts = {{}}
    for word in kept:
        counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    best = [word for word, count in ranked if count > 0][:5]
    made = {{"text": " ".join(best) or record["text"], "step": {n}, "words": len(words)}}
    match = PATTERN.search(record["text"])
    try:
        made["number"] = int(match.group(0)) if match else 0
    except ValueError:
        made["number"] = -1
    prompt = TEMPLATE.format(text=made["text"], step=made["step"])
    if len(prompt) > 200:
        prompt = prompt[:200] + "..."
    made["prompt"] = prompt
    return {below}
'''

MODULE = """
import re
import time

STOP = {"the", "a", "of"}
PATTERN = re.compile(r"[0-9]+")
TEMPLATE = "Step {step}: {text}"
WAIT = 0.0


def ask(prompt):
    time.sleep(WAIT)
    return prompt.upper()

"""


def program() -> str:
    """A module with ten functions of 30 lines that call each other, and a loop over the first."""
    parts = [MODULE]
    for n in reversed(range(10)):
        below = f"step{n + 1}(made)" if n < 9 else 'ask(made["prompt"])'
        parts.append(FUNCTION.format(n=n, below=below))
    parts.append("\n\ndef subject(records):\n    return [step0(record) for record in records]\n")
    return "\n".join(parts)


def load(folder: Path) -> types.ModuleType:
    path = folder / "measured.py"
    spec = importlib.util.spec_from_file_location("measured", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measured"] = module
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def installed() -> Iterator[Path]:
    """A folder with the program."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "measured.py").write_text(program())
        yield Path(folder)


RECORDS = [{"text": f"the quick brown Fox of {n} jumps"} for n in range(2)]


def first(folder: Path) -> tuple[float, float]:
    """Seconds of the processor that decorating takes, and the first entry more than the plain function, in this
    process."""
    from xcs import jit

    jit(by_name)  # imports what decorating needs
    module = load(folder)
    clock = time.thread_time  # of the thread that decides: what else the machine does is not counted
    begun = clock()
    function = jit(module.subject)
    decorating = clock() - begun
    begun = clock()
    module.subject(RECORDS)
    plain = clock() - begun
    begun = clock()
    function(RECORDS)
    seconds = clock() - begun - plain
    assert function.stats().tasks == len(RECORDS), function.stats()
    return decorating, seconds


def in_new_processes(times: int) -> tuple[list[float], list[float]]:
    """The best of `first`, with the on-disk cache empty and full."""
    cold: list[list[float]] = []
    warm: list[list[float]] = []
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    for _ in range(times):
        with installed() as folder:
            command = [sys.executable, "-m", "benchmarks.decisions", "--first", str(folder)]
            for found in (cold, warm):
                done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
                found.append([float(word) for word in done.stdout.split()])
    return [min(column) for column in zip(*cold, strict=True)], [min(column) for column in zip(*warm, strict=True)]


class Model:
    """A callee that comes from the items."""

    def __init__(self, name: str) -> None:
        self.name = name

    def ask(self, text: str) -> str:
        time.sleep(1e-6)
        return self.name + text


def by_item(models: list[Model]) -> list[str]:
    return [model.ask("x") for model in models]


def answer(number: int) -> int:
    time.sleep(1e-6)
    return number


def by_name(numbers: list[int]) -> list[int]:
    return [answer(number) for number in numbers]


def best(once: Callable[[], object], times: int) -> float:
    """Seconds of the processor of one run, the best of `RUNS` measurements of `times` runs each."""
    found = []
    for _ in range(RUNS):
        begun = time.thread_time()
        for _ in range(times):
            once()
        found.append((time.thread_time() - begun) / times)
    return min(found)


def checked(function: Any, values: Any) -> tuple[Callable[[], object], int]:
    """What finds a region's verdict again, as at a later entry, and the number of its guards."""
    function(values)
    state = function_state(function)
    (verdicts,) = state.verdicts.values()
    (decision,) = (d for d in verdicts.kept if d.compiled is not None)
    (region,) = (r for r in state.emitted.regions if r.number in state.verdicts)
    roots = dict.fromkeys(region.values, values)
    assert verdicts.find(roots) is decision

    def find() -> object:
        return verdicts.find(roots) if function is not None else None  # without the function nothing would be kept

    return find, decision.checks.count


def by_each(function: Any, models: list[Model]) -> float:
    """Seconds for each of many items from which callees come: where the slice comes to one, it is asked."""
    from xcs.entry.entering import of_items

    function(models)
    state = function_state(function)
    (verdicts,) = state.verdicts.values()
    (decision,) = (d for d in verdicts.kept if d.compiled is not None)
    (region,) = state.emitted.regions
    roots: dict[str, object] = dict.fromkeys(region.values, models)
    crowded = set[Any]()
    assert verdicts.find(roots, crowded) is decision and crowded
    (asked,) = of_items(decision, roots, crowded, frozenset())
    assert asked is not None and all(map(asked, models))
    return best(lambda: all(map(asked, models)), 5) / len(models)


def function_state(function: Any) -> Any:
    return function.stats.__self__


def unrested() -> None:
    """Regions whose entries bring nothing don't rest: they are to be measured."""
    from xcs.entry import code_state, rest
    from xcs.runtime import accounts

    accounts.LOSSES = accounts.ENOUGH = code_state.TRIES = 1 << 60
    accounts.MUCH = accounts.FIRST = rest.AT_FIRST = code_state.IN_VAIN = float("inf")


def later() -> list[tuple[str, float, str]]:
    from xcs import jit

    unrested()
    with installed() as folder:
        large = load(folder)
        find, guards = checked(jit(large.subject), RECORDS)
    small, few = checked(jit(by_name), list(range(4)))
    per_item = by_each(jit(by_item), [Model(str(n)) for n in range(1000)])
    fixed, each = best(small, 2000), best(find, 500)
    entered = jit(by_name)
    entered(list(range(4)))
    whole = best(lambda: entered([]), 2000) - best(lambda: by_name([]), 2000)
    per_guard = (each - fixed) / max(1, guards - few)
    return [
        (f"a later entry ({few} guards)", fixed * 1e6, "5"),
        (f"a later entry of the large one ({guards} guards)", each * 1e6, ""),
        (f"the same with all of its entry and end ({few} guards)", whole * 1e6, ""),
        ("each guard", per_guard * 1e6, "0.2"),
        ("each item, where callees come from items", per_item * 1e6, "0.3"),
    ]


def main() -> None:
    if "--first" in sys.argv:
        print(*first(Path(sys.argv[-1])))
        return
    table = Table("what", "µs", "target", box=box.SIMPLE)
    lines = len(program().splitlines())
    for cache, (decorating, entering) in zip(("empty", "full"), in_new_processes(RUNS), strict=True):
        table.add_row(f"decorating (a file of {lines} lines), cache {cache}", f"{decorating * 1e6:,.0f}", "")
        table.add_row(f"the first entry (callees of {lines} lines), cache {cache}", f"{entering * 1e6:,.0f}", "30,000")
    for what, cost, target in later():
        table.add_row(what, f"{cost:.2f}", target)
    Console().print(table)


if __name__ == "__main__":
    main()
