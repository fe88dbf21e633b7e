"""What is known of one decorated piece of code: its emission, the verdicts on its regions, what came of them."""

from __future__ import annotations

import sys
import types
import weakref
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..bound import perf_counter
from ..emit.assemble import placed
from ..emit.counted import counted
from ..emit.switches import KNOWN, jumping
from ..front.source import remember_original
from ..peek import class_name
from ..remarks import Bailout, Remark
from ..runtime.accounts import Account
from .aside import AGAIN as AFTERWARDS
from .aside import look, steps
from .effort import SHARE, effort
from .look import NO, UNKNOWN
from .rest import Rest, Watch

if TYPE_CHECKING:
    from ..runtime import Accounted
    from .effort import Case
    from .peeling import Peel
    from .verdicts import Decision, Verdicts

TRIES = 16  # entries without gain after which a region rests
AGAIN = 2  # tries of a region that has rested
IN_VAIN = 0.005  # seconds of deciding and checking without gain after which a region rests sooner
NOWHERE = 0.01  # seconds that a look counts as, at least, which found that nothing waits
LEFT_OUT = 64  # entries after which a resting region that has gained nothing so far is left out: many of them add up
LATE = 16_384  # calls after which the code is made anew without regions that were left out, where others stay
BUSY = 0.005  # seconds since one was left out, after which it is made anew sooner, while the process has time to give
LAST = 65_536  # calls after which what never gained anything, and of which no name may wait, is not counted any more


def frames_running(code: types.CodeType | None) -> int:
    """How many frames, in all threads, run a piece of code."""
    running, frames = 0, list(sys._current_frames().values())
    while frames:  # none is held afterwards, this one least of all: it would keep alive what all of them hold
        frame: types.FrameType | None = frames.pop()
        while frame is not None:
            running += frame.f_code is code
            frame = frame.f_back
    return running


