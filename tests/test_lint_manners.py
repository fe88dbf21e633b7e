"""`xcs-lint` as its users meet it: codes, settings, comments, baselines, revisions, formats, notebooks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from xcs.cli.lint import CLEAN, FINDINGS, FORMATS, USAGE, main

pytestmark = pytest.mark.once

HERE = str(Path(__file__).parent.parent)
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
        ("[tool.xcs.lint]\nfail-on = 'much'\n", "fail-on has to be one of"),
        ("[tool.xcs.lint]\nselect = ['XCS77']\n", "no code 'XCS77'"),
        ("[tool\n", "TOML"),
        ("tool = 1\n[tool.xcs.lint]\n", "TOML"),
        ("tool = 1\n", "no table of settings"),
        ("[tool]\nxcs = []\n", "no table of settings"),
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
    for wrong in ("XCS", "likely.py:1", "nowhere.py:3", "likely.py:\u00b2", "likely.py:-5"):
        assert main(["--explain", wrong]) == USAGE
    assert main(["--graph", "svg", "likely.py"]) == USAGE


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


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        (b"# coding: latin-1\nname = '\xe9'\n" + CERTAIN.encode(), ["XCS101"]),
        (b"\xef\xbb\xbf" + CERTAIN.replace("\n", "\r\n").encode(), ["XCS101"]),
        (b"name = '\xe9'\n", ["XCS901"]),
        (b"# coding: nothing\n", ["XCS901"]),
        (b"name = '\0'\n", ["XCS901"]),
        (b"", []),
    ],
)
def test_standard_input_is_read_as_a_file_is(
    given: bytes, numbers: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
    assert codes(capsys, "-") == numbers


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


@pytest.mark.parametrize(
    "cell",
    [
        "!pip install \\\n    a \\\n    b\n{}",
        "%%time\n{}",
        "found = !ls\n{}",
        "%pip install a\n{}\nrequests.get?",
        'ASKED = """Is that so?\n! said he\n"""\n{}',
        "%time x = 1\n{}",
        "pip install -q a\n{}",
    ],
)
def test_magics(cell: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop = "for u in ['a', 'b']:\n    print(requests.get(u))"
    (folder / "study.ipynb").write_text(notebook("import requests", cell.format(loop)))
    main(["--format", "json", "study.ipynb"])
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["number"], row["cell"]) == ("XCS202", 3)


def test_cells_that_cannot_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are looked at; and calls of two cells don't wait one after another."""
    loop = "for u in ['a', 'b']:\n    print(requests.get(u))"
    text = notebook("import requests\na = requests.get('a')", "x = = 1", "b = requests.get('b')", loop)
    (folder / "study.ipynb").write_text(text)
    assert main(["--format", "json", "study.ipynb"]) == FINDINGS
    rows = json.loads(capsys.readouterr().out)
    assert [(row["number"], row["cell"]) for row in rows] == [("XCS901", 3), ("XCS202", 5)]
    other = {**json.loads(notebook("var x = 1;")), "metadata": {"kernelspec": {"language": "C#"}}}
    (folder / "other.ipynb").write_text(json.dumps(other))
    assert main(["other.ipynb"]) == CLEAN


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


