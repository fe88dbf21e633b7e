"""Exceptions that signal handlers raise while our code runs: told from others, and raised as if we were not there."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # its functions in `signal` make enumerations of numbers, each time
import threading
from collections.abc import Callable, Iterable
from functools import partial
from itertools import repeat
from pathlib import Path
from threading import get_ident, main_thread
from types import FunctionType, MethodType, TracebackType
from typing import Any

from ..peek import class_lookup, context_of, traceback_of
from .answers import Takes, raising

PACKAGE = str(Path(__file__).parent.parent)
SLICE = "<xcs slice>"  # the file name of compiled slices


def ours(trace: TracebackType) -> bool:
    """Whether a traceback entry is of our own code."""
    name = trace.tb_frame.f_code.co_filename
    return name == SLICE or name.startswith(PACKAGE)


def bare(error: BaseException) -> BaseException:
    """The exception without the first frames of its traceback that are ours, and the library's below them."""
    trace = traceback_of(error)
    rest = trace
    while trace is not None:
        if ours(trace):
            rest = trace.tb_next
        trace = trace.tb_next
    if rest is not None and rest.tb_frame.f_code.co_filename == threading.__file__:
        rest = _after_threading(rest)
    return BaseException.with_traceback(error, rest)


def _after_threading(trace: TracebackType | None) -> TracebackType | None:
    """Starting a thread waits in `threading`, where a signal may come as well."""
    while trace is not None and trace.tb_frame.f_code.co_filename == threading.__file__:
        trace = trace.tb_next
    return trace


def unwound(error: BaseException) -> None:
    """Takes our frames out of the traceback of an exception that is leaving a region."""
    before = traceback_of(error)
    while before is not None and before.tb_next is not None:
        if ours(before.tb_next):
            before.tb_next = _after_threading(before.tb_next.tb_next)
        else:
            before = before.tb_next


def from_signal(error: BaseException) -> bool:
    """Whether an exception that came up in our code was raised by a signal handler: not by what we were running."""
    return interruption(error) is not None


def interruption(error: BaseException) -> BaseException | None:
    """What a signal handler has raised: an exception itself, or one in the course of which it came up (a condition of
    `threading` that is interrupted releases a lock that it has not got)."""
    if get_ident() != main_thread().ident:
        return None
    codes = None
    found: BaseException | None = error
    for _ in repeat(None, 8):
        if found is None or not issubclass(type(found), Exception):
            return found  # KeyboardInterrupt: its handler is of C and leaves no frame
        if codes is None:
            codes = {_code(_signal.getsignal(number)) for number in _signal.valid_signals()}
        trace = traceback_of(found)
        while trace is not None:
            if trace.tb_frame.f_code in codes:
                return found
            trace = trace.tb_next
        found = context_of(found)
    return None


def _code(handler: Any) -> object:
    """The code object of a Python signal handler (a function, a method, a partial, an object with `__call__`)."""
    for _ in repeat(None, 4):
        if type(handler) is FunctionType:
            return handler.__code__
        if type(handler) is MethodType:
            handler = handler.__func__
        elif type(handler) is partial:
            handler = handler.func
        else:
            handler = class_lookup(type(handler), "__call__")
    return None


class Interrupted:
    """Stands for a region whose entry was interrupted: raises in the user's frame, at the first call, loop, or end."""

    ahead = True

    def __init__(self, error: BaseException) -> None:
        self.close: Callable[[], Any] = raising(bare(error))

    def take(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return self._once()

    def takes(self, site: int, callee: Any) -> Any:
        return Takes(self.take, site, callee)

    def callback(self, site: int | None, loop: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return self._once()

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        return iter(self._once(), self)

    def _once(self) -> Callable[[], Any]:
        """Raises; the end of the region does not raise again."""
        answer, self.close = self.close, int
        return answer
