"""What the lint prints is read as its consumers read it: by their rules, and by themselves where they are installed.

flake8, pre-commit, junitparser and sarif-pydantic come with the extra `consumers`; a test that needs one is skipped
without it, and says so.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from xcs.cli.lint import FINDINGS, main

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
APP = """
import time
import requests
from elsewhere import clean
from web import fetch
from xcs import jit

def ask(x):
    time.sleep(1)
    return x

def certain(xs):
    return [ask(x) for x in xs]

def likely(urls):
    found = {}
    for url in urls:
        found[url, "a:b,c%d"] = fetch(clean(url))
    return found

@jit
def decorated(x):
    for _ in range(9):
        x = len(x) * time.sleep(x)
    return x
"""
WEB = "import requests\n\ndef fetch(url):\n    return requests.get(url).json()\n"
CODES = ["XCS101", "XCS201", "XCS302", "XCS901"]  # what is found of all that, by certainty


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a finding of each certainty, in a folder and files whose names have to be escaped."""
    monkeypatch.chdir(tmp_path)
    below = tmp_path / "a folder"
    below.mkdir()
    (below / "app,é.py").write_text(APP, "utf-8")
    (below / "web.py").write_text(WEB, "utf-8")
    (below / "broken.py").write_text("def f(:\n", "utf-8")
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], form: str, *arguments: str) -> str:
    assert main(["--isolated", "--no-cache", "--format", form, *arguments]) == FINDINGS
    return capsys.readouterr().out


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The findings as data, with which the other forms have to agree."""
    found: list[dict[str, Any]] = json.loads(printed(capsys, "json"))
    assert sorted(row["number"] for row in found) == CODES
    return found


# -- json


JSON = {
    "filename": str, "location": dict, "end_location": dict, "cell": int | None, "code": str, "number": str,
    "severity": str, "certainty": str, "function": str, "message": str, "hint": str, "gain": str, "assumes": list,
    "chain": list, "related": list,
}  # fmt: skip


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys)
    for row in found:
        assert row.keys() == JSON.keys()
        assert all(isinstance(row[key], kind) for key, kind in JSON.items())
        assert (row["location"]["row"], row["location"]["column"]) >= (1, 1)
        assert all(end.keys() == {"filename", "row", "message"} for end in (*row["assumes"], *row["related"]))
    assert [json.loads(line) for line in printed(capsys, "json-lines").splitlines()] == found
    (likely,) = [row for row in found if row["certainty"] == "likely"]
    assert [Path(step["filename"]).name for step in likely["chain"]] == ["app,é.py"]
    assert [a["message"] for a in likely["assumes"]] == ["`clean` changes nothing that these calls read"]


# -- GitHub: `::command key=value,key=value::message`, as the runner of actions takes it apart


COMMAND = re.compile(r"^::(?P<command>notice|warning|error) (?P<properties>[^:]*)::(?P<message>.*)$")
KEYS = {"file", "line", "col", "endLine", "endColumn", "title"}


def unescaped(text: str, also: Mapping[str, str] = {"%3A": ":", "%2C": ","}) -> str:
    assert not re.search(r"[\r\n]", text)
    for code, character in {"%0D": "\r", "%0A": "\n", **also, "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def test_github(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys)
    lines = printed(capsys, "github").splitlines()
    assert len(lines) == len(found)
    for line, row in zip(lines, found, strict=True):
        match = COMMAND.match(line)
        assert match is not None, line
        pairs = [part.split("=", 1) for part in match["properties"].split(",")]
        properties = {key: unescaped(value) for key, value in pairs}
        assert properties.keys() == KEYS
        assert properties["file"] == row["filename"]
        assert int(properties["line"]) == row["location"]["row"] <= int(properties["endLine"])
        assert match["command"] == row["severity"]
        assert unescaped(match["message"], {}).startswith(row["message"])


# -- GitLab: what its code quality reports must have


def test_gitlab(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys)
    report = json.loads(printed(capsys, "gitlab"))
    assert len({entry["fingerprint"] for entry in report}) == len(report) == len(found)
    for entry, row in zip(report, found, strict=True):
        assert entry["description"].startswith(row["message"])
        assert entry["check_name"] == row["number"]
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        path = entry["location"]["path"]
        assert path == row["filename"] and not path.startswith(("/", "./"))
        assert entry["location"]["lines"]["begin"] == row["location"]["row"]


# -- JUnit


def test_junit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys)
    root = ElementTree.fromstring(printed(capsys, "junit"))
    assert root.tag == "testsuites"
    assert int(root.attrib["failures"]) == int(root.attrib["tests"]) == len(found)
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.tag == "testsuite" and suite.attrib["name"]
        assert int(suite.attrib["tests"]) == len(cases) == len(suite.findall("testcase/failure"))
        assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)
    assert [f.attrib["message"] for f in root.iter("failure")] == [row["message"] for row in found]


def test_junit_by_a_reader(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader = pytest.importorskip("junitparser", reason="of the extra `consumers`")
    text = printed(capsys, "junit")
    cases = [case for suite in reader.JUnitXml.fromstring(text.encode()) for case in suite]
    assert sorted(case.name.partition(" ")[0] for case in cases) == CODES
    assert all(isinstance(case.result[0], reader.Failure) and case.result[0].text for case in cases)


# -- SARIF 2.1.0: what the standard has of the objects that are used, `*` for what must be there


SARIF = {
    "log": "version* runs* $schema",
    "run": "tool* results columnKind",
    "driver": "name* version semanticVersion informationUri rules",
    "rule": "id* name shortDescription fullDescription help helpUri defaultConfiguration",
    "result": "message* ruleId ruleIndex level kind rank locations relatedLocations codeFlows partialFingerprints",
    "location": "id message physicalLocation",
    "region": "startLine startColumn endLine endColumn",
}


def shaped(kind: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object that has what the standard asks for, and nothing that it doesn't know."""
    names = SARIF[kind].split()
    assert {n[:-1] for n in names if n.endswith("*")} <= given.keys() <= {n.rstrip("*") for n in names}, kind
    return given


