"""Remarks: what was decided about a region, where and why. Every printed text is a view of a `Remark`."""

from __future__ import annotations

from typing import Literal

from .peek import class_name
from .reasons import REASONS
from .records import dataclass, record, replace

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
        return REASONS[self.code].sentence(self.what)

    def __str__(self) -> str:
        text = self.sentence
        ends = "".join(f"; {end.text}, line {end.line}" for end in self.ends)
        ends += "".join(f"; in place: {end.text}, line {end.line}" for end in self.left)
        hint = f" ({self.hint})" if self.kind == "missed" and self.hint else ""
        return f"{self.function}, line {self.line}: {self.kind}: {text}{ends}{hint}"


def stays(bailout: Bailout, filename: str, line: int) -> Located:
    """A call that stays in its place while others of its region start early: which, and why."""
    where = bailout.ends[0] if bailout.ends else None
    text = REASONS[bailout.code].sentence(bailout.what)
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
