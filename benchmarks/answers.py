"""What the local LLM server answers: a pure function of the request, so that equal requests get equal answers."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Style = Literal["openai", "anthropic", "plain"]

DIMENSIONS = 64
CREATED = 1_700_000_000  # a fixed clock: the same request gives the same bytes
PAGES = 1000
MISSING, BROKEN = 7, 11  # /page/N fails with 404 for multiples of the one, with 500 for multiples of the other
WORD = re.compile(r"[a-z0-9']+")
POSITIVE = frozenset(("good", "great", "love", "excellent", "happy", "fast", "clear", "reliable", "improved", "best"))
NEGATIVE = frozenset(("bad", "slow", "hate", "terrible", "sad", "broken", "late", "confusing", "worst", "failed"))


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status, body, and headers beyond the length."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def digest(*parts: bytes) -> str:
    """32 hex digits for a request."""
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.hexdigest()


def answer(method: str, path: str, body: bytes) -> Answer:
    """The answer to a request; `path` has no query string."""
    page = re.fullmatch(r"/page/(\d+)", path)
    match method, path:
        case "GET", _ if page:
            return _page(int(page[1]))
        case "GET", "/":
            return Answer(200, b"<html><title>index</title></html>", "text/html; charset=utf-8")
        case "POST", "/v1/chat/completions":
            return _checked(body, "openai", ("model", "messages"), _chat)
        case "POST", "/v1/embeddings":
            return _checked(body, "openai", ("model", "input"), _embeddings)
        case "POST", "/v1/messages":
            return _checked(body, "anthropic", ("model", "messages", "max_tokens"), _message)
    return failure(404, style_of(path), f"no such address: {method} {path}")


def style_of(path: str) -> Style:
    """In whose format errors at this address are told."""
    if path == "/v1/messages":
        return "anthropic"
    return "openai" if path.startswith("/v1/") else "plain"


def failure(status: int, style: Style, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error in the format of the service."""
    kinds = {400: "invalid_request_error", 404: "not_found_error", 429: "rate_limit_error", 500: "api_error"}
    kind = kinds.get(status, "api_error")
    if style == "plain":
        return Answer(status, f"<html><h1>{status}</h1>{message}</html>".encode(), "text/html", headers or {})
    error: dict[str, object] = {"type": kind, "message": message}
    if style == "openai":
        return Answer(status, _json({"error": {**error, "param": None, "code": None}}), headers=headers or {})
    return Answer(status, _json({"type": "error", "error": error}), headers=headers or {})


def _checked(body: bytes, style: Style, needed: Sequence[str], make: Any) -> Answer:
    try:
        request = json.loads(body)
    except ValueError:
        return failure(400, style, "the body is not JSON")
    if not isinstance(request, dict):
        return failure(400, style, "the body is not an object")
    for name in needed:
        if name not in request:
            return failure(400, style, f"{name}: field required")
    if request.get("stream"):
        return failure(400, style, "this server does not stream")
    return Answer(200, _json(make(request, digest(body))))


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _text(content: object) -> str:
    """The text of a message's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _chat(request: dict[str, Any], key: str) -> dict[str, object]:
    prompt = "\n".join(_text(m.get("content")) for m in request["messages"])
    choices = []
    for index in range(int(request.get("n") or 1)):
        said = reply(str(request["model"]), prompt, digest(key.encode(), b"%d" % index) if index else key)
        message = {"role": "assistant", "content": said, "refusal": None}
        choices.append({"index": index, "message": message, "logprobs": None, "finish_reason": "stop"})
    sent = len(prompt.split())
    made = sum(len(str(c["message"]).split()) for c in choices)
    return {
        "id": f"chatcmpl-{key[:24]}",
        "object": "chat.completion",
        "created": CREATED,
        "model": request["model"],
        "choices": choices,
        "usage": {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made},
    }


def _message(request: dict[str, Any], key: str) -> dict[str, object]:
    prompt = "\n".join([_text(request.get("system")), *(_text(m.get("content")) for m in request["messages"])])
    said = reply(str(request["model"]), prompt, key)
    return {
        "id": f"msg_{key[:24]}",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": [{"type": "text", "text": said}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": len(prompt.split()), "output_tokens": len(said.split())},
    }


def reply(model: str, prompt: str, key: str) -> str:
    """Looks at what the prompt asks for in its first line; `key` varies what is free."""
    asked, _, rest = prompt.partition("\n")
    asked = asked.lower()
    words = WORD.findall((rest or prompt).lower())
    luck = int(key[:8], 16)
    if "sentiment" in asked:
        balance = sum((w in POSITIVE) - (w in NEGATIVE) for w in words)
        return "positive" if balance > 0 else "negative" if balance < 0 else "neutral"
    if "score" in asked or "rate" in asked:
        return str(luck % 11)
    if "relevan" in asked:
        return f"0.{luck % 1000:03d}"
    if "classify" in asked or "category" in asked:
        return ("billing", "technical", "feedback", "other")[luck % 4]
    if "summar" in asked:
        return " ".join(words[:12]) or "(nothing to summarise)"
    return f"{model} says: {' '.join(words[-10:])} [{key[:6]}]"


def embedding(text: str) -> list[float]:
    """A unit vector made of the text's words, so that texts with common words are near each other."""
    vector = [0.0] * DIMENSIONS
    for word in WORD.findall(text.lower()):
        bits = int(digest(word.encode())[:8], 16)
        vector[bits % DIMENSIONS] += 1.0 if bits & 1 << 30 else -1.0
    length = math.sqrt(sum(x * x for x in vector)) or 1.0
    return [x / length for x in vector]


def _embeddings(request: dict[str, Any], _key: str) -> dict[str, object]:
    given = request["input"]
    texts = [given] if isinstance(given, str) else [str(text) for text in given]
    data = []
    for index, text in enumerate(texts):
        vector: list[float] | str = embedding(text)
        if request.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *vector)).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    count = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": count, "total_tokens": count}
    return {"object": "list", "data": data, "model": request["model"], "usage": usage}


def _page(number: int) -> Answer:
    if number >= PAGES or (number and number % MISSING == 0):
        return failure(404, "plain", f"page {number} does not exist")
    if number and number % BROKEN == 0:
        return failure(500, "plain", f"page {number} is broken")
    links = "".join(f'<a href="/page/{(number * k + 1) % PAGES}">next</a>' for k in (2, 3))
    text = f"<html><title>Page {number}</title><h1>Page {number}</h1><p>{digest(b'%d' % number)}</p>{links}</html>"
    return Answer(200, text.encode(), "text/html; charset=utf-8")
