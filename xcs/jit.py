"""The decorator: runs the pipeline and returns a real function."""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, overload

from .emit.assemble import function_on
from .entry.code_state import State
from .entry.effort import ADVANCE, effort
from .entry.kept import Kept, keep, kept, made_again
from .entry.known_services import knows_services, loaded
from .entry.look import NO, UNKNOWN, YES, nearby
from .entry.reports import reporting
from .front.glance import SUSPENDS
from .garbage import paused
from .modes import disabled, strict
from .peek import class_name, instance_dict, is_function, name_of, qualname_of, text
from .reasons import REASONS, Reason
from .remarks import Bailout, failed

if TYPE_CHECKING:
    from functools import cached_property, partial

    from .forms import ClassFunction, Decorator, Function
    from .runtime.stats import Stats

C = TypeVar("C", bound=type)
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
NOTHING = object()


def _obstacles() -> tuple[Reason, ...]:
    """What is told of the obstacles; the checks beside it are loaded with it."""
    from .plan.legality import OBSTACLES

    return OBSTACLES


REASONS.obstacles = _obstacles
_states: weakref.WeakValueDictionary[tuple[str, types.CodeType], State] = weakref.WeakValueDictionary()


@overload
def jit(function: C, /) -> C: ...  # type: ignore[overload-overlap]  # a class can be called, too
@overload
def jit(function: staticmethod[P, R], /) -> staticmethod[P, R]: ...  # type: ignore[overload-overlap]
@overload
def jit(function: classmethod[T, P, R], /) -> classmethod[T, P, R]: ...
@overload
def jit(function: property, /) -> property: ...
@overload
def jit(function: cached_property[R], /) -> cached_property[R]: ...
@overload
def jit(function: partial[R], /) -> partial[R]: ...  # type: ignore[overload-overlap]
@overload
def jit(function: Callable[Concatenate[type[Any], P], R], /) -> ClassFunction[P, R]: ...
@overload
def jit(function: Callable[P, R], /) -> Function[P, R]: ...
@overload
def jit() -> Decorator: ...
def jit(function: Any = NOTHING, /, *more: Any, **options: Any) -> Any:
    """Runs the independent slow calls of `function` at the same time; everything else about it stays as it is.

    Returns a function that cannot be told from `function`, except by the clock. It has two more attributes:
    `stats()` (a `Stats`) and `sequential` (the plain function). What can't be transformed runs as it is.
    Of a class it decorates, in place, the functions that are written in its body. What is around a function
    (`staticmethod`, `classmethod`, `property`, `functools.partial`) stays around it.

    Raises:
        TypeError: it is nothing that is written in Python, or there are options: there are none.
    """
    if more or options:
        raise TypeError("xcs.jit has no options: write @jit")
    if function is NOTHING:
        return jit
    if type(function) is types.FunctionType:
        if (known := kept(function)) is not None:
            return _again(function, known)
    else:
        from .members import decorated

        return decorated(function, jit, _report_of_wrapper)
    try:
        return _decorate(function)
    except Exception as error:
        if strict() and not isinstance(error, Bailout):
            raise
        return _plain(function, error.alone() if isinstance(error, Bailout) else failed(error))


def _plain(function: Any, reason: Bailout) -> Any:
    """The function as it is, with its report."""
    code = function.__code__
    return _made(function, code, reporting(name_of(function), code.co_filename, code.co_firstlineno, reason))


def _made(function: types.FunctionType, code: types.CodeType, stats: Callable[[], object]) -> types.FunctionType:
    """What is given back: the function with that code, and its two attributes."""
    given_back = function_on(function, code)
    given_back.sequential, given_back.stats = function, stats  # type: ignore[attr-defined]
    return given_back


def _again(function: types.FunctionType, known: Kept) -> types.FunctionType:
    """A function that a program makes again and again, as what it was decorated to before."""
    state = known.found
    if isinstance(state, Bailout):
        name = name_of(function)
        report = known.report.get(name)
        if report is None:
            code = function.__code__
            report = known.report[name] = reporting(name, code.co_filename, code.co_firstlineno, state)
        return _made(function, function.__code__, report)
    given_back = _made(function, state.code or function.__code__, state.stats)
    state.made(given_back)
    return given_back


