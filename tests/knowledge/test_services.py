"""Programs over SDKs of models and services, against a local stub: questions run early, commands stay in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .both import same

pytestmark = pytest.mark.once

ITEMS = [f"item {n}" for n in range(6)]


def chat(client: Any, items: list[str]) -> list[str]:
    answers = []
    for item in items:
        response = client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"Say {item}"}])
        answers.append(response.choices[0].message.content)
    return answers


def cerebras(url: str) -> Any:
    module = pytest.importorskip("cerebras.cloud.sdk")
    return module.Cerebras(base_url=url, api_key="k", warm_tcp_connection=False)


def fireworks(url: str) -> Any:
    return pytest.importorskip("fireworks").Fireworks(base_url=url, api_key="k", account_id="a")


@pytest.mark.parametrize("make", [cerebras, fireworks])
def test_chat(url: str, make: Callable[[str], Any]) -> None:
    assert "applied" in same(chat, make(url), ITEMS)


def test_fireworks_changes_stay(url: str) -> None:
    def run(client: Any, items: list[str]) -> list[str]:
        return [type(client.datasets.delete(dataset_id=item)).__name__ for item in items]

    assert "missed" in same(run, fireworks(url), ["a", "b", "c"])


def test_writer(url: str) -> None:
    client = pytest.importorskip("writerai").Writer(base_url=url, api_key="k")

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            response = client.completions.create(model="m", prompt=item)
            found.append(response.choices[0])
        return [choice.text for choice in found]

    assert "applied" in same(run, client, ITEMS)


def test_perplexity(url: str) -> None:
    client = pytest.importorskip("perplexity").Perplexity(base_url=url, api_key="k")

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = client.search.create(query=item)
            found.append([result.title for result in answer.results])
        return found

    def ask(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": item}])
            found.append(answer.choices[0].message.content)
        return found

    assert "applied" in same(run, client, ITEMS)
    assert "missed" in same(ask, client, ITEMS)


def test_deepl(url: str) -> None:
    deepl = pytest.importorskip("deepl")
    translator = deepl.Translator("k", server_url=url)

    def run(translator: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            result = translator.translate_text(item, target_lang="DE")
            found.append((result.text, result.detected_source_lang))
        return found

    def lists(translator: Any, items: list[str]) -> list[Any]:
        return [[r.text for r in translator.translate_text([item], target_lang="DE")] for item in items]

    assert "applied" in same(run, translator, ITEMS)
    same(lists, translator, ITEMS)


def test_deepl_generators_stay(url: str) -> None:
    """Texts that come from a generator are gone through while they are sent."""
    translator = pytest.importorskip("deepl").Translator("k", server_url=url)

    def run(translator: Any, items: list[str]) -> list[Any]:
        return [len(translator.translate_text((part for part in [item]), target_lang="DE")) for item in items]

    same(run, translator, ITEMS)


def test_voyage(url: str) -> None:
    client = pytest.importorskip("voyageai").Client(api_key="k", base_url=f"{url}/v1")

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = client.embed([item], model="voyage-3")
            found.append(answer.embeddings[0])
        return found

    assert "applied" in same(run, client, ITEMS)


def test_firecrawl(url: str) -> None:
    module = pytest.importorskip("firecrawl")
    client = module.Firecrawl(api_key="k", api_url=url)

    def run(client: Any, items: list[str]) -> list[Any]:
        return [client.scrape(f"http://x/{item.replace(' ', '')}", formats=["markdown"]).markdown for item in items]

    def acting(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            page = client.scrape(f"http://x/{item}", actions=[{"type": "click", "selector": "#buy"}])
            found.append(page.markdown)
        return found

    assert "applied" in same(run, client, ITEMS)
    assert "missed" in same(acting, client, ITEMS)


def test_meilisearch(url: str) -> None:
    """A client that changes its headers for each request, and sends them: not two at a time."""
    index = pytest.importorskip("meilisearch").Client(url, "k").index("docs")

    def run(index: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = index.search(item, {"limit": 1})
            found.append([hit["text"] for hit in answer["hits"]])
        return found

    def write(index: Any, items: list[str]) -> list[Any]:
        return [index.add_documents([{"id": 1, "text": item}]).task_uid for item in items]

    assert "missed" in same(run, index, ITEMS)
    assert "missed" in same(write, index, ITEMS)


def test_parallel(url: str) -> None:
    """Its searches are methods of the client itself."""
    client = pytest.importorskip("parallel").Parallel(api_key="k", base_url=url)

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = client.search(objective=item, search_queries=[item])
            found.append(answer.results[0].url)
        return found

    assert "applied" in same(run, client, ITEMS)
