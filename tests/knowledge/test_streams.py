"""Answers that come in pieces: read whole by a callee they are answers like any other; in the loop they stay."""

from __future__ import annotations

import gc
import urllib.request
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from xcs import jit, unordered

from .both import same
from .stub import Handler

openai = pytest.importorskip("openai")
ITEMS = ["one", "two", "three", "four"]


def streamed(client: Any, item: str) -> Any:
    messages = [{"role": "user", "content": item}]
    return client.chat.completions.create(model="m", messages=messages, stream=True)


def joined(client: Any, item: str) -> Any:
    parts = []
    for chunk in streamed(client, item):
        if chunk.choices[0].delta.content is not None:
            parts.append(chunk.choices[0].delta.content)
    return " ".join(parts)


def within(client: Any, item: str) -> Any:
    text = ""
    with streamed(client, item) as stream:
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
    return text


@pytest.mark.parametrize("ask", [joined, within])
def test_read_by_a_callee(url: str, ask: Callable[..., Any]) -> None:
    def run(client: Any, items: list[str]) -> Any:
        return [ask(client, item) for item in items]

    assert "applied" in same(run, openai.OpenAI(base_url=f"{url}/v1", api_key="k"), ITEMS)


def in_the_loop(client: Any, items: list[str]) -> Any:
    found = []
    for item in items:
        stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": item}], stream=True)
        for chunk in stream:
            found.append(chunk.choices[0].delta.content)
    return found


def given_back(client: Any, items: list[str]) -> Any:
    return [[c.choices[0].delta.content for c in streamed(client, item)] for item in items]


def may_stream(client: Any, items: list[str]) -> Any:
    found = []
    for n, item in enumerate(items):
        messages = [{"role": "user", "content": item}]
        answer = client.chat.completions.create(model="m", messages=messages, stream=n > 5)
        found.append(answer.choices[0].message.content)
    return found


@pytest.mark.parametrize("run", [in_the_loop, given_back, may_stream])
def test_what_is_open_stays(url: str, run: Callable[..., Any]) -> None:
    assert "applied" not in same(run, openai.OpenAI(base_url=f"{url}/v1", api_key="k"), ITEMS)


def opened(url: str, items: list[str]) -> Any:
    found = []
    for item in items:
        answer = urllib.request.urlopen(f"{url}/{item}")
        found.append((answer.status, answer.read().decode()))
    return found


def entered(url: str, items: list[str]) -> Any:
    found = []
    for item in items:
        with urllib.request.urlopen(f"{url}/{item}") as answer:
            text = answer.read()
        found.append(text)
    return found


def first_part(url: str, items: list[str]) -> Any:
    found = []
    for item in items:
        with urllib.request.urlopen(f"{url}/{item}") as answer:
            found.append(answer.read(6))
    return found


@pytest.mark.parametrize("run", [opened, entered, first_part])
def test_answers_read_in_turn(url: str, run: Callable[..., Any]) -> None:
    assert "applied" in same(run, url, ITEMS)


def test_few_are_open_ahead(url: str) -> None:
    asked = Handler.asked

    @jit
    def ahead(items: list[str]) -> list[int]:
        """How many had been asked for beside those that the loop has come to."""
        found = []
        for n, item in enumerate(items):
            with urllib.request.urlopen(f"{url}/{item}") as answer:
                answer.read()
            found.append(len(asked) - n - 1)
        return found

    for kind, most in (("", 8), ("", 8), ("large", 8), ("large", 0), ("", 0)):
        asked.clear()
        assert max(ahead([f"{kind}{n}" for n in range(20)])) <= most
        assert sorted(asked) == sorted(f"/{kind}{n}" for n in range(20))
    assert ahead.stats().tasks == 100
    assert ahead.stats().mispredictions == 0


