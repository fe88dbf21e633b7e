"""A local server that answers at once what the libraries' clients expect: LLM vendors, AWS, vector stores, pages."""

# ruff: noqa: E501

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def text_of(body: dict[str, Any]) -> str:
    """What the request is about."""
    for name in ("prompt", "query", "inputs", "input", "contents", "messages", "text"):
        if name in body:
            return json.dumps(body[name])[-40:]
    return json.dumps(body)[-40:]


def chat(body: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": f"about {text_of(body)}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}


def streamed(body: dict[str, Any]) -> bytes:
    words = f"about {text_of(body)}".split(" ")
    event = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choices = [{"index": 0, "delta": {"content": word}, "finish_reason": None} for word in (*words, None)]
    events = [json.dumps({**event, "choices": [choice]}) for choice in choices]
    return "".join(f"data: {event}\n\n" for event in (*events, "[DONE]")).encode()


def vector(body: dict[str, Any]) -> list[float]:
    return [float(len(text_of(body))), 0.5]


def embeddings(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "e1",
        "object": "list",
        "model": "m",
        "data": [{"object": "embedding", "index": 0, "embedding": vector(body)}],
        "usage": USAGE,
    }


ANSWERS = {
    "/chat/completions": chat,
    "/v1/embeddings": embeddings,
    "/embeddings": embeddings,
    "/v1/messages": lambda body: {
        "id": "m1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn", "stop_sequence": None,
        "content": [{"type": "text", "text": f"about {text_of(body)}"}], "usage": {"input_tokens": 3, "output_tokens": 2},
    },
    "/v1/chat": lambda body: {"text": f"about {text_of(body)}", "generation_id": "g", "finish_reason": "COMPLETE"},
    "/v2/chat": lambda body: {
        "id": "x", "finish_reason": "COMPLETE", "message": {"role": "assistant", "content": [{"type": "text", "text": f"about {text_of(body)}"}]},
    },
    "/v2/rerank": lambda body: {"id": "x", "results": [{"index": 0, "relevance_score": len(text_of(body)) / 100}]},
    "/v2/embed": lambda body: {"response_type": "embeddings_by_type", "id": "x", "texts": [], "embeddings": {"float": [vector(body)]}},
    "/api/chat": lambda body: {"model": "m", "created_at": "t", "done": True, "message": {"role": "assistant", "content": f"about {text_of(body)}"}},
    "/api/generate": lambda body: {"model": "m", "created_at": "t", "done": True, "response": f"about {text_of(body)}"},
    "/api/embed": lambda body: {"model": "m", "embeddings": [vector(body)]},
    ":generateContent": lambda body: {
        "candidates": [{"content": {"role": "model", "parts": [{"text": f"about {text_of(body)}"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5},
    },
    "/converse": lambda body: {
        "output": {"message": {"role": "assistant", "content": [{"text": f"about {text_of(body)}"}]}},
        "stopReason": "end_turn", "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}, "metrics": {"latencyMs": 1},
    },
    "/points/query": lambda body: {"result": {"points": [{"id": 1, "version": 0, "score": vector(body)[0], "payload": {"text": text_of(body)}}]}, "status": "ok", "time": 0.0},
    "/_search": lambda body: {
        "took": 1, "timed_out": False, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": 1, "relation": "eq"}, "max_score": 1.0, "hits": [{"_index": "i", "_id": "1", "_score": 1.0, "_source": {"text": text_of(body)}}]},
    },
    "/v2/translate": lambda body: {"translations": [{"text": f"of {text_of(body)}", "detected_source_language": "EN"}]},
    "/v2/scrape": lambda body: {"success": True, "data": {"markdown": f"page {body['url'][-9:]}", "metadata": {"title": "t"}}},
    "/indexes/docs/search": lambda body: {"hits": [{"id": 1, "text": text_of(body)}], "query": "q", "estimatedTotalHits": 1},
    "/indexes/docs/documents": lambda body: {"taskUid": 1, "indexUid": "docs", "status": "enqueued", "type": "t", "enqueuedAt": "2026-01-01T00:00:00Z"},
    "/search": lambda body: {"id": "s", "results": [{"title": text_of(body), "url": "u", "snippet": "s"}]},
    "/query": lambda body: {"matches": [{"id": "a", "score": vector(body)[0], "values": []}], "namespace": "", "usage": {"readUnits": 1}},
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    asked: ClassVar[list[str]] = []  # paths of GETs, by all that is served

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/large"):
            self.send(b"x" * 100_000, "text/plain")
            return
        self.send(f"<html><title>{self.path}</title><a href='/next'>x</a></html>".encode(), "text/html")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = self.path.partition("?")[0]
        if path.endswith("/chat/completions") and json.loads(body).get("stream"):
            self.send(streamed(json.loads(body)), "text/event-stream")
            return
        found = next((make for end, make in ANSWERS.items() if path.endswith(end)), None)
        kind = "application/vnd.elasticsearch+json" if path.endswith("_search") else "application/json"
        self.send(json.dumps(found(json.loads(body))).encode() if found else b"", kind)

    do_PUT = do_POST


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@contextlib.contextmanager
def serve() -> Iterator[str]:
    """The address of a running stub."""
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