def placed(location: Mapping[str, Any]) -> str:
    """The file of a location whose region is one."""
    physical = shaped("location", location)["physicalLocation"]
    region = shaped("region", physical["region"])
    start = (region["startLine"], region["startColumn"])
    assert (1, 1) <= start <= (region.get("endLine", start[0]), region.get("endColumn", start[1]))
    uri = urlsplit(physical["artifactLocation"]["uri"])
    assert not uri.scheme and not re.search(r"[ ,\\]", uri.path.replace(",", "")) and uri.path.isascii()
    return unquote(uri.path)


def test_sarif(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys)
    log = shaped("log", json.loads(printed(capsys, "sarif")))
    assert log["version"] == "2.1.0" and urlsplit(log["$schema"]).path.endswith("sarif-2.1.0.json")
    (run,) = (shaped("run", run) for run in log["runs"])
    rules = [shaped("rule", rule) for rule in shaped("driver", run["tool"]["driver"])["rules"]]
    assert len({rule["id"] for rule in rules}) == len(rules)
    results = [shaped("result", result) for result in run["results"]]
    for result, row in zip(results, found, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == row["number"]
        assert result["message"]["text"].startswith(row["message"])
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["kind"] in ("fail", "review") and (result["kind"] == "fail") == (result["level"] != "none")
        assert 0 <= result["rank"] <= 100
        assert [placed(where) for where in result["locations"]] == [row["filename"]]
        related = result.get("relatedLocations", [])
        assert [placed(r) for r in related] == [e["filename"] for e in (*row["related"], *row["assumes"])]
        assert len({r["id"] for r in related}) == len(related)
        for flow in result.get("codeFlows", []):
            steps = [step["location"] for thread in flow["threadFlows"] for step in thread["locations"]]
            assert [placed(step) for step in steps] == [step["filename"] for step in row["chain"]]
    ranks = {r["ruleId"]: r["rank"] for r in results}
    assert ranks["XCS101"] > ranks["XCS201"] > ranks["XCS302"]


def test_sarif_by_a_reader(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader = pytest.importorskip("sarif_pydantic", reason="of the extra `consumers`")
    log = reader.Sarif.model_validate_json(printed(capsys, "sarif"))
    assert sorted(result.rule_id for result in log.runs[0].results) == CODES


def test_sarif_by_the_schema(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the schema of the standard, where XCS_SARIF_SCHEMA names its file: it is no part of this project."""
    schema = os.environ.get("XCS_SARIF_SCHEMA")
    if not schema:
        pytest.skip("XCS_SARIF_SCHEMA names no file with the schema of SARIF 2.1.0")
    validator = pytest.importorskip("jsonschema", reason="of the extra `consumers`")
    rules = json.loads(Path(schema).read_text("utf-8"))
    validator.Draft7Validator(rules).validate(json.loads(printed(capsys, "sarif")))


def test_fingerprints_stay_when_lines_move(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def prints() -> list[str]:
        return [r["partialFingerprints"]["xcs/v1"] for r in json.loads(printed(capsys, "sarif"))["runs"][0]["results"]]

    before = prints()
    file = folder / "a folder" / "app,é.py"
    file.write_text("\n\n# moved\n" + file.read_text("utf-8"), "utf-8")
    assert prints() == before


# -- editors


def test_problem_matcher(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The pattern in docs/lint.md fits each line of the concise form."""
    text = (ROOT / "docs" / "lint.md").read_text("utf-8")
    (matcher,) = [json.loads(t) for t in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if "problemMatcher" in t]
    pattern = re.compile(matcher["problemMatcher"]["pattern"]["regexp"])
    found = rows(capsys)
    lines = printed(capsys, "concise", "--quiet").splitlines()
    assert len(lines) == len(found)
    for line, row in zip(lines, found, strict=True):
        match = pattern.match(line)
        assert match is not None, line
        assert match.groups()[:4] == (
            row["filename"],
            str(row["location"]["row"]),
            str(row["location"]["column"]),
            row["number"],
        )


# -- tools that run it


def installed(name: str) -> None:
    """Skips the test where a tool, or xcs beside it, isn't installed."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed (it comes with the extra `consumers`)")
    if not any(e.value.startswith("xcs.") for e in importlib.metadata.entry_points(group="flake8.extension")):
        pytest.skip("xcs is not installed, only imported from its folder")


def test_flake8(folder: Path) -> None:
    installed("flake8")
    (folder / "a folder" / "broken.py").unlink()
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "XCS", "--format", "%(row)d %(code)s", "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["13 XCS101", "17 XCS201", "24 XCS302"]
    assert done.returncode == 1


def test_pre_commit(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook that the project offers, made and run by pre-commit itself."""
    installed("pre_commit")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "made"))
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip("the project is no clone: there is nothing that pre-commit could clone")
    hooks = tmp_path / "hooks"
    subprocess.run([*git, "clone", "-q", str(ROOT), str(hooks)], check=True)
    subprocess.run([*git, "init", "-q", "."], check=True)
    subprocess.run([*git, "add", "a folder"], check=True)
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "xcs-lint", "--all-files", "--verbose"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "pip" in done.stdout and "install" in done.stdout and "CalledProcessError" in done.stdout:
        pytest.skip("pre-commit can't install the hook here: " + done.stdout[-300:])
    assert done.returncode == 1, done.stdout + done.stderr
    assert sorted(re.findall(r"XCS\d+", done.stdout)) == CODES
