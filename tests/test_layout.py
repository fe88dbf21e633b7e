"""The root of the project holds what it is meant to hold, and a source distribution what its tests need."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.mutations import MUTATIONS

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
FOLDERS = {".ci", "benchmarks", "docs", "fixtures", "tests", "xcs"}
FILES = {
    ".gitignore", ".pre-commit-hooks.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md",
    "action.yml", "pyproject.toml",
}  # fmt: skip


def tracked() -> list[str]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this is not a clone, or there is no git: nobody knows which files are tracked")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"git can't tell which files are tracked: {done.stderr.strip()}")
    return done.stdout.split("\0")[:-1]


def test_the_root_holds_what_the_layout_names() -> None:
    found = {name.partition("/")[0] for name in tracked()}
    assert found - FOLDERS - FILES == set(), "not of the layout: say here what it is for, or put it elsewhere"
    assert (FOLDERS | FILES) - found == set()


def test_nothing_that_is_made_is_tracked() -> None:
    made = (".pyc", ".whl", ".so", ".tar.gz", ".egg-info", ".log")
    assert [name for name in tracked() if name.endswith(made) or "__pycache__" in name] == []


def test_a_source_distribution_has_everything() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    table = text.partition("[tool.hatch.build.targets.sdist]")[2].partition("\n[")[0]
    included = set(re.findall(r'"/([^"]+)"', table))
    assert included == FOLDERS | FILES - {".gitignore", "pyproject.toml"}  # the backend adds these


TEXTS = ("README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
FILE = r"(?<![\w./-])((?:[\w.-]+/)*[\w-]+\.(?:py|toml))\b"
FOLDER = r"(?<![\w./-])((?:xcs|tests|benchmarks|fixtures|docs)/[\w./-]*\w)"
OTHERS = {"app.py", "fast.py", "acme/_client.py"}  # the reader's, as NAME and CODE are
STUDY = "docs/lint-study.md"  # names the files of other projects


@pytest.mark.parametrize("name", [name for name in TEXTS if name != STUDY])
def test_what_a_text_names_is_there(name: str) -> None:
    """Files from the root or from `xcs`, links, modules that are run, targets of `make`."""
    text = (ROOT / name).read_text("utf-8")
    for link in re.findall(r"\]\(([\w./-]+)", text):
        assert (ROOT / name).parent.joinpath(link).exists(), link
    text = re.sub(r"\]\([^)]*\)", "]", text)
    for path in re.findall(FILE, text) + re.findall(FOLDER, text):
        there = (ROOT / path).exists() or (ROOT / "xcs" / path).exists()
        assert there or path in OTHERS or re.search("NAME|CODE|STAGE", path), path
    for module in re.findall(r"-m ((?:xcs|tests|benchmarks)\b(?:\.\w+)*)", text):
        path = module.replace(".", "/")
        assert (ROOT / f"{path}.py").exists() or (ROOT / path / "__main__.py").exists(), module
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for named in re.findall(r"(?:^ +|`)make ([a-z ]+)", text, re.MULTILINE):
        assert set(named.split()) <= set(targets), named


def test_each_deliberate_error_has_its_place() -> None:
    for mutation in MUTATIONS:
        assert (ROOT / "xcs" / mutation.file).read_text("utf-8").count(mutation.old) == 1, mutation.what
