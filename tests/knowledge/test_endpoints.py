"""POST requests to addresses that are those of inference endpoints, however the address comes about."""

from __future__ import annotations

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
