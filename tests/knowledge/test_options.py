"""Options that reach a client's method by way of dictionaries."""

from __future__ import annotations

from typing import Any

import pytest

from .both import Both, same

openai = pytest.importorskip("openai")
ITEMS = [f"item {n}" for n in range(4)]
MESSAGES = [{"role": "user", "content": "hello"}]


def ask(client: Any, text: str, **options: Any) -> Any:
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(model="m", messages=messages, **options).choices[0].message.content


def passed_on(client: Any, items: list[str]) -> list[Any]:
    return [ask(client, item, temperature=0.5, seed=len(item)) for item in items]


def nothing(client: Any, items: list[str]) -> list[Any]:
    return [ask(client, item) for item in items]


def display(client: Any, items: list[str]) -> list[Any]:
    fixed = {"temperature": 0.5}
    return [ask(client, item, **{**fixed, "seed": 1}) for item in items]


def called(client: Any, items: list[str]) -> list[Any]:
    return [ask(client, item, **dict(temperature=0.5, seed=1)) for item in items]  # noqa: C408


def stored(client: Any, items: list[str]) -> list[Any]:
    found = []
    for item in items:
        options = {"temperature": 0.5}
        if len(item) > 3:
            options["seed"] = 2
        found.append(ask(client, item, **options))
    return found


def chosen(client: Any, items: list[str]) -> list[Any]:
    return [ask(client, i, **{k: v for k, v in {"seed": 1, "user": None}.items() if v is not None}) for i in items]


@pytest.mark.parametrize("body", [passed_on, nothing, display, called, stored, chosen])
def test_known(url: str, body: Any) -> None:
    assert "applied" in same(body, openai.OpenAI(base_url=f"{url}/v1", api_key="k"), ITEMS)


def other_key(client: Any, items: list[str], key: str) -> list[Any]:
    found = []
    for item in items:
        options = {"temperature": 0.5}
        options[key] = False
        found.append(ask(client, item, **options))
    return found


def named(client: Any, items: list[str], key: str) -> list[Any]:
    return [ask(client, item, stream=key == "") for item in items]


def updated(client: Any, items: list[str], key: str) -> list[Any]:
    found = []
    for item in items:
        options = {"temperature": 0.5}
        options.update([(key, False)])
        found.append(ask(client, item, **options))
    return found


def made_with(client: Any, items: list[str], key: str) -> list[Any]:
    return [ask(client, item, **dict([(key, False)])) for item in items]  # noqa: C406


@pytest.mark.parametrize("body", [other_key, named, updated, made_with])
def test_not_known(url: str, body: Any) -> None:
    assert "with `stream`" in same(body, openai.OpenAI(base_url=f"{url}/v1", api_key="k"), ITEMS, "stream")


def test_other_keys_between_calls(url: str) -> None:
    options: dict[str, Any] = {"temperature": 0.5}
    client = openai.OpenAI(base_url=f"{url}/v1", api_key="k")

    def run(items: list[str]) -> list[Any]:
        return [ask(client, item, **options) for item in items]

    both = Both(run)
    assert "applied" in both(ITEMS)
    options["stream"] = False
    assert "with `stream`" in both(ITEMS)
