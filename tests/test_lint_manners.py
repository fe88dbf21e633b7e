"""`xcs-lint` as its users meet it: codes, settings, comments, baselines, revisions, formats, notebooks."""

from __future__ import annotations

import io
import json
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from xcs.cli.lint import CLEAN, FINDINGS, FORMATS, USAGE, main

pytestmark = pytest.mark.once

CERTAIN = "import time\n\ndef ask(x):\n    time.sleep(1)\n    return x\n\ndef f(xs):\n    return [ask(x) for x in xs]\n"
LIKELY = "import requests\nfrom elsewhere import clean\n\ndef g(xs):\n    return [requests.get(clean(x)) for x in xs]\n"
DECORATED = (
    "import time\nfrom xcs import jit\n\n@jit\ndef h(x):\n    for _ in range(9):\n"
    "        x = len(x) * time.sleep(x)\n    return x\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "certain.py").write_text(CERTAIN)
    (tmp_path / "likely.py").write_text(LIKELY)
    (tmp_path / "decorated.py").write_text(DECORATED)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["--isolated", *arguments] if "--config" not in arguments else list(arguments))
    return code, capsys.readouterr().out


def codes(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    main(["--format", "json", *arguments])
    return [row["number"] for row in json.loads(capsys.readouterr().out)]


def test_all_of_the_current_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys) == ["XCS101", "XCS302", "XCS201"]


def test_what_makes_it_fail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = {
        name: main(["--fail-on", name, "certain.py"]) for name in ("never", "error", "warning", "certain", "likely")
    }
    assert ended == {"never": 0, "error": 0, "warning": 0, "certain": 1, "likely": 1}
    assert main(["likely.py"]) == CLEAN
    assert main(["--fail-on", "certain", "likely.py"]) == CLEAN
    assert main(["decorated.py"]) == FINDINGS
    assert main(["--exit-zero", "decorated.py"]) == CLEAN
    capsys.readouterr()


def test_selection(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys, "--select", "XCS1") == ["XCS101"]
    assert codes(capsys, "--select", "likely,carried") == ["XCS302", "XCS201"]
    assert codes(capsys, "--ignore", "XCS3,XCS201") == ["XCS101"]
    assert codes(capsys, "--select", "ALL", "--ignore", "XCS3") == ["XCS101", "XCS201"]
    assert codes(capsys, "--per-file-ignores", "l*.py:XCS2") == ["XCS101", "XCS302"]
    assert codes(capsys, "--exclude", "certain.py,decorated.py") == ["XCS201"]
    assert main(["--select", "XCS7"]) == USAGE
    assert "no code 'XCS7'" in capsys.readouterr().err


