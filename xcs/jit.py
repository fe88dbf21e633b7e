"""The decorator: runs the pipeline and returns a real function."""

from __future__ import annotations

import os
import types
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from .entry.state import State, strict
from .peek import class_name, is_function, name_of, qualname_of
from .remarks import Bailout, Remark, Span, failed

F = TypeVar("F", bound=Callable[..., Any])


def disabled() -> bool:
    return os.environ.get("XCS_DISABLE") == "1"


_states: weakref.WeakValueDictionary[tuple[str, types.CodeType], State] = weakref.WeakValueDictionary()


def jit(function: F) -> F:
    """Runs the independent slow calls of `function` at the same time; everything else about it stays as it is.

    Returns a function that cannot be told from `function`, except by the clock. It has two more attributes:
    `stats()` (a `Stats`) and `sequential` (the plain function). What can't be transformed is returned unchanged.
    """
    if not callable(function):
        raise TypeError(f"xcs.jit takes a function, not {class_name(type(function))}")
    if not is_function(function):
        return function
    try:
        return _decorate(function)  # type: ignore[no-any-return]
    except Exception as error:
        if strict() and not isinstance(error, Bailout):
            raise
        reason = error if isinstance(error, Bailout) else failed(error)
        return _plain(function, reason)  # type: ignore[no-any-return]


def _plain(function: Any, reason: Bailout) -> Any:
    """The function as it is, with its report."""
    from .emit.assemble import function_on

    made = function_on(function, function.__code__)
    name, code = name_of(function), function.__code__

    def stats() -> object:
        from .runtime.stats import Stats

        span = reason.span or Span(code.co_firstlineno, 0, code.co_firstlineno, 0)
        remark = Remark("missed", reason.code, name, code.co_filename, span, reason.what, reason.ends)
        return Stats(calls=0, regions=(remark,), tasks=0, waited=0.0, saved=0.0, mispredictions=0)

    made.sequential = function  # type: ignore[attr-defined]
    made.stats = stats  # type: ignore[attr-defined]
    return made


def _warm(module: dict[str, object]) -> None:
    """Loads what the first entry of a region needs, where time is not yet being waited for: at decoration."""
    from .analysis import calls
    from .analysis.language import operators
    from .emit import slices
    from .entry import entering, peeling
    from .entry import verdicts as decisions
    from .knowledge import preload
    from .plan import plan

    assert decisions and plan and slices and calls and operators and entering and peeling
    preload(["builtins", *(name for name, value in module.items() if issubclass(type(value), types.ModuleType))])


def _decorate(function: Any) -> Any:
    from .emit.assemble import function_on
    from .entry.kept import keep, kept
    from .front.source import plain

    if disabled():
        raise Bailout("source", "XCS_DISABLE=1 is set")
    code = function.__code__
    state = _states.get((code.co_filename, code))
    if state is None or state.emitted.module is not function.__globals__:
        if isinstance(reason := kept(function), Bailout):
            return _plain(function, reason)
        try:
            state = State(plain(function).__code__, function.__globals__, qualname_of(function))
            state.build()
        except Bailout as bailout:
            keep(function, Bailout(bailout.code, bailout.what, bailout.span, bailout.ends))
            raise
        _warm(function.__globals__)
        assert state.code is not None
        _states[code.co_filename, code] = state
        keep(function, state)
    made = function_on(function, state.code or code)
    state.made(made, kept(function) is state)
    made.sequential = function  # type: ignore[attr-defined]
    made.stats = state.stats  # type: ignore[attr-defined]
    return made
