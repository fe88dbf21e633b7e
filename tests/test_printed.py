"""Loops as people write them, printed and run: the same output and the same end, and as many executors as announced.

The first line of a fixture says how many executors, or limits of tasks, the printed text has (`# 1 executor: why`);
none is a near miss.
`XCS_UPDATE=1` writes the number.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import sys
from pathlib import Path

import pytest

from xcs.cli.printed import Choice, Printed, printed
from xcs.static.plans import plan_file

CASES = sorted((Path(__file__).parent.parent / "fixtures" / "printed").glob("*.py"))
UPDATE = os.environ.get("XCS_UPDATE") == "1"


def printed_file(path: Path, text: str | None = None, *, strict: bool = False) -> Printed:
    text = path.read_text() if text is None else text
    return printed(text, plan_file(path, text=text), Choice(every=True, strict=strict))


def ran(path: Path) -> tuple[str, str]:
    """(standard output, how it ended) of a program."""
    out = io.StringIO()
    ended = ""
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            runpy.run_path(str(path), run_name="__main__")
        except Exception as error:
            ended = f"{type(error).__name__}: {error}"
    return out.getvalue(), ended


def executors(text: str) -> int:
    return len(re.findall(r"ThreadPoolExecutor\(|asyncio\.Semaphore\(", text))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_printed(path: Path, tmp_path: Path) -> None:
    made = printed_file(path)
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


@pytest.mark.parametrize("path", CASES[::4], ids=lambda path: path.stem)
def test_printed_again(path: Path) -> None:
    """What is printed stays as it is, whatever is asked."""
    made = printed_file(path)
    assert printed_file(path, made.text).text == made.text


@pytest.mark.parametrize("path", CASES[1::4], ids=lambda path: path.stem)
def test_strict(path: Path) -> None:
    assert "# xcs: assumes" not in printed_file(path, strict=True).text
