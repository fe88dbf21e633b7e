"""Remarks: what was decided about a region, where and why. Every printed text is a view of a `Remark`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .peek import class_name
from .records import record, replace

Kind = Literal["applied", "missed", "analysis"]


@record
class Span:
    """A range of source text: 1-based lines, 0-based columns (as in `ast`)."""

    line: int
    column: int
    end_line: int
    end_column: int


@record
class Located:
    """One end of an obstacle: what stands there, and where."""

    text: str
    filename: str
    line: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable reason code with the sentence it prints and the hint that goes with it."""

    code: str
    text: str
    hint: str


CHANGE, STATE, FUNDAMENTAL, LATER, BUG = (
    "change the code",
    "state a fact about the callee with xcs.unordered or xcs.ordered",
    "nothing to do: the order is part of the meaning",
    "not supported yet",
    "please report this as a bug of xcs",
)
UNORDERED = "if the order doesn't matter, say so of the callee with xcs.unordered"
ELSEWHERE = "nothing to do here; a function that it calls may be worth decorating"
AROUND = "measure around the loop, or mark the callee with xcs.unordered if it may seem to take no time"
BELOW = "write @jit below the other decorators, next to the `def`"
ASYNC = "asyncio.gather awaits several at the same time"
GENERATOR = "make a list of the answers, in a function that returns it"
ONE_FUNCTION = "put the call and what makes its arguments into one function"
BEFORE = "compute it before the loop: there its type is known"
READ = "read it in the function that makes the call"
APART = "wait for other threads before or after the loop; what is the thread's own stays in the loop, beside the calls"
KEPT = "read what is kept before, in a loop of its own, and hand the calls what was read"
FORESEEN = "use a `for` loop, where what it goes through is known before the first call"

REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("parallel", "runs its calls at the same time: {what}", ""),
        Reason("opportunity", "could run its calls at the same time: {what}", "decorate the function with @xcs.jit"),
        Reason("plain-form", "the printed form can't show it: {what}", "use @xcs.jit"),
        Reason("no-gain", "nothing to gain: fewer than two calls that wait can overlap{what}", ELSEWHERE),
        Reason("carried", "{what} needs a value that an earlier call of the loop returns", FUNDAMENTAL),
        Reason("conflict", "{what} reads what the region writes", CHANGE),
        Reason("not-entered", "not with the objects of its last entry: {what}", CHANGE),
        Reason("unknown", "{what} is not understood", STATE),
        Reason("writes", "{what} changes state that others can see", CHANGE),
        Reason("command", "{what} has an effect whose order matters", UNORDERED),
        Reason("thread-bound", "{what} depends on the thread that runs it", APART),
        Reason("memoised", "{what} is memoised: equal calls must not run together", KEPT),
        Reason("pacing", "a sleep beside requests is pacing: {what}", FUNDAMENTAL),
        Reason("duration", "the time that {what} takes is measured and kept", AROUND),
        Reason("exit", "whether later calls are made depends on a result: {what}", FUNDAMENTAL),
        Reason("handled", "an earlier failure would be handled, so later calls depend on it: {what}", CHANGE),
        Reason("iterable", "the items can't be read ahead: {what}", CHANGE),
        Reason("while", "the rounds of a `while` loop can't be foreseen: {what}", FORESEEN),
        Reason("syntax", "{what} is not supported in a region yet", LATER),
        Reason("source", "the source can't be used: {what}", LATER),
        Reason("arguments", "the arguments of {what} can't be computed ahead", ONE_FUNCTION),
        Reason("value", "{what} is given a value of unknown type that the region computes", BEFORE),
        Reason("open", "{what} gives an open connection or file, which is read in the region", READ),
        Reason("wrapper", "a wrapper around a function, which isn't looked into: {what}", BELOW),
        Reason("async", "an `async def` isn't transformed where it awaits: {what}", ASYNC),
        Reason("generator", "a generator isn't transformed where it yields: {what}", GENERATOR),
        Reason("disabled", "xcs is switched off: {what}", "unset it"),
        Reason("internal", "the analysis failed: {what}", BUG),
    )
}


@dataclass(frozen=True, slots=True)
class Remark:
    """The verdict on one region: `code` is stable, `what` names the call or variable, `ends` the places involved.

    left: where it is applied, the calls that may wait and stay in their places, each with its reason.
    """

    kind: Kind
    code: str
    function: str
    filename: str
    span: Span
    what: str = ""
    ends: tuple[Located, ...] = ()
    left: tuple[Located, ...] = ()

    @property
    def line(self) -> int:
        return self.span.line

    @property
    def hint(self) -> str:
        return REASONS[self.code].hint

    @property
    def sentence(self) -> str:
        """What was found, without place and hint."""
        return REASONS[self.code].text.format(what=self.what)

    def __str__(self) -> str:
        text = self.sentence
        ends = "".join(f"; {end.text}, line {end.line}" for end in self.ends)
        ends += "".join(f"; in place: {end.text}, line {end.line}" for end in self.left)
        hint = f" ({self.hint})" if self.kind == "missed" and self.hint else ""
        return f"{self.function}, line {self.line}: {self.kind}: {text}{ends}{hint}"


def stays(bailout: Bailout, filename: str, line: int) -> Located:
    """A call that stays in its place while others of its region start early: which, and why."""
    where = bailout.ends[0] if bailout.ends else None
    text = REASONS[bailout.code].text.format(what=bailout.what)
    text += f" ({where.text}, line {where.line})" if where else ""
    return Located(text, filename, bailout.span.line if bailout.span is not None else line)


def after_first(applied: Remark, missed: Remark) -> Remark:
    """What is said of a region whose loop's first iteration ran in place: what that was for."""
    place = missed.ends[0] if missed.ends else Located("", missed.filename, missed.line)
    why = f"the first in place: {missed.sentence}" + (f"; {place.text}" if place.text else "")
    first = Located(why, place.filename, place.line)
    return replace(applied, what=f"{applied.what}, from the second item on", ends=(*applied.ends, first))


class Bailout(Exception):
    """A stage can't go on: carries the code and the sentence of the remark."""

    def __init__(self, code: str, what: str, span: Span | None = None, ends: tuple[Located, ...] = ()) -> None:
        super().__init__(code, what)
        self.code, self.what, self.span, self.ends = code, what, span, ends

    def alone(self) -> Bailout:
        """The same, to be kept: without the frames it went through, and the trees in them."""
        return Bailout(self.code, self.what, self.span, self.ends)


def failed(error: BaseException) -> Bailout:
    """Our own error as a reason."""
    try:
        what = str(error)
    except Exception:  # of a library that is imported for what it holds
        what = ""
    return Bailout("internal", f"{class_name(type(error))}: {what}" if what else class_name(type(error)))
