"""What a decision of a region may take at an entry, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analysis.domain.meter import BUDGET, Meter
from ..remarks import Bailout, Remark
from .code_state import TRIES
from .effort import FIRST, NOISE, STEP, Case, effort
from .known_services import loaded
from .look import NO, UNKNOWN, YES, examine

if TYPE_CHECKING:
    from .code_state import State
    from .verdicts import Decision

HEAVY = 7  # entries without gain that a verdict counts as which took all that it might take
WEIGHTY = int(FIRST / STEP)  # instructions
LATER = "more than could be looked at before it was seen to wait"


def worth_more(state: State, number: int) -> bool:
    """Whether a decision that came to no end may be made again at this entry, with more."""
    case = state.cases.get(number)
    if case is None:
        return False
    case.entered()
    return case.allowed(state.counters.saved, again=True) > 0


def never_decided(state: State, number: int) -> bool:
    """Whether a region was left as it is written because there was no time to decide it before it was seen to wait."""
    case, verdicts = state.cases.get(number), state.verdicts.get(number)
    waits = case is not None and case.answer != NO and not case.spent
    return waits and verdicts is not None and not verdicts.made and number in state.remarks


def only_timed(state: State, number: int) -> bool:
    """Whether an entry of a region of which nothing is known yet is timed, and that is all: which is noted."""
    case, verdicts = state.cases.get(number), state.verdicts.get(number)
    if case is None or case.answer != UNKNOWN or verdicts is None or verdicts.kept:
        return False
    entries = case.entries + 1
    if not entries & (entries - 1) and effort.left() > 0 and loaded():  # it may be looked again
        return False
    case.entered()
    if case.waits():
        return False
    case.entries = entries
    return True


def may_take(
    state: State, number: int, roots: dict[str, object], module: dict[str, object], again: bool
) -> Meter | None:
    """What a decision of a region may take at this entry; None: it is not decided now, which is noted.

    again: one with these objects came to no end.
    """
    case = state.cases.setdefault(number, Case())
    case.entries += 1
    if effort.left() <= 0 and not case.answer:
        case.answer, case.why = UNKNOWN, LATER
    elif case.answer != YES and (unseen(case) or looks_again(case)):
        begun = effort.clock()
        seen = examine(state.original, module, roots.values())
        effort.looked(effort.clock() - begun)
        case.answer, case.why, case.fixed = seen.answer, seen.why, seen.fixed
        if case.answer == NO:
            state.misses[number] = TRIES  # it rests at once
    if case.answer == NO:
        note(state, number, Bailout("no-gain", ""))
        return None
    if not again:
        case.entered()
    seconds = case.allowed(state.counters.saved, again)
    if not seconds:
        note(state, number, Bailout("unknown", case.why or LATER))
        return None
    return Meter(min(BUDGET, int(seconds / STEP)), effort.clock() + NOISE * seconds, effort.clock)


def unseen(case: Case) -> bool:
    """Whether it was not looked at for want of time, and has waited enough to pay for that."""
    return case.why == LATER and case.waits() and (effort.left() > 0 or effort.patience() > 0)


def looks_again(case: Case) -> bool:
    """Whether it is looked at the objects of this entry; seldom in the end, once where nothing is known that waits."""
    return effort.left() > 0 and not case.entries & (case.entries - 1) and (case.entries == 1 or loaded())


def note(state: State, number: int, reason: Bailout) -> None:
    """Says why a region is not decided, unless more is known of it."""
    code, span = state.original, state.emitted.span(number)
    if number not in state.remarks:
        state.remarks[number] = Remark("missed", reason.code, code.co_name, code.co_filename, span, reason.what)


def took(state: State, number: int, seconds: float, meter: Meter, made: Decision | None) -> int:
    """Notes what a decision took; as how many more entries without gain it counts."""
    case = state.cases.setdefault(number, Case())
    if made is not None and made.compiled is not None:
        case.given = 0.0
        return 0
    case.spent += seconds
    if case.waits():
        effort.vain += seconds
    elsewhere = case.answer == UNKNOWN and case.waits()  # what waited may have been
    if elsewhere:
        effort.waited += seconds
    if not elsewhere or effort.waited > effort.given():  # what is more was given in advance
        effort.wasted += seconds
    case.given = meter.given * STEP if meter.out else 0.0
    return 0 if meter.out else HEAVY * min(meter.spent, WEIGHTY) // WEIGHTY
