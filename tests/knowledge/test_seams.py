"""Mocks, hooks, transports and tracing below a library's public names: seen, before and after a decision."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .both import Both

ITEMS = [f"item-{n}" for n in range(5)]


def pages(get: Callable[..., Any], base: str, items: list[str]) -> list[str]:
    return [get(f"{base}/{item}").text for item in items]


def fetch(client: Any, base: str, items: list[str]) -> list[str]:
    found = []
    for item in items:
        response = client.get(f"{base}/{item}")
        found.append(response.text)
    return found


def chat(client: Any, items: list[str]) -> list[Any]:
    found = []
    for item in items:
        answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": item}])
        found.append(answer.choices[0].message.content)
    return found


@pytest.fixture(params=["httpx", "httpx2"])
def http(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


@pytest.fixture
def openai(url: str) -> Any:
    return pytest.importorskip("openai").OpenAI(base_url=f"{url}/v1", api_key="k")


# -- mocking libraries


def test_responses(url: str) -> None:
    requests, responses = pytest.importorskip("requests"), pytest.importorskip("responses")

    def run(base: str, items: list[str]) -> list[str]:
        return [requests.get(f"{base}/{item}").text for item in items]

    both = Both(run)
    assert "applied" in both(url, ITEMS)
    for _ in range(2):
        with responses.RequestsMock() as mock:
            for _ in range(2):
                for item in ITEMS:
                    mock.get(f"{url}/{item}", body=f"mocked {item}")
            assert "replaced" in both(url, ITEMS)
            assert [call.request.url for call in mock.calls] == [f"{url}/{item}" for item in ITEMS] * 2
        assert "applied" in both(url, ITEMS)


def test_respx(url: str) -> None:
    httpx, respx = pytest.importorskip("httpx"), pytest.importorskip("respx")
    both = Both(fetch)
    with httpx.Client() as client:
        assert "applied" in both(client, url, ITEMS)
        with respx.mock(base_url=url) as mock:
            mock.get(path__startswith="/item").mock(side_effect=lambda request: httpx.Response(200, text="mocked"))
            assert "replaced" in both(client, url, ITEMS)
            assert [str(call.request.url) for call in mock.calls] == [f"{url}/{item}" for item in ITEMS] * 2
        assert "applied" in both(client, url, ITEMS)


def test_vcr(url: str, tmp_path: Path) -> None:
    requests, vcr = pytest.importorskip("requests"), pytest.importorskip("vcr")

    def run(base: str, items: list[str]) -> list[str]:
        return [requests.get(f"{base}/{item}").text for item in items]

    both = Both(run)
    assert "applied" in both(url, ITEMS)
    with vcr.use_cassette(str(tmp_path / "cassette.yaml"), allow_playback_repeats=True):
        recorded = run(url, ITEMS)
        assert "replaced" in both(url, ITEMS)
        assert run(url, ITEMS) == recorded
    assert "applied" in both(url, ITEMS)


def test_vcr_and_httpx(url: str, tmp_path: Path) -> None:
    httpx, vcr = pytest.importorskip("httpx"), pytest.importorskip("vcr")
    both = Both(fetch)
    with httpx.Client() as client:
        assert "applied" in both(client, url, ITEMS)
        with vcr.use_cassette(str(tmp_path / "cassette.yaml"), allow_playback_repeats=True):
            recorded = fetch(client, url, ITEMS)
            assert "replaced" in both(client, url, ITEMS)
            assert fetch(client, url, ITEMS) == recorded


def test_moto() -> None:
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")

    def read(client: Any, keys: list[str]) -> list[Any]:
        return [client.head_object(Bucket="bucket", Key=key)["ContentLength"] for key in keys]

    with moto.mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.create_bucket(Bucket="bucket")
        for item in ITEMS:
            client.put_object(Bucket="bucket", Key=item, Body=item.encode())
        assert "missed" in Both(read)(client, ITEMS)


def test_botocore_stubber_and_handlers(url: str) -> None:
    boto3 = pytest.importorskip("boto3")
    stub = pytest.importorskip("botocore.stub")
    options = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("bedrock-runtime", endpoint_url=url, **options)

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            response = client.converse(modelId="m", messages=[{"role": "user", "content": [{"text": item}]}])
            found.append(response["output"]["message"]["content"][0]["text"])
        return found

    both = Both(run)
    assert "applied" in both(client, ITEMS)
    seen: list[str] = []

    def handler(**named: Any) -> None:
        seen.append(named["event_name"])

    client.meta.events.register("before-send", handler)
    assert "plain_boto" in both(client, ITEMS)
    client.meta.events.unregister("before-send", handler)
    assert "applied" in both(client, ITEMS)
    with stub.Stubber(client) as stubber:
        for item in ITEMS * 2:
            message = {"role": "assistant", "content": [{"text": f"stubbed {item}"}]}
            answer = {
                "output": {"message": message}, "stopReason": "end_turn", "metrics": {"latencyMs": 1},
                "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
            }  # fmt: skip
            stubber.add_response("converse", answer)
        assert "plain_boto" in both(client, ITEMS)


# -- what a client holds


def test_event_hooks(url: str, http: Any) -> None:
    both, seen = Both(fetch), []
    with http.Client() as client:
        assert "applied" in both(client, url, ITEMS)
        client.event_hooks = {"request": [lambda request: seen.append(str(request.url))]}
        assert "plain_httpx" in both(client, url, ITEMS)
        assert seen == [f"{url}/{item}" for item in ITEMS] * 2
        client.event_hooks = {}
        assert "applied" in both(client, url, ITEMS)


def test_transports(url: str, http: Any) -> None:
    def answer(request: Any) -> Any:
        return http.Response(200, text=f"mocked {request.url.path}")

    class Wrapper(http.BaseTransport):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self.below = http.HTTPTransport()

        def handle_request(self, request: Any) -> Any:
            return self.below.handle_request(request)

        def close(self) -> None:
            self.below.close()

    for options in ({"transport": http.MockTransport(answer)}, {"mounts": {"all://": http.MockTransport(answer)}}):
        with http.Client(**options) as client:
            assert "plain_httpx" in Both(fetch)(client, url, ITEMS)
    with http.Client(transport=Wrapper()) as client:
        assert "plain_httpx" in Both(fetch)(client, url, ITEMS)
    both = Both(fetch)
    with http.Client() as client:
        assert "applied" in both(client, url, ITEMS)
        own = client._transport
        client._transport = http.MockTransport(answer)
        assert "plain_httpx" in both(client, url, ITEMS)
        client._transport = own


def test_authentication(url: str, http: Any) -> None:
    order = []

    def sign(request: Any) -> Any:
        order.append(str(request.url))
        return request

    with http.Client(auth=sign) as client:
        assert "plain_httpx" in Both(fetch)(client, url, ITEMS)
    with http.Client(auth=("user", "secret")) as client:
        assert "applied" in Both(fetch)(client, url, ITEMS)

    def once(base: str, items: list[str], auth: Any) -> list[str]:
        return [http.get(f"{base}/{item}", auth=auth).text for item in items]

    assert "data(auth)" in Both(once)(url, ITEMS, sign)
    assert "applied" in Both(once)(url, ITEMS, ("user", "secret"))
    assert "applied" in Both(once)(url, ITEMS, None)


def test_a_class_that_extends_a_client(url: str, http: Any) -> None:
    order: list[str] = []

    class Client(http.Client):  # type: ignore[misc, name-defined]
        def send(self, request: Any, **named: Any) -> Any:
            order.append(str(request.url))
            return super().send(request, **named)

    with Client() as client:
        assert "missed" in Both(fetch)(client, url, ITEMS)
    assert order == [f"{url}/{item}" for item in ITEMS] * 2


def test_methods_hidden_by_attributes(url: str, http: Any) -> None:
    both = Both(fetch)
    with http.Client() as client:
        assert "applied" in both(client, url, ITEMS)
        send = client.send
        client.send = lambda request, **named: send(request, **named)
        assert "plain_httpx" in both(client, url, ITEMS)
        del client.send
        assert "applied" in both(client, url, ITEMS)


# -- tracing


@contextlib.contextmanager
def wrapped(module: str, name: str) -> Iterator[list[str]]:
    """A function of a library under a wrapper, as OpenTelemetry, ddtrace and New Relic install it."""
    wrapt = pytest.importorskip("wrapt")
    calls: list[str] = []

    def around(inner: Callable[..., Any], instance: Any, args: Any, named: Any) -> Any:
        calls.append(name)
        return inner(*args, **named)

    parent, attribute, original = wrapt.resolve_path(module, name)
    wrapt.wrap_function_wrapper(module, name, around)
    try:
        yield calls
    finally:
        setattr(parent, attribute, original)


@pytest.mark.parametrize(
    "name", ["Client.send", "HTTPTransport.handle_request", "Client._send_single_request", "Client.get"]
)
def test_a_wrapped_client(url: str, http: Any, name: str) -> None:
    both = Both(fetch)
    with http.Client() as client:
        assert "applied" in both(client, url, ITEMS)
        with wrapped(http.__name__, name) as calls:
            assert "missed" in both(client, url, ITEMS)
            assert "missed" in Both(fetch)(client, url, ITEMS)
            assert len(calls) == 4 * len(ITEMS)
        assert "applied" in both(client, url, ITEMS)


def test_a_wrapped_sdk(openai: Any) -> None:
    both = Both(chat)
    assert "applied" in both(openai, ITEMS)
    with wrapped("openai.resources.chat.completions.completions", "Completions.create"):
        assert "missed" in both(openai, ITEMS)
    assert "applied" in both(openai, ITEMS)
    with wrapped("openai._base_client", "SyncAPIClient.post"):
        assert "missed" in both(openai, ITEMS)


def test_a_wrapped_urllib3(url: str) -> None:
    requests = pytest.importorskip("requests")

    def run(base: str, items: list[str]) -> list[str]:
        return [requests.get(f"{base}/{item}").text for item in items]

    both = Both(run)
    assert "applied" in both(url, ITEMS)
    with wrapped("urllib3.connectionpool", "HTTPConnectionPool.urlopen"):
        assert "missed" in both(url, ITEMS)


def test_a_tracer(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = pytest.importorskip("opentelemetry.trace")
    client = pytest.importorskip("anthropic").Anthropic(base_url=url, api_key="k")

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            message = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": item}])
            found.append(message.content[0].text)
        return found

    both = Both(run)
    assert "applied" in both(client, ITEMS)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", trace.NoOpTracerProvider())
    assert "missed" in both(client, ITEMS)


# -- what an SDK's client is given


def test_mocks_on_an_sdk(openai: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    both = Both(chat)
    assert "applied" in both(openai, ITEMS)
    completions = openai.chat.completions
    create = completions.create
    with monkeypatch.context() as patch:
        patch.setattr(completions, "create", lambda **named: create(**named))
        assert "missed" in both(openai, ITEMS)
    with monkeypatch.context() as patch:
        patch.setattr(completions, "_post", lambda *args, **named: openai.post(*args, **named))
        assert "missed" in both(openai, ITEMS)
    with monkeypatch.context() as patch:
        patch.setattr(type(openai), "chat", openai.chat)
        del vars(openai)["chat"]
        assert "missed" in both(openai, ITEMS)


def test_a_key_that_is_a_function(url: str) -> None:
    asked: list[int] = []

    def key() -> str:
        asked.append(len(asked))
        return "k"

    client = pytest.importorskip("openai").OpenAI(base_url=f"{url}/v1", api_key=key)
    assert "plain_sdk" in Both(chat)(client, ITEMS)
    assert len(asked) == 2 * len(ITEMS)


def test_a_client_of_the_programs(url: str) -> None:
    module = pytest.importorskip("openai")
    order: list[str] = []

    class Client(module.OpenAI):  # type: ignore[misc, name-defined]
        def _prepare_options(self, options: Any) -> Any:
            order.append(options.url)
            return super()._prepare_options(options)

    assert "missed" in Both(chat)(Client(base_url=f"{url}/v1", api_key="k"), ITEMS)
    assert len(order) == 2 * len(ITEMS)


def test_a_stream_that_only_the_run_tells(openai: Any) -> None:
    def run(client: Any, items: list[str], stream: Any) -> list[Any]:
        found = []
        for item in items:
            message = {"role": "user", "content": item}
            found.append(client.chat.completions.create(model="m", messages=[message], stream=stream).id)
        return found

    assert "with `stream`" in Both(run)(openai, ITEMS, 0)
    assert "applied" in Both(run)(openai, ITEMS, None)


def test_arguments_that_run_code(openai: Any) -> None:
    pydantic = pytest.importorskip("pydantic")
    order: list[str] = []

    class Message(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        role: str = "user"
        content: str

        @pydantic.model_serializer(mode="plain")
        def shown(self) -> dict[str, str]:
            order.append(self.content)
            return {"role": self.role, "content": self.content}

    messages = [Message(content=item) for item in ITEMS]

    def run(client: Any, messages: list[Any]) -> list[Any]:
        found = []
        for message in messages:
            answer = client.chat.completions.create(model="m", messages=[message])
            found.append(answer.choices[0].message.content)
        return found

    assert "missed" in Both(run)(openai, messages)
    assert order == ITEMS * 2


def test_models_with_validators(openai: Any) -> None:
    pydantic = pytest.importorskip("pydantic")
    order: list[str] = []

    class Bare(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        answer: str = "none"
        parts: list[int] | None = None

    class Below(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        answer: str = "none"

        @pydantic.field_validator("answer")
        @classmethod
        def checked(cls, value: str) -> str:
            order.append(value)
            return value

    class Nested(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        below: Below | None = None

    def run(client: Any, items: list[str], model: Any) -> list[Any]:
        found = []
        for item in items:
            message = {"role": "user", "content": f"{item} {{}}"}
            found.append(client.chat.completions.parse(model="m", messages=[message], response_format=model).id)
        return found

    assert "plain_model" not in Both(run)(openai, ITEMS, Bare)
    assert "plain_model" in Both(run)(openai, ITEMS, Below)
    assert "plain_model" in Both(run)(openai, ITEMS, Nested)


def test_litellm_callbacks(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    litellm = pytest.importorskip("litellm")

    def run(items: list[str], base: str) -> list[Any]:
        found = []
        for item in items:
            messages = [{"role": "user", "content": item}]
            response = litellm.completion(model="openai/m", messages=messages, api_base=f"{base}/v1", api_key="k")
            found.append(response.choices[0].message.content)
        return found

    both = Both(run)
    assert "applied" in both(ITEMS, url)
    monkeypatch.setattr(litellm, "input_callback", [lambda named: None])
    assert "`litellm.input_callback` is set" in both(ITEMS, url)


def test_functions_among_the_tools(url: str) -> None:
    genai = pytest.importorskip("google.genai")
    client = genai.Client(api_key="k", http_options={"base_url": url})

    def weather(city: str) -> str:
        """The weather of a city."""
        return f"fine in {city}"

    def run(client: Any, items: list[str], config: Any) -> list[Any]:
        return [client.models.generate_content(model="m", contents=item, config=config).text for item in items]

    config = genai.types.GenerateContentConfig(temperature=0.5)
    assert "applied" in Both(run)(client, ITEMS, config)
    assert "applied" in Both(run)(client, ITEMS, {"temperature": 0.5})
    with_function = genai.types.GenerateContentConfig(tools=[weather])
    run(client, ITEMS, with_function)  # some things are logged once
    assert "missed" in Both(run)(client, ITEMS, with_function)
    assert "missed" in Both(run)(client, ITEMS, {"tools": [weather]})


def test_files_as_arguments(url: str, tmp_path: Path) -> None:
    """A file has a position: whoever reads it moves it."""
    yaml, requests = pytest.importorskip("yaml"), pytest.importorskip("requests")
    (tmp_path / "many.yaml").write_text("a: 1\n")

    def run(base: str, items: list[str], path: Path) -> list[Any]:
        found = []
        with open(path) as opened:
            for item in items:
                found.append((requests.get(f"{base}/{item}", data=opened).status_code, opened.tell()))
                opened.seek(0)
                found.append(yaml.safe_load(opened))
        return found

    assert "missed" in Both(run)(url, ITEMS, tmp_path / "many.yaml")
