"""`xcs-transform`: printed programs run without xcs and do the same; options, exit codes, texts of every kind."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.llm_server import Server, environment, serve
from xcs.cli.transform import DONE, UNREADABLE, USAGE, main

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
PROGRAMS = sorted(p for p in (ROOT / "benchmarks" / "programs").glob("*.py") if p.stem != "__init__")
STYLES = sorted((ROOT / "fixtures" / "transform").glob("*.py"))

# Runs a file as a program in a process that can't import xcs.
WITHOUT_XCS = """
import runpy, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "xcs":
            raise ModuleNotFoundError("xcs is not installed here")
sys.meta_path.insert(0, Blocker())
runpy.run_path(sys.argv[1], run_name="__main__")
"""

# Goes before that, or before the plain program: says at the end which of its functions ran how often.
COUNTED = """
import atexit, collections, sys, threading
calls = collections.Counter()
def profile(frame, event, argument):
    code = frame.f_code
    if event == "call" and code.co_filename == sys.argv[1] and code.co_name in sys.argv[2:]:
        calls[code.co_name] += 1
threading.setprofile(profile)
sys.setprofile(profile)
atexit.register(lambda: (sys.setprofile(None), print(sorted(calls.items()))))
"""
PLAIN = """
import runpy, sys
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    for library in ("openai", "anthropic", "httpx", "requests"):
        pytest.importorskip(library, reason="the demo libraries are not installed")
    with serve(latency=0.05) as running:
        yield running


def transform(capfdbinary: pytest.CaptureFixture[bytes], *arguments: object) -> tuple[int, bytes, str]:
    """(exit code, what is printed, remarks)."""
    code = main([str(a) for a in arguments])
    printed, remarks = capfdbinary.readouterr()
    return code, printed, remarks.decode()


def printed_file(capfdbinary: pytest.CaptureFixture[bytes], path: Path, folder: Path, *options: str) -> Path:
    code, printed, _ = transform(capfdbinary, *options, path)
    assert code == DONE
    made = folder / path.name
    made.write_bytes(printed)
    return made


def execute(*command: object, **variables: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of a Python process."""
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**os.environ, **variables, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


def counted(script: str, path: Path, original: Path) -> tuple[str, str]:
    """What a run of `path` prints, the calls of the functions of `original` in its last line, and its errors."""
    names = [n.name for n in ast.walk(ast.parse(original.read_bytes())) if isinstance(n, ast.FunctionDef)]
    code, output, errors = execute("-c", COUNTED + script, path, *names, XCS_DISABLE="1")
    assert code == 0
    return output, errors


def comments(text: str) -> Counter[str]:
    """Those beside what goes with xcs left out."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(t.string for t in tokens if t.type == tokenize.COMMENT and "jit" not in t.line)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_demo_program(path: Path, tmp_path: Path, server: Server, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    made = printed_file(capfdbinary, path, tmp_path)
    server.reset()
    plain = execute(path, XCS_DISABLE="1", **environment(server.url))
    requests = server.seen
    assert requests.peak == 1
    server.reset()
    assert execute("-c", WITHOUT_XCS, made, **environment(server.url)) == plain
    assert server.seen.made == requests.made
    assert server.seen.peak > 3


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.stem)
def test_style(path: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A program in some user's style does the same, and what is announced in its first line is done."""
    made = printed_file(capfdbinary, path, tmp_path, "--all")
    text = made.read_text()
    assert len(re.findall(r"ThreadPoolExecutor\w*\(", text)) == int(re.search(r"(\d+) pool", path.read_text())[1])  # type: ignore[index]
    assert not comments(path.read_text()) - comments(text)
    if "fails" in path.read_text().splitlines()[0]:
        assert execute("-c", WITHOUT_XCS, made) == execute(path, XCS_DISABLE="1")
    else:
        assert counted(WITHOUT_XCS, made, path) == counted(PLAIN, path, path)
    again = printed_file(capfdbinary, made, tmp_path)
    assert again.read_text() == text


# -- options

TWO = """\
import time

from xcs import jit


def slow(x):
    time.sleep(0.001)
    return x


@jit
def first(xs):
    return [slow(x) for x in xs]  # one


@jit
def second(xs):
    return [slow(x) for x in xs]  # two


def third(xs):
    return [slow(x) for x in xs]  # three


class Some:
    def method(self, xs):
        return [slow(x) for x in xs]  # four


print(first([1]), second([2]), third([3]), Some().method([4]))
"""


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.py"
    path.write_text(TWO)
    return path


def pooled(text: bytes) -> list[str]:
    """The functions of a text that have an executor."""
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and "ThreadPoolExecutor" in ast.unparse(node)
    ]


