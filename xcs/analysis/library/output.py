"""The user's code that output runs: streams and logging handlers may be objects of the user's."""

from __future__ import annotations

import sys
import types
from typing import Any

from ...knowledge.load import library
from ...peek import (
    MISSING,
    PLAIN_TYPES,
    class_lookup,
    instance_dict,
    is_a,
    is_function,
    peek,
    variables_of,
)
from ..domain.machine import Machine
from ..domain.places import examples_at, global_path, object_path
from ..domain.state import Call, Own
from ..domain.values import NOTHING, Abstract, Fresh, Inst, Plain, join, only
from ..language.data import element_of
from .writers import of_program, only_writes

RUN = (
    "emit", "handle", "format", "filter", "write", "flush", "acquire", "release", "formatTime", "formatException",
    "formatMessage", "formatStack", "usesTime", "makeRecord", "callHandlers", "findCaller", "isEnabledFor",
    "getEffectiveLevel", "handleError", "shouldFlush", "shouldRollover", "doRollover", "prepare", "enqueue", "send",
    "_log", "__call__", "__getattribute__",
)  # fmt: skip
ALONE = ("acquire", "release", "flush", "usesTime", "doRollover")  # methods that are called without an argument


def output(self: Machine, channel: str, call: Call) -> None:
    """Calls what output on a channel calls of the user's."""
    if channel in ("stdout", "stderr"):
        _to_stream(self, channel, call)
    else:
        _to_log(self, call)


def _to_stream(self: Machine, channel: str, call: Call) -> None:
    current = global_path(variables_of(sys), channel)
    usual = self.stored(current, "=", self.lift(peek(sys, channel), current))
    for stream in call.named.get("file", usual):
        if not isinstance(stream, Inst | Fresh | Plain):
            self.unknown(call.frame, call.node, "output to an unknown stream")
        elif not isinstance(stream, Plain) and stream.cls not in PLAIN_TYPES:
            for name in ("write", "flush"):
                _written(self, stream, name, call)


def runs_none(self: Machine, channel: str, call: Call) -> bool:
    """Whether output to standard streams runs none of the program's code."""
    current = global_path(variables_of(sys), channel)
    streams = self.stored(current, "=", self.lift(peek(sys, channel), current))
    return all(
        isinstance(s, Plain) or (isinstance(s, Inst) and all(_usual(self, s, name) for name in ("write", "flush")))
        for s in call.named.get("file", streams)
    )


def _written(self: Machine, stream: Inst | Fresh, name: str, call: Call) -> None:
    """Calls a method of a stream, if it is one of the program's."""
    frame, node = call.frame, call.node
    if _usual(self, stream, name):
        return
    method = self.attribute(stream, name, frame, node)
    self.call(method, Call([only(Plain(str))] if name == "write" else [], {}, frame, node))


def _usual(self: Machine, stream: Inst | Fresh, name: str) -> bool:
    """Whether a method of a stream is that of its class, and none of the program's."""
    cls = stream.cls
    found = self.class_lookup(cls, name)
    held = (instance_dict(stream.live) or {}) if isinstance(stream, Inst) and stream.live is not MISSING else {}
    reached = is_function(self.class_lookup(cls, "__getattribute__"))
    replaced = reached or self.stored_in(stream, f".{name}", NOTHING)
    if found is MISSING or replaced or of_program(found) or (name in held and not only_writes(held[name])):
        return False
    if isinstance(stream, Inst) and stream.path is not None:
        if name in held:  # another function at each cell of a notebook, of the same text
            self.condition(stream.path, lambda now: only_writes((instance_dict(now) or {}).get(name)), name)
            self.guard(stream.path, "type", cls)
        else:
            self.guard(stream.path.step("attr", name), "is", found)
    return True


def _loggers(self: Machine, receiver: Abstract | None) -> list[Any]:
    """The live loggers that are meant, which they are at each entry."""
    if not isinstance(receiver, Inst) or not is_a(receiver.live, sys.modules["logging"].Logger):
        return []
    if receiver.path is None:
        return [receiver.live]
    found = examples_at(receiver.path, self.roots)
    self.condition(receiver.path, lambda now: any(now is one for one in found), "logger")
    return [receiver.live, *(one for one in found if one is not receiver.live)]


