"""Log records that libraries write inside a task are handled when its result is taken, in the program's order."""

from __future__ import annotations

import sys
import threading
from typing import Any

_task = threading.local()
_lock = threading.Lock()
_users: dict[str, int] = {}


class _Capture:
    """A logger filter that holds back the records of tasks."""

    def filter(self, record: Any) -> bool:
        records = getattr(_task, "records", None)
        if records is None:
            return True
        records.append(record)
        return False


_capture = _Capture()


def begin() -> list[Any]:
    """From here on this thread's records are kept; gives the list."""
    records: list[Any] = []
    _task.records = records
    return records


def end() -> None:
    _task.records = None


def hold(names: tuple[str, ...]) -> tuple[str, ...]:
    """Puts the filter on every existing logger of that name or below it; gives what `release` takes."""
    logging = sys.modules.get("logging")
    if logging is None or not names:
        return ()
    existing = list(logging.Logger.manager.loggerDict.items())
    held = []
    with _lock:
        for name, logger in existing:
            if isinstance(logger, logging.Logger) and any(name == n or name.startswith(n + ".") for n in names):
                count = _users.get(name, 0)
                _users[name] = count + 1
                if not count:
                    logger.filters.insert(0, _capture)
                held.append(name)
    return tuple(held)


def release(names: tuple[str, ...]) -> None:
    """Takes the filter away where nobody else holds it."""
    logging = sys.modules.get("logging")
    if logging is None:
        return
    with _lock:
        for name in names:
            _users[name] -= 1
            if not _users[name]:
                del _users[name]
                logging.getLogger(name).removeFilter(_capture)


def replay(records: list[Any]) -> None:
    """Handles held records as if they had been written here and now."""
    logging = sys.modules["logging"]
    thread = threading.current_thread()
    for record in records:
        record.thread, record.threadName = thread.ident, thread.name
        logging.getLogger(record.name).handle(record)
