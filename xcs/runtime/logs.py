"""Log records that libraries write inside a task are handled when its result is taken, in the program's order."""

from __future__ import annotations

import sys
from threading import RLock, current_thread, get_ident
from typing import Any

from ..peek import instance_dict, peek
from . import prints
from .nesting import here

_lock = RLock()  # a finalizer may end a region in between
_active: set[Hold] = set()
_held: dict[int, tuple[Any, set[Hold]]] = {}  # the loggers that have the filter, by identity, and for whom
_hooked: list[tuple[Any, Any]] = []  # the manager that asks us for new loggers, and the class that it asked before
_found: dict[tuple[str, ...], tuple[int, tuple[str, ...], tuple[Any, ...]]] = {}


class _Capture:
    """A logger filter that holds back the records of tasks."""

    def filter(self, record: Any) -> bool:
        records = here.records
        if _needless(record.msg, records is not None):
            return False
        if records is None:
            return True
        records.append(record)
        return False


_capture = _Capture()


def _needless(text: object, in_task: bool) -> bool:
    """Whether a record with this text would not be there, were there one call after the other."""
    if type(text) is not str:
        return False
    thread = get_ident()
    return any(text in hold.needless and (in_task or hold.owner == thread) for hold in tuple(_active))


def _below(names: tuple[str, ...], name: str) -> bool:
    return any(name == above or name.startswith(above + ".") for above in names)


def _loggers(logging: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Every logger of these names or below; looked for again only when one was made since."""
    existing = logging.Logger.manager.loggerDict
    size, absent, loggers = _found.get(names, (-1, (), ()))
    if size == len(existing) and not any(issubclass(type(existing.get(n)), logging.Logger) for n in absent):
        return loggers
    size = len(existing)
    below = [n for n in list(existing) if _below(names, n)]
    loggers = tuple(existing[n] for n in below if issubclass(type(existing[n]), logging.Logger))
    absent = tuple(n for n in below if not issubclass(type(existing[n]), logging.Logger))
    _found[names] = size, absent, loggers
    return loggers


def _put(logger: Any, hold: Hold) -> None:
    """Puts the filter on a logger. The lock is held."""
    own = instance_dict(logger)
    if own is None or type(own.get("filters")) is not list:
        return
    _held.setdefault(id(logger), (logger, set()))[1].add(hold)
    if not any(f is _capture for f in own["filters"]):  # type: ignore[attr-defined]
        own["filters"] = [_capture, *own["filters"]]  # type: ignore[misc]  # other threads go through the old one


def _take(hold: Hold) -> None:
    """Takes the filter away from where nobody else holds it. The lock is held."""
    for key, (logger, holds) in list(_held.items()):
        holds.discard(hold)
        if not holds:
            _bare(logger)
            _held.pop(key, None)


def _bare(logger: Any) -> None:
    own = instance_dict(logger)
    if own is not None and type(own.get("filters")) is list:
        own["filters"] = [f for f in own["filters"] if f is not _capture]  # type: ignore[attr-defined]


def _made(name: str) -> Any:
    """A logger, made for `logging` while records are held back: the filter is on it before a task can write to it."""
    logging = sys.modules["logging"]
    former = _hooked[0][1] if _hooked else None
    logger = (former or logging.getLoggerClass())(name)
    with _lock:
        for hold in list(_active):
            if _below(hold.names, name):
                _put(logger, hold)
    return logger


def _hook(logging: Any) -> None:
    """From now on new loggers are made here. The lock is held."""
    manager = logging.Logger.manager
    own = instance_dict(manager)
    if own is not None and own.get("loggerClass") is not _made:
        _hooked[:] = [(manager, own.get("loggerClass"))]
        own["loggerClass"] = _made


def _unhook() -> None:
    for manager, former in _hooked:
        own = instance_dict(manager)
        if own is not None and own.get("loggerClass") is _made:
            own["loggerClass"] = former
    _hooked.clear()


class Hold:
    """The filter for one activation: as long as somebody uses it, the region that is entered or one of its tasks that
    runs, an abandoned one too.

    needless: texts of records that there would be no cause for, were there one call after the other.
    printing: modules of libraries whose `print` is held back like records.
    """

    __slots__ = ("names", "needless", "owner", "printing", "users")

    def __init__(
        self, names: tuple[str, ...], needless: tuple[str, ...] = (), printing: tuple[str, ...] = ()
    ) -> None:
        self.names, self.needless, self.printing, self.owner = names, needless, printing, get_ident()
        self.users: set[object] = set()

    def join(self, user: object = None) -> None:
        logging: Any = sys.modules.get("logging")
        with _lock:
            if not self.users:
                prints.put(self.printing, self)
            if not self.users and logging is not None:
                _active.add(self)
                _hook(logging)
                for logger in _loggers(logging, self.names):
                    _put(logger, self)
            self.users.add(user)

    def leave(self, user: object = None) -> None:
        """Once or, after an interruption, again."""
        with _lock:
            self.users.discard(user)
            if not self.users:
                prints.take(self.printing, self)
                _active.discard(self)
                _take(self)
                if not _active:
                    _unhook()


def forget() -> None:
    """In the child of a fork, where nobody else holds anything."""
    global _lock
    _lock = RLock()
    for logger, _ in list(_held.values()):
        _bare(logger)
    _unhook()
    _held.clear()
    _active.clear()
    prints.forget()


def replay(records: list[Any]) -> None:
    """Handles held records as if they had been written here and now. What a handler raises comes out of here."""
    logging: Any = sys.modules.get("logging")
    thread = current_thread()
    for record in records:
        if type(record) is prints.Printed:
            record.replay()
            continue
        logger = logging.Logger.manager.loggerDict.get(record.name)  # without the lock, which an interruption may leave
        if not issubclass(type(logger), logging.Logger):
            logger = logging.getLogger(record.name)
        if not logger.isEnabledFor(record.levelno):
            continue
        own = instance_dict(record)
        if own is not None:
            if own.get("thread") is not None:
                own["thread"] = thread.ident
            if own.get("threadName") is not None:
                own["threadName"] = thread.name
            if peek(logging, "logAsyncioTasks") is True:
                own["taskName"] = _asyncio_task()
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