def _to_log(self: Machine, call: Call) -> None:
    """Calls what the program has put into the way of a record: loggers' classes and filters, handlers, formatters."""
    logging = sys.modules["logging"]
    own = _loggers(self, call.receiver)
    loggers = own or [logging.root]
    if call.receiver is not None and not own and not self.assumes_client(call.receiver):
        every = list(logging.root.manager.loggerDict.items())  # any of the program's
        loggers += [x for n, x in every if is_a(x, logging.Logger) and library(n.partition(".")[0]) is None]
    then, workers = _handling(self, loggers)
    self.condition(object_path(loggers[0], "logger"), lambda _: _same(_methods(_way(loggers)), then), "set-up")
    if logging.getLogRecordFactory() is not logging.LogRecord:
        self.unknown(call.frame, call.node, "a log record factory of the program's")
    for worker, own in workers:
        if _computed(worker):
            self.unknown(call.frame, call.node, "a log handler that tells itself what it has")
        _works(self, worker, own, call)
        for below in (peek(worker, "handlers"), peek(worker, "filters")):
            for held in self.lift(below, object_path(below, "handlers")) if type(below) is list else ():
                if self.stored_in(held, "[]", NOTHING):
                    self.unknown(call.frame, call.node, "a log handler or filter that the region adds")
    for abstract in join(NOTHING, *call.args[1:], call.named.get("extra", NOTHING)):
        if issubclass(getattr(abstract, "cls", None) or object, dict):
            for below in element_of(self, abstract, call.frame, call.node):
                self.protocol(below, "__str__", call.frame, call.node)


def _handling(self: Machine, loggers: list[Any]) -> tuple[list[object], list[tuple[object, Own]]]:
    """What handles the records of loggers: what is asked of its parts, and each with the program's functions.

    The objects stay what they are while a region is interpreted.
    """
    key = tuple(map(id, loggers))
    if key not in self.handling:
        way = _way(loggers)
        self.handling[key] = loggers, _methods(way), [(worker, _programs(worker)) for worker in way]
    return self.handling[key][1:]


def _way(loggers: list[Any]) -> list[object]:
    """All that handles the records of some loggers: they and those above, filters, handlers, with their parts."""
    logging = sys.modules["logging"]
    found: list[object] = [logging.getLogRecordFactory(), logging.lastResort]
    for first in loggers:
        logger = first
        while logger is not None:
            found += [logger, *_listed(logger, "filters")]
            for handler in _listed(logger, "handlers"):
                found.extend(_parts(handler))
            above = peek(logger, "parent")
            logger = above if peek(logger, "propagate") and is_a(above, logging.Logger) else None
    return found


def _listed(worker: object, name: str) -> list[object]:
    """What a logger or handler has a list of."""
    found = peek(worker, name)
    return found if type(found) is list else []


def _computed(worker: object) -> bool:
    """Whether code of the program tells what a logger or handler has."""
    if not is_a(worker, sys.modules["logging"].Filterer):
        return False
    reads = class_lookup(type(worker), "__getattribute__") is not object.__getattribute__
    return reads or type(peek(worker, "filters")) is not list


def _parts(handler: Any) -> list[object]:
    """A handler, its filters and formatter, and what it writes to or passes records on to."""
    held = [peek(handler, name) for name in ("formatter", "stream", "target")]
    below = _parts(held[2]) if is_a(held[2], sys.modules["logging"].Filterer) else []
    parts = [part for part in held if part is not MISSING and part is not None]
    return [handler, *_listed(handler, "filters"), *parts, *below]


def _methods(way: list[object]) -> list[object]:
    """Those that handle records, each with what it has under the names that the library asks for."""
    found: list[object] = []
    for worker in way:
        found.append(worker)
        held = instance_dict(worker) or {}
        own = [held.get(name, MISSING) for name in RUN] if held else []
        found += [f.__code__ if is_function(f) and only_writes(f) else f for f in own]
        found += [class_lookup(type(worker), name) for name in RUN]
    return found


def _same(now: list[object], then: list[object]) -> bool:
    return len(now) == len(then) and all(a is b for a, b in zip(now, then, strict=True))


def _programs(worker: object) -> Own:
    """The functions of the program's that a part of the logging set-up has under the names that the library asks for;
    whether the object itself holds them."""
    held = instance_dict(worker) or {}
    here = [(name, held[name], True) for name in RUN if name in held and not only_writes(held[name])]
    above = [(name, class_lookup(type(worker), name), False) for name in RUN if name not in held]
    return [*here, *(found for found in above if of_program(found[1]))]


def _works(self: Machine, worker: object, own: Own, call: Call) -> None:
    """Calls the functions of the program's that a part of the logging set-up runs where the library's would."""
    frame, node = call.frame, call.node
    given = only(Inst(sys.modules["logging"].LogRecord, None))
    lifted = self.lift(worker, object_path(worker, "handler"))
    if is_a(worker, (types.FunctionType, types.MethodType)):  # a filter, or what makes the records
        self.call(lifted, Call([given], {}, frame, node))
        return
    for name, found, held in own:
        args = [] if name in ALONE else [only(Plain(str))] if name == "write" else [given]
        path = object_path(found, name) if held else None
        self.call(self.lift(found, path), Call(args if held else [lifted, *args], {}, frame, node))
