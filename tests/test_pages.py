"""Each code has its page, made of the code; an example shows the remark that it is about."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

import xcs.plan.legality
from tests.pages import CASES, PAGES, pages
from tests.printing import SAID, loaded, remark
from xcs.lint.findings import EXPLAINED
from xcs.plan.legality import OBSTACLES
from xcs.reasons import Reason, Reasons

pytestmark = pytest.mark.once
EXAMPLES = sorted(CASES.glob("*.case"))
OF_REGIONS = [path for path in EXAMPLES if not path.read_text("utf-8").startswith(SAID)]
LEGALITY = Path(xcs.plan.legality.__file__).parent
SHARED = {"__init__", "candidate", "files", "identity", "memo", "ordered"}  # parts of several obstacles


def test_the_pages_are_those_of_the_code() -> None:
    there = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    assert there == pages(), "run `python -m tests.pages`"


def test_each_code_has_an_example() -> None:
    assert {path.stem for path in EXAMPLES} == EXPLAINED.keys()
    for path in set(EXAMPLES) - set(OF_REGIONS):
        reason, (_, _, printed) = EXPLAINED[path.stem], path.read_text("utf-8").partition("----\n")
        assert any(said and said in printed for said in (f" {reason.code}: ", reason.text.partition("{")[0])), printed


def test_each_obstacle_is_a_module_of_its_name() -> None:
    """With its check, or where that is, and all that is told of it."""
    modules = {path.stem for path in LEGALITY.glob("*.py")} - SHARED
    assert {reason.code.replace("-", "_") for reason in OBSTACLES} == {name.rstrip("_") for name in modules}
    for name in modules:
        module = importlib.import_module(f"xcs.plan.legality.{name}")
        assert module.OBSTACLE.code.replace("-", "_") == name.rstrip("_")
        assert module.__doc__


@pytest.mark.parametrize("path", OF_REGIONS, ids=lambda path: path.stem)
def test_an_example_gets_the_remark_of_its_page(path: Path, tmp_path: Path) -> None:
    module = tmp_path / f"example_{path.stem.replace('-', '_')}.py"
    module.write_text(path.read_text("utf-8").partition("----\n")[0], "utf-8")
    try:
        assert remark(loaded(module)) == path.stem
    finally:
        sys.modules.pop(module.stem, None)


def test_a_code_is_told_where_nothing_can_be_loaded_any_more() -> None:
    def failing() -> tuple[Reason, ...]:
        raise ImportError

    reasons = Reasons()
    reasons.obstacles = failing
    assert reasons["writes"].sentence("`ask(...)`") == "writes: `ask(...)`"
