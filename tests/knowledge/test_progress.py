"""Loops that go through something that shows how far they are: what it goes through is read ahead."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .both import same

tqdm = pytest.importorskip("tqdm")
std = pytest.importorskip("tqdm.std")
auto = pytest.importorskip("tqdm.auto")
progress = pytest.importorskip("rich.progress")
ITEMS = ["a", "b", "c", "d"]


def ask(item: Any) -> str:
    time.sleep(0.002)
    return f"<{item}>"


def around(items: list[str]) -> list[str]:
    found = []
    for item in tqdm.tqdm(items, desc="asked", total=len(items)):
        found.append(ask(item))
    return found


def numbered(items: list[str]) -> list[str]:
    found = []
    for number, item in enumerate(tqdm.tqdm(items), 1):
        found.append(f"{number} {ask(item)}")
        print(number)
    return found


def paired(items: list[str]) -> dict[str, str]:
    return {other: ask(item) for item, other in zip(tqdm.tqdm(items), "wxyz", strict=True)}


def inside(items: list[str]) -> list[str]:
    return [ask(item) for item in auto.tqdm(iterable=enumerate(items), disable=True)]


def ranged(items: list[str]) -> list[str]:
    found = []
    for start in std.trange(0, len(items), 2, leave=False):
        found.append(ask(" ".join(items[start : start + 2])))
    return found


def tracked(items: list[str]) -> list[str]:
    return [ask(item) for item in progress.track(items, description="asked")]


def changed(items: list[str]) -> list[dict[str, str]]:
    rows = [{"q": item} for item in items]
    for row in tqdm.tqdm(rows):
        row["a"] = ask(row["q"])
    return rows


def left(items: list[str]) -> list[str]:
    found = []
    for item in tqdm.tqdm(items):
        if item == "c":
            break
        found.append(ask(item))
    print("left")
    return found


@pytest.mark.parametrize("body", [around, numbered, paired, inside, ranged, tracked, changed, left])
def test_ahead(body: Any) -> None:
    assert "applied" in same(body, ITEMS)


class Counting(std.tqdm):  # type: ignore[misc]
    def __iter__(self) -> Iterator[Any]:
        yield from reversed(self.iterable)


class Stream(io.StringIO):
    shown = 0

    def write(self, text: str) -> int:
        Stream.shown += 1
        return super().write(text)


def of_the_program(items: list[str]) -> list[str]:
    return [ask(item) for item in Counting(items)]


def on_a_stream(items: list[str]) -> list[str]:
    return [ask(item) for item in tqdm.tqdm(items, file=Stream())]


def of_a_generator(items: list[str]) -> list[str]:
    made = iter(items)
    return [ask(item) + next(made, "") for item in tqdm.tqdm(made)]


def growing(items: list[str]) -> list[str]:
    left = list(items)
    found = []
    for item in tqdm.tqdm(left):
        if len(left) < 6:
            left.append(item * 2)
        found.append(ask(item))
    return found


@pytest.mark.parametrize("body", [of_the_program, on_a_stream, of_a_generator])
def test_in_place(body: Any) -> None:
    assert "missed" in same(body, ITEMS)


def test_a_list_that_grows() -> None:
    assert "applied" in same(growing, ITEMS)  # the strand has a list of its own, which grows alike


def test_stream_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Stream())
    assert "missed" in same(around, ITEMS)


def test_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(std.tqdm, "__iter__", lambda self: iter(self.iterable[::-1]))
    assert "missed" in same(around, ITEMS)


def inside(items: list[str]) -> list[str]:
    with tqdm.tqdm(total=len(items)) as bar:
        found = [ask(item) for item in items]
        bar.update(len(found))
    return found


def test_a_bar_around() -> None:
    """It ends no exception."""
    assert "applied" in same(inside, ITEMS)


class Client:
    def ask(self, item: Any) -> str:
        return ask(item)


class Agent:
    def __init__(self) -> None:
        self.client: Client | None = None

    def ask(self, item: Any) -> str:
        if self.client is None:
            self.client = Client()
        return self.client.ask(item)


def made_by_the_first(items: list[str]) -> list[str]:
    agent = Agent()
    return [agent.ask(item) for item in tqdm.tqdm(items)]


def made_by_the_first_numbered(items: list[str]) -> list[str]:
    agent = Agent()
    found = []
    for number, item in enumerate(tqdm.tqdm(items)):
        found.append(agent.ask(item) + str(number))
    return found


@pytest.mark.parametrize("body", [made_by_the_first, made_by_the_first_numbered])
def test_made_by_the_first(body: Any) -> None:
    assert "applied" in same(body, ITEMS)


def growing_at_first(items: list[str]) -> list[str]:
    agent = Agent()
    left = list(items)
    found = []
    for item in tqdm.tqdm(left):
        if item == "a" and len(left) < 6:
            left.insert(0, "z")
        found.append(agent.ask(item))
    return found


def test_changed_meanwhile() -> None:
    same(growing_at_first, ITEMS)
