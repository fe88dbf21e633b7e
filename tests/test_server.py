"""The local LLM server, seen through the real clients."""

from __future__ import annotations

import concurrent.futures
import http.client
import threading
from collections.abc import Iterator

import pytest

from benchmarks.llm_server import Server, Settings, latency, serve

openai = pytest.importorskip("openai", reason="the demo libraries are not installed")
anthropic = pytest.importorskip("anthropic", reason="the demo libraries are not installed")
httpx = pytest.importorskip("httpx", reason="the demo libraries are not installed")
requests = pytest.importorskip("requests", reason="the demo libraries are not installed")


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(latency=0) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as made:
        yield made


@pytest.fixture
def claude(server: Server) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.url, api_key="any", max_retries=0) as made:
        yield made


def chat(client: openai.OpenAI, text: str, system: str = "Say something.") -> openai.types.chat.ChatCompletion:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
    return client.chat.completions.create(model="gpt-4o", messages=messages)


def test_chat_completion(client: openai.OpenAI) -> None:
    response = chat(client, "it is great", "What is the sentiment?")
    assert response.choices[0].message.role == "assistant"
    assert response.choices[0].message.content == "positive"
    assert response.choices[0].finish_reason == "stop"
    assert response.model == "gpt-4o"
    assert response.usage.total_tokens == response.usage.prompt_tokens + response.usage.completion_tokens


def test_several_choices_differ(client: openai.OpenAI) -> None:
    messages = [{"role": "user", "content": "hello"}]
    response = client.chat.completions.create(model="gpt-4o", messages=messages, n=3)
    assert [choice.index for choice in response.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in response.choices}) == 3


def test_equal_requests_get_equal_answers(client: openai.OpenAI) -> None:
    assert chat(client, "hello") == chat(client, "hello")
    assert chat(client, "hello") != chat(client, "hallo")


def test_content_in_parts(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": "Summarise.\nOne two three"}]
    response = client.chat.completions.create(model="m", messages=[{"role": "user", "content": parts}])
    assert response.choices[0].message.content == "one two three"


def test_embeddings(client: openai.OpenAI) -> None:
    response = client.embeddings.create(model="text-embedding-3-small", input=["the battery", "a battery", "rain"])
    first, near, far = (entry.embedding for entry in response.data)
    assert sum(x * x for x in first) == pytest.approx(1, abs=1e-5)

    def likeness(other: list[float]) -> float:
        return sum(x * y for x, y in zip(first, other, strict=True))

    assert likeness(near) > likeness(far)
    one = client.embeddings.create(model="text-embedding-3-small", input="the battery", encoding_format="float")
    assert one.data[0].embedding == pytest.approx(first, abs=1e-6)


def test_anthropic_message(claude: anthropic.Anthropic) -> None:
    response = claude.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=10,
        system="Score the text.",
        messages=[{"role": "user", "content": "some text"}],
    )
    assert response.content[0].type == "text"
    assert 0 <= int(response.content[0].text) <= 10
    assert response.stop_reason == "end_turn"
    assert response.usage.input_tokens == 5


def test_anthropic_error(claude: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        claude.post("/v1/messages", body={"model": "m"}, cast_to=object)
    assert caught.value.body["error"]["message"] == "messages: field required"


def test_openai_error(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.list()
    assert "no such address" in caught.value.message


def test_streaming_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="does not stream"):
        client.chat.completions.create(model="m", messages=[], stream=True)


def test_pages(server: Server) -> None:
    with requests.Session() as session:
        found = session.get(f"{server.url}/page/1?from=test")
        assert "<title>Page 1</title>" in found.text
        assert found.headers["content-type"] == "text/html; charset=utf-8"
        assert [session.get(f"{server.url}/page/{n}").status_code for n in (7, 11, 12, 5000)] == [404, 500, 200, 404]
    with httpx.Client() as client:
        assert client.get(f"{server.url}/page/1").text == found.text
    assert server.seen.by_path["GET /page/1"] == 2


def test_chunked_body(server: Server) -> None:
    parts = (b'{"model": "m", "messages": ', b'[{"role": "user", "content": "Summarise.\\nA b"}]}')
    with httpx.Client() as client:
        response = client.post(f"{server.url}/v1/chat/completions", content=iter(parts))
    assert response.json()["choices"][0]["message"]["content"] == "a b"


def test_broken_json(server: Server) -> None:
    with httpx.Client() as client:
        response = client.post(f"{server.url}/v1/chat/completions", content=b"{")
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "the body is not JSON"


def test_connection_close(server: Server) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    connection.request("GET", "/page/1", headers={"Connection": "close"})
    response = connection.getresponse()
    assert response.read().endswith(b"</html>")
    assert response.headers["connection"] == "close"
    connection.close()


def test_every_third_fails() -> None:
    with serve(latency=0, fail_every=3) as server, requests.Session() as session:
        codes = [session.get(f"{server.url}/page/1").status_code for _ in range(6)]
    assert codes == [200, 200, 500, 200, 200, 500]
    assert server.seen.failed == 2


def test_poison_fails_in_any_order() -> None:
    with (
        serve(latency=0, poison="item 5") as server,
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as client,
    ):
        assert chat(client, "item 4")
        with pytest.raises(openai.BadRequestError, match="not allowed"):
            chat(client, "item 5")


def test_above_the_limit_requests_are_rejected() -> None:
    with serve(latency=60, limit=1) as server:
        held = http.client.HTTPConnection(server.url.removeprefix("http://"))
        held.request("GET", "/page/1")
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as client:
            while not server.seen.in_flight:
                pass
            with pytest.raises(openai.RateLimitError) as caught:
                chat(client, "hello")
        assert caught.value.response.headers["retry-after-ms"] == "50"
        assert (server.seen.requests, server.seen.rejected) == (1, 1)
        held.close()


def test_many_requests_wait_at_once() -> None:
    """All are in flight before the first is answered: the latency is only over once the last has arrived."""
    count = 300
    with serve(latency=1, spread=0) as server:
        host = server.url.removeprefix("http://")
        connections = [http.client.HTTPConnection(host) for _ in range(count)]
        for number, connection in enumerate(connections):
            connection.request("GET", f"/page/{number}")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answered = list(pool.map(lambda connection: len(connection.getresponse().read()) > 0, connections))
        assert all(answered)
        assert server.seen.requests == count
        assert server.seen.peak > count // 2
        for connection in connections:
            connection.close()


def test_latency_depends_on_the_request_alone() -> None:
    settings = Settings(latency=0.3, spread=1 / 3)
    assert latency(settings, "00000000") == pytest.approx(0.2)
    assert latency(settings, "ffffffff") == pytest.approx(0.4)


def test_equal_requests_are_counted_together(server: Server, client: openai.OpenAI) -> None:
    for text in ("a", "b", "a"):
        chat(client, text)
    assert sorted(server.seen.made.values()) == [1, 2]
    server.reset()
    assert server.seen.requests == 0


def test_closing_ends_the_thread_while_requests_wait() -> None:
    before = threading.active_count()
    with serve(latency=60) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        connection.request("GET", "/page/1")
    assert threading.active_count() == before
    connection.close()


def test_a_port_in_use_is_told(server: Server) -> None:
    with pytest.raises(OSError):
        Server(Settings(), int(server.url.rpartition(":")[2]))
