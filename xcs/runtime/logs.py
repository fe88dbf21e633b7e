"""Log records that libraries write inside a task are handled when its result is taken, in the program's order."""

from __future__ import annotations

import sys
from threading import Lock, RLock, current_thread
from typing import Any

from .nesting import here

Held = tuple[Any, ...]  # loggers

_lock = RLock()
_holds: dict[str, int] = {}
_found: dict[tuple[str, ...], tuple[int, tuple[str, ...], Held]] = {}


class _Capture:
    """A logger filter that holds back the records of tasks."""

    def filter(self, record: Any) -> bool:
        records = here.records
        if records is None:
            return True
        records.append(record)
        return False


_capture = _Capture()


def _loggers(logging: Any, names: tuple[str, ...]) -> Held:
    """Every logger of these names or below; looked for again only when one was made since."""
    existing = logging.Logger.manager.loggerDict
    size, absent, loggers = _found.get(names, (-1, (), ()))
    if size == len(existing) and not any(isinstance(existing.get(n), logging.Logger) for n in absent):
        return loggers
    size = len(existing)
    below = [n for n in list(existing) if any(n == name or n.startswith(name + ".") for name in names)]
    loggers = tuple(existing[n] for n in below if isinstance(existing[n], logging.Logger))
    absent = tuple(n for n in below if not isinstance(existing[n], logging.Logger))
    _found[names] = size, absent, loggers
    return loggers


def hold(names: tuple[str, ...]) -> Held:
    """Puts the filter on every existing logger of these names or below; gives what `release` takes."""
    logging = sys.modules.get("logging")
    if not names or logging is None:
        return ()
    loggers = _loggers(logging, names)
    with _lock:
        for logger in loggers:
            count = _holds.get(logger.name, 0)
            _holds[logger.name] = count + 1
            if not count or _capture not in logger.filters:
                logger.filters = [_capture, *logger.filters]  # a new list: other threads go through the old one
    return loggers


def release(loggers: Held) -> None:
    """Takes the filter away where nobody else holds it."""
    with _lock:
        for logger in loggers:
            count = _holds[logger.name] = _holds.get(logger.name, 1) - 1
            if count <= 0:
                del _holds[logger.name]
                logger.filters = [f for f in logger.filters if f is not _capture]


class Hold:
    """The filter for one activation: as long as the region is entered or one of its tasks runs, abandoned ones too."""

    __slots__ = ("held", "lock", "names", "users")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names, self.held, self.users = names, hold(names), 1
        self.lock = Lock()

    def join(self) -> None:
        with self.lock:
            if not self.users:
                self.held = hold(self.names)
            self.users += 1

    def leave(self) -> None:
        with self.lock:
            self.users -= 1
            if not self.users:
                release(self.held)


def forget() -> None:
    """In the child of a fork, where nobody else holds anything."""
    global _lock
    _lock = RLock()
    logging = sys.modules.get("logging")
    for name in list(_holds):
        if logging is not None:
            logger = logging.getLogger(name)
            logger.filters = [f for f in logger.filters if f is not _capture]
    _holds.clear()


def replay(records: list[Any]) -> None:
    """Handles held records as if they had been written here and now. What a handler raises comes out of here."""
    logging = sys.modules["logging"]
    thread = current_thread()
    for record in records:
        logger = logging.getLogger(record.name)
        if not logger.isEnabledFor(record.levelno):
            continue
        if record.thread is not None:
            record.thread = thread.ident
        if record.threadName is not None:
            record.threadName = thread.name
        if getattr(logging, "logAsyncioTasks", False):
            record.taskName = _asyncio_task()
        logger.handle(record)


def _asyncio_task() -> str | None:
    """The name of the asyncio task that is running in this thread."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return None
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return None
    return None if task is None else task.get_name()
