"""What is known of one decorated piece of code: its emission, the verdicts on its regions, what came of them."""

from __future__ import annotations

import os
import sys
import types
import weakref
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .remarks import Bailout, Remark

if TYPE_CHECKING:
    from .decisions import Decision, Verdicts
    from .peeling import Peel
    from .runtime import Begun, Peeled, Region

TRIES = 16  # entries without gain after which a region is left alone
LATE = 1024  # entries of such regions after which the code is made anew without them, where others stay


def strict() -> bool:
    """Whether our own errors raise (tests) instead of leaving the function as it is."""
    return os.environ.get("XCS_STRICT") == "1"


def watched() -> bool:
    """Whether a debugger watches this thread, or it is handling an exception: then the program runs as it is."""
    return sys.gettrace() is not None or sys.exc_info()[0] is not None


class Entry:
    """What emitted code calls. Stands in `co_consts`, so it holds nothing but a weak reference."""

    __slots__ = ("state",)
    unbound = NameError

    def __init__(self, state: State | None) -> None:
        self.state = weakref.ref(state) if state is not None else lambda: None

    def __reduce__(self) -> tuple[object, ...]:
        return Entry, (None,)

    def enter(self, number: int, *values: object) -> object:
        """The region's activation, or None: run the original statements."""
        state = self.state()
        try:
            if state is None or (number in state.dropped and not state.passed()) or watched():
                return None
            return state.enter(number, values, sys._getframe(1).f_globals)
        except RecursionError:
            return None
        except BaseException as error:
            from .runtime import Interrupted, from_signal

            if from_signal(error):
                return Interrupted(error)
            if strict():
                raise
            if state is not None and isinstance(error, Exception):
                with suppress(RecursionError):
                    state.failed(number, error)
            return None


