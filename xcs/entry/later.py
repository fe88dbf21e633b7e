"""Functions whose code is emitted at a call, or never: until then they run their own.

Emitting takes a millisecond a function. The first call looks for what waits nearby, by names. Where nothing can wait
the function has its own code again. Where something does the code is emitted, and the call handed on to it. What can't
be told is emitted, too, while the process has time to give for that; else calls are timed, as regions are of which
nothing is known: seldom in the end, and no more after many.
"""

from __future__ import annotations

import dis
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from inspect import CO_VARARGS, CO_VARKEYWORDS
from itertools import repeat
from typing import TYPE_CHECKING

from .. import modes
from ..emit.handed_on import handed_on
from ..front.source import original_code, remember_original
from ..knowledge.index import home
from ..knowledge.load import library
from ..peek import MISSING, instance_dict, is_a, name_of, text
from ..remarks import Bailout, Remark, failed
from .allowance import LATER
from .call_counts import EVERY, SELDOM, Asking, Ticks
from .code_state import LAST, frames_running
from .effort import Case, effort
from .entering import initializing
from .known_services import known, loaded
from .look import NEAR, NO, UNKNOWN, YES, Look, examine
from .reports import reporting
from .rest import SEEN, genuine, kinds
from .scans import scan

if TYPE_CHECKING:
    from ..runtime.stats import Stats
    from .code_state import State

Emit = Callable[[types.FunctionType], "State"]
ONCE = (None,)
TWICE, OFTEN = 2, 4  # calls that are looked at, each, where nothing waits by names; that are timed, each, where one may
# What looks at the frames that it was called from, by module.
LOOKING = (
    ("sys", ("_getframe", "_getframemodulename")),
    ("inspect", ("currentframe", "stack", "getouterframes")),
    ("traceback", ("extract_stack", "format_stack", "print_stack", "walk_stack")),
)
ABOVE = frozenset(name for _, names in LOOKING for name in names)


