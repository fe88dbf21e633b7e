"""Texts that a program made, of millions of characters, are not parsed where nothing in them can wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from xcs.lint.check import LARGE, findings
from xcs.lint.sources import text_of
from xcs.survey.talking import may_talk

pytestmark = pytest.mark.once

LOOP = "def f(urls):\n    return [requests.get(u) for u in urls]\n"


@pytest.mark.parametrize(("text", "expected"), [
    ("import requests\n", True),
    ("def f():\n    from openai import OpenAI\n", True),
    ("import boto3.session as s\n", True),
    ("async def f(x):\n    return await x\n", True),
    ("import json, os\nfrom .pyjs import *\n", False),
    ("text = 'await x'\n", False),
])  # fmt: skip
def test_may_talk(text: str, expected: bool) -> None:
    assert may_talk(text) == expected


def test_a_large_text(tmp_path: Path) -> None:
    data = "".join(f"x{i} = 'import nothing'\n" for i in range(LARGE // 20))
    file = tmp_path / "text.py"
    for first, expected in (("import requests\n", 1), ("requests = None\n", 0)):
        file.write_text(first + LOOP + data)
        assert len(findings(text_of(file, "text.py"))) == expected
