"""What docs/printed.md shows as printed is what is printed; `XCS_UPDATE=1` writes it."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

import pytest

from xcs.cli.printed import Choice, printed
from xcs.static.plans import plan_file

PAGE = Path(__file__).parent.parent / "docs" / "printed.md"
UPDATE = os.environ.get("XCS_UPDATE") == "1"
HEAD = '''
import time
from tqdm import tqdm


class Failed(Exception):
    pass


def ask(prompt):
    time.sleep(0.002)
    return {"text": prompt.upper(), "tokens": len(prompt), "ok": True}


def score(text):
    time.sleep(0.002)
    return len(text)


def page(account, number):
    time.sleep(0.002)
    return list(account)[number : number + 1]


'''
PAIR = re.compile(r"^(## \d+\. .*?```python\n)(.*?)(```\n\nPrinted:\n\n```python\n)(.*?)(```\n)", re.M | re.S)


def shown(text: str, path: Path) -> str:
    """What is printed for an example: the functions that stand in it."""
    path.write_text(HEAD + text)
    made = printed(HEAD + text, plan_file(path), Choice(every=True)).text
    first = re.match(r"(def \w+|if )", text)
    assert first is not None
    return made[made.index(f"\n{first[1]}") + 1 :]


@pytest.mark.parametrize("number", range(10))
def test_printed_as_the_page_shows(number: int, tmp_path: Path) -> None:
    pytest.importorskip("tqdm")
    page = PAGE.read_text()
    pairs = list(PAIR.finditer(page))
    assert len(pairs) == 10
    pair = pairs[number]
    made = shown(textwrap.dedent(pair[2]), tmp_path / "example.py")
    if UPDATE:
        PAGE.write_text(page[: pair.start(4)] + made + page[pair.end(4) :])
    assert made == pair[4] or UPDATE
