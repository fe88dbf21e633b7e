"""POST requests to addresses that are those of inference endpoints, however the address comes about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .both import Both, same

requests = pytest.importorskip("requests")
ITEMS = [f"item {n}" for n in range(4)]


class Api:
    def __init__(self, base: str) -> None:
        self.base, self.address = base, f"{base}/v1/embeddings"

    def stored(self, item: str) -> Any:
        return post(self.address, item)

    def formatted(self, item: str) -> Any:
        return post(f"{self.base}/v1/embeddings", item)

    def added(self, item: str) -> Any:
        return post(self.base + "/v1/embeddings", item)

    def with_key(self, item: str) -> Any:
        return post(f"{self.base}/v1/embeddings{item[:0]}", item)

    def in_the_query(self, item: str) -> Any:
        return post(self.base + "/v1/embeddings?for=" + item, item)


def post(address: str, item: str) -> Any:
    response = requests.post(address, json={"model": "m", "input": item}, timeout=30)
    return response.status_code, response.json()["data"][0]["embedding"]


def by(name: str, api: Api) -> str:
    method = getattr(api, name)

    def run(items: list[str]) -> list[Any]:
        return [method(item) for item in items]

    return same(run, ITEMS)


@pytest.mark.parametrize("name", ["stored", "formatted", "added"])
def test_known(url: str, name: str) -> None:
    assert "applied" in by(name, Api(url))


@pytest.mark.parametrize("name", ["with_key", "in_the_query"])
def test_end_not_known(url: str, name: str) -> None:
    assert "has an effect whose order matters" in by(name, Api(url))


def test_another_address_between_calls(url: str) -> None:
    api = Api(url)

    def run(items: list[str]) -> list[Any]:
        return [api.stored(item) for item in items]

    both = Both(run)
    assert "applied" in both(ITEMS)
    api.address = f"{url}/v1/embeddings/delete?/v1/embeddings"
    assert "has an effect whose order matters" in both(ITEMS)


@pytest.mark.parametrize("path", ["/v1/delete", "/v1/embeddings/5", "/delete?next=/v1/embeddings", "embeddings"])
def test_other_addresses(url: str, path: str) -> None:
    api = Api(url)
    api.address = f"{url}{path}"
    assert "has an effect whose order matters" in by("stored", api)


class Requests:
    """Requests to addresses that an inference endpoint may have, and other APIs have too."""

    def __init__(self, base: str) -> None:
        self.base = base

    def completion(self, item: str) -> Any:
        return requests.post(f"{self.base}/v1/completions", json={"model": "m", "prompt": item}, timeout=30).status_code

    def generation(self, item: str) -> Any:
        body: dict[str, Any] = {"inputs": item}
        body["parameters"] = {"temperature": 0}
        return requests.request("POST", f"{self.base}/generate", json=body, timeout=30).status_code

    def message(self, item: str) -> Any:
        body = {"model": "m", "messages": [{"role": "user", "content": item}], "max_tokens": 5}
        return requests.post(self.base + "/v1/messages", json=body, timeout=30).status_code

    def chat(self, item: str) -> Any:
        body = {"model": "m", "other": item}
        return requests.post(f"{self.base}/v1/chat/completions", json=body, timeout=30).status_code

    def mail(self, item: str) -> Any:
        body = {"from": "a@example.org", "to": item, "text": "hello"}
        return requests.post(f"{self.base}/v3/example.org/messages", data=body, timeout=30).status_code

    def posting(self, item: str) -> Any:
        return requests.post(f"{self.base}/channels/5/messages", json={"content": item}, timeout=30).status_code

    def row(self, item: str) -> Any:
        body = {"model": "m", "input": item, "embedding": [1.0]}
        return requests.post(f"{self.base}/rest/v1/embeddings", json=body, timeout=30).status_code

    def conversation(self, item: str) -> Any:
        body = {"model": "m", "input": item}
        body["conversation"] = "c1"
        return requests.post(f"{self.base}/v1/responses", json=body, timeout=30).status_code

    def not_known(self, item: str) -> Any:
        return requests.post(f"{self.base}/v1/embeddings", json=json.loads(item), timeout=30).status_code

    def replaced(self, item: str) -> Any:
        return requests.put(f"{self.base}/v1/chat/completions", json={"messages": [item]}, timeout=30).status_code

    def put(self, item: str) -> Any:
        body = {"messages": [item]}
        return requests.request("PUT", f"{self.base}/v1/chat/completions", json=body, timeout=30).status_code


@pytest.mark.parametrize("name", ["completion", "generation", "message", "chat"])
def test_request_to_a_model(url: str, name: str) -> None:
    send = getattr(Requests(url), name)

    def run(items: list[str]) -> list[Any]:
        return [send(item) for item in items]

    assert "applied" in same(run, ITEMS)


@pytest.mark.parametrize("name", ["mail", "posting", "row", "conversation", "not_known", "replaced", "put"])
def test_another_request(url: str, name: str) -> None:
    send = getattr(Requests(url), name)

    def run(items: list[str]) -> list[Any]:
        return [send(item) for item in items]

    assert "has an effect whose order matters" in same(run, [f'{{"input": "{n}"}}' for n in range(4)])
