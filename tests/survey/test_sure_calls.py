"""Which statements may lead to what surely waits, before anything else is asked of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from xcs.survey.modules import Program
from xcs.survey.origins import Scope
from xcs.survey.sure_calls import SureCalls

pytestmark = pytest.mark.once

TEXT = """
import requests
from openai import OpenAI
client = OpenAI()
class Page:
    def __init__(self, url):
        self.text = requests.get(url).text
    def again(self):
        return self.text
def plain(x):
    return plain(x)
def page(x):
    return requests.get(x)
def deep(x):
    return [page(y) for y in x]
def applied(f, x):
    return f(x)
def inner():
    def never():
        return requests.get("a")
    return 1
def far1(x): return far2(x)
def far2(x): return far3(x)
def far3(x): return far4(x)
def far4(x): return far5(x)
def far5(x): return page(x)
"""


@pytest.mark.parametrize(("statement", "expected"), [
    ("requests.get(u)", 1),
    ("requests.get(u), requests.post(u)", 2),
    ("client.chat.completions.create(model=u)", 1),
    ("client.files.list()", 1),
    ("client.ask(u)", 0),  # something is assumed of it
    ("page(u)", 1),
    ("deep(u), page(u), page(u)", 2),
    ("Page(u)", 1),
    ("Page.again(u)", 0),
    ("plain(u)", 0),
    ("applied(page, u)", 1),
    ("applied(plain, u)", 0),
    ("list(map(page, u))", 1),
    ("[page(x) for x in u]", 1),
    ("(lambda: page(u))()", 1),
    ("inner()", 0),
    ("far3(u)", 1),
    ("far1(u)", 0),  # too far down for a finding
    ("unknown.get(u)", 0),
])  # fmt: skip
def test_calls(statement: str, expected: int, tmp_path: Path) -> None:
    file = tmp_path / "text.py"
    file.write_text(f"{TEXT}def f(u, unknown):\n    {statement}\n")
    program = Program()
    module = program.load(file)
    function = module.functions["f"]
    scope = Scope.of(program, module, function, {})
    assert SureCalls().count(function.node.body, scope) == expected
    assert not program.origins.whole  # what is found later doesn't rest on it