def test_settings_of_the_project(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = folder / "pyproject.toml"
    project.write_text(
        '[tool.xcs.lint]\nselect = ["XCS1", "XCS2"]\nfail-on = "likely"\n'
        '[tool.xcs.lint.per-file-ignores]\n"certain.py" = ["XCS101"]\n'
    )
    assert codes(capsys) == ["XCS201"]
    assert main([]) == FINDINGS
    capsys.readouterr()
    assert codes(capsys, "--isolated") == ["XCS101", "XCS302", "XCS201"]
    inner = folder / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (inner / "likely.py").write_text(LIKELY)
    assert codes(capsys, "inner") == ["XCS201"]  # that file has no such table: the nearest that has one counts
    for text, words in (
        ("[tool.xcs.lint]\nslect = []\n", "no setting 'slect'"),
        ("[tool.xcs.lint]\nselect = 'XCS1'\n", "a list of texts"),
        ("[tool.xcs.lint]\nfail-on = 'much'\n", "fail-on is one of"),
        ("[tool.xcs.lint]\nselect = ['XCS77']\n", "no code 'XCS77'"),
        ("[tool\n", "TOML"),
        ("tool = 1\n[tool.xcs.lint]\n", "TOML"),
    ):
        project.write_text(text)
        capsys.readouterr()
        assert main([]) == USAGE
        assert words in capsys.readouterr().err


def test_comments(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = LIKELY.splitlines()
    file = folder / "likely.py"
    for comment in (
        "  # xcs: ignore",
        "  # xcs: ignore[XCS201] a reason",
        "  # xcs: ignore[likely, XCS1]",
        "  # noqa  # xcs: ignore[XCS2]",
    ):
        file.write_text("\n".join([*lines[:-1], lines[-1] + comment]))
        assert codes(capsys, "likely.py") == [], comment
    file.write_text("\n".join([*lines[:-1], "    # xcs: ignore[XCS201]", lines[-1]]))
    assert codes(capsys, "likely.py") == []
    file.write_text("\n".join([*lines[:-1], lines[-1] + "  # xcs: ignore[XCS101]"]))
    assert codes(capsys, "likely.py") == ["XCS201", "XCS903"]
    file.write_text("\n".join([*lines[:-1], lines[-1] + "  # xcs: ignore[XCS999]"]))
    main(["likely.py"])
    assert "there is no code 'XCS999'" in capsys.readouterr().out


def test_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--baseline", "known.json"]) == CLEAN  # made where there is none
    capsys.readouterr()
    assert codes(capsys, "--baseline", "known.json") == []
    (folder / "certain.py").write_text("\n\n" + CERTAIN)  # lines move
    assert codes(capsys, "--baseline", "known.json") == []
    (folder / "certain.py").write_text(CERTAIN + "\ndef k(xs):\n    return [ask(x) for x in xs]\n")
    assert codes(capsys, "--baseline", "known.json") == ["XCS101"]
    assert main(["--baseline", "known.json", "--write-baseline"]) == CLEAN
    capsys.readouterr()
    assert codes(capsys, "--baseline", "known.json") == []
    (folder / "known.json").write_text("[]")
    assert main(["--baseline", "known.json"]) == USAGE
    assert main(["--write-baseline"]) == USAGE


def git(folder: Path, *arguments: str) -> None:
    named = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True)


def test_changed_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("made/\n")
    (folder / "made").mkdir()
    (folder / "made" / "likely.py").write_text(LIKELY)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    assert codes(capsys, "--changed-since", "HEAD") == []
    (folder / "certain.py").write_text(CERTAIN + "\ndef k(xs):\n    return [ask(x) for x in xs]\n")
    (folder / "new.py").write_text(LIKELY)
    assert codes(capsys, "--changed-since", "HEAD") == ["XCS101", "XCS201"]
    assert len(codes(capsys)) == 5
    assert len(codes(capsys, "--no-gitignore")) == 6
    assert main(["--changed-since", "nowhere"]) == USAGE
    assert "nowhere" in capsys.readouterr().err


def test_statistics_and_quiet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--statistics"])
    assert capsys.readouterr().out.split() == [
        "1",
        "XCS101",
        "opportunity",
        "1",
        "XCS201",
        "likely",
        "1",
        "XCS302",
        "carried",
    ]
    main(["--quiet", "--format", "concise", "likely.py"])
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert printed.startswith(
        "likely.py:5:12: XCS201 likely: g: the calls `requests.get(...)` could wait at the same time, if `clean` "
    )


def test_output_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--format", "json", "--output-file", "out.json"]) == FINDINGS
    assert capsys.readouterr().out == ""
    assert len(json.loads((folder / "out.json").read_text())) == 3
    assert main(["--output-file", "no/where.txt"]) == USAGE


def test_explanations(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for code in ("XCS201", "likely", "carried", "XCS902"):
        assert main(["--explain", code]) == CLEAN
        assert len(capsys.readouterr().out.splitlines()) >= 3
    assert main(["--explain", "likely.py:5"]) == CLEAN
    printed = capsys.readouterr().out
    assert "waits: requests.get (query, requests), line 5" in printed
    assert "if `clean` changes nothing that these calls read (line 5)" in printed
    assert main(["--explain", "likely.py:5", "--graph", "mermaid"]) == CLEAN
    assert capsys.readouterr().out.startswith("graph TD\n")
    for wrong in ("XCS", "likely.py:1", "nowhere.py:3"):
        assert main(["--explain", wrong]) == USAGE


def test_fix(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fix", "--diff"]) == 1
    shown = capsys.readouterr().out
    assert "+@jit" in shown
    assert "+from xcs import jit" in shown
    assert (folder / "certain.py").read_text() == CERTAIN
    assert main(["--fix"]) == CLEAN
    text = (folder / "certain.py").read_text()
    assert text == CERTAIN.replace("import time\n", "import time\nfrom xcs import jit\n").replace(
        "def f(", "@jit\ndef f("
    )
    assert (folder / "likely.py").read_text() == LIKELY
    assert main(["--fix", "--diff"]) == CLEAN
    capsys.readouterr()


def test_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(LIKELY))
    assert main(["--format", "json", "--stdin-filename", "app/web.py", "-"]) == CLEAN
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["filename"], row["number"]) == ("app/web.py", "XCS201")


def notebook(*cells: str) -> str:
    made: list[dict[str, Any]] = [{"cell_type": "markdown", "source": ["# x\n"]}]
    made += [{"cell_type": "code", "source": c.splitlines(keepends=True)} for c in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_notebooks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = notebook(
        "%load_ext x\n!pip install y\nimport requests",
        "%%bash\nls\n",
        "for u in ['a', 'b']:\n    print(requests.get(u))\nrequests.get?",
    )
    (folder / "study.ipynb").write_text(text)
    main(["--format", "json", "study.ipynb"])
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["number"], row["cell"], row["location"]["row"]) == ("XCS202", 4, 1)
    main(["--format", "concise", "study.ipynb"])
    assert "study.ipynb:cell 4:1:1: XCS202" in capsys.readouterr().out
    (folder / "broken.ipynb").write_text('{"cells": 3}')
    assert main(["broken.ipynb"]) == FINDINGS
    assert "no notebook" in capsys.readouterr().out


def test_scripts_without_suffix(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tool").write_text("#!/usr/bin/env python3\n" + LIKELY)
    (folder / "notes").write_text("no python\n")
    assert codes(capsys) == ["XCS101", "XCS302", "XCS201", "XCS201"]


@pytest.mark.parametrize("form", FORMATS)
def test_formats(form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--format", form]) == FINDINGS
    printed = capsys.readouterr().out
    match form:
        case "sarif":
            run_ = json.loads(printed)["runs"][0]
            assert [r["ruleId"] for r in run_["results"]] == ["XCS101", "XCS302", "XCS201"]
            assert all(run_["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run_["results"])
            assert all(r["partialFingerprints"] for r in run_["results"])
            assert run_["results"][0]["rank"] > run_["results"][2]["rank"]
            assert (
                run_["results"][2]["relatedLocations"][-1]["message"]["text"]
                == "`clean` changes nothing that these calls read"
            )
        case "gitlab":
            rows = json.loads(printed)
            assert {"check_name", "description", "fingerprint", "severity", "location"} == rows[0].keys()
            assert len({r["fingerprint"] for r in rows}) == 3
        case "junit":
            root = ElementTree.fromstring(printed)
            assert root.get("failures") == "3"
            assert len(root.findall("testsuite/testcase/failure")) == 3
        case "json-lines":
            assert [json.loads(line)["number"] for line in printed.splitlines()] == ["XCS101", "XCS302", "XCS201"]
        case "github":
            assert [line.split(" ")[0] for line in printed.splitlines()] == ["::notice", "::warning", "::notice"]
        case "full":
            assert "assuming `clean` changes nothing that these calls read (line 5)" in printed
            assert "help: decorate the function with @xcs.jit" in printed
        case _:
            assert printed.count("XCS") >= 3
    assert main(["--format", form, "--select", "XCS9"]) == CLEAN
    printed = capsys.readouterr().out
    if form in ("json", "gitlab", "sarif"):
        json.loads(printed)
    if form == "junit":
        ElementTree.fromstring(printed)


def test_colours(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    main(["likely.py"])
    assert "\x1b[" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["likely.py"])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["likely.py"])
    assert "\x1b[" not in capsys.readouterr().out


def test_what_is_kept_from_run_to_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = folder / "app"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "web.py").write_text("def fetch(u):\n    return u\n")
    (package / "main.py").write_text("from .web import fetch\n\ndef f(us):\n    return [fetch(u) for u in us]\n")
    kept = ["--cache-dir", "kept", "app"]
    assert codes(capsys, *kept) == []
    monkeypatch.setattr(
        "xcs.cli.lint.run", lambda jobs, told: iter(() if not jobs else 1 / 0)
    )  # nothing is looked at anew
    assert codes(capsys, *kept) == []
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    (package / "web.py").write_text("import requests\n\ndef fetch(u):\n    return requests.get(u)\n")  # the other file
    assert codes(capsys, *kept) == ["XCS101"]
    assert codes(capsys, *kept) == ["XCS101"]
    for file in (folder / "kept").iterdir():
        if file.name != ".gitignore":
            file.write_bytes(b"broken")
    assert codes(capsys, *kept) == ["XCS101"]


def test_many_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In processes beside each other."""
    for number in range(60):
        (folder / f"many{number:02}.py").write_text(LIKELY)
    found = codes(capsys, "--no-cache", "--select", "XCS2")
    assert found == ["XCS201"] * 61


def test_as_a_plug_in_of_flake8(folder: Path) -> None:
    """The form of what flake8 asks for; flake8 itself need not be there."""
    import ast

    from xcs.lint.flake8 import Plugin

    text = (folder / "likely.py").read_text()
    (row,) = Plugin(ast.parse(text), "likely.py", text.splitlines(keepends=True)).run()
    assert row[:2] == (5, 11)
    assert row[2].startswith("XCS201 the calls `requests.get(...)`")


def test_by_the_package(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from xcs.__main__ import main as of_package

    assert of_package(["lint", "decorated.py"]) == FINDINGS
    assert of_package(["transform", "nowhere.py"]) == 1
    assert of_package(["--help"]) == 0
    assert of_package(["lnit"]) == 2
    capsys.readouterr()


@pytest.mark.parametrize("form", ["text", "mermaid", "svg"])
def test_graphs(form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A loop's dependences: its calls, and what is assumed."""
    assert main(["--explain", "likely.py:5", "--graph", form]) == CLEAN
    graph = capsys.readouterr().out
    assert "requests.get" in graph and "clean changes nothing" in graph.replace("`", "")
    if form == "svg":
        texts = [
            "".join(node.itertext()) for node in ElementTree.fromstring(graph).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert texts == [
            "g", "line 5: likely", "requests.get", "query, line 5",
            "if clean changes nothing that these calls read", "line 5",
        ]  # fmt: skip


def test_pictures_of_the_documentation_are_those_of_today() -> None:
    from benchmarks.pictures import DOCS, pictures

    for name, text in pictures().items():
        assert (DOCS / name).read_text("utf-8") == text, "python -m benchmarks.pictures makes them anew"
        ElementTree.fromstring(text)