@pytest.mark.parametrize(
    ("options", "functions", "xcs"),
    [
        ([], ["first", "second"], False),
        (["--all"], ["first", "second", "third", "method"], False),
        (["--function", "first"], ["first"], True),
        (["--function", "first", "--function", "second"], ["first", "second"], False),
        (["--function", "third"], ["third"], True),
        (["--function", "Some.method"], ["method"], True),
        (["--function", "method", "--function", "first"], ["first", "method"], True),
    ],
)
def test_chosen_functions(
    options: list[str], functions: list[str], xcs: bool, two: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, printed, remarks = transform(capfdbinary, *options, two)
    assert code == DONE
    assert pooled(printed) == functions
    assert (b"xcs" in printed) == xcs
    assert printed.count(b"@jit") == (2 - len({"first", "second"} & set(functions)) if xcs else 0)
    assert [f"line {line}: applied" in remarks for line in (13, 18, 22, 27)] == [
        name in functions for name in ("first", "second", "third", "method")
    ]


def test_diff(two: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, printed, _ = transform(capfdbinary, "--diff", two)
    assert code == DONE
    lines = printed.decode().splitlines()
    assert [line[:4] for line in lines[:3]] == ["--- ", "+++ ", "@@ -"]
    assert "-@jit" in lines
    assert not any("three" in line for line in lines if line[0] in "+-")


def test_diff_of_nothing(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "nothing.py"
    path.write_text("x = 1")
    assert transform(capfdbinary, "--diff", path) == (DONE, b"", "")
    assert transform(capfdbinary, path) == (DONE, b"x = 1", "")


def test_diff_without_a_last_line_end(two: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    two.write_text("from xcs import jit\n@jit\ndef f():\n    return 1")
    _, printed, _ = transform(capfdbinary, "--diff", two)
    assert b"\n\\ No newline at end of file" in printed


def test_jit_form(two: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, printed, _ = transform(capfdbinary, "--jit", two)
    assert code == DONE
    ast.parse(printed)
    assert b"take(" in printed


def test_names_of_the_jit_form_do_not_clash(two: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    text = TWO.replace(
        "def first(xs):", "def first(xs, entry=1, region0=2, region=3, entry_2=4):\n    print(entry, region0)"
    )
    two.write_text(text)
    code, printed, _ = transform(capfdbinary, "--jit", "--function", "first", two)
    assert code == DONE
    tree = ast.parse(printed)
    function = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "first")
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assert not stored & {"entry", "region0", "region", "entry_2"}
    entered = {
        n.value.id
        for n in ast.walk(function)
        if isinstance(n, ast.Attribute) and n.attr == "enter" and isinstance(n.value, ast.Name)
    }
    assert entered == {"entry_3"}
    assert b"`entry_3`" in printed


@pytest.mark.parametrize("module", ["transform", "lint"])
def test_commands_are_modules_too(module: str, two: Path) -> None:
    code, printed, _ = execute("-m", f"xcs.cli.{module}", two)
    assert printed
    assert code == 0


def test_commands_are_installed() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    for name in ("transform", "lint"):
        assert f'xcs-{name} = "xcs.cli.{name}:main"' in text


# -- exit codes

BAD = {
    "syntax": (b"def f(:\n    pass\n", "line 1"),
    "indentation": (b"def f():\n    a = 1\n  b = 2\n", "line 3"),
    "null": (b"x = 1\0\n", "binary"),
    "binary": (b"\x7fELF\x00\x01\x02", "binary"),
    "unknown-encoding": (b"# coding: latin-7x\nx = 1\n", "encoding"),
    "not-utf8": (b"x = '\xff\xfe'\n", "encoding"),
    "utf-16": ("x = 1\n".encode("utf-16"), "encoding"),
    "bom-and-cookie": (b"\xef\xbb\xbf# coding: latin-1\n", "encoding"),
    "nested": (b"x = " + b"(" * 500 + b")" * 500 + b"\n", "parse"),
    "unary": (b"x = " + b"-" * 100_000 + b"1\n", ""),
    "huge": (b"x = 1\n" * 20_000_000, "too large"),
}


@pytest.mark.parametrize("name", BAD)
def test_file_that_is_no_program(name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "bad.py"
    content, word = BAD[name]
    path.write_bytes(content)
    code, printed, remarks = transform(capfdbinary, path)
    assert (code, printed) == (UNREADABLE, b"")
    assert "bad.py: " in remarks
    assert word in remarks
    assert len(remarks.splitlines()) == 1


def test_no_file(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert "no such file" in _refused(capfdbinary, tmp_path / "nowhere.py")
    assert "directory" in _refused(capfdbinary, tmp_path)


def _refused(capfdbinary: pytest.CaptureFixture[bytes], path: Path) -> str:
    code, printed, remarks = transform(capfdbinary, path)
    assert (code, printed) == (UNREADABLE, b"")
    return remarks


# Python 3.12 has a limit of its own for calls from C, which can't be set.
TERMS = 150 if sys.version_info[:2] == (3, 12) else 800


@pytest.mark.parametrize("shape", ["x = " + "+".join(["1"] * TERMS), "if x:\n    pass\n" + "elif x:\n    pass\n" * 250])
def test_deep_text_is_printed(shape: str, two: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A text that Python runs is transformed, however deep."""
    two.write_text(TWO + f"x = 1\n{shape}\n")
    code, printed, _ = transform(capfdbinary, two)
    assert code == DONE
    assert pooled(printed) == ["first", "second"]


def test_wrong_usage(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--unknown", str(two)], [str(two), str(two)], ["--function", "nobody", str(two)]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == USAGE


# -- texts are printed faithfully

KINDS = {
    "crlf": TWO.replace("\n", "\r\n").encode(),
    "mixed line ends": TWO.replace("\n", "\r\n", 12).encode(),
    "tabs": TWO.replace("    ", "\t").encode(),
    "two blanks": TWO.replace("    ", "  ").encode(),
    "byte order mark": b"\xef\xbb\xbf" + TWO.encode(),
    "latin-1": ("# -*- coding: latin-1 -*-\n" + TWO + "# caf\xe9\ns = '\xfc'\n").encode("latin-1"),
    "cp1252": ("# coding: cp1252\n" + TWO + "# \u20ac\n").encode("cp1252"),
    "wide characters": TWO.replace("# one", "# \u65e5\u672c \U0001f600").encode(),
    "wide before a call": TWO.replace("return [", "'\u65e5\u672c'; return [").encode(),
    "no newline at the end": TWO.rstrip("\n").encode(),
    "form feed": TWO.replace("\n\n\n", "\n\n\f\n").encode(),
    "blank lines with blanks": TWO.replace("\n\n\n", "\n  \n\t\n").encode(),
    "trailing blanks": TWO.replace("# one", "# one   ").encode(),
    "shebang": ("#!/usr/bin/env python3\n# mine\n" + TWO).encode(),
    "doc string": ('"""What it is."""\n\n# then\n' + TWO).encode(),
    "future": ('"""What it is."""\nfrom __future__ import annotations\n' + TWO).encode(),
}


@pytest.mark.parametrize("name", KINDS)
def test_only_what_is_transformed_changes(name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "kind.py"
    path.write_bytes(KINDS[name])
    code, printed, _ = transform(capfdbinary, path)
    assert code == DONE
    before, after = KINDS[name].splitlines(keepends=True), printed.splitlines(keepends=True)
    gone = [line for line in (Counter(before) - Counter(after)).elements() if line.strip()]
    assert sorted(line.split(b"[")[0].strip() for line in gone if b"return" in line) == sorted(
        [line.split(b"[")[0].strip() for line in before if b"# one" in line or b"# \xe6" in line or b"# two" in line]
    )
    assert {line.strip() for line in gone if b"return" not in line} <= {b"@jit", b"from xcs import jit", *_last(before)}
    ends = {line[len(line.rstrip(b"\r\n")) :] for line in before}
    assert {line[len(line.rstrip(b"\r\n")) :] for line in after} <= ends
    made = tmp_path / "made.py"
    made.write_bytes(printed)
    assert execute("-c", WITHOUT_XCS, made) == execute(path, XCS_DISABLE="1")
    assert printed.endswith(KINDS[name][-6:])
    assert printed.startswith(b"\xef\xbb\xbf") == KINDS[name].startswith(b"\xef\xbb\xbf")


def _last(lines: list[bytes]) -> set[bytes]:
    return {lines[-1].strip()}
