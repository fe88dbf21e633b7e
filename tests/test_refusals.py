"""Services that refuse what is too much at once: the program sees none of it."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

httpx = pytest.importorskip("httpx", reason="the demo libraries are not installed")
openai = pytest.importorskip("openai", reason="the demo libraries are not installed")
requests = pytest.importorskip("requests", reason="the demo libraries are not installed")

from benchmarks.llm_server import serve  # noqa: E402
from tests.anew import fresh  # noqa: E402
from xcs.runtime.refusals import patience, refusal, rejected  # noqa: E402

URL = ""
client = httpx.Client(timeout=20)
model: Any = None
COUNT = 10
SERVICES = {"two at once": {"limit": 2}, "so many a second": {"rate": 120.0}}


class Failed(Exception):
    pass


def by_status(x: int) -> str:
    answer = client.get(f"{URL}/page/{77 * x + 1}")
    if answer.status_code != 200:
        return f"none ({answer.status_code})"
    return str(len(answer.text))


def by_content(x: int) -> str:
    return str(client.get(f"{URL}/page/{77 * x + 1}").text[:40])


def by_requests(x: int) -> str:
    answer = requests.get(f"{URL}/page/{77 * x + 1}")
    return "yes" if answer.ok else "no"


def raising(x: int) -> str:
    answer = client.get(f"{URL}/page/{77 * x + 1}")
    answer.raise_for_status()
    return str(len(answer.text))


def raising_others(x: int) -> str:
    try:
        return str(len(client.get(f"{URL}/page/{77 * x + 1}").raise_for_status().text))
    except httpx.HTTPError:
        raise Failed(x) from None


def second_handled(x: int) -> str:
    first = client.get(f"{URL}/page/{77 * x + 1}").raise_for_status()
    try:
        second = client.get(f"{URL}/page/{77 * x + 2}").raise_for_status()
    except httpx.HTTPError:
        return "default"
    return str(len(first.text) + len(second.text))


def suppressed(x: int) -> str:
    first, second = client.get(f"{URL}/page/{77 * x + 1}").raise_for_status(), None
    with contextlib.suppress(httpx.HTTPError):
        second = client.get(f"{URL}/page/{77 * x + 2}").raise_for_status()
    return "default" if second is None else str(len(first.text))


def fetched(x: int) -> Any:
    return client.get(f"{URL}/page/{77 * x + 1}")


def by_helper(x: int) -> str:
    answer = fetched(x)
    return "none" if answer.is_error else str(len(answer.text))


def both(x: int) -> list[str]:
    return [a.text[:9] for a in (client.get(f"{URL}/page/{77 * x + 1}"), client.get(f"{URL}/page/{77 * x + 2}"))]


def chat(x: int) -> str:
    try:
        answer = model.chat.completions.create(model="small", messages=[{"role": "user", "content": f"page {x}"}])
    except openai.RateLimitError:
        return "busy"
    return str(answer.choices[0].message.content)


class Quiet:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> bool:
        return True


def ended(x: int) -> str:
    with Quiet():
        return str(client.get(f"{URL}/page/{77 * x + 1}").raise_for_status().text[:30])
    return "none"


def mapped(x: int) -> list[str]:
    return [a.text[:30] for a in map(client.get, [f"{URL}/page/{77 * x + 1}", f"{URL}/page/{77 * x + 2}"])]


def at_times(x: int) -> str:
    answer = client.get(f"{URL}/page/{77 * x + 1}")
    if x % 2:
        answer.raise_for_status()
    return str(answer.text[:30])


def by_finally(x: int) -> str:
    found = "none"
    try:
        found = str(len(client.get(f"{URL}/page/{77 * x + 1}").raise_for_status().text))
    finally:
        return found  # noqa: B012


def of_a_generator(x: int) -> list[str]:
    def pages() -> Iterator[Any]:
        for n in (1, 2):
            yield client.get(f"{URL}/page/{77 * x + n}")

    return [page.text[:30] for page in pages()]


CALLEES = (
    by_status, by_content, by_requests, raising, raising_others, second_handled, suppressed, by_helper, both, chat,
    ended, mapped, at_times, by_finally, of_a_generator,
)  # fmt: skip
SEQUENTIAL = [by_finally, of_a_generator]
if sys.version_info >= (3, 12):
    SEQUENTIAL.append(suppressed)  # `contextlib.suppress` looks into groups of exceptions there


def each(ask: Callable[[int], Any], count: int) -> list[Any]:
    return [ask(x) for x in range(count)]


def statuses(count: int) -> list[int]:
    found = []
    for x in range(count):
        answer = client.get(f"{URL}/page/{77 * x + 1}")
        found.append(answer.status_code)
    return found


def chained(count: int) -> list[str]:
    found = []
    for x in range(count):
        first = client.get(f"{URL}/page/{77 * x + 1}")
        second = client.get(f"{URL}/page/{len(first.text) % 7 + 1}")
        found.append(second.text[:30])
    return found


@pytest.fixture(scope="module", autouse=True)
def closing() -> Iterator[None]:
    yield
    client.close()


def both_ways(function: Any, service: dict[str, Any], *args: Any) -> None:
    """Runs a function plain and decorated, each with a server of its own."""
    global URL, model
    seen = []
    for run in (function.sequential, function):
        with serve(latency=0.012, **service) as server:
            URL = server.url
            if chat in args:
                model = openai.OpenAI(base_url=f"{URL}/v1", api_key="none", max_retries=0)
            seen.append(run(*args))
            refused = server.seen.rejected
            if chat in args:
                model.close()
        if run is not function:
            assert refused == 0
    plain, made = seen
    assert made == plain
    assert (function.stats().tasks > 0) == (args[0] not in SEQUENTIAL)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("ask", CALLEES)
def test_refused_in_a_callee(ask: Callable[[int], Any], service: str) -> None:
    both_ways(fresh(each), SERVICES[service], ask, COUNT)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("loop", [statuses, chained])
def test_refused_in_a_loop(loop: Any, service: str) -> None:
    both_ways(fresh(loop), SERVICES[service], COUNT)


def test_what_is_always_refused_is_seen_as_it_is() -> None:
    with serve(latency=0.001, limit=0) as server:
        global URL
        URL = server.url
        begun = time.perf_counter()
        assert fresh(statuses)(6) == [429] * 6
        assert time.perf_counter() - begun < 5


class Told(Exception):
    """As botocore's and gRPC's errors."""

    __module__ = "botocore.exceptions"
    response: object = None


class Coded(Exception):
    __module__ = "grpc._channel"

    def __init__(self, name: str) -> None:
        self.name = name

    def code(self) -> Any:
        return self


def test_proofs_of_a_refusal() -> None:
    throttled, missing = Told(), Told()
    throttled.response = {"ResponseMetadata": {"HTTPStatusCode": 429}}
    missing.response = {"ResponseMetadata": {"HTTPStatusCode": 404}}
    assert rejected(throttled) and not rejected(missing)
    assert rejected(Coded("RESOURCE_EXHAUSTED")) and not rejected(Coded("NOT_FOUND"))
    try:
        try:
            raise throttled
        except Told:
            raise Failed from None
    except Failed as error:
        assert rejected(error)
    assert refusal(httpx.Response(429)) and refusal(httpx.Response(503)) and not refusal(httpx.Response(404))


class Hostile(type):
    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(name)


class Strange(metaclass=Hostile):
    pass


def test_attack_by_a_metaclass_is_not_asked() -> None:
    assert not refusal(object.__new__(Strange))


def test_how_long_a_refusal_is_believed_to_be_passing() -> None:
    assert patience(httpx.Response(429), None) == 0.0
    assert patience(httpx.Response(429, headers={"retry-after": "2"}), None) == 2.0
    assert patience(httpx.Response(503), None) is None
    assert patience(httpx.Response(503, headers={"retry-after": "0.5"}), None) == 0.5
    assert patience(None, OSError(24, "too many open files")) is None
    limited = openai.RateLimitError("", response=httpx.Response(429, request=httpx.Request("GET", "/")), body=None)
    assert patience(None, limited) == 0.0