def test_the_first_of_large_ones_is_opened_alone(url: str) -> None:
    asked = Handler.asked

    @jit
    def alone(items: list[str]) -> list[int]:
        found = []
        for n, item in enumerate(items):
            body = urllib.request.urlopen(f"{url}/{item}")
            found.append(len(asked) - n - len(body.read()) // 100_000)
        return found

    asked.clear()
    assert alone([f"large{n}" for n in range(20)]) == [0] * 20


def test_others_go_further_ahead(url: str) -> None:
    @unordered
    def model(item: str) -> str:
        return item * 2

    @jit
    def both(items: list[str]) -> list[Any]:
        found = []
        for item in items:
            with urllib.request.urlopen(f"{url}/{item}") as answer:
                found.append((answer.read(), model(item)))
        return found

    assert [made for _, made in both([f"large{n}" for n in range(20)])] == [f"large{n}large{n}" for n in range(20)]
    assert both.stats().tasks == 40
    assert both.stats().mispredictions == 0


def fails_on_the_way(url: str, items: list[str]) -> None:
    for item in items:
        with urllib.request.urlopen(f"{url}/{item}") as answer:
            if int(answer.read()[-1:] or 0):
                print(item)
        if item == "three":
            raise ValueError(item)


def test_what_is_open_is_closed(url: str) -> None:
    """An answer that nobody came to, and one that was read in part, leave no connection behind."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        same(first_part, url, ITEMS)
        same(fails_on_the_way, url, ITEMS)
        gc.collect()


def kept(url: str, items: list[str]) -> Any:
    answers = []
    for item in items:
        answers.append(urllib.request.urlopen(f"{url}/{item}"))
    return [answer.read() for answer in answers]


def read_later(url: str, items: list[str]) -> Any:
    found, last = [], None
    for item in items:
        answer = urllib.request.urlopen(f"{url}/{item}")
        if last is not None:
            found.append(last.read())
        last = answer
    return found


@pytest.mark.parametrize("run", [kept, read_later])
def test_answers_that_are_kept_stay(url: str, run: Callable[..., Any]) -> None:
    assert "applied: runs its calls at the same time: `urllib" not in same(run, url, ITEMS)


requests = pytest.importorskip("requests")


def saved(url: str, items: list[str]) -> Any:
    found = []
    for item in items:
        size, parts = 0, []
        with requests.get(f"{url}/{item}", stream=True) as answer:
            answer.raise_for_status()
            for part in answer.iter_content(chunk_size=4):
                size += len(part)
                parts.append(part)
        found.append((size, parts))
    return found


def saved_by(session: Any, url: str, item: str) -> Any:
    print("getting", item)
    answer = session.get(f"{url}/{item}", stream=True)
    return [line.decode() for line in answer.iter_lines()]


def by_helper(url: str, items: list[str]) -> Any:
    with requests.Session() as session:
        return [saved_by(session, url, item) for item in items]


def whole(url: str, item: str) -> bytes:
    with requests.get(f"{url}/{item}", stream=True) as answer:
        return b"".join(answer.iter_content(3))


def by_closed(url: str, items: list[str]) -> Any:
    return [whole(url, item) for item in items]


def kept_open(url: str, items: list[str]) -> Any:
    answers = []
    for item in items:
        answers.append(requests.get(f"{url}/{item}", stream=True))
    return [answer.content for answer in answers]


def read_for_others(url: str, items: list[str]) -> Any:
    found = []
    for item in items:
        first = requests.get(f"{url}/{item}", stream=True)
        found.append(requests.get(f"{url}/{first.text[:2]}").text)
    return found


def fails_in_turn(url: str, items: list[str]) -> Any:
    for item in items:
        with requests.get(f"{url}/{item}", stream=True) as answer:
            for part in answer.iter_content(4):
                print(part)
            if item == "two":
                raise ValueError(item)


@pytest.mark.parametrize("run", [saved, by_helper, by_closed, fails_in_turn])
def test_answers_of_requests_are_read_in_turn(url: str, run: Callable[..., Any]) -> None:
    assert "applied" in same(run, url, ITEMS)


@pytest.mark.parametrize("run", [kept_open, read_for_others])
def test_answers_of_requests_that_are_kept_stay(url: str, run: Callable[..., Any]) -> None:
    assert "open connection" in same(run, url, ITEMS)


def test_no_address_is_there() -> None:
    same(opened, "http://127.0.0.1:9", ITEMS)