def _report_of_wrapper(thing: Any) -> Callable[[], Stats]:
    """The report of an object that a decorator has made of a function."""
    own = instance_dict(thing) or {}
    function = own.get("__wrapped__")
    code = function.__code__ if is_function(function) else None
    place = (code.co_filename, code.co_firstlineno) if code is not None else ("", 0)
    return reporting(text(own.get("__name__")), *place, Bailout("wrapper", f"{class_name(type(thing))}"))


_warmed = [(0, 0, "")]  # the module of the last function, by identity, its number of names; whether that one waits


def _warm(module: dict[str, object], waits: str) -> None:
    """Loads what the first entry of a region needs, where time is not yet being waited for: at decoration, where
    something waits or may."""
    seen = id(module), len(module), waits  # a module that is one function larger is looked at again
    if _warmed[0] == seen:
        return
    _warmed[0] = seen
    if waits != YES and not _near_services(module):
        return
    from .entry.loading import load
    from .knowledge import preload

    load()
    preload(["builtins", *(name for name, value in module.items() if issubclass(type(value), types.ModuleType))])


def _emitted(function: types.FunctionType) -> State:
    """The emitted code of a function.

    Raises:
        Bailout: it can't be transformed, or there is nothing to gain.
    """
    from .entry.entry_point import Entry

    state = _known(function)
    if state is None:
        code = function.__code__
        with paused():
            state = State(code, function.__globals__, qualname_of(function), Entry)
            state.build()
        assert state.code is not None
        _states[code.co_filename, code] = state
    return state


def _known(function: types.FunctionType) -> State | None:
    """The state of a function's code, if it has been emitted."""
    code = function.__code__
    state = _states.get((code.co_filename, code))
    return state if state is not None and state.emitted.module is function.__globals__ else None


_looked = [(0, 0, False)]  # the module of the last function, its number of names; what was found


def _near_services(module: dict[str, object]) -> bool:
    """Whether a module knows a described package, which what it is given may be of."""
    number, names, found = _looked[0]
    if (number, names) != (id(module), len(module)):
        found = knows_services(module)
        _looked[0] = id(module), len(module), found
    return found


def _waits(function: types.FunctionType) -> str:
    """Whether something that waits is seen near a function before it is called, where there is still time to look."""
    begun = effort.clock()
    if effort.emits():
        found = nearby(function.__code__, function.__globals__)
        effort.emitting += effort.clock() - begun
    elif effort.advance < ADVANCE:
        found = nearby(function.__code__, function.__globals__)
        effort.advance += effort.clock() - begun
    else:
        return UNKNOWN
    # `session.get(url)` may be a dictionary's `get`, or a service's.
    return UNKNOWN if found == NO and _near_services(function.__globals__) else found


def _comes_later(code: types.CodeType, waits: str) -> bool:
    """Whether a function's code is emitted when it is called, if then."""
    if waits == YES:
        return not (code.co_flags & SUSPENDS or effort.emits_near(effort.emitting))
    if code.co_flags & SUSPENDS:  # of what suspends itself the text says more, while there is time for it
        return not effort.emits()
    return waits == NO or not (effort.emits() and loaded())


def _decorate(function: Any) -> Any:
    from .entry.allowance import LATER
    from .entry.later import later
    from .front.glance import calls_little, mentions
    from .front.site_numbers import REFUSED
    from .front.source import plain

    if disabled():
        raise Bailout("disabled", "XCS_DISABLE=1 is set")
    code, keeps = function.__code__, made_again(function)
    try:
        plain(function)
        if calls_little(code) and not mentions(code, REFUSED):
            raise Bailout("no-gain", "")
        again = keeps or _known(function) is not None
        waits = UNKNOWN if again else _waits(function)
        if not again and _comes_later(code, waits):
            if code.co_flags & SUSPENDS:
                raise Bailout("unknown", LATER)
            if (put_off := later(function, _emitted)) is not None:
                known, first = put_off
                given_back = _made(function, first, known.stats)
                known.given = weakref.ref(given_back)
                return given_back
        begun = effort.clock()
        try:
            state = _emitted(function)
        finally:
            effort.emitting += effort.clock() - begun
        _warm(function.__globals__, waits)
    except Bailout as bailout:
        if keeps:
            keep(function, bailout.alone())
        raise
    if keeps:
        keep(function, state)
    given_back = _made(function, state.code or code, state.stats)
    state.made(given_back)
    return given_back
