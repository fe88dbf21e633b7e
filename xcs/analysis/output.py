"""The user's code that output runs: streams and logging handlers may be objects of the user's."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

from .state import Call
from .values import MISSING, Fresh, Inst, Plain, class_lookup, global_path, object_path, only, peek

if TYPE_CHECKING:
    from .interpret import Interpreter

LIBRARIES = frozenset(
    ("logging", "io", "_pytest", "rich", "ipykernel", "IPython", "tempfile", "codecs")
)  # whose streams and handlers only write
RUN = ("emit", "handle", "format", "filter", "write", "flush")
ALONE = ("acquire", "release", "flush", "createLock")  # methods that are called without an argument
SETTING_UP = ("__init__", "close", "setFormatter", "setLevel", "setStream", "setTarget", "addFilter", "removeFilter")


def output(self: Interpreter, channel: str, call: Call) -> None:
    """Calls what output on a channel calls of the user's."""
    if channel in ("stdout", "stderr"):
        _to_stream(self, channel, call)
    else:
        _to_log(self, call)


def _to_stream(self: Interpreter, channel: str, call: Call) -> None:
    current = global_path(vars(sys), channel)
    streams = call.named["file"] if "file" in call.named else self.lift(getattr(sys, channel), current)
    for stream in streams:
        for method in ("write", "flush"):
            cls = getattr(stream, "cls", None)
            if (
                isinstance(cls, type)
                and isinstance(class_lookup(cls, method), types.FunctionType)
                and cls.__module__.partition(".")[0] not in LIBRARIES
            ):
                args = [only(Plain(str))] if method == "write" else []
                self.method(stream, method, args, call.frame, call.node)
            elif not isinstance(stream, Inst | Fresh | Plain):
                self.unknown(call.frame, call.node, "output to an unknown stream")


def _to_log(self: Interpreter, call: Call) -> None:
    """Calls what the program has put into the way of a record: loggers' classes and filters, handlers, formatters."""
    logging = sys.modules["logging"]
    own = call.receiver.live if isinstance(call.receiver, Inst) else None
    if isinstance(own, logging.Logger):
        loggers = [own]
    elif call.receiver is None:
        loggers = [logging.root]
    else:
        loggers = [logging.root, *(x for x in list(logging.root.manager.loggerDict.values()) if hasattr(x, "handlers"))]
    found = _way(loggers)
    self.condition(object_path(loggers[0], "logger"), lambda _: _same(_way(loggers), found), "set-up")
    if logging.getLogRecordFactory() is not logging.LogRecord:
        self.unknown(call.frame, call.node, "a log record factory of the program's")
    for worker in found:
        _works(self, worker, call)


def _way(loggers: list[Any]) -> list[object]:
    """All that handles the records of some loggers: they and those above, filters, handlers, with their parts."""
    logging = sys.modules["logging"]
    found: list[object] = [logging.getLogRecordFactory(), logging.lastResort]
    for first in loggers:
        logger = first
        while logger is not None:
            found += [logger, *logger.filters]
            for handler in logger.handlers:
                found.extend(_parts(handler))
            logger = logger.parent if logger.propagate else None
    return found


def _parts(handler: Any) -> list[object]:
    """A handler, its filters and formatter, and what it writes to or passes records on to."""
    held = [peek(handler, name) for name in ("formatter", "stream", "target")]
    below = _parts(held[2]) if hasattr(held[2], "filters") else []
    return [handler, *handler.filters, *(part for part in held if part is not MISSING and part is not None), *below]


def _same(now: list[object], then: list[object]) -> bool:
    return len(now) == len(then) and all(a is b for a, b in zip(now, then, strict=True))


def _works(self: Interpreter, worker: object, call: Call) -> None:
    """Calls the functions of the program's that a part of the logging set-up runs where the library's would."""
    given = only(Inst(sys.modules["logging"].LogRecord, None))
    if isinstance(worker, types.FunctionType | types.MethodType):  # a filter
        self.call(self.lift(worker, object_path(worker, "filter")), Call([given], {}, call.frame, call.node))
        return
    for name in _replacing(type(worker)):
        found = self.class_lookup(type(worker), name)
        args = [self.lift(worker, object_path(worker, "handler"))]
        args += [] if name in ALONE else [only(Plain(str))] if name == "write" else [given]
        self.call(self.lift(found, None), Call(args, {}, call.frame, call.node))


def _replacing(cls: type) -> list[str]:
    """The methods that a class has in place of, or beside, those of the library it comes from."""
    found = {
        name
        for base in type.__dict__["__mro__"].__get__(cls)
        for name, held in vars(base).items()
        if name not in SETTING_UP and isinstance(held, types.FunctionType) and not _library(held.__module__)
    }
    bases = [base for base in type.__dict__["__mro__"].__get__(cls) if _library(base.__module__)]
    return sorted(n for n in found if n in RUN or any(n in vars(base) for base in bases))


def _library(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in LIBRARIES
