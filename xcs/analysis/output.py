"""The user's code that output runs: streams and logging handlers may be objects of the user's."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

from .state import Call
from .values import Fresh, Inst, Plain, class_lookup, global_path, object_path, only

if TYPE_CHECKING:
    from .interpret import Interpreter

LIBRARIES = frozenset(
    ("logging", "io", "_pytest", "rich", "ipykernel", "IPython", "tempfile", "codecs")
)  # whose streams and handlers only write


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
    logging = sys.modules["logging"]
    own = call.receiver.live if isinstance(call.receiver, Inst) else None
    logger = own if isinstance(own, logging.Logger) else logging.root
    while logger is not None:
        for worker in [*logger.handlers, *logger.filters, *(f for h in logger.handlers for f in h.filters)]:
            for method in ("emit", "handle", "format", "filter"):
                found = class_lookup(type(worker), method)
                if isinstance(found, types.FunctionType) and found.__module__.partition(".")[0] not in LIBRARIES:
                    args = [self.lift(worker, object_path(worker, "handler")), only(Inst(logging.LogRecord, None))]
                    self.call(self.lift(found, None), Call(args, {}, call.frame, call.node))
        logger = logger.parent if logger.propagate else None