class Later:
    """A function whose code is emitted later, if at all; `emit` does that."""

    __slots__ = ("__weakref__", "above", "calls", "case", "emit", "found", "function", "given", "next", "seen")

    def __init__(self, function: types.FunctionType, emit: Emit) -> None:
        self.function, self.emit = function, emit
        self.given: Callable[[], types.FunctionType | None] = lambda: None  # what was made of it
        self.found: State | Bailout | None = None
        self.case: Case | None = None
        self.above = False  # something near looks at the frames above: there must not be two of this function
        self.calls = 0
        self.seen: tuple[tuple[object, ...], ...] = ()  # kinds of arguments with which it was looked
        self.next = 1  # so many calls until the next that is looked at

    def code(self) -> types.CodeType | None:
        """The function's code, which asks at each call; None: it can't be made."""
        original = self.function.__code__
        made = handed_on(original, Ticks.from_iterable(Calls(weakref.ref(self))))
        if made is not None:
            remember_original(made, original)
        return made

    def stats(self) -> object:
        """Counts and remarks so far, as a `Stats`; emits the code where only that tells where its regions are."""
        found = self.found
        if found is None or (isinstance(found, Bailout) and found.code == "no-gain"):
            try:
                found = self.emit(self.function)
            except Bailout as bailout:
                found = bailout.alone()
            except Exception as error:
                if modes.strict():
                    raise
                found = failed(error)
            else:
                return self.told(found)
        if not isinstance(found, Bailout):
            return found.stats()
        code = self.function.__code__
        return reporting(name_of(self.function), code.co_filename, code.co_firstlineno, found)()

    def told(self, state: State) -> Stats:
        """The report of code that has not been emitted for a call."""
        from ..runtime.stats import Stats

        code, case, remarks = self.function.__code__, self.case, []
        for number in range(state.emitted.count) if case is not None else ():
            reason, what = ("no-gain", "") if case is not None and case.answer == NO else ("unknown", LATER)
            span = state.emitted.span(number)
            remarks.append(Remark("missed", reason, code.co_name, code.co_filename, span, what))
        return Stats(calls=0, regions=tuple(remarks), tasks=0, waited=0.0, saved=0.0, mispredictions=0)

    def step(self, frame: types.FrameType) -> Iterator[object]:
        """A call, with its frame: the steps until the next time; one that is no None is called in its place."""
        function, module = self.given(), self.function.__globals__
        self.calls += self.next
        if function is None or modes.watched():
            return repeat(None, EVERY)
        if initializing(module):
            return iter(ONCE)
        if self.case is None:
            self.case = Case()
            waits = self.looked(function, frame)
        elif self.case.waits():
            waits = effort.waited < effort.given() / 2
        else:
            waits = self.case.answer == YES or (self.case.answer == NO and self.looked(function, frame))
        if waits and (handed := self.handed(function, frame)) is not None:
            return handed
        self.case.entered()
        if self.calls > LAST and not self.case.waits():
            self.own(function)
        often = TWICE if self.case.answer == NO else OFTEN
        self.next = 1 if self.calls < often else min(2 * self.next, SELDOM)
        return repeat(None, self.next)

    def looked(self, function: types.FunctionType, frame: types.FrameType) -> bool:
        """Whether its code is to be emitted for a call with these arguments; where nothing can wait, its own is
        enough."""
        code, module, case = self.function.__code__, self.function.__globals__, self.case
        positional, named = arguments(code, frame)
        values = (*positional, *named.values())
        of_kind = kinds(values)
        if case is None or of_kind in self.seen:
            return False
        self.seen = (*self.seen, of_kind)[-SEEN:]
        if effort.left() <= 0:
            case.answer = UNKNOWN
            return False
        begun = effort.clock()
        seen = examine(code, module, values, NEAR)
        effort.wasted += effort.clock() - begun
        self.above = looks_above(code, seen)
        case.answer = UNKNOWN if len(seen.seen) > NEAR else seen.answer
        if case.answer == UNKNOWN:  # where nothing is known that waits, it is timed
            return loaded() or known(home(seen.unloaded))
        if case.answer == YES:
            return True
        names = [(module, name, 0) for name in scan(code).names if name in module]
        if seen.fixed and genuine(tuple(names)):
            self.found = Bailout("no-gain", "")
            self.own(function)
        return False

    def own(self, function: types.FunctionType) -> None:
        """Its own code is enough from the next call on."""
        if not noted(function):
            function.__code__ = self.function.__code__

    def handed(self, function: types.FunctionType, frame: types.FrameType) -> Iterator[object] | None:
        """Emits the code, and hands this call on to it; None: that is not possible, or not now."""
        if not (effort.emits_near(effort.handing) or (self.case is not None and self.case.waits())):
            return None
        if not self.emitted(function) or self.above:
            return None
        positional, named = arguments(self.function.__code__, frame)
        # What gives the call once, and then holds on to nothing.
        return map(list.pop, ([partial(function, *positional, **named)],))

    def emitted(self, function: types.FunctionType) -> bool:
        """Emits the code, for this call and the next ones; false: that is not possible, or not now."""
        from .verdicts import Turn

        turn, before = Turn(), effort.clock()
        try:
            if noted(function) or not turn.come(0.0) or self.found is not None:
                return False
            try:
                state = self.emit(self.function)
            except Bailout as bailout:
                self.found = bailout.alone()
            except Exception as error:
                if modes.strict():
                    raise
                self.found = failed(error)
            else:
                self.found = state
                function.__code__ = state.code or self.function.__code__
                state.made(function)
                return True
        finally:
            self.took(effort.clock() - before)
            turn.end()
        self.own(function)
        return False

    def took(self, seconds: float) -> None:
        """Notes what emitting took."""
        if self.case is None or self.case.answer == YES:
            effort.handing += seconds
            return
        if not self.case.waits():
            effort.wasted += seconds
        else:  # it may have been elsewhere
            effort.waited += seconds


