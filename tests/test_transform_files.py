"""`xcs-transform` on several files, folders and standard input; what it writes, checks and tells."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from xcs import __version__
from xcs.__main__ import main as module_main
from xcs.cli.planned_again import lines_again
from xcs.cli.transform import CHANGED, DONE, UNREADABLE, USAGE, main

LOOP = """\
import time


def slow(x):
    time.sleep(0.001)
    return x


def first(xs):
    return [slow(x) for x in xs]


def second(xs):
    return [slow(x) for x in xs]


def stored(table, xs):
    for x in xs:
        table[x] = slow(x)


print(first([1]), second([2]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.py").write_text(LOOP)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "two.py").write_bytes(LOOP.replace("\n", "\r\n").encode())
    (tmp_path / "plain.py").write_text("x = 1\n")
    return tmp_path


def test_several_files_want_something_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--all", str(folder / "one.py"), str(folder / "plain.py")])
    assert ended.value.code == USAGE


def test_check_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p: p.read_bytes() for p in folder.rglob("*.py")}
    for options in (["--check"], ["--check", "--write"]):
        assert main(["--all", *options, str(folder)]) == CHANGED
        said = capsys.readouterr().out.splitlines()
        assert sorted(line.rsplit("/")[-1] for line in said) == ["one.py would change", "two.py would change"]
    assert {p: p.read_bytes() for p in folder.rglob("*.py")} == before
    assert main(["--all", "--check", str(folder / "plain.py")]) == DONE


def test_write(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mode = (folder / "one.py").stat().st_mode
    os.chmod(folder / "one.py", 0o755)
    assert main(["--all", "--write", str(folder)]) == DONE
    assert capsys.readouterr().out == ""
    assert "executor.map(slow, xs)" in (folder / "one.py").read_text()
    assert b"executor.map(slow, xs))\r\n" in (folder / "below" / "two.py").read_bytes()
    assert (folder / "plain.py").read_text() == "x = 1\n"
    assert (folder / "one.py").stat().st_mode & 0o777 == 0o755 != mode & 0o777
    assert sorted(p.name for p in folder.rglob("*")) == ["below", "one.py", "plain.py", "two.py"]
    assert main(["--all", "--check", str(folder)]) == DONE  # a second run changes nothing


def test_write_through_a_link(folder: Path) -> None:
    (folder / "link.py").symlink_to(folder / "one.py")
    assert main(["--all", "--write", str(folder / "link.py")]) == DONE
    assert (folder / "link.py").is_symlink()
    assert "executor.map" in (folder / "one.py").read_text()


def test_differences_of_several_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--all", "--diff", str(folder)]) == DONE
    out = capsys.readouterr().out
    assert out.count("\n+++ ") == 2
    assert "\x1b[" not in out


def test_colours(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["--all", "--diff", str(folder / "one.py")]) == DONE
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["--all", "--diff", str(folder / "one.py")]) == DONE
    assert "\x1b[" not in capsys.readouterr().out


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOOP.encode())))
    assert main(["--all", "--stdin-filename", "mine.py", "-"]) == DONE
    out, err = capfd.readouterr()
    assert "executor.map(slow, xs)" in out
    assert err.startswith("mine.py: ")


def test_standard_input_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--write", "-"])
    assert ended.value.code == USAGE


@pytest.mark.parametrize(
    ("lines", "functions"), [("9:9", 1), ("10", 1), ("9:15", 2), (":10", 1), ("11:12", 0), ("21:", 0)]
)
def test_lines(lines: str, functions: int, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--lines", lines, str(folder / "one.py")]) == DONE
    assert capfd.readouterr().out.count("executor.map(") == functions


@pytest.mark.parametrize("lines", ["", "x", "3:1", "0:2", "1:2:3"])
def test_wrong_lines(lines: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if lines:
        with pytest.raises(SystemExit) as ended:
            main(["--lines", lines, str(folder / "one.py")])
        assert ended.value.code == USAGE


def test_strict(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--all", str(folder / "one.py")]) == DONE
    assert "    # xcs: assumes plain data in table, xs; table is no part of xs" in capfd.readouterr().out
    assert main(["--all", "--strict", str(folder / "one.py")]) == DONE
    out, err = capfd.readouterr()
    assert "assumes" not in out
    assert out.count("ThreadPoolExecutor(") == 2
    assert "stored, line 18: missed: the printed form can't show it: it assumes plain data in table, xs;" in err


def test_remarks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--all", "--remarks", str(folder)]) == DONE
    out, err = capsys.readouterr()
    assert err == ""
    assert len([line for line in out.splitlines() if "applied" in line]) == 6
    assert "import" not in out


def test_graph(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--function", "first", "--graph", str(folder / "one.py")]) == DONE
    out = capsys.readouterr().out
    assert out.startswith("graph TD\n")
    assert "first" in out
    assert "second" not in out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        module_main(["transform", "--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"xcs-transform {__version__}\n"


def test_a_bad_file_among_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.py").write_text("def f(:\n")
    assert main(["--all", "--write", str(folder)]) == UNREADABLE
    assert "bad.py: it can't be parsed" in capsys.readouterr().err
    assert "executor.map" in (folder / "one.py").read_text()


def test_a_function_that_is_nowhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--function", "nobody", "--diff", str(folder)])
    assert ended.value.code == USAGE
    assert main(["--function", "first", "--check", str(folder)]) == CHANGED


BEFORE = """\
from xcs import jit

@jit
def inner(x):
    return x

def outer(x):
    return inner(x)

def above(x):
    return outer(x)

def apart(x):
    return x

class Kept:
    def run(self, x):
        return above(x)

    def rest(self, x):
        return x

TABLE = [1]
print(Kept().run(1))
"""


def test_what_is_planned_again() -> None:
    """What is new, and who comes to what has lost its decorator."""
    after = (
        BEFORE.replace("from xcs import jit\n", "")
        .replace("@jit\n", "")
        .replace("return x\n\nclass", "return 2\n\nclass")
    )
    lines = dict(enumerate(after.splitlines(), 1))

    def again(text: str, *names: str) -> list[str] | None:
        found = lines_again(BEFORE, text, frozenset(names))
        return None if found is None else [lines[n] for n in found]

    assert again(after) == ["def apart(x):"]
    assert again(after, "outer") == ["def above(x):", "def apart(x):", "    def run(self, x):", "print(Kept().run(1))"]
    assert again(after, "inner") == [
        "def outer(x):", "def above(x):", "def apart(x):", "    def run(self, x):", "print(Kept().run(1))",
    ]  # fmt: skip
    assert (
        again(after.replace("TABLE = [1]", "TABLE = [outer]"), "inner") is None
    )  # who takes it from there is not known
