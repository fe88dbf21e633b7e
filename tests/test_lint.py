"""`xcs-lint`: opportunities and obstacles with their lines, formats, exit codes, files that are no program."""

from __future__ import annotations

import gc
import json
import re
import sys
from pathlib import Path

import pytest

from tests.test_fixtures import FIXTURES
from xcs.cli.lint import CLEAN, FINDINGS, USAGE, main
from xcs.static.plans import plan_file

pytestmark = pytest.mark.once

PROGRAMS = Path(__file__).parent.parent / "benchmarks" / "programs"
OPPORTUNITIES = {
    "document_analysis": ["analyse"],
    "ensemble": ["Ensemble.vote", "classify_all"],
    "evaluation": ["evaluate"],
    "rag": ["build_index", "answer", "main"],
    "scraper": ["scrape"],
    "link_check": ["LinkChecker.check"],
}


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(a) for a in arguments])
    return code, capsys.readouterr().out


def rows(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, object]]:
    code, printed = run(capsys, "--format", "json", "--no-cache", *arguments)
    found: list[dict[str, object]] = json.loads(printed)
    assert code == (FINDINGS if any(row["severity"] != "notice" for row in found) else CLEAN)
    return found


def line_of(row: dict[str, object], which: str = "location") -> int:
    location = row[which]
    assert isinstance(location, dict)
    return int(location["row"])


@pytest.mark.parametrize("name", OPPORTUNITIES)
def test_undecorated_programs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = re.sub(r"^ *@jit\n|^from xcs import jit\n", "", (PROGRAMS / f"{name}.py").read_text(), flags=re.MULTILINE)
    path = tmp_path / "program.py"
    path.write_text(text)
    found = rows(capsys, path)
    assert [r["function"] for r in found] == OPPORTUNITIES[name]
    lines = text.splitlines()
    assert all(re.search(r"\bfor\b", "\n".join(lines[line_of(r) - 1 : line_of(r, "end_location")])) for r in found)


SEQUENTIAL = sorted((FIXTURES / "sequential").glob("*.py"))


@pytest.mark.parametrize("path", SEQUENTIAL, ids=lambda p: p.stem)
def test_obstacles_are_named(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A decorated function that stays sequential is a finding; no region of it counts as parallel."""
    found = [r for r in rows(capsys, path) if r["severity"] != "notice"]
    if path.stem in ALIVE:
        return
    assert found, "no obstacle named"
    assert all(r["message"] and line_of(r) > 0 for r in found)


# What the text alone doesn't show: decided at the region's entry, with live objects.
ALIVE = {
    "alias_cycle",
    "alias_dicts",
    "alias_global",
    "alias_inner",
    "alias_two_paths",
    "bound_method_stored",
    "default_list_by_name",
    "dropped_finaliser",
    "generator_input",
    "generator_reads_state",
    "global_by_module",
    "in_handler_plain",
    "list_subclass",
    "metaclass_setattr",
    "mock_callee",
    "mock_method",
    "output_runs_code",
    "while_imported",
}


def test_clean_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clean.py"
    path.write_text("def f(x):\n    return [y + 1 for y in x]\n")
    code, printed = run(capsys, "--no-cache", path)
    assert code == CLEAN
    assert printed == "no findings in 1 file\n"


BAD = {
    "syntax": (b"def f(:\n    pass\n", "line 1"),
    "binary": (b"\x7fELF\x00\x01\x02", "binary"),
    "encoding": (b"# coding: latin-7x\n", "encoding"),
    "not-utf8": (b"x = '\xff\xfe'\n", "encoding"),
}


@pytest.mark.parametrize("name", BAD)
def test_file_that_is_no_program(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.py"
    content, word = BAD[name]
    path.write_bytes(content)
    (row,) = rows(capsys, path)
    assert row["code"] == "source"
    assert row["severity"] == "error"
    assert word in str(row["message"])


def test_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = rows(capsys, tmp_path / "nowhere.py")
    assert "no such file" in str(row["message"])


def test_deeply_nested_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "deep.py"
    path.write_text("x = " + "(" * 500 + ")" * 500 + "\ny = " + "-" * 100_000 + "1\n")
    (row,) = rows(capsys, path)
    assert row["code"] == "source"


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--format", "xml", "."], ["--unknown", "."]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == USAGE


def test_github_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd,name.py"
    path.write_text(
        "import time\n\ndef f(xs):\n    out = []\n    for x in xs:\n"
        "        time.sleep(x)\n        out.append(x)\n    return out\n"
    )
    code, printed = run(capsys, "--format", "github", "--fail-on", "likely", "--no-cache", path)
    assert code == FINDINGS
    assert re.match(r"::notice file=[^:]*odd%2Cname\.py,line=5,col=5,endLine=7,", printed)


def test_folders_are_searched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("pkg", "pkg/.venv", "pkg/node_modules"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "bad.py").write_text("def")
    (row,) = rows(capsys, tmp_path)
    assert str(row["filename"]).endswith("pkg/bad.py")


FINALISED = """\
import time
class Base:
    handle = None
    def __init__(self, handle):
        handle = handle.__index__()
        if handle < 0:
            raise ValueError("invalid handle")
        self.handle = handle
    def __del__(self):
        if self.handle is not None:
            self.close()
class Connection(Base):
    def ask(self, x):
        time.sleep(1)
        return x
    def all(self, xs):
        return [self.ask(x) for x in xs]
def listen(h):
    return Connection(h)
def serve(h, xs):
    c = listen(h)
    return c.all(xs) + use(c, xs)
def use(c, xs):
    return [c.ask(x) for x in xs]
"""


def test_no_finaliser_of_the_text_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ends.py"
    path.write_text(FINALISED)
    failed: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", failed.append)
    plans = plan_file(path)
    assert len(plans) == 7
    del plans
    gc.collect()
    assert failed == []


def test_nothing_of_the_text_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "acts.py"
    path.write_text(
        "import os\nopen('made', 'w')\nos.environ['XCS_SEEN'] = '1'\nraise SystemExit(3)\n"
        "class A:\n    print('made')\n    def __init_subclass__(cls): print('ran')\nclass B(A): pass\n"
        "def deco(f): print('ran'); return f\n@deco\ndef f(x=print('ran')): pass\n"
    )
    code, printed = run(capsys, path)
    assert printed == "no findings in 1 file\n"
    assert not (tmp_path / "made").exists()
    assert code == CLEAN
