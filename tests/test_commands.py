"""`xcs-lint` and `xcs-transform` end with an exit code and a sentence, whatever they are given, wherever they print."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import xcs.plain.file
import xcs.plain.rewrite
import xcs.static.plans
from xcs.cli import lint, transform
from xcs.lint import check

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
BODY = "import time\ndef ask(x):\n    time.sleep(1)\n    return x\n"
LOOP = "def {}(xs):\n    return [ask(x) for x in xs]\n"
TWO = BODY + LOOP.format("bad") + LOOP.format("good")

FILES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n\n\t\n",
    "null": b"x = 1\0\n",
    "binary": bytes(range(256)),
    "mark": b"\xef\xbb\xbfx = 1\n",
    "mark_denied": b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
    "utf16": "x = 1\n".encode("utf-16"),
    **{
        f"as_{name}": f"# coding: {name}\nx = 1  # ".encode() + b"\xff\xfe\n"
        for name in ("rot13", "utf-7", "idna", "punycode", "undefined", "zlib", "unicode_escape", "mbcs", "utf-16")
    },
    "syntax": b"def f(:\n",
    "of_python_2": b'print "x"\n',
    "tabs": b"if 1:\n\tx = 1\n        y = 2\n",
    "outside": b"return await 5\n",
    "lone_surrogate": b'def f(xs):\n    return [g("\\ud800", y) for y in xs]\n',
    "digits": b"x = " + b"9" * 5000 + b"\n",
    "parentheses": b"(" * 5000 + b"1" + b")" * 5000 + b"\n",
    "sum": b"x = " + b"1 + " * 3000 + b"1\n",
    "signs": b"x = " + b"-" * 20000 + b"1\n",
    "calls": b"def f(a):\n    return a" + b".b()" * 60 + b"\n",
    "branches": b"def f(a):\n    if a: g()\n" + b"    elif a: g()\n" * 100,
    "indented": b"".join(b" " * i + b"if x:\n" for i in range(150)) + b" " * 150 + b"pass\n",
    "functions": b"".join(b" " * i + b"def f(x):\n" for i in range(30)) + b" " * 30 + b"return g(x)\n",
    "lambdas": b"f = " + b"lambda: " * 90 + b"g()\n",
    "large": b"#" * 17_000_000,
    "line_ends": b"import time\rdef f(xs):\r    return [time.sleep(x) for x in xs]\r",
    "form_feeds": b"\x0cimport time\n\x0cdef f(xs):\n    \x0creturn [time.sleep(x) for x in xs]\n",
    "no_last_line_end": b"def f(x):\n    return [g(y) for y in x]",
}


@pytest.mark.parametrize("name", FILES)
def test_bad_files(name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file = tmp_path / "program.py"
    file.write_bytes(FILES[name])
    assert lint.main([str(tmp_path)]) in (lint.CLEAN, lint.FINDINGS)
    for options in (["--all"], ["--all", "--jit"], ["--all", "--diff"]):
        assert transform.main([*options, str(file)]) in (transform.DONE, transform.UNREADABLE)
    said = b"".join(capfdbinary.readouterr())
    assert b"Traceback" not in said
    assert b"the analysis failed" not in said


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


PLACES: list[Callable[[Path], None]] = [a_link_to_itself, a_link_to_nothing, *([a_pipe] if os.name == "posix" else [])]


@pytest.mark.parametrize("make", PLACES, ids=lambda make: make.__name__)
def test_what_is_no_file(make: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "program.py"
    make(file)
    (tmp_path / "other.py").write_text(TWO)
    assert lint.main([str(tmp_path)]) == lint.FINDINGS
    printed = capsys.readouterr().out
    assert "program.py:1:1: XCS901 source:" in printed
    assert "opportunity: good:" in printed
    assert transform.main([str(file)]) == transform.UNREADABLE


def test_a_folder_of_links_in_a_circle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "around").symlink_to(tmp_path)
    (tmp_path / "program.py").write_text("x = 1\n")
    assert lint.main([str(tmp_path)]) == lint.CLEAN
    assert capsys.readouterr().out == "no findings in 1 file\n"
    assert transform.main([str(tmp_path)]) == transform.UNREADABLE


def test_a_folder_without_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.main([str(tmp_path)]) == lint.CLEAN
    said = capsys.readouterr()
    assert said.out == "no findings in 0 files\n"
    assert "no Python files" in said.err


def test_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    """Vanished, for whoever may read everything: then listing it fails as where it is not allowed."""
    told: list[OSError] = []
    (tmp_path / "inner").mkdir()
    for _ in lint.python_files([str(tmp_path)], told.append):
        pass
    assert not told
    folder = tmp_path / "program.py"
    folder.mkdir()
    found = lint.python_files([str(folder)], told.append)
    folder.rmdir()
    assert [str(path) for path in found] == [str(folder)]  # then it is a file that is not there


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")).write_text("def f(:\n")
    except (OSError, ValueError):
        pytest.skip("the file system wants text")
    for form in ("concise", "json", "github"):
        done = command("xcs.cli.lint", "--format", form, str(tmp_path), PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (1, "")
        assert "udcff.py" in done.stdout


# --- our own errors --------------------------------------------------------------------------------------------------


def fails_in(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, error: BaseException) -> None:
    """Lets a stage fail for the function `bad`."""
    made = getattr(place, name)

    def failing(*args: Any, **kwargs: Any) -> Any:
        named = [getattr(a.node, "name", "") if hasattr(a, "node") else a for a in (*args, *kwargs.values())]
        if "bad" in named:
            raise error
        return made(*args, **kwargs)

    monkeypatch.setattr(place, name, failing)


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError


ERRORS = [KeyError("ours"), RecursionError(), MemoryError(), AssertionError(), Unprintable()]


@pytest.mark.parametrize("stage", ["make_plan", "emit"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_of_ours_is_one_functions(
    stage: str, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text(TWO)
    (tmp_path / "b.py").write_text(BODY + LOOP.format("other"))
    fails_in(monkeypatch, xcs.static.plans, stage, error)
    expected = lint.CLEAN if isinstance(error, RecursionError) else lint.USAGE
    assert lint.main(["--format", "concise", str(tmp_path)]) == expected
    printed = capsys.readouterr().out
    assert "opportunity: good:" in printed
    assert "opportunity: other:" in printed
    assert "opportunity: bad:" not in printed
    if not isinstance(error, RecursionError):
        assert f"a.py:5:1: XCS902 internal: bad: the analysis failed: {type(error).__name__}" in printed
    assert transform.main(["--all", str(tmp_path / "a.py")]) == transform.DONE
    said = capsys.readouterr()
    assert LOOP.format("bad") in said.out
    assert LOOP.format("good") not in said.out
    compile(said.out, "printed", "exec")
    assert transform.main(["--all", "--jit", str(tmp_path / "a.py")]) == transform.DONE


def test_an_error_of_ours_is_one_regions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In printing; also where what is printed is no Python."""
    (tmp_path / "a.py").write_text(TWO)
    rewritten = xcs.plain.file.File.rewritten
    for broken in (None, "\n)"):

        def failing(self: Any, region: Any, place: Any, broken: str | None = broken) -> Any:
            edit = rewritten(self, region, place)
            if region.plan.remark.function == "bad":
                if broken is None:
                    raise KeyError("ours")
                self.finish = lambda functions: (self.text + broken, False)
            return edit

        monkeypatch.setattr(xcs.plain.file.File, "rewritten", failing)
        assert transform.main(["--all", str(tmp_path / "a.py")]) == transform.DONE
        said = capsys.readouterr()
        compile(said.out, "printed", "exec")
        assert LOOP.format("bad") in said.out
        assert LOOP.format("good") not in said.out
        assert "bad, line 6: missed: the analysis failed: " in said.err
        assert "good, line 8: applied" in said.err


