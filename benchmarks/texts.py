"""Every function of many files printed (`xcs-transform --all`): what crashes, what doesn't compile, which forms.

    python -m benchmarks.texts FOLDER_OR_MODULE... [--sample N] [--seed S] [--keep FOLDER] [--rows FILE] [--seconds N]

`stdlib` stands for the standard library without its tests; the name of a module that can be imported, for its files.
Of each at most `--sample` files are taken. What a file gave is a line of `--rows`: a run that begins again goes on
behind them. Functions for which a file's `--seconds` leave no time are not planned. Seconds are the processor's. The
exit code is how many files crashed, don't compile, don't stay as they are a second time, or have findings of ruff (its
default rules) that they hadn't.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from xcs.bound import thread_time
from xcs.cli.printed import Choice, printed
from xcs.front.source import quiet
from xcs.remarks import Bailout
from xcs.static.plans import plan_file
from xcs.static.world import World

FORMS = {  # what a printed text has once more than before
    "map": r"executor(_\d+)?\.map\(",
    "submit": r"executor(_\d+)?\.submit\(",
    "window": r"def submitted(_\d+)?\(",
    "function of an item": r"def process_\w+\(",
    "opened": r"\bfuture(_\d+)?=None",
    "told": r"\bsay(_\d+)?(: [^=]*)?=print| = print,",
    "tasks": r"asyncio\.create_task\(",
}  # fmt: skip
AWAY = frozenset({"test", "tests", "lib2to3", "site-packages", "idle_test", "__pycache__"})


@dataclass
class Tally:
    """What there was to see."""

    files: int = 0
    changed: int = 0
    refused: int = 0
    regions: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    seconds: list[tuple[float, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.files += other.files
        self.changed += other.changed
        self.refused += other.refused
        self.regions += other.regions
        self.forms += other.forms
        self.bad += other.bad
        self.seconds += other.seconds

    def row(self, name: str) -> str:
        spent = sum(s for s, _ in self.seconds)
        forms = ", ".join(f"{count} {form}" for form, count in self.forms.most_common())
        each = f"{spent / max(self.files, 1):.2f} s a file"
        counts = f"{self.files} files, {self.refused} refused, {self.changed} changed, {self.regions} regions ({forms})"
        return f"{name}: {counts}, {len(self.bad)} bad, {each}"


def files(name: str) -> list[Path]:
    """The files of a folder or module."""
    if name == "stdlib":
        folder = Path(sysconfig.get_path("stdlib"))
    elif Path(name).is_dir():
        folder = Path(name)
    else:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise SystemExit(f"no module {name}")
        folder = Path(found.origin).parent
    return sorted(p for p in folder.rglob("*.py") if AWAY.isdisjoint(p.relative_to(folder).parts))


def found_by_ruff(text: str) -> Counter[str]:
    """The codes of what ruff's default rules find in a text."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        return Counter()
    command = [ruff, "check", "--isolated", "--no-cache", "--target-version=py310", "--output-format=json", "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True)
    return Counter(str(f["code"]) for f in json.loads(done.stdout))


def one(path: Path, keep: Path | None, most: float) -> Tally:
    """A file."""
    seen = Tally(files=1)
    begun = time.process_time()
    try:
        text = path.read_text("utf-8")
        done = printed(text, plan_file(path, text=text, world=World(thread_time() + most)), Choice(every=True))
        seen.bad += [f"{path}: our own error: {r}" for r in done.remarks if r.code == "internal"]
        if done.text != text:
            seen.changed = 1
            seen.regions = sum(r.kind == "applied" for r in done.remarks)
            for form, pattern in FORMS.items():
                seen.forms[form] += max(len(re.findall(pattern, done.text)) - len(re.findall(pattern, text)), 0)
            if keep is not None:
                (keep / f"{path.parent.name}.{path.name}").write_text(done.text)
            with quiet():
                compile(done.text, str(path), "exec", dont_inherit=True)
            new = found_by_ruff(done.text) - found_by_ruff(text)
            seen.bad += [f"{path}: ruff finds {code} {count} times more" for code, count in new.items()]
            again = plan_file(path, text=done.text, world=World(thread_time() + most))
            if printed(done.text, again, Choice(every=True)).text != done.text:
                seen.bad.append(f"{path}: printed again, it changes")
    except (Bailout, UnicodeDecodeError):
        seen.refused = 1
    except Exception as error:
        seen.bad.append(f"{path}: {type(error).__name__}: {error}")
    seen.seconds.append((time.process_time() - begun, str(path)))
    return seen


def with_rows(path: Path, keep: Path | None, rows: Path | None, known: dict[str, Tally], most: float) -> Tally:
    """A file, or what an earlier run wrote of it."""
    if (seen := known.get(str(path))) is not None:
        return seen
    made = one(path, keep, most)
    if rows is not None:
        with rows.open("a") as file:
            file.write(json.dumps(asdict(made)) + "\n")
    return made


def read_rows(rows: Path | None) -> dict[str, Tally]:
    """What earlier runs wrote, by file."""
    known = {}
    for line in rows.read_text().splitlines() if rows is not None and rows.exists() else ():
        row = json.loads(line)
        known[row["seconds"][0][1]] = Tally(**{**row, "forms": Counter(row["forms"])})
    return known


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("names", nargs="+")
    parser.add_argument("--sample", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for the texts that changed")
    parser.add_argument("--rows", type=Path, help="a file with a line for each file")
    parser.add_argument("--seconds", type=float, default=120.0, help="of a file")
    arguments = parser.parse_args(given)
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    every, known = Tally(), read_rows(arguments.rows)
    for name in arguments.names:
        found, part = files(name), Tally()
        chosen = random.Random(arguments.seed).sample(found, min(arguments.sample, len(found)))
        for path in chosen:
            made = with_rows(path, arguments.keep, arguments.rows, known, arguments.seconds)
            part.add(made)
            for line in made.bad:
                print(f"  {line}", flush=True)
        print(part.row(name), flush=True)
        every.add(part)
    if len(arguments.names) > 1:
        print(every.row("all"))
    slowest = sorted(every.seconds, reverse=True)[:10]
    print("the slowest:", *(f"  {seconds:6.1f} s {path}" for seconds, path in slowest), sep="\n")
    return min(len(every.bad), 99)


if __name__ == "__main__":
    sys.exit(main())
