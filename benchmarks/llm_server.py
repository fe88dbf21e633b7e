"""A local HTTP server that speaks the OpenAI and Anthropic wire formats with a realistic latency.

    with serve(latency=0.3) as server:
        client = OpenAI(base_url=f"{server.url}/v1", api_key="any")

One asyncio loop in a daemon thread: a request that waits for its latency costs a timer, so a thousand at once are fine.
`python -m benchmarks.llm_server` runs it in the foreground.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .answers import Answer, answer, digest, failure, style_of

PHRASES = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server behaves.

    latency: mean seconds until the answer; spread: the share of it by which requests differ, by their hash.
    limit: with so many requests in flight the next is rejected at once with 429, and not counted as made.
    rate: so many requests a second on average, and `burst` at once; more are rejected like that, too.
    fail_every: every so many-th request ends with 500 (which one depends on the order of arrival).
    poison: a request whose body or address contains this text ends with 400 (the same one in any order).
    flaky: a request that contains this text ends with 500 the first time it is made.
    """

    latency: float = 0.3
    spread: float = 1 / 3
    limit: int | None = None
    rate: float | None = None
    burst: int = 4
    fail_every: int | None = None
    poison: str | None = None
    flaky: str | None = None


@dataclass(slots=True)
class Seen:
    """What has arrived. `made` counts equal requests by (method, path, digest of the body)."""

    requests: int = 0
    rejected: int = 0
    failed: int = 0
    in_flight: int = 0
    tokens: float = 0.0
    refilled: float | None = None
    peak: int = 0
    by_path: Counter[str] = field(default_factory=Counter)
    made: Counter[tuple[str, str, str]] = field(default_factory=Counter)


class Server:
    """A running server: `url`, `seen`, `reset()`, `close()`."""

    def __init__(self, settings: Settings, port: int = 0) -> None:
        self.settings = settings
        self.seen = Seen()
        self.url = ""
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="llm-server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise self._failed

    def reset(self) -> None:
        """Forgets what was seen; for use while nothing is in flight."""
        self.seen = Seen()

    def close(self) -> None:
        if not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # the loop may close by itself in between
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._failed = error
        finally:
            self._loop.close()
            self._ready.set()

    async def _serve(self) -> None:
        open_ones: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connection(reader, writer))
            open_ones[task] = writer
            task.add_done_callback(lambda done: open_ones.pop(done).close())

        server = await asyncio.start_server(connected, "127.0.0.1", self._port, backlog=BACKLOG)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        for socket in server.sockets:
            self._loop.remove_reader(socket.fileno())
        await _turns()  # what was just accepted is known then; a closed server would leak it
        server.close()
        tasks = list(open_ones)
        for writer in open_ones.values():
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _turns()  # the transports have closed their sockets

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, headers = _parse(head)
                method, target, version = first
                body = await _body(reader, headers)
                path = target.partition("?")[0]
                given = await self._answer(method, target, path, body)
                keep = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"
                writer.write(_bytes(given, keep))
                await writer.drain()
                if not keep:
                    break
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            pass  # the client is gone, or it does not speak HTTP

    def _token(self) -> bool:
        """Whether the rate allows one more request; then it is counted."""
        settings, seen, now = self.settings, self.seen, time.monotonic()
        if settings.rate is None:
            return True
        since = now - seen.refilled if seen.refilled is not None else math.inf
        seen.tokens, seen.refilled = min(settings.burst, seen.tokens + since * settings.rate), now
        if seen.tokens < 1:
            return False
        seen.tokens -= 1
        return True

    async def _answer(self, method: str, target: str, path: str, body: bytes) -> Answer:
        settings, seen = self.settings, self.seen
        if (settings.limit is not None and seen.in_flight >= settings.limit) or not self._token():
            seen.rejected += 1
            return failure(429, style_of(path), "Rate limit reached", {"retry-after-ms": "50"})
        seen.requests += 1
        seen.by_path[f"{method} {path}"] += 1
        key = digest(method.encode(), target.encode(), body)
        seen.made[method, target, digest(body)] += 1
        fails = settings.fail_every is not None and seen.requests % settings.fail_every == 0
        fails |= _contains(settings.flaky, target, body) and seen.made[method, target, digest(body)] == 1
        seen.in_flight += 1
        seen.peak = max(seen.peak, seen.in_flight)
        try:
            await asyncio.sleep(latency(settings, key))
        finally:
            seen.in_flight -= 1
        if fails:
            seen.failed += 1
            return failure(500, style_of(path), "injected failure")
        if _contains(settings.poison, target, body):
            seen.failed += 1
            return failure(400, style_of(path), "the request contains what is not allowed")
        return answer(method, path, body)


def _contains(text: str | None, target: str, body: bytes) -> bool:
    return text is not None and (text in target or text.encode() in body)


async def _turns() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


def latency(settings: Settings, key: str) -> float:
    """Seconds until the answer to the request with this digest: evenly spread around the mean."""
    share = int(key[:8], 16) / 0xFFFFFFFF
    return settings.latency * (1 + settings.spread * (2 * share - 1))


def _parse(head: bytes) -> tuple[tuple[str, str, str], dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return (method, target, version), headers


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while (await reader.readline()).strip():
        pass  # trailers
    return b"".join(parts)


def _bytes(given: Answer, keep: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {given.status} {PHRASES.get(given.status, 'Unknown')}",
        f"content-type: {given.kind}",
        f"content-length: {len(given.body)}",
        f"x-request-id: req_{digest(given.body)[:24]}",
        *(f"{name}: {value}" for name, value in given.headers.items()),
        f"connection: {'keep-alive' if keep else 'close'}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + given.body


@contextlib.contextmanager
def serve(
    latency: float = 0.3,
    *,
    spread: float = 1 / 3,
    limit: int | None = None,
    rate: float | None = None,
    fail_every: int | None = None,
    poison: str | None = None,
    flaky: str | None = None,
    port: int = 0,
) -> Iterator[Server]:
    """A running server on the loopback address, closed at the end; see `Settings` for the arguments."""
    server = Server(Settings(latency, spread, limit, rate, 4, fail_every, poison, flaky), port)
    try:
        yield server
    finally:
        server.close()


def environment(url: str) -> dict[str, str]:
    """The variables that point the clients of the demo programs at a server."""
    return {
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_KEY": "local",
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "local",
        "SITE_URL": url,
        "NO_PROXY": "127.0.0.1",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=serve.__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--limit", type=int, help="requests at once, more are rejected with 429")
    given = parser.parse_args()
    with serve(given.latency, limit=given.limit, port=given.port) as server:
        for name, value in environment(server.url).items():
            print(f"export {name}={value}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