def looks_above(code: types.CodeType, seen: Look) -> bool:
    """Whether this code, or what was seen near it, looks at the frames that it was called from."""
    found = scan(code)
    if "f_back" in found.attributes or warns_above(code, seen):
        return True
    if len(seen.seen) > NEAR and not (ABOVE.isdisjoint(found.names) and ABOVE.isdisjoint(found.attributes)):
        return True  # it may not have come to it
    modules = [(instance_dict(sys.modules.get(name)) or {}, names) for name, names in LOOKING]
    if not any(id(below.get(name, MISSING)) in seen.seen for below, names in modules for name in names):
        return False
    # Described libraries look for the nearest frame that isn't theirs: there is one of this function nearer than two.
    watched = {id(below.get(name, MISSING)) for below, names in modules for name in names}
    functions = [f for f in seen.seen.values() if type(f) is types.FunctionType]
    own = [f for f in functions if library(home(text(f.__globals__.get("__name__")))) is None]
    if any(_mentions(original_code(f.__code__), f.__globals__, watched) for f in own):
        return True
    return not ABOVE.isdisjoint((*found.names, *found.attributes))


def _mentions(code: types.CodeType, module: dict[str, object], watched: set[int]) -> bool:
    """Whether code names what looks at frames, by whatever name."""
    found = scan(code)
    named = any(id(module.get(name, MISSING)) in watched for name in found.names)
    return named or not (ABOVE.isdisjoint(found.names) and ABOVE.isdisjoint(found.attributes))


def warns_above(code: types.CodeType, seen: Look) -> bool:
    """Whether a warning that is given here may be told of the frame that called this function, or of one further up."""
    if levels(code, 1):
        return True
    warn = (instance_dict(sys.modules.get("warnings")) or {}).get("warn", MISSING)
    if id(warn) not in seen.seen:
        return False
    functions = [obj for obj in seen.seen.values() if type(obj) is types.FunctionType]
    return any(levels(original_code(function.__code__), 2) for function in functions)


def levels(code: types.CodeType, most: int) -> bool:
    """Whether code that warns may name a frame more than so many levels up, itself being the first."""
    if "warn" not in code.co_names:
        return False
    told = {*code.co_names, *code.co_varnames, *code.co_freevars}
    if "stacklevel" in told or any(type(held) is int and held > most for held in code.co_consts):
        return True
    before: object = None
    for instruction in dis.get_instructions(code):
        names = code.co_consts[instruction.arg or 0] if instruction.opname in ("KW_NAMES", "LOAD_CONST") else None
        if type(names) is tuple and "stacklevel" in names and not (names[-1] == "stacklevel" and type(before) is int):
            return True  # a number that is computed
        before = instruction.argval if instruction.opname in ("LOAD_CONST", "LOAD_SMALL_INT") else None
    return False


def noted(function: types.FunctionType) -> bool:
    """Whether the code object isn't that of this function alone: it has got another one, another function has it too,
    or a tool that looks for it in frames."""
    code = function.__code__
    if original_code(code) is code:
        return True
    return sys.getrefcount(code) > 3 + frames_running(code)  # the function's, this frame's, and the argument


def arguments(code: types.CodeType, frame: types.FrameType) -> tuple[tuple[object, ...], dict[str, object]]:
    """What a frame that begins was called with, in order and by name."""
    names = code.co_varnames
    values = frame.f_locals
    first, last = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    positional = [values[name] for name in names[:first]]
    named = {name: values[name] for name in names[first:last]}
    if code.co_flags & CO_VARARGS:
        positional += values[names[last]]
        last += 1
    if code.co_flags & CO_VARKEYWORDS:
        named |= values[names[last]]
    if type(values) is dict:  # the frame keeps it: it would keep alive what it holds (before Python 3.13)
        values.clear()
    return tuple(positional), named


class Calls(Asking[Later]):
    """What is to become of a call, and of those until the next time."""

    __slots__ = ()

    def asked(self, owner: Later) -> Iterator[object]:
        try:
            return owner.step(sys._getframe(2))
        except (RecursionError, MemoryError):
            return iter(ONCE)
        except BaseException as error:
            from ..runtime.answers import raising
            from ..runtime.interrupts import bare, from_signal

            if from_signal(error):
                return map(list.pop, ([raising(bare(error))],))
            if modes.strict():
                raise
            owner.found = failed(error) if is_a(error, Exception) else owner.found
            return repeat(None)


def later(function: types.FunctionType, emit: Emit) -> tuple[Later, types.CodeType] | None:
    """What becomes of a function whose code is to be emitted later, with the code that it runs until then; None: it
    can't be put off."""
    made = Later(function, emit)
    code = made.code()
    return (made, code) if code is not None else None


__all__ = ["Later", "later"]
