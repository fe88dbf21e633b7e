"""Requests of scripts: moved across what they store, by `urllib` with headers, with errors told by their text."""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .both import same

requests = pytest.importorskip("requests")


def test_rows_are_stored_as_pages_come(url: str, tmp_path: Path) -> None:
    def run(items: list[str], url: str) -> Any:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("create table pages(name text, status integer)")
            for item in items:
                status = requests.get(f"{url}/{item}").status_code
                connection.execute("insert into pages values (?, ?)", (item, status))
                connection.commit()
            return connection.execute("select * from pages").fetchall()

    assert "applied" in same(run, ["a", "b", "c", "d"], url)


def got(url: str, **named: Any) -> Any:
    request = urllib.request.Request(url, headers={"User-Agent": "test"}, **named)
    request.add_header("Accept", "*/*")
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.status, response.read()


def test_requests_with_headers(url: str) -> None:
    def run(items: list[str], url: str) -> Any:
        return [got(f"{url}/{item}") for item in items]

    assert "applied" in same(run, ["a", "b", "c", "d"], url)


def test_requests_with_a_method_that_only_asks(url: str) -> None:
    def run(items: list[str], url: str) -> Any:
        return [got(f"{url}/{item}", method="GET") for item in items]

    assert "applied" in same(run, ["a", "b", "c", "d"], url)


def sent(url: str) -> Any:
    return got(url, data=b"{}")


def put(url: str) -> Any:
    return got(url, method="PUT")


def changed(url: str) -> Any:
    request = urllib.request.Request(url)
    request.method = "DELETE"
    return urllib.request.urlopen(request).read()


def filled(url: str) -> Any:
    request = urllib.request.Request(url)
    request.data = b"{}"
    return urllib.request.urlopen(request).read()


def replaced(url: str) -> Any:
    request = urllib.request.Request(url)
    request.get_method = lambda: "POST"  # type: ignore[method-assign]
    return urllib.request.urlopen(request).read()


class Posting(urllib.request.Request):
    def get_method(self) -> str:
        return "POST"


def below(url: str) -> Any:
    return urllib.request.urlopen(Posting(url)).read()


@pytest.mark.parametrize("ask", [sent, put, changed, filled, replaced, below])
def test_what_changes_something_stays(url: str, ask: Callable[[str], Any]) -> None:
    def run(items: list[str], url: str) -> Any:
        return [ask(f"{url}/{item}") for item in items]

    assert "applied" not in same(run, ["a", "b", "c"], url)


def test_errors_of_a_model(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    pydantic = pytest.importorskip("pydantic")

    class Answer(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        text: str

    def read(url: str) -> Any:
        text = requests.get(url).text
        try:
            return Answer.model_validate_json(text)
        except pydantic.ValidationError as error:
            print(error.error_count(), error.title)
            return json.dumps(text)

    def run(items: list[str], url: str) -> Any:
        found = []
        for item in items:
            answer = read(f"{url}/{item}")
            if answer is not None:
                found.append(answer)
        return found

    assert "applied" in same(run, ["a", "b", "c", "d"], url)
    assert capsys.readouterr().out.count("Answer") in (0, 8)


def test_models_are_made_of_what_an_answer_holds(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`Answer(**json.loads(text))`, with a class whose validation runs code beside it."""
    pydantic = pytest.importorskip("pydantic")
    assert pydantic.ValidationError is not None  # the package has it from now on

    class Answer(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        text: str
        found: tuple[int, ...] = ()

    class Checked(Answer):
        @pydantic.field_validator("text")
        @classmethod
        def told(cls, value: str) -> str:
            print("checked", value)
            return value

    def read(model: Any, url: str) -> Any:
        text = requests.get(url).text
        try:
            return model(**json.loads(text if text[:1] == "{" else '{"text": "a", "more": 1}'))
        except pydantic.ValidationError as error:
            return str(error)

    def run(model: Any, items: list[str], url: str) -> Any:
        return [read(model, f"{url}/{item}") for item in items]

    assert "applied" in same(run, Answer, ["a", "b", "c", "d"], url)
    assert "in place: stdout in told" in same(run, Checked, ["a", "b", "c"], url)
    assert "checked" in capsys.readouterr().out
