"""How many tasks of one service run at once: start wide, grow while it helps, halve on rejection."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from typing import Any

from ..bound import Condition

FIRST = 64
MOST = 1024
TOO_MANY, UNAVAILABLE = 429, 503
REJECTED = frozenset((TOO_MANY, UNAVAILABLE))
CODES = {"RESOURCE_EXHAUSTED": TOO_MANY, "UNAVAILABLE": UNAVAILABLE}  # of gRPC
USED_UP = frozenset((errno.ENFILE, errno.EMFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS))  # descriptors, ports, buffers
LIBRARIES = frozenset((
    "aiohttp", "anthropic", "botocore", "chromadb", "cohere", "elastic_transport", "elasticsearch", "google", "groq",
    "grpc", "http", "httpcore", "httpx", "httpx2", "huggingface_hub", "instructor", "litellm", "mistralai", "ollama",
    "openai", "pinecone", "qdrant_client", "replicate", "requests", "stripe", "together", "urllib", "urllib3",
    "weaviate",
))  # fmt: skip
ANSWERS = frozenset(("httpx", "httpx2", "requests", "urllib3"))  # they give refusals as answers
POOLS = frozenset(("PoolTimeout", "EmptyPoolError"))

_limits: dict[tuple[str, int | None], Limit] = {}


class Limit:
    """The slots of one service; tasks beyond them wait here, where their takers can still withdraw them."""

    def __init__(self, stated: int | None) -> None:
        self.stated = stated
        self.slots = min(FIRST, stated) if stated else FIRST
        self.running = 0
        self.backlog: deque[Any] = deque()
        self.changed = Condition()  # on an RLock: a finalizer may come in between
        self.quiet = 0  # takers that want nothing to begin
        self.best = float("inf")  # seconds, the quickest call seen
        self.good = 0

    def put(self, task: Any) -> None:
        """Hands a task to its pool, now or when a slot gets free."""
        with self.changed:
            if self.running >= self.slots or self.quiet:
                if len(self.backlog) > 4 * MOST:
                    self.backlog = deque(t for t in self.backlog if t.waiting())
                self.backlog.append(task)
                return
            self.running += 1
        self._hand([task])

    def done(self, seconds: float, rejected: bool) -> None:
        """A task has ended (or was withdrawn, `seconds` 0): adjusts the slots and lets the next ones in."""
        with self.changed:
            self.running -= 1
            if rejected:
                self.slots = max(1, self.slots // 2)
                self.good = 0
            elif seconds:
                self.best = min(self.best, seconds)
                self.good = self.good + 1 if seconds < 2 * self.best + 0.05 else 0
                if self.backlog and self.good >= self.slots // 2:
                    self.slots = min(self.slots * 2, self.stated or MOST)
                    self.good = 0
            if self.quiet and not self.running:
                self.changed.notify_all()
            ready = self._ready()
        self._hand(ready)

    def _ready(self) -> list[Any]:
        """Tasks from the backlog for the free slots, which they have from now on. The lock is held."""
        ready = []
        while self.backlog and self.running < self.slots and not self.quiet:
            task = self.backlog.popleft()
            if task.waiting():
                self.running += 1
                ready.append(task)
        return ready

    def _hand(self, tasks: list[Any]) -> None:
        for task in tasks:
            if task.pool.put(task) is False:  # turned away: it is made in its place
                with self.changed:
                    self.running -= 1

    def hush(self) -> bool:
        """Waits until none runs; none begins until `resume`: a call made again in place has the service to itself.
        Whether one did run."""
        with self.changed:
            self.quiet += 1
            waited = self.running > 0
            try:
                while self.running:
                    self.changed.wait()
            except BaseException:  # a signal handler's
                self.quiet -= 1
                raise
        return waited

    def resume(self) -> None:
        with self.changed:
            self.quiet -= 1
            ready = self._ready()
        self._hand(ready)


def limit_of(service: str, stated: int | None) -> Limit:
    """The limiter of a service (one for each limit that its clients state), for the whole process."""
    found = _limits.get((service, stated))
    return found if found is not None else _limits.setdefault((service, stated), Limit(stated))


def forget() -> None:
    """In the child of a fork, where none of the tasks runs."""
    _limits.clear()


def rejected(error: BaseException) -> bool:
    """Whether an error proves that the call was turned away because of too much at once, not made.

    Proofs: the status 429 or 503 in an exception of an HTTP library, no connection left in a client's pool, no file
    descriptor or port left, as the error itself or as what was handled when it was raised.
    """
    return any(_turned_away(cause) for cause in _chain(error))


def refusal(value: object) -> bool:
    """Whether what a call gave is the answer of an HTTP library that it was turned away because of too much at once."""
    return type(value) not in PLAIN and _of(type(value), ANSWERS) and _status(value) in REJECTED


def patience(value: object, error: BaseException | None) -> float | None:
    """Seconds that a refusal asks to wait (its `Retry-After`); 0: it may do so (429); None: waiting may be in vain."""
    told = value if error is None else next(filter(_turned_away, _chain(error)), None)
    for holder in (told, getattr(told, "response", None)):
        try:
            return max(0.0, float(holder.headers.get("retry-after")))  # type: ignore[union-attr]
        except Exception:  # none, or a date
            pass
    return 0.0 if _status(told) == TOO_MANY else None


def _chain(error: BaseException) -> Iterator[Exception]:
    """An error, and what was handled when it was raised."""
    cause: BaseException | None = error
    for _ in repeat(None, 8):
        if not isinstance(cause, Exception):
            return
        yield cause
        cause = cause.__cause__ or cause.__context__


def _turned_away(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno in USED_UP:
        return True
    return _of(type(error), LIBRARIES) and (type(error).__name__ in POOLS or _status(error) in REJECTED)


def _of(kind: type, libraries: frozenset[str]) -> bool:
    """Whether a class is one of the libraries', or made from one, without running code of its metaclass."""
    return any(str(_module(k)).partition(".")[0] in libraries for k in _mro(kind))


PLAIN = frozenset((str, bytes, int, float, bool, list, tuple, dict, set, type(None)))
_mro = type.__dict__["__mro__"].__get__
_module = type.__dict__["__module__"].__get__


def _status(told: object) -> int | None:
    """The HTTP status that an exception or answer of a library tells."""
    try:
        response = getattr(told, "response", None)
        if isinstance(response, dict):  # botocore
            response = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return response if isinstance(response, int) else None
        for holder in (told, response):
            for name in ("status_code", "code", "status"):
                status = getattr(holder, name, None)
                if isinstance(status, int):
                    return int(status)
                if name == "code" and callable(status):
                    return CODES.get(str(getattr(status(), "name", "")))
    except Exception:  # an attribute that does not want to be read is no proof
        pass
    return None