class State:
    """What is known of one decorated piece of code; shared by the functions made from it (closures)."""

    __slots__ = (
        "__weakref__",
        "calls",
        "code",
        "counters",
        "dropped",
        "emitted",
        "functions",
        "late",
        "living",
        "misses",
        "original",
        "peels",
        "remarks",
        "spent",
        "verdicts",
    )

    def __init__(self, original: types.CodeType, module: dict[str, object], qualname: str) -> None:
        from .emission import Emission
        from .runtime import Counters

        self.original = original
        self.emitted = Emission(original, module, qualname)
        self.code: types.CodeType | None = None
        self.verdicts: dict[int, Verdicts] = {}
        self.spent = 0.0  # seconds, on decisions
        self.misses: dict[int, int] = {}
        self.dropped: frozenset[int] = frozenset()
        self.peels: dict[int, Peel | None] = {}
        self.functions: weakref.WeakSet[types.FunctionType] = weakref.WeakSet()
        self.living: set[weakref.ref[types.FunctionType]] = set()  # where it is kept beyond its functions
        self.late = 0  # entries of dropped regions since their code was last replaced
        self.counters = Counters()
        self.remarks: dict[int, Remark] = {}
        self.calls = 0

    def build(self) -> types.CodeType:
        """The code with the regions that are still of interest.

        Raises:
            Bailout: there are none.
        """
        from .assemble import placed
        from .source import remember_original

        code = placed(self.emitted.without(self.dropped), Entry(self))
        remember_original(code, self.original)
        self.code = code
        return code

    def made(self, function: types.FunctionType, kept: bool) -> None:
        """Notes a function that runs this code; `kept`: the state may outlive it."""
        self.functions.add(function)
        if kept:
            ref = weakref.ref(function, self.gone)
            hash(ref)
            self.living.add(ref)

    def gone(self, ref: weakref.ref[types.FunctionType]) -> None:
        """With the last function goes what the verdicts hold on to."""
        self.living.discard(ref)
        if not self.living:
            for verdicts in list(self.verdicts.values()):
                verdicts.rest()

    def drop(self, number: int) -> None:
        """Leaves a region alone; with the last one the function gets its own code back."""
        from .decisions import Turn

        turn = Turn()
        try:
            if not turn.come():
                return
            self.dropped |= {number}
            self.verdicts.pop(number, None)
            if self.dropped.issuperset(range(len(self.emitted.regions))):
                self.replace()
        finally:
            turn.end()

    def passed(self) -> bool:
        """A dropped region is entered: now and then it is tried whether the function can do without asking. False."""
        from .decisions import Turn

        self.late += 1
        if self.late < LATE or self.late & (self.late - 1):
            return False
        turn = Turn()
        try:
            if turn.come(0.0):
                self.replace()
        finally:
            turn.end()
        return False

    def replace(self) -> None:
        """Gives the functions code without the dropped regions, from the next call on."""
        functions = list(self.functions)
        if self.code is self.original or self.noted(functions):
            return
        try:
            code = self.build()
        except (Bailout, RecursionError):
            code = self.code = self.original
        for function in functions:
            function.__code__ = code

    def noted(self, functions: list[types.FunctionType]) -> bool:
        """Whether somebody else has the code object, to find it in frames: then it must stay the functions' own."""
        running, frames = 0, list(sys._current_frames().values())
        while frames:  # none is held afterwards, this one least of all: it would keep alive what all of them hold
            frame: types.FrameType | None = frames.pop()
            while frame is not None:
                running += frame.f_code is self.code
                frame = frame.f_back
        return sys.getrefcount(self.code) > 2 + len(functions) + running  # 2: ours, and the argument

    def enter(self, number: int, values: tuple[object, ...], module: dict[str, object]) -> object:
        from .decisions import Verdicts
        from .entering import initializing
        from .runtime import nesting_too_deep

        self.calls += 1
        if number in self.dropped or nesting_too_deep() or initializing(module):
            return None
        region = self.emitted.regions[number]
        roots = dict(zip(region.values, values, strict=True))
        verdicts = self.verdicts.setdefault(number, Verdicts())
        chosen = verdicts.find(roots) or self.decided(verdicts, region, roots, module)
        if chosen is None:
            return None
        self.remarks[number] = chosen.plan.remark
        if chosen.compiled is None:
            if chosen.plan.stable:
                self.drop(number)
            else:
                self.missed(number)
            peels = chosen.looks > 0 and number not in self.dropped
            return self.peeled(number, chosen, roots, module) if peels else None
        return self.activation(number, chosen, roots, module)

    def activation(
        self, number: int, chosen: Decision, roots: dict[str, object], module: dict[str, object],
        begun: Begun | None = None,
    ) -> Region | None:  # fmt: skip
        """Enters a region that starts calls early; `begun`: after its loop's first iteration."""
        from .entering import activation

        try:
            region = activation(chosen, roots, module, self.counters, begun)
        except Bailout as bailout:
            applied = chosen.plan.remark
            self.remarks[number] = Remark(
                "missed", bailout.code, applied.function, applied.filename, applied.span, bailout.what
            )
            self.missed(number)
            return None
        self.misses[number] = 0
        return region

    def peeled(
        self, number: int, missed: Decision, roots: dict[str, object], module: dict[str, object]
    ) -> Peeled | None:
        """An activation that is decided again after the first iteration, if the region has the form for that."""
        from .peeling import Again, peel_of
        from .runtime import Peeled

        if number not in self.peels:
            self.peels[number] = peel_of(self.emitted.regions[number], self.emitted.regions)
        peel = self.peels[number]
        if peel is None or not peel.fits(module):
            return None
        kept = {name: roots[name] for name in peel.kept}
        return Peeled(f"@region{number}", peel.loop, kept, peel.bound, Again(self, number, missed, module))

    def missed(self, number: int) -> None:
        self.misses[number] = self.misses.get(number, 0) + 1
        if self.misses[number] >= TRIES:
            self.drop(number)

    def failed(self, number: int, error: Exception) -> None:
        """Our own error: the region is left alone, as the same would happen at each entry."""
        what, span = f"{type(error).__name__}: {error}", self.emitted.regions[number].span
        code = self.original
        self.remarks[number] = Remark("missed", "internal", code.co_name, code.co_filename, span, what)
        self.drop(number)

    def decided(
        self, verdicts: Verdicts, region: Any, roots: dict[str, object], module: dict[str, object]
    ) -> Decision | None:
        """A verdict with the objects of this entry. None: not in this entry."""
        from .decisions import HEAVY, HELD, Turn, effort

        turn = Turn()
        try:
            if not turn.come():
                return None
            chosen = verdicts.find(roots)  # another thread may have made it meanwhile
            if chosen is None and verdicts.pays(self.spent, self.counters.saved):
                begun = perf_counter()
                weight = HEAVY  # where it can't be decided, this deep in the stack
                try:
                    chosen = self.decide(region, roots, module)
                    weight = 0 if chosen.compiled is not None else effort.weight(chosen.plan.steps)
                    if chosen.compiled is not None or chosen.lasting:
                        verdicts.keep(chosen)
                    else:
                        weight = max(weight, HELD)
                except RecursionError:
                    pass
                finally:
                    self.spent += perf_counter() - begun
                    self.misses[region.number] = self.misses.get(region.number, 0) + weight
        finally:
            turn.end()
        if chosen is None or (chosen.compiled is not None and not chosen.holds(roots)):
            # In the latter case decided with an example of each kind of item, and another one is not like it.
            self.missed(region.number)
            return None
        return chosen

    def decide(self, region: Any, roots: dict[str, object], module: dict[str, object]) -> Decision:
        """Analyses a region."""
        from .analysis.interpret import Interpreter
        from .decisions import Decision, effort
        from .plan import make_plan

        code = self.original
        interpreter = partial(Interpreter, budget=effort.allowed())
        return Decision(make_plan(region, roots, module, code.co_name, code.co_filename, interpreter))

    def stats(self) -> object:
        """Counts and remarks so far, as a `Stats`; prints as a short report."""
        from .runtime import Stats

        remarks = tuple(self.remarks[n] for n in sorted(self.remarks))
        c = self.counters
        return Stats(
            calls=self.calls,
            regions=remarks,
            tasks=c.tasks,
            waited=c.waited,
            saved=c.saved,
            mispredictions=c.mispredictions,
        )