UNREADABLE = {
    "syntax.py": (b"def f(:\n", "syntax.py:1:7: XCS901 source: it can't be parsed: invalid syntax, line 1"),
    "late.py": (b"x = 1\nif x\n", "late.py:2:5: XCS901 source: it can't be parsed: expected ':', line 2"),
    "null.py": (b"x = 1\0\n", "null.py:1:1: XCS901 source: it is a binary file"),
    "deep.py": (b"x = " + b"-" * 100_000 + b"1\n", "deep.py:1:1: XCS901 source: it can't be parsed: it is nested"),
    "encoded.py": (b"x = '\xe9'\n", "encoded.py:1:1: XCS901 source: it is not text in the encoding it declares"),
    "wide.py": (b"\xff\xfex\0=\0001\0", "wide.py:1:1: XCS901 source: it is not text in the encoding it declares"),
    "codec.py": (b"# coding: klingon\n", "codec.py:1:1: XCS901 source: it is not text in the encoding it declares"),
    "bytes.py": (b"# coding: hex\n", "bytes.py:1:1: XCS901 source: it is not text in the encoding it declares"),
    "wide.ipynb": (b"\xff\xfe{", "wide.ipynb:1:1: XCS901 source: it is not text in the encoding it declares"),
    "nothing.ipynb": (b"", "nothing.ipynb:1:1: XCS901 source: it is no notebook: it can't be read as JSON"),
    "list.ipynb": (b'{"cells": 3}', "list.ipynb:1:1: XCS901 source: it is no notebook: it has no list of cells"),
    "cut.ipynb": (b'{"cells": [', "cut.ipynb:1:1: XCS901 source: it is no notebook: it can't be read as JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The place, the cause and what to do; the other files are done."""
    content, told = UNREADABLE[name]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "other.py").write_text(CERTAIN)
    code, printed = run(capsys, "--no-cache", "--format", "concise", str(tmp_path))
    assert code == FINDINGS
    first, other, last = printed.splitlines()
    first, other = sorted((first, other), key=lambda line: "XCS101" in line)
    assert f"{tmp_path.name}/{told}" in first or told in first
    assert first.endswith("(mend it, or leave it out with --exclude)")
    assert "other.py:8:" in other
    assert last == "2 findings in 2 files"


def test_odd_texts_and_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Marks of the byte order, ends of lines, form feeds, declared encodings, names that are no text."""
    text = CERTAIN.encode()
    contents = {
        b"bom.py": b"\xef\xbb\xbf" + text,
        b"returns.py": text.replace(b"\n", b"\r"),
        b"both.py": text.replace(b"\n", b"\r\n"),
        b"feed.py": b"\x0c" + text,
        b"latin.py": b"# coding: latin-1\n" + text + b"y = '\xe9'\n",
        b"byte\xff.py" if sys.platform == "linux" else b"byte.py": text,
        b"surrogate.py": text + b"y = '\\ud800'\n",
        b"empty.py": b"",
        b"blank.py": b" \n\n\t\n",
        b"itself.py": b"from itself import *\nclass A(A): pass\ndef f(): return f()\n",
    }
    for name, content in contents.items():
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(content)
    code, printed = run(capsys, "--no-cache", "--format", "concise", str(tmp_path))
    assert code == CLEAN
    found = printed.splitlines()
    assert ["XCS101" in line for line in found] == [True] * (len(contents) - 3) + [False]
    assert found[-1] == f"{len(contents) - 3} findings in {len(contents)} files"


def test_cells_that_hold_no_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [{"cell_type": "code"}, 3, {"cell_type": "code", "source": None}, {"cell_type": "code", "source": LIKELY}]
    (folder / "a.ipynb").write_text(json.dumps({"cells": cells}))
    assert main(["--isolated", "--no-cache", "--format", "concise", "a.ipynb"]) == CLEAN
    assert capsys.readouterr().out.startswith("a.ipynb:cell 4:5:")


def test_links_and_pipes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Links that lead round, or nowhere, and what can be read once alone: nothing waits for it."""
    below = folder / "below"
    below.mkdir()
    (below / "round").symlink_to(below)
    (below / "self.py").symlink_to(below / "self.py")
    (below / "gone.py").symlink_to(below / "nowhere.py")
    os.mkfifo(below / "pipe.py")
    main(["--isolated", "--no-cache", "--format", "concise", "below"])
    told = [line.partition(" source: ")[2] for line in capsys.readouterr().out.splitlines()[:-1]]
    said = [
        "there is no such file",
        "it is no file to read twice: a pipe, a socket or a device",
        "the file can't be read",
    ]
    assert [any(line.startswith(text) for line in told) for text in said] == [True] * 3
    assert len(told) == 3


def test_a_file_that_vanishes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between the listing and the reading."""
    from xcs.cli import lint

    def listed(*given: object, **more: object) -> list[Path]:
        return [folder / "certain.py", folder / "vanished.py"]

    monkeypatch.setattr(lint, "python_files", listed)
    assert codes(capsys, "--no-cache", "--isolated") == ["XCS101", "XCS901"]


def test_lines_as_python_counts_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A form feed ends no line; one that is too long is cut."""
    feeds = CERTAIN.replace("\n\ndef", "\n\x0c\ndef")
    (folder / "certain.py").write_text(feeds)
    assert main(["--isolated", "--no-cache", "--select", "XCS1", "certain.py"]) == CLEAN
    assert "8 |     return [ask(x) for x in xs]" in capsys.readouterr().out
    assert main(["--isolated", "--no-cache", "--fix", "certain.py"]) == CLEAN
    text = (folder / "certain.py").read_text()
    assert text.replace("from xcs import jit\n", "").replace("@jit\ndef f", "def f") == feeds
    (folder / "long.py").write_text(LIKELY.replace("for x in xs", "for x in xs" + " " * 500))
    main(["--isolated", "--no-cache", "long.py"])
    assert max(map(len, capsys.readouterr().out.splitlines())) < 200


WRONG = {
    "[tool.xcs.lint\n": "pyproject.toml: it can't be read as TOML",
    '[tool.xcs.lint]\nselct = ["XCS1"]\n': "pyproject.toml: [tool.xcs.lint] has no setting 'selct' (settings:",
    '[tool.xcs.lint]\nselect = "XCS1"\n': "pyproject.toml: select has to be a list of texts",
    '[tool.xcs.lint]\nselect = ["XCS7"]\n': "pyproject.toml: there is no code 'XCS7' (codes: XCS101 opportunity,",
    "[tool.xcs]\nlint = 3\n": "pyproject.toml: [tool.xcs.lint] is no table of settings",
    '[tool.xcs.lint]\nfail-on = "always"\n': "pyproject.toml: fail-on has to be one of never,",
    '[tool.xcs.lint]\nbaseline = "known.json"\n': "known.json: it is no baseline (it has no counts of findings);",
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_settings(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pyproject.toml").write_text(text)
    (folder / "known.json").write_text('{"findings": 3}')
    assert main(["--no-cache"]) == USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("xcs-lint: ") and WRONG[text] in captured.err
    assert len(captured.err.splitlines()) == 1


REFUSED = {
    ("--select", ""): "--select: no code is named",
    ("--ignore", "E501"): "--ignore: there is no code 'E501'",
    ("--per-file-ignores", "tests"): "--per-file-ignores tests: it is no PATTERN:CODES",
    (
        "--baseline",
        "nowhere/known.json",
    ): "nowhere/known.json: the baseline can't be written (No such file or directory)",
    ("--write-baseline",): "--write-baseline: --baseline says to which file",
    ("--output-file", "nowhere/out"): "nowhere/out: it can't be written (No such file or directory)",
    ("--config", "nowhere.toml"): "nowhere.toml: there is no such file",
    ("--explain", "XCS999"): "--explain XCS999: it is no code, and no FILE:LINE",
    ("--explain", "certain.py:1"): "certain.py:1: no loop or block with calls that wait stands there",
    ("--changed-since", "HEAD"): "git rev-parse: fatal: not a git repository",
}


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_wrong_command_lines(
    arguments: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    assert main(["--no-cache", *arguments]) == USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"xcs-lint: {REFUSED[arguments]}")


def test_nobody_reads_the_output(folder: Path) -> None:
    """A pipe that is closed: no traceback, and an exit code that says so."""
    (folder / "many.py").write_text(CERTAIN * 400)
    command = [sys.executable, "-m", "xcs", "lint", "--no-cache", "--isolated", "many.py", "certain.py"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": HERE}, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_large_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "large.py").write_text("import json\n\n" + "def f(x):\n    return [json.dumps(y) for y in x]\n" * 25_000)
    assert codes(capsys, "--no-cache", "--isolated", "large.py") == []


def test_the_same_is_said_in_each_process() -> None:
    """Nothing rests on the order of a set: baselines and fingerprints are compared from run to run."""
    files = [Path(HERE, "fixtures", name) for name in ("printed/counted_in_rounds.py", "parallel/items_annotated.py")]
    command = [sys.executable, "-m", "xcs", "lint", "--no-cache", "--format", "json", *map(str, files)]
    said = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1 and "is no part of" in said.pop()
