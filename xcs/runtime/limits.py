"""How many tasks of one service run at once: start wide, grow while it helps, halve on rejection."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

FIRST = 64
_limits: dict[str, Limit] = {}


class Limit:
    """The slots of one service; tasks beyond them wait here, where their takers can still withdraw them."""

    def __init__(self, stated: int | None) -> None:
        self.stated = stated
        self.slots = min(FIRST, stated) if stated else FIRST
        self.running = 0
        self.backlog: deque[Any] = deque()
        self.lock = threading.Lock()
        self.best = float("inf")  # seconds, the quickest call seen
        self.good = 0

    def put(self, task: Any) -> None:
        with self.lock:
            if self.running >= self.slots:
                self.backlog.append(task)
                return
            self.running += 1
        task.pool.put(task)

    def done(self, seconds: float, rejected: bool) -> None:
        """A task has ended (or was withdrawn, `seconds` 0): adjusts the slots and lets the next ones in."""
        ready = []
        with self.lock:
            self.running -= 1
            if rejected:
                self.slots = max(1, self.slots // 2)
                self.good = 0
            elif seconds:
                self.best = min(self.best, seconds)
                self.good = self.good + 1 if seconds < 2 * self.best + 0.05 else 0
                if self.backlog and self.good >= self.slots // 2:
                    self.slots = min(self.slots * 2, self.stated or 1024)
                    self.good = 0
            while self.backlog and self.running < self.slots:
                task = self.backlog.popleft()
                if task.waiting():
                    self.running += 1
                    ready.append(task)
        for task in ready:
            task.pool.put(task)


def limit_of(service: str, stated: int | None) -> Limit:
    """The limiter of a service, one for the process."""
    found = _limits.get(service)
    if found is None:
        found = _limits.setdefault(service, Limit(stated))
    if stated and (found.stated is None or stated < found.stated):
        found.stated = stated
        found.slots = min(found.slots, stated)
    return found


def rejected(error: BaseException) -> bool:
    """Whether an error proves that the call was turned away because of too much at once, not made."""
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "code", "status"):
            if getattr(holder, name, None) in (429, 503):
                return True
    if type(error).__name__ in ("PoolTimeout", "EmptyPoolError"):
        return True
    cause = error.__cause__
    if isinstance(error, OSError) and error.errno in (23, 24):
        return True
    return cause is not None and type(cause).__name__ in ("PoolTimeout", "EmptyPoolError")


__all__ = ["Limit", "limit_of", "rejected", "time"]
