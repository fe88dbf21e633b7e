"""The client that openai's module makes for itself: its loops gain, and what is set on the module keeps its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from benchmarks.llm_server import Server, Settings
from xcs import jit


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(Settings(latency=0.02))
    monkeypatch.setattr(openai, "_client", None)
    monkeypatch.setattr(openai, "http_client", None)
    monkeypatch.setattr(openai, "api_key", "k")
    monkeypatch.setattr(openai, "base_url", f"{server.url}/v1/")
    monkeypatch.setattr(openai, "default_headers", None)
    yield server
    forget()
    server.close()


def forget() -> None:
    """Closes the module's client, so that the next call makes another one."""
    module: Any = openai
    if module.http_client is not None:
        module.http_client.close()
    module._client = module.http_client = None


def ask(prompt: str) -> str | None:
    asked: Any = [{"role": "user", "content": prompt}]
    return openai.chat.completions.create(model="m", messages=asked).choices[0].message.content


def answers(prompts: list[str]) -> list[str | None]:
    found = []
    for prompt in prompts:
        found.append(ask(prompt))
        print(prompt, found[-1])
    return found


def with_keys(prompts: list[str]) -> list[str | None]:
    found = []
    for prompt in prompts:
        found.append(ask(prompt))
        openai.api_key = f"key of {prompt}"
    return found


def set_key(key: str) -> None:
    openai.api_key = key


def with_keys_set_by_callee(prompts: list[str]) -> list[str | None]:
    found = []
    for prompt in prompts:
        set_key(f"key of {prompt}")
        found.append(ask(prompt))
    return found


def test_it_gains_from_the_second_item_on(server: Server) -> None:
    prompts = [f"prompt {n}" for n in range(8)]
    plain = answers(prompts)
    forget()
    server.reset()
    decorated: Any = jit(answers)
    assert decorated(prompts) == plain
    assert server.seen.requests == len(prompts) and decorated.stats().tasks == len(prompts) - 1
    assert decorated(prompts) == plain and decorated.stats().tasks == 2 * len(prompts) - 1
    assert decorated.stats().mispredictions == 0


def test_a_client_of_the_program_is_looked_at(server: Server) -> None:
    import httpx2 as client_of  # what this version of openai is made on

    seen: list[str] = []
    own = client_of.Client(event_hooks={"request": [lambda request: seen.append(str(request.url))]})
    openai.http_client = own  # type: ignore[assignment]
    decorated: Any = jit(answers)
    decorated(["a", "b", "c"])
    assert decorated.stats().tasks == 0 and len(seen) == 3


@pytest.mark.parametrize("body", [with_keys, with_keys_set_by_callee])
def test_settings_of_the_module_keep_their_place(server: Server, body: Any) -> None:
    ask("the client is made")
    decorated: Any = jit(body)
    decorated(["a", "b", "c", "d"])
    assert decorated.stats().tasks == 0 and server.seen.peak == 1
