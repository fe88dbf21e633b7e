"""Calls of instructor run early where no hook, validator or cache of the program's stands in their way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from .both import Both, same

instructor = pytest.importorskip("instructor")
openai = pytest.importorskip("openai")
pydantic = pytest.importorskip("pydantic")

ITEMS = ["one", "two bad", "three", "four"]


class Judgement(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    score: int
    why: str


class Checked(Judgement):
    @pydantic.field_validator("score")
    @classmethod
    def positive(cls, score: int) -> int:
        return abs(score)


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = str(body["messages"])
        score: Any = "none" if "bad" in text and len(body["messages"]) < 3 else len(text)
        name = body["tools"][0]["function"]["name"]
        made = {"name": name, "arguments": json.dumps({"score": score, "why": text[:20]})}
        asked = [{"id": "c", "type": "function", "function": made}]
        message = {"role": "assistant", "content": None, "tool_calls": asked}
        answer = {"id": "a", "object": "chat.completion", "created": 1, "model": "m",
                  "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
                  "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}  # fmt: skip
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def client() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with openai.OpenAI(base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key="k") as inner:
        yield instructor.from_openai(inner)
    server.shutdown()
    server.server_close()


def judged(client: Any, model: Any, items: list[str]) -> list[Any]:
    found = []
    for item in items:
        messages = [{"role": "user", "content": item}]
        answer = client.chat.completions.create(model="m", response_model=model, messages=messages)
        print(item, answer.score)
        found.append((answer.score, answer.why))
    return found


def test_answers_are_models_and_asked_for_again_where_they_do_not_fit(client: Any) -> None:
    assert "applied" in same(judged, client, Judgement, ITEMS)


def test_a_validator_of_the_program_keeps_it_in_place(client: Any) -> None:
    assert "plain_model(response_model)" in same(judged, client, Checked, ITEMS)


def test_a_hook_keeps_it_in_place(client: Any) -> None:
    both = Both(judged)
    assert "applied" in both(client, Judgement, ITEMS)
    heard: list[Any] = []
    client.on("completion:response", heard.append)
    assert "plain_instructor" in both(client, Judgement, ITEMS)
    assert len(heard) == 2 * (len(ITEMS) + 1)
