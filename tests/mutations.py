"""Deliberate errors, each in one stage, and whether the golden cases of that stage tell.

    python -m tests.mutations               ends with 1 if one of them passes unnoticed

Each is made in a copy of the project, where the cases of its stage are run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Mutation:
    """An error: what stands in a file, and what stands there instead."""

    stage: str
    file: str
    what: str
    old: str
    new: str


MUTATIONS = (
    Mutation(
        "lowering", "front/lower/expressions.py", "a conditional expression has its branches the wrong way round",
        "yes, no = self.branch(node.body, into), self.branch(node.orelse, into)",
        "no, yes = self.branch(node.body, into), self.branch(node.orelse, into)",
    ),
    Mutation(
        "lowering", "front/lower/statements.py", "an `if` statement has lost its `else`",
        "self.nested(body), self.nested(orelse)))", "self.nested(body), ()))",
    ),
    Mutation(
        "effects", "analysis/interpret.py", "a handler that raises counts as one that goes on, and the other way round",
        "if asks and not (passes and", "if asks and (passes and",
    ),
    Mutation(
        "effects", "analysis/domain/state.py", "what a callee writes is no effect where its place is known",
        "            self.effect(\"write\", frame, instr, what, Loc(origin, slot, _part(abstract)))\n",
        "            pass\n",
    ),
    Mutation(
        "dependences", "ir/def_use.py", "only one of two branches defines a variable",
        "            merged[name] = found | other\n", "            merged[name] = other\n",
    ),
    Mutation(
        "dependences", "ir/def_use.py", "what is bound in a `try` block doesn't reach its handlers",
        "broken[target] = broken.get(target, ENTRY) | {below.id}", "broken[target] = broken.get(target, ENTRY)",
    ),
    Mutation(
        "plans", "plan/legality/__init__.py", "calls are moved across what is not understood",
        "ACROSS = (unknown.across, ", "ACROSS = (",
    ),
    Mutation(
        "plans", "plan/legality/__init__.py", "a duration that is kept keeps no call",
        "arguments.of_call, duration.of_call)", "arguments.of_call)",
    ),
    Mutation(
        "emitted", "emit/instrument.py", "what a loop goes through isn't counted",
        "        if iterable in self.numbers.mapped:\n", "        if iterable not in self.numbers.mapped:\n",
    ),
    Mutation(
        "emitted", "emit/entry_tests.py", "a region isn't closed",
        "[close] if self.regions[number].shared else [close, copied(delete)]",
        "[close] if self.regions[number].shared else [copied(delete)]",
    ),
)  # fmt: skip


def caught(mutation: Mutation, copy: Path) -> bool:
    """Whether a case of its own stage fails with it."""
    path = copy / "xcs" / mutation.file
    text = path.read_text("utf-8")
    assert text.count(mutation.old) == 1, f"{mutation.file} has changed: {mutation.old!r}"
    path.write_text(text.replace(mutation.old, mutation.new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/test_cases.py"]
    try:
        ran = subprocess.run(
            [*command, "-k", f"what_a_stage and {mutation.stage}"], cwd=copy, capture_output=True, check=False
        )
    finally:
        path.write_text(text, "utf-8")
    return ran.returncode == 1


def main() -> int:
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("xcs", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for mutation in MUTATIONS:
            noticed = caught(mutation, copy)
            missed += not noticed
            print(f"{'caught' if noticed else 'MISSED'}  {mutation.stage:<12} {mutation.what} ({mutation.file})")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
