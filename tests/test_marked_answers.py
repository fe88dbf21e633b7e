"""Answers of callables that are marked as unordered: taken for data, and looked at when they are taken."""

from __future__ import annotations

import functools
import threading
from collections import UserDict
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

import xcs
from xcs import jit

ITEMS = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff"]


class Together:
    """Calls that wait for each other, as long as that may be: two at once, or a tenth of a second."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.under_way = self.most = 0
        self.calls: list[Any] = []
        self.met = threading.Event()

    def __call__(self, what: Any) -> None:
        with self.lock:
            self.calls.append(what)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            if self.under_way > 1:
                self.met.set()
        self.met.wait(0.1)
        with self.lock:
            self.under_way -= 1


class Service:
    """A library's client, of which nothing is known: its source can't be had."""

    def __init__(self, answer: Callable[[str], Any]) -> None:
        self.together, self.answer = Together(), answer

    def call(self, what: str, *more: Any, **named: Any) -> Any:
        self.together(what)
        return self.answer(what)


def opaque(service: Service) -> Any:
    """A callable without a text."""
    made: dict[str, Any] = {"service": service}
    exec("def ask(*args, **named): return service.call(*args, **named)", made)
    return made["ask"]


def both(body: Callable[..., Any], answer: Callable[[str], Any]) -> tuple[Any, Service]:
    """What a function gives plainly, which is what it gives decorated; and the service that it asked then."""
    plain, early = Service(answer), Service(answer)
    expected = body(xcs.unordered(opaque(plain)), ITEMS)
    decorated = jit(body)
    assert decorated(xcs.unordered(opaque(early)), ITEMS) == expected
    return decorated.stats(), early


def of_parts(ask: Any, items: list[str]) -> list[Any]:
    found = []
    for item in items:
        answer = ask(item)
        shown = f"{item}: {answer['score']:.2f}"
        found.append((answer["score"] + 1, len(answer["tags"]), answer["name"].upper(), shown))
    return found


def summed(ask: Any, items: list[str]) -> list[Any]:
    total, best = 0, None
    for item in items:
        answer = ask(item)
        total += answer["score"]
        if best is None or answer["score"] > best["score"]:
            best = answer
    return [total, best]


def in_turn(ask: Any, items: list[str]) -> list[Any]:
    return [ask(ask(item)["name"]) for item in items]


def score(what: str) -> Any:
    return {"score": len(what), "tags": ["x"] * len(what), "name": what}


@pytest.mark.parametrize("body", [of_parts, summed, in_turn])
def test_data(body: Callable[..., Any]) -> None:
    stats, service = both(body, score)
    assert stats.tasks > 0 and stats.mispredictions == 0, stats
    assert service.together.most > 1


class Noted(UserDict[str, Any]):
    """Looks like data, and notes who looks."""

    seen: ClassVar[list[str]] = []

    def __getitem__(self, key: str) -> Any:
        self.seen.append(key)
        return super().__getitem__(key)


class Text(str):
    pass


def called_back(ask: Any, items: list[str]) -> list[Any]:
    return [answer["score"] for answer in map(ask, items)] + [max(items, key=lambda item: ask(item)["score"])]


def in_a_callee(ask: Any, items: list[str]) -> list[Any]:
    def judge(item: str) -> Any:
        answer = ask(item)
        return answer["score"] if answer["tags"] else 0

    return [judge(item) for item in items] + [judge(ask(item)["name"]) for item in items]


def beside(ask: Any, items: list[str]) -> list[Any]:
    """Some of the calls stay in their place; what they give is used as well."""
    found: list[Any] = []
    for item in items:
        first = ask(item)
        second = ask(first["name"] + str(len(found) and found[-1]))
        found.append(first["score"] + second["score"])
    return found


@pytest.mark.parametrize("body", [of_parts, summed, in_turn, called_back, in_a_callee, beside])
@pytest.mark.parametrize("kind", [Noted, lambda data: {**data, "name": Text(data["name"])}])
def test_other_than_data(body: Callable[..., Any], kind: Callable[[Any], Any]) -> None:
    both(body, lambda what: kind(score(what)))


def test_what_is_seen_of_an_answer_is_read_by_the_next_call() -> None:
    """Looking at an answer changes what the calls give: none of what was started before it is used."""

    def answer(what: str) -> Any:
        return Noted(score=len(Noted.seen), tags=[], name=what)

    results = []
    for decorate in (lambda body: body, jit):
        Noted.seen.clear()
        service = Service(answer)
        results.append((decorate(of_parts)(xcs.unordered(opaque(service)), ITEMS), list(Noted.seen)))
    assert results[0] == results[1]


def test_it_is_decided_anew_once_an_answer_was_something_else() -> None:
    service = Service(lambda what: Noted(score(what)))
    ask, decorated = xcs.unordered(opaque(service)), jit(of_parts)
    for _ in range(3):
        decorated(ask, ITEMS)
    before = decorated.stats().mispredictions
    service.together.calls.clear()
    decorated(ask, ITEMS)
    assert service.together.calls == ITEMS and decorated.stats().mispredictions == before


def test_an_answer_holds_the_programs_own_objects() -> None:
    def held(ask: Any, items: list[str]) -> list[bool]:
        found = []
        for item in items:
            messages = [{"role": "user", "content": item + "!"}]
            answer = ask(messages)
            found += [answer["given"] is messages, answer["first"] is messages[0], answer["text"] == item + "!"]
        return found

    stats, _ = both(held, lambda given: {"given": given, "first": given[0], "text": given[0]["content"]})
    assert stats.tasks > 0


@pytest.mark.parametrize("body", [called_back, in_a_callee, beside])
def test_data_in_other_places(body: Callable[..., Any]) -> None:
    stats, _ = both(body, score)
    assert stats.mispredictions == 0


def test_errors() -> None:
    def handled(ask: Any, items: list[str]) -> list[Any]:
        found: list[Any] = []
        for item in items:
            try:
                found.append(ask(item)["score"])
            except ValueError as error:
                found.append(str(error))
        return found

    def answer(what: str) -> Any:
        if len(what) % 2:
            raise ValueError(what)
        return score(what)

    stats, _ = both(handled, answer)
    assert stats.mispredictions == 0


class Client:
    """Of a library that nobody has described."""

    def __init__(self, ask: Any) -> None:
        self.ask = ask

    def __call__(self, what: str) -> Any:
        return self.ask(what)

    def predict(self, what: str) -> Any:
        return self.ask(what)


@pytest.mark.parametrize(
    "mark",
    [
        lambda ask: xcs.unordered(Client(ask)),
        lambda ask: xcs.unordered(Client(ask)).predict,
        lambda ask: xcs.unordered(Client(ask).predict),
        lambda ask: xcs.unordered(functools.partial(ask, 1)),
    ],
)
def test_objects_methods_and_partials(mark: Callable[[Any], Any]) -> None:
    service = Service(score)
    exec("def ask(*args): return service.call(args[-1])", made := {"service": service})
    decorated, ask = jit(of_parts), mark(made["ask"])
    assert decorated(ask, ITEMS) == of_parts(mark(made["ask"]), ITEMS)
    assert decorated.stats().tasks > 0 and service.together.most > 1, decorated.stats()


def test_a_client_is_marked_with_its_methods() -> None:
    service = Service(score)
    client = xcs.unordered(Client(opaque(service)))

    @jit
    def run(client: Client, items: list[str]) -> list[Any]:
        return [client.predict(item)["score"] for item in items]

    assert run(client, ITEMS) == [len(item) for item in ITEMS]
    assert run.stats().tasks > 0, run.stats()


@pytest.mark.parametrize("given", ["text", 1, None, [1], {"a": 1}])
def test_data_cannot_be_marked(given: Any) -> None:
    with pytest.raises(TypeError):
        xcs.unordered(given)
