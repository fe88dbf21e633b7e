"""The root of the project holds what it is meant to hold, and a source distribution what its tests need."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {".ci", "benchmarks", "docs", "fixtures", "tests", "xcs"}
FILES = {
    ".gitignore", ".pre-commit-hooks.yaml", "CHANGELOG.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md",
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
    grafted = {line.split()[1] for line in (ROOT / "MANIFEST.in").read_text().splitlines() if line.startswith("graft")}
    included = {
        name
        for line in (ROOT / "MANIFEST.in").read_text().splitlines()
        if line.startswith("include")
        for name in line.split()[1:]
    }
    assert grafted == FOLDERS - {"xcs"}  # the package comes by itself, as do these two:
    assert included == FILES - {".gitignore", "pyproject.toml"}
