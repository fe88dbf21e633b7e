"""Loops as people write them, printed and run: the same output and the same end, and as many executors as announced.

The first line of a fixture says how many executors, or limits of tasks, the printed text has (`# 1 executor: why`);
none is a near miss.
`XCS_UPDATE=1` writes the number.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import os
import re
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xcs.cli.printed import Choice, Printed, printed
from xcs.static.plans import plan_file

CASES = sorted((Path(__file__).parent.parent / "fixtures" / "printed").glob("*.py"))
HALVES = {f"printed {half}": CASES[half::2] for half in (0, 1)}  # each in one process, where a text is printed once
UPDATE = os.environ.get("XCS_UPDATE") == "1"


def printed_file(path: Path, text: str | None = None, *, strict: bool = False) -> Printed:
    text = path.read_text() if text is None else text
    return printed(text, plan_file(path, text=text), Choice(every=True, strict=strict))


@functools.cache
def printed_once(path: Path) -> Printed:
    return printed_file(path)


def ran(path: Path) -> tuple[str, str, int]:
    """(standard output, how it ended, how many calls waited) of a program; where it raises, more may have waited."""
    out = io.StringIO()
    ended = ""
    waited: list[float] = []
    sleep = time.sleep

    def counting(seconds: float) -> None:
        waited.append(seconds)
        sleep(seconds)

    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        time.sleep = counting
        try:
            runpy.run_path(str(path), run_name="__main__")
        except Exception as error:
            ended = f"{type(error).__name__}: {error}"
        finally:
            time.sleep = sleep
    return out.getvalue(), ended, 0 if "raise " in path.read_text() else len(waited)


def executors(text: str) -> int:
    return len(re.findall(r"ThreadPoolExecutor\(|asyncio\.Semaphore\(", text))


def cases(every: int = 1, first: int = 0) -> pytest.MarkDecorator:
    """Each of so many cases."""
    marks = {path: pytest.mark.whole(half) for half, paths in HALVES.items() for path in paths}
    chosen = [pytest.param(path, marks=marks[path], id=path.stem) for path in CASES[first::every]]
    return pytest.mark.parametrize("path", chosen)


@cases()
def test_printed(path: Path, tmp_path: Path) -> None:
    made = printed_once(path)
    ast.parse(made.text, feature_version=(3, 10))
    compile(made.text, str(path), "exec")
    if UPDATE:
        first, rest = path.read_text().split("\n", 1)
        why = first.partition(":")[2]
        path.write_text(f"# {executors(made.text)} executors{':' + why if why else ''}\n{rest}")
    announced = int(path.read_text().split()[1])
    assert executors(made.text) == announced, [str(r) for r in made.remarks]
    assert made.text.count("#") >= path.read_text().count("#")  # comments survive
    other = tmp_path / path.name
    other.write_text(made.text)
    assert ran(other) == ran(path)
    sys.modules.pop(path.stem, None)


@cases(every=4)
def test_printed_again(path: Path) -> None:
    """What is printed stays as it is, whatever is asked."""
    made = printed_once(path)
    assert printed_file(path, made.text).text == made.text


@cases(every=4, first=1)
def test_strict(path: Path) -> None:
    assert "# xcs: assumes" not in printed_file(path, strict=True).text


def found(command: list[str], folder: Path, names: list[str]) -> tuple[list[str], list[str]]:
    """What a tool finds in the files that are called so, without the lines: before they were printed, and after."""
    files = [f"{kind}_{name}" for kind in ("before", "after") for name in names]
    said = subprocess.run([*command, *files], cwd=folder, capture_output=True, text=True, check=False).stdout
    lines = [re.sub(r":\d+(:\d+)?:", ":", line) for line in said.splitlines() if ".py:" in line]
    kinds = ("before_", "after_")
    before, after = ([line.replace(kind, "") for line in lines if line.startswith(kind)] for kind in kinds)
    return before, after


@pytest.mark.once
@pytest.mark.parametrize("half", [pytest.param(half, marks=pytest.mark.whole(half)) for half in HALVES])
def test_checkers_find_nothing_new(half: str, tmp_path: Path) -> None:
    """Many at once: an unused name or import, a type that doesn't fit."""
    every = HALVES[half]
    for path in every:
        (tmp_path / f"before_{path.name}").write_text(path.read_text())
        (tmp_path / f"after_{path.name}").write_text(printed_once(path).text)
    annotated = [path.name for path in every if "->" in path.read_text()]
    ruff, mypy = (Path(sys.executable).parent / name for name in ("ruff", "mypy"))
    if not ruff.exists() or not mypy.exists():
        pytest.skip("the checkers aren't installed")
    linted = [str(ruff), "check", "--isolated", "--no-cache", "--output-format", "concise"]
    typed = [str(mypy), "--ignore-missing-imports", "--follow-imports=skip"]
    for command, names in ((linted, [path.name for path in every]), (typed, annotated)):
        old, new = found(command, tmp_path, names)
        assert not [line for line in new if line not in old]