class State:
    """What is known of one decorated piece of code; shared by the functions made from it (closures)."""

    __slots__ = (
        "__weakref__",
        "accounts",
        "aside",
        "bared",
        "calls",
        "cases",
        "code",
        "counters",
        "dropped",
        "emitted",
        "entry",
        "lanes",
        "late",
        "lean",
        "left",
        "living",
        "misses",
        "on",
        "original",
        "peels",
        "quiet",
        "remarks",
        "rests",
        "spent",
        "verdicts",
        "watch",
        "whole",
    )

    def __init__(
        self, original: types.CodeType, module: dict[str, object], qualname: str, entry: type[Any]
    ) -> None:
        """entry: the class of what emitted code calls."""
        from ..emit.emission import Emission
        from ..runtime.stats import Counters

        self.original, self.entry = original, entry
        self.emitted = Emission(original, module, qualname)
        self.code: types.CodeType | None = None
        self.verdicts: dict[int, Verdicts] = {}
        self.cases: dict[int, Case] = {}
        self.spent = 0.0  # seconds, on decisions
        self.misses: dict[int, int] = {}
        self.dropped: frozenset[int] = frozenset()
        self.peels: dict[tuple[int, bool], Peel | None] = {}  # by region, and whether nests are peeled outside
        self.quiet: frozenset[int] = frozenset()  # regions in which nothing waited by its names, when they came to rest
        self.living: set[weakref.ref[types.FunctionType]] = set()  # the functions that run its code
        self.on: list[bool | None] = [True] * self.emitted.count  # by region, None: it is left out
        self.lanes: list[bool | None] = [True] * len(self.emitted.lanes)  # None: no region of a loop's body is left
        self.whole: types.CodeType | None = None  # with all regions
        self.bared: types.CodeType | None = None  # without any, which counts its calls
        self.late = 0  # calls that were counted while regions were left out
        self.left = 0.0  # when the last one was left out
        self.lean = False  # its code is made anew without them
        self.counters = Counters()
        self.accounts: dict[int, Account] = {}
        self.rests: dict[int, Rest] = {}
        self.aside: frozenset[int] = frozenset()  # dropped regions that come back
        self.remarks: dict[int, Remark] = {}
        self.calls = 0
        self.watch: Watch = ()  # what its code reaches by name

    def build(self) -> types.CodeType:
        """The code with the regions that are still of interest.

        Raises:
            Bailout: there are none.
        """
        self.code = code = self.made_of(self.dropped)
        return code

    def made_of(self, dropped: frozenset[int]) -> types.CodeType:
        """The code without some regions; until it is worth the effort with those that others stand beside."""
        if self.bare() and self.aside:
            if self.bared is None and (found := counted(self.original, steps(weakref.ref(self)))) is not None:
                self.bared = self.noting(found)
            if self.bared is not None:
                return self.bared
        if not self.bare() or self.aside:
            if self.whole is None:
                self.whole = self.noting(placed(self.emitted.without(frozenset()), self.entry(self)))
            if self.late < LATE and not self.lean:
                if not dropped or not KNOWN:
                    return self.whole
                return self.noting(jumping(self.whole, self.entry, dropped, self.lanes_without(dropped)))
        return self.noting(placed(self.emitted.without(dropped, bool(self.aside)), self.entry(self)))

    def noting(self, code: types.CodeType) -> types.CodeType:
        remember_original(code, self.original)
        return code

    def made(self, function: types.FunctionType) -> None:
        """Notes a function that runs this code."""
        if self.code is not self.original:
            self.living.add(weakref.ref(function, self.gone))

    def functions(self) -> list[types.FunctionType]:
        """Those that run this code."""
        return [function for ref in list(self.living) if (function := ref()) is not None]

    def gone(self, ref: weakref.ref[types.FunctionType]) -> None:
        """With the last function goes what the verdicts hold on to."""
        self.living.discard(ref)
        if not self.living:
            for verdicts in list(self.verdicts.values()):
                verdicts.rest()

    def drop(self, number: int, comes_back: bool = False) -> None:
        """Leaves a region alone; with the last one the function gets its own code back, or code that counts calls."""
        from .verdicts import Turn

        turn = Turn()
        try:
            if not turn.come(0.0 if comes_back else None):
                return
            self.dropped |= {number}
            if comes_back:
                self.aside |= {number}
            else:
                self.verdicts.pop(number, None)
            self.on[number] = None
            self.switch()
            self.left, self.lean = perf_counter(), False
            if self.bare() or KNOWN:
                self.replace()
        finally:
            turn.end()

    def come_back(self, numbers: frozenset[int]) -> None:
        """Regions that were left out are tried again, from the next call on."""
        from .verdicts import Turn

        turn = Turn()
        try:
            if turn.come(0.0):
                before, code = (self.dropped, self.aside), id(self.code)
                self.dropped, self.aside = self.dropped - numbers, self.aside - numbers
                self.lean = False
                if self.code is not self.whole:
                    self.replace()
                    if id(self.code) == code:  # somebody has noted it
                        self.dropped, self.aside = before
                for number in numbers - self.dropped:
                    self.on[number] = True
                    self.rests[number].entries = LEFT_OUT - AFTERWARDS
                self.switch()
        finally:
            turn.end()

    def mixed(self) -> bool:
        """Whether regions that are left out stand among others, and not in bodies of loops that have none left."""
        off = [lane for on, lane in zip(self.lanes, self.emitted.lanes, strict=True) if on is None]
        within = {number for first, last in off for number in range(first, last)}
        return not self.bare() and not self.dropped <= within

    def switch(self) -> None:
        """Bodies of loops of which no region is left run as they are written, from their next iteration on."""
        off = self.lanes_without(self.dropped)
        for number in range(len(self.lanes)):
            self.lanes[number] = None if number in off else True

    def lanes_without(self, dropped: frozenset[int]) -> frozenset[int]:
        """Loops in whose bodies no region is left without these."""
        lanes = enumerate(self.emitted.lanes)
        return frozenset(number for number, (first, last) in lanes if dropped.issuperset(range(first, last)))

    def bare(self) -> bool:
        """Whether no region is left in the code."""
        return self.dropped.issuperset(range(self.emitted.count))

    def passed(self, calls: int) -> None:
        """So many calls have been counted: regions may come back, or it is worth while to make code without them."""
        if self.aside:
            look(self)
        if not self.dropped:
            return
        before, self.late = self.late, self.late + calls
        busy = perf_counter() - self.left
        slims = not self.lean and busy > BUSY and self.mixed() and (effort.left() > 0.0 or SHARE * busy > BUSY)
        seldom = before.bit_length() == self.late.bit_length()  # more and more
        if not slims and (self.late < LATE or seldom):
            return
        from .verdicts import Turn

        turn = Turn()
        try:
            if turn.come(0.0):
                if self.late >= LAST and self.bare() and self.never():
                    self.aside = frozenset()
                self.lean, begun = self.lean or slims, effort.clock()
                self.replace()
                effort.wasted += effort.clock() - begun if slims else 0.0
        finally:
            turn.end()

    def never(self) -> bool:
        """Whether nothing in it ever gained anything, or may wait by its names."""
        cases = list(self.cases.items())
        quiet = self.quiet.union([number for number, case in cases if case.answer == NO])
        others = any(case.answer != NO for _, case in cases)
        gained = any(rest.gained for rest in list(self.rests.values()))
        return not (gained or others) and len(quiet) == self.emitted.count

    def replace(self) -> None:
        """Gives the functions code without the dropped regions, from the next call on."""
        functions = self.functions()
        if self.code is self.original or self.noted(functions):
            return
        try:
            code = self.build()
        except (Bailout, RecursionError):
            code = self.code = self.original
        for function in functions:
            function.__code__ = code
        if self.bare():
            self.emitted.forget()

    def noted(self, functions: list[types.FunctionType]) -> bool:
        """Whether somebody else has the code object, to find it in frames: then it must stay the functions' own."""
        ours = 2 + (self.code is self.whole) + (self.code is self.bared)  # with that of the argument
        running = frames_running(self.code)
        return sys.getrefcount(self.code) > ours + len(functions) + running

    def account(self, number: int) -> Account:
        found = self.accounts.get(number)
        return found if found is not None else self.accounts.setdefault(number, Account())

    def wakes(self, number: int) -> None:
        """A region has rested: what is known of it is asked again, unless that is nothing."""
        case = self.cases.get(number)
        if case is not None and (case.answer == UNKNOWN or case.given):  # what it waits may be worth more
            case.entries = 0
        else:
            if case is not None:
                self.quiet = self.quiet | {number} if case.answer == NO else self.quiet - {number}
            self.cases.pop(number, None)

    def missed(self, number: int, roots: Mapping[str, object], chosen: Decision | None = None) -> None:
        """An entry has started nothing, with these values of the region's variables, by this verdict."""
        self.misses[number] = self.misses.get(number, 0) + 1
        account = self.account(number)
        if self.misses[number] >= TRIES or (account.vain > IN_VAIN and self.misses[number] > AGAIN):
            self.rest(number, roots, account.vain, "nothing was gained", chosen)

    def timed(self, number: int, values: Sequence[object]) -> None:
        """An entry was timed, with these values of the region's variables, and that was all."""
        self.misses[number] = misses = self.misses.get(number, 0) + 1
        if misses >= TRIES:
            roots = dict(zip(self.emitted.values(number), values, strict=True))
            self.rest(number, roots, self.account(number).vain, "nothing was gained")

    def rest(
        self, number: int, roots: Mapping[str, object], cost: float, why: str, chosen: Decision | None = None
    ) -> None:
        """Leaves a region alone for a while."""
        from .rest import genuine

        begun = perf_counter()
        rest = self.rests.setdefault(number, Rest(names=self.emitted.values(number)))
        values = [roots.get(name) for name in rest.names]
        verdict = chosen if chosen is not None and chosen.compiled is None and chosen.lasting else None
        watch = (chosen.watch if chosen is not None else ()) or self.reached()
        case = self.cases.get(number)
        if chosen is None and case is not None and case.answer == NO:
            if case.fixed and genuine(watch):
                self.drop(number)
                return
            cost = max(cost, NOWHERE)
        rest.sleep(why, cost + perf_counter() - begun, values, watch, verdict)
        self.account(number).settle()
        self.emitted.forget()
        self.misses[number] = TRIES - AGAIN

    def reached(self) -> Watch:
        """What its code reaches by name; looked for once, then it is what stands there now."""
        from .rest import again, reached_by_name
        from .verdicts import lasts

        watch = self.watch
        self.watch = again(watch) if watch else reached_by_name(self.original, self.emitted.module, lasts)
        return self.watch

    def failed(self, number: int, error: Exception) -> None:
        """Our own error: the region is left alone, as the same would happen at each entry."""
        what, span = f"{class_name(type(error))}: {error}", self.emitted.span(number)
        code = self.original
        self.remarks[number] = Remark("missed", "internal", code.co_name, code.co_filename, span, what)
        self.drop(number)

    def valueless(self, number: int, error: str) -> None:
        """A variable that a region uses has no value where it begins, as the text of the error says."""
        name, code = error.partition("'")[2].partition("'")[0], self.original
        what = f"`{name}` has no value before it: give it one"
        span = self.emitted.span(number)
        self.remarks[number] = Remark("missed", "not-entered", code.co_name, code.co_filename, span, what)

    def stats(self) -> object:
        """Counts and remarks so far, as a `Stats`; prints as a short report."""
        from ..runtime.stats import Stats

        remarks = tuple(self.remarks[n] for n in sorted(self.remarks))
        c = self.counters
        accounts = tuple(self.accounted(n) for n in sorted(self.remarks) if n in self.accounts)
        return Stats(
            calls=self.calls,
            regions=remarks,
            tasks=c.tasks,
            waited=c.waited,
            saved=sum(account.saved for account in accounts),
            mispredictions=c.mispredictions,
            accounts=accounts,
        )

    def accounted(self, number: int) -> Accounted:
        """A region's account, for the report."""
        from ..runtime import Accounted

        a, rest = self.accounts[number], self.rests.get(number)
        gone = number in self.dropped - self.aside
        resting = str(rest) if rest is not None and rest.asleep and not gone else ""
        return Accounted(
            self.remarks[number], a.entries, a.deciding, a.checking, a.slicing, a.waited, a.saved, resting,
            a.takes - a.late, tuple(a.stayed.items()),
        )  # fmt: skip
