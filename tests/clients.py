"""A local server that sets cookies, and tells each request what it carried."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 20.0  # seconds that requests wait for the others of a crowd, in a failing test


class Site:
    """What is served: `sets` gives the cookies of an answer, by path and what was carried; `moves` where it sends on.

    `crowd`: the paths that are answered only when all of them have been asked for.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.sets: Callable[[str, str], list[str]] = lambda path, carried: []
        self.moves: dict[str, str] = {}
        self.crowd: frozenset[str] = frozenset()
        self.here = threading.Condition()
        self.arrived: set[str] = set()
        self.alone = False  # a crowd that did not come together
        self.port = 0

    def reset(self) -> None:
        self.asked, self.arrived, self.alone = [], set(), False

    def url(self, path: object, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"

    def gather(self, path: str) -> None:
        if path not in self.crowd:
            return
        with self.here:
            self.arrived.add(path)
            self.here.notify_all()
            if not self.here.wait_for(lambda: self.crowd <= self.arrived, PATIENCE):
                self.alone = True


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    site: Site

    def do_GET(self) -> None:
        site, carried = self.site, self.headers.get("Cookie") or ""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.lstrip("/")
        site.asked.append((self.command, path, carried))
        site.gather(path)
        answer = json.dumps({"path": path, "carried": carried, "body": body.decode()}).encode()
        self.send_response(302 if path in site.moves else 200)
        if path in site.moves:
            self.send_header("Location", site.moves[path])
        for cookie in site.sets(path, carried):
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def log_message(self, *args: Any) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *args: Any) -> None:
        pass


@contextmanager
def serve() -> Iterator[Site]:
    site = Site()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
