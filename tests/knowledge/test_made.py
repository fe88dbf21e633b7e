"""SDK clients that a callee makes for itself, and what may be done to them before they are used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import xcs

from .both import same

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")
ITEMS = [f"item {n}" for n in range(4)]


def _asked(client: Any, text: str) -> str:
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
    return str(answer.choices[0].message.content)


def from_environment(text: str) -> str:
    key = os.environ.get("SOME_KEY", "k")
    return _asked(openai.OpenAI(api_key=key, base_url=os.environ["TEST_BASE"] + "/v1"), text)


def told(text: str) -> str:
    client = anthropic.Anthropic(api_key="k", base_url=os.getenv("TEST_BASE"))
    answer = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": text}])
    return "".join(part.text for part in answer.content if part.type == "text")


@pytest.fixture
def base(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TEST_BASE", url)
    return url


@pytest.mark.parametrize("callee", [from_environment, told])
def test_known(base: str, callee: Any) -> None:
    _asked(openai.OpenAI(api_key="k", base_url=base + "/v1"), "parts of the library are loaded")

    def body(items: list[str]) -> list[str]:
        return [callee(item) for item in items]

    assert "applied" in same(body, ITEMS)


class Sent:
    """A transport of the program's own, put in after the client was made."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.seen = inner, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def client_replaced(base: str, text: str) -> str:
    client = openai.OpenAI(api_key="k", base_url=base + "/v1")
    client._client = Sent(client._client)
    return _asked(client, text)


def part_taken_before(base: str, text: str) -> str:
    client = openai.OpenAI(api_key="k", base_url=base + "/v1")
    completions = client.chat.completions
    for _ in range(2):
        answer = completions.create(model="m", messages=[{"role": "user", "content": text}])
        client.post = Sent(client.post).inner
    return str(answer.choices[0].message.content)


def part_changed(base: str, text: str) -> str:
    client = openai.OpenAI(api_key="k", base_url=base + "/v1")
    client.chat.completions._post = Sent(client.chat.completions._post).inner
    return _asked(client, text)


def key_called(base: str, text: str) -> str:
    return _asked(openai.OpenAI(api_key=lambda: "k", base_url=base + "/v1"), text)


@pytest.mark.parametrize("callee", [client_replaced, part_taken_before, part_changed, key_called])
def test_not_known(base: str, callee: Any) -> None:
    def body(base: str, items: list[str]) -> list[str]:
        return [callee(base, item) for item in items]

    assert "missed" in same(body, base, ITEMS)


FRESH = """
import os
import openai
import tests.unhurried
from xcs import jit

def ask(text):
    client = openai.OpenAI(api_key="k", base_url=os.environ["TEST_BASE"] + "/v1")
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])

@jit
def body(items):
    return [ask(item) for item in items]

body(["a", "b", "c", "d"])
print(body.stats().tasks)
"""


def test_loaded_by_the_first(base: str, tmp_path: Path) -> None:
    """In a new process the first call may load what the client is made of: then the others run ahead."""
    program = tmp_path / "program.py"
    program.write_text(FRESH)
    found = {**os.environ, "PYTHONPATH": str(Path(xcs.__file__).parents[1])}
    shown = subprocess.run([sys.executable, program], env=found, capture_output=True, text=True, check=True).stdout
    assert shown.strip() in ("3", "4")
