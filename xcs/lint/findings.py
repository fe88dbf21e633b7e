"""A finding, and the codes: by certainty, so that a project can choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..remarks import REASONS, Located, Span
from .meanings import OBSTACLES

Severity = Literal["notice", "warning", "error"]
Certainty = Literal["certain", "likely", "sequential", "error"]

# The first digit tells the certainty: 1 certain, 2 likely, 3 a decorated function that stays sequential, 4 a loop that
# nobody decorated and that stays sequential (told where asked for), 9 about files and the tool.
NUMBERS: dict[str, str] = {
    "opportunity": "XCS101",
    "likely": "XCS201",
    "likely-module": "XCS202",
    "likely-async": "XCS203",
    "no-gain": "XCS301",
    "carried": "XCS302",
    "conflict": "XCS303",
    "not-entered": "XCS304",
    "unknown": "XCS305",
    "writes": "XCS306",
    "command": "XCS307",
    "thread-bound": "XCS308",
    "memoised": "XCS309",
    "pacing": "XCS310",
    "exit": "XCS311",
    "handled": "XCS312",
    "iterable": "XCS313",
    "while": "XCS314",
    "syntax": "XCS315",
    "arguments": "XCS316",
    "plain-form": "XCS317",
    "duration": "XCS318",
    "disabled": "XCS319",
    "open": "XCS320",
    "value": "XCS321",
    "sequential": "XCS401",
    "source": "XCS901",
    "internal": "XCS902",
    "unused-ignore": "XCS903",
}
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
    return Finding("error", shown, span or START, "source", what, MEANINGS["source"][1], certainty="error")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a code: `--explain`, and the pages that are made of it."""

    code: str
    text: str
    meaning: str
    what_to_do: str


MEANINGS: dict[str, tuple[str, str]] = {
    "opportunity": (
        "The calls of this loop wait one after another, and nothing in the text keeps them from waiting at the same "
        "time. The verdict is that of `@jit`.",
        "Decorate the function with `@xcs.jit` (`--fix` does), or print the rewritten file with `xcs-transform`.",
    ),
    "likely": (
        "The calls of this loop wait one after another and don't need each other, if what is assumed holds: each "
        "assumption is listed with its place. `@jit` decides at run time, with the objects themselves, and is safe "
        "whichever way it is.",
        "Decorate the function with `@xcs.jit`; `f.stats()` tells what became of it.",
    ),
    "likely-module": (
        "A loop at module level whose calls wait one after another and don't need each other.",
        "Put the loop into a function and decorate that with `@xcs.jit`.",
    ),
    "likely-async": (
        "What this loop awaits one after another doesn't need each other.",
        "Start all of it and await it together: `asyncio.gather`, or an `asyncio.TaskGroup`. `@jit` leaves async "
        "functions alone.",
    ),
    "sequential": (
        "A loop with calls that wait, in a function that isn't decorated, and what keeps it sequential.",
        "Nothing, where the order is part of the meaning; both ends of the obstacle are named.",
    ),
    "source": ("The file can't be read or parsed.", "mend it, or leave it out with --exclude"),
    "internal": (
        "The analysis failed: a bug of xcs. Other functions and files are not touched by it.",
        "Please report it.",
    ),
    "unused-ignore": ("A comment `# xcs: ignore` on a line with no such finding.", "Remove it."),
}


def told(code: str) -> Told | None:
    """What a code means; None: there is no such code. `code`: its name or its number."""
    name = next((n for n, num in NUMBERS.items() if code in (n, num)), None)
    if name is None:
        return None
    reason = REASONS.get(name)
    text = reason.text.format(what="...") if reason is not None else ""
    meaning, todo = MEANINGS.get(name) or OBSTACLES.get(name, ("", ""))
    return Told(name, text, meaning or text, todo or (reason.hint if reason is not None else ""))
