"""Reasons: all that is told of a code. Those of the obstacles stand beside their checks, in `plan.legality`; here stand
those of the other stages, which are needed where nothing is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .records import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code, the sentence that a remark prints, the hint behind it, what is told by `--explain` and the page.

    number: by which users of the lint select it. Its first digit tells the certainty: 1 certain, 2 likely, 3 a function
    that is decorated and stays sequential, 4 a loop that nobody decorated and that stays sequential (told where asked
    for), 9 about files and the tool.
    """

    code: str
    meaning: str
    what_to_do: str
    text: str = ""
    hint: str = ""
    number: str = ""

    def sentence(self, what: str) -> str:
        """What is said of a call or variable, without place and hint."""
        return self.text.format(what=what)


CHANGE, STATE, FUNDAMENTAL, LATER, BUG = (
    "change the code",
    "state a fact about the callee with xcs.unordered or xcs.ordered",
    "nothing to do: the order is part of the meaning",
    "not supported yet",
    "please report this as a bug of xcs",
)

PARALLEL = Reason(
    code="parallel",
    text="runs its calls at the same time: {what}",
    meaning=(
        "The named calls of this region start early, at the same time, and are taken where they stand. A "
        "call named \"in `f`\" stands in a function that runs in place, with what keeps it there behind it."
    ),
    what_to_do="Nothing. `f.stats()` tells how many calls ran early and what that saved.",
)

OPPORTUNITY = Reason(
    code="opportunity",
    number="XCS101",
    text="could run its calls at the same time: {what}",
    hint="decorate the function with @xcs.jit",
    meaning=(
        "The calls of this loop wait one after another, and nothing in the text keeps them from waiting "
        "at the same time. The verdict is that of `@jit`."
    ),
    what_to_do=(
        "Decorate the function with `@xcs.jit` (`--fix` does), or print the rewritten file with "
        "`xcs-transform`."
    ),
)

PLAIN_FORM = Reason(
    code="plain-form",
    number="XCS317",
    text="the printed form can't show it: {what}",
    hint="use @xcs.jit",
    meaning=(
        "`@jit` runs these calls at the same time, but no plain Python that a reviewer would accept does "
        "the same: `xcs-transform` leaves the place as it is."
    ),
    what_to_do="Use `@xcs.jit` there.",
)

NO_GAIN = Reason(
    code="no-gain",
    number="XCS301",
    text="nothing to gain: fewer than two calls that wait can overlap{what}",
    hint="nothing to do here; a function that it calls may be worth decorating",
    meaning=(
        "Fewer than two calls that wait can be under way at once: there is one call only, or what is "
        "called computes under the GIL, where threads bring nothing. The function keeps its own byte "
        "code."
    ),
    what_to_do="Nothing here. If a function that it calls has a loop of slow calls of its own, decorate that one.",
)

NOT_ENTERED = Reason(
    code="not-entered",
    number="XCS304",
    text="not with the objects of its last entry: {what}",
    hint=CHANGE,
    meaning=(
        "The region could run its calls early, but not with the objects of its last entry: two things "
        "that must be different objects are the same, for instance, a class was changed since, other threads "
        "may take from, or add to, a container that the loop changes, or a variable that is read where a failure is "
        "handled has no value yet."
    ),
    what_to_do=(
        "Look at what is named; often a copy of one of the two objects is what was meant, or a copy that no "
        "other thread has, made before the loop. A variable without a value gets one before the loop."
    ),
)

SOURCE = Reason(
    code="source",
    number="XCS901",
    text="the source can't be used: {what}",
    hint=LATER,
    meaning="The file can't be read or parsed.",
    what_to_do="mend it, or leave it out with --exclude",
)

WRAPPER = Reason(
    code="wrapper",
    text="a wrapper around a function, which isn't looked into: {what}",
    hint="write @jit below the other decorators, next to the `def`",
    meaning="A decorator that isn't known stands below `@jit`: what it does around the function isn't looked into.",
    what_to_do="Write `@jit` below the other decorators, next to the `def`.",
)

ASYNC = Reason(
    code="async",
    text="an `async def` isn't transformed where it awaits: {what}",
    hint="asyncio.gather awaits several at the same time",
    meaning="An `async def` runs as it is written: its caller's event loop decides when it goes on.",
    what_to_do="`asyncio.gather`, or an `asyncio.TaskGroup`, awaits several things at the same time.",
)

GENERATOR = Reason(
    code="generator",
    text="a generator isn't transformed where it yields: {what}",
    hint="make a list of the answers, in a function that returns it",
    meaning="A generator runs as it is written: its caller decides when it goes on.",
    what_to_do="Make a list of the answers in a function that returns it, and go through that.",
)

DISABLED = Reason(
    code="disabled",
    number="XCS319",
    text="xcs is switched off: {what}",
    hint="unset it",
    meaning="`XCS_DISABLE=1` is set: every function runs as it is written.",
    what_to_do="Unset it.",
)

INTERNAL = Reason(
    code="internal",
    number="XCS902",
    text="the analysis failed: {what}",
    hint=BUG,
    meaning="The analysis failed: a bug of xcs. Other functions and files are not touched by it.",
    what_to_do="Please report it.",
)

OUTCOMES = (
    PARALLEL, OPPORTUNITY, PLAIN_FORM, NO_GAIN, NOT_ENTERED, SOURCE, WRAPPER, ASYNC, GENERATOR, DISABLED, INTERNAL,
)  # fmt: skip


class Reasons(dict[str, Reason]):
    """The reasons by code. Where one is asked for that isn't here, those of the obstacles are added."""

    obstacles: Callable[[], Iterable[Reason]]  # loads them: a program to which nothing is told needs none

    def __missing__(self, code: str) -> Reason:
        try:
            found = {reason.code: reason for reason in self.obstacles()}
        except ImportError:  # nothing can be loaded any more: Python ends
            return Reason(code, "", "", text=f"{code}: {{what}}")
        self.update(found)
        return found[code]


REASONS = Reasons((reason.code, reason) for reason in OUTCOMES)
