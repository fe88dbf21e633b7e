"""A finding, and the codes: by certainty, so that a project can choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..plan.legality import OBSTACLES
from ..reasons import OUTCOMES, SOURCE, Reason
from ..remarks import Located, Span

Severity = Literal["notice", "warning", "error"]
Certainty = Literal["certain", "likely", "sequential", "error"]

LIKELY = Reason(
    code="likely",
    number="XCS201",
    meaning=(
        "The calls of this loop wait one after another and don't need each other, if what is assumed "
        "holds: each assumption is listed with its place. `@jit` decides at run time, with the objects "
        "themselves, and is safe whichever way it is."
    ),
    what_to_do="Decorate the function with `@xcs.jit`; `f.stats()` tells what became of it.",
)

LIKELY_MODULE = Reason(
    code="likely-module",
    number="XCS202",
    meaning="A loop at module level whose calls wait one after another and don't need each other.",
    what_to_do="Put the loop into a function and decorate that with `@xcs.jit`.",
)

LIKELY_ASYNC = Reason(
    code="likely-async",
    number="XCS203",
    meaning="What this loop awaits one after another doesn't need each other.",
    what_to_do=(
        "Start all of it and await it together: `asyncio.gather`, or an `asyncio.TaskGroup`. `@jit` "
        "leaves async functions alone."
    ),
)

POSSIBLE = Reason(
    code="possible",
    number="XCS402",
    meaning=(
        "A loop that is told less surely than those which are likely. It may start programs one after another: what "
        "a program changes no text shows, so `@jit` leaves it in its place. Or what seems to wait has a name that "
        "says little, such as `run`, or an awaited `get_state`, and nothing else tells what it does; may be done on "
        "this machine, beside a library that runs models; or is a step of a recursion."
    ),
    what_to_do=(
        "Of programs that have nothing to do with each other, decorate the function that starts one with "
        "`@xcs.unordered`, and the one with the loop with `@xcs.jit`. Else try `@xcs.jit`: it decides at run time."
    ),
)

SEQUENTIAL = Reason(
    code="sequential",
    number="XCS401",
    meaning="A loop with calls that wait, in a function that isn't decorated, and what keeps it sequential.",
    what_to_do="Nothing, where the order is part of the meaning; both ends of the obstacle are named.",
)

UNUSED_IGNORE = Reason(
    code="unused-ignore",
    number="XCS903",
    meaning="A comment `# xcs: ignore` on a line with no such finding.",
    what_to_do="Remove it.",
)

# All codes, those of remarks first.
EXPLAINED: dict[str, Reason] = {
    reason.code: reason
    for reason in (*OUTCOMES, *OBSTACLES, LIKELY, LIKELY_MODULE, LIKELY_ASYNC, POSSIBLE, SEQUENTIAL, UNUSED_IGNORE)
}
NUMBERS = {code: reason.number for code, reason in EXPLAINED.items() if reason.number}
OTHER = "XCS399"  # a reason code without a number of its own


def number(code: str) -> str:
    """The number of a code."""
    return NUMBERS.get(code, OTHER)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of a place in a file.

    severity: notice (an opportunity), warning (an obstacle), error (a file or the tool); ends: other places that it
    is about; assumes: what it rests on, each with its place; chain: the calls down to the one that waits; gain: what it
    would bring, in words; cell: of a notebook, from 1, and then the lines are the cell's.
    """

    severity: Severity
    filename: str
    span: Span
    code: str
    message: str
    hint: str = ""
    function: str = ""
    ends: tuple[Located, ...] = ()
    certainty: Certainty = "sequential"
    assumes: tuple[Located, ...] = ()
    chain: tuple[Located, ...] = ()
    gain: str = ""
    cell: int | None = None

    @property
    def number(self) -> str:
        return number(self.code)


START = Span(1, 0, 1, 0)


def of_file(shown: str, what: str, span: Span | None = None) -> Finding:
    """A file or folder that can't be read."""
    return Finding("error", shown, span or START, "source", what, SOURCE.what_to_do, certainty="error")


def told(code: str) -> Reason | None:
    """What is told of a code; None: there is no such code that the lint tells. `code`: its name or its number."""
    name = next((n for n, num in NUMBERS.items() if code in (n, num)), None)
    return EXPLAINED[name] if name is not None else None
