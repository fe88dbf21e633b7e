"""Each code has its page, made of the code; an example shows the remark that it is about."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.pages import CASES, PAGES, pages
from tests.printing import loaded, remark

pytestmark = pytest.mark.once
EXAMPLES = sorted(CASES.glob("*.case"))


def test_the_pages_are_those_of_the_code() -> None:
    there = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    assert there == pages(), "run `python -m tests.pages`"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_gets_the_remark_of_its_page(path: Path, tmp_path: Path) -> None:
    module = tmp_path / f"example_{path.stem.replace('-', '_')}.py"
    module.write_text(path.read_text("utf-8").partition("----\n")[0], "utf-8")
    try:
        assert remark(loaded(module)) == path.stem
    finally:
        sys.modules.pop(module.stem, None)