def test_an_error_of_ours_is_one_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(TWO)
    planned = check.plan_file

    def failing(file: Path, **given: Any) -> Any:
        if file.stem == "a":
            raise KeyError("ours")
        return planned(file, **given)

    for module in (check, transform):
        monkeypatch.setattr(module, "plan_file", failing)
    assert lint.main([str(tmp_path)]) == lint.USAGE
    printed = capsys.readouterr().out
    assert "a.py:1:1: XCS902 internal: the analysis failed: KeyError: 'ours'" in printed
    assert "opportunity: good:" in printed
    assert transform.main([str(tmp_path / "a.py")]) == 1
    assert "xcs-transform: the analysis failed: KeyError" in capsys.readouterr().err


# --- where the output goes -------------------------------------------------------------------------------------------


def command(module: str, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in more.items() if key.isupper()}
    given = {key: value for key, value in more.items() if not key.isupper()}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=given.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
        **given,
    )


@pytest.fixture
def program(tmp_path: Path) -> str:
    file = tmp_path / "program.py"
    file.write_text(TWO + "# é\n", encoding="utf-8")
    return str(file)


COMMANDS = [("xcs.cli.lint",), ("xcs.cli.transform", "--all")]


@pytest.mark.parametrize("given", COMMANDS, ids=lambda given: given[0])
def test_nobody_reads(given: tuple[str, ...], program: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = command(*given, program, stdout=writing)
    finally:
        os.close(writing)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
    assert done.returncode == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="wants a device that is full")
@pytest.mark.parametrize("given", COMMANDS, ids=lambda given: given[0])
def test_no_room(given: tuple[str, ...], program: str) -> None:
    with open("/dev/full", "w") as full:
        done = command(*given, program, stdout=full)
    assert "Traceback" not in done.stderr
    assert "the output can't be written" in done.stderr
    assert done.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="closes a file descriptor of the child")
@pytest.mark.parametrize("given", COMMANDS, ids=lambda given: given[0])
def test_no_output_at_all(given: tuple[str, ...], program: str) -> None:
    done = command(*given, program, stdout=None, preexec_fn=lambda: os.close(1))
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)


@pytest.mark.parametrize("given", COMMANDS, ids=lambda given: given[0])
def test_an_output_that_is_ascii(given: tuple[str, ...], program: str) -> None:
    done = command(*given, program, PYTHONIOENCODING="ascii", encoding="utf-8")
    assert "Traceback" not in done.stderr
    assert "# é" in done.stdout or "opportunity" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_interrupted(program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*args: Any, **kwargs: Any) -> Any:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        monkeypatch.setattr(check, "plan_file", stop)
        assert lint.main([program]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr() == ("", "")


def test_a_text_too_deep_to_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "program.py"
    file.write_text(TWO + "x = " + "-" * 2500 + "1\n")
    assert transform.main(["--all", str(file)]) == transform.UNREADABLE
    said = capsys.readouterr()
    assert said.out == "" and "nested too deep" in said.err
