"""Answers that are still to be read where they are taken: few are open at a time, and none ahead where they are large.

A small answer has been received whole, wherever it is read later; with a large one the server would wait for a program
that has other things to do. So the first answer shows what they are like, before there is more than one.
"""

from __future__ import annotations

from typing import Final

from ..peek import peek
from .site import Site
from .stats import Counters
from .task import Task

AT_A_TIME: Final = 8
SMALL: Final = 65_536  # bytes
LENGTHS: Final = ("_content_length", "length", "length_remaining")


def admits(place: Site, task: Task, counters: Counters) -> bool:
    """Whether one more answer may be opened now. If not its call waits here, where its taker can withdraw it."""
    most = _at_a_time(place, counters)
    if _open(place) <= most:
        return most > 0
    place.held.append(task)
    return False


def seen(place: Site, task: Task, counters: Counters) -> None:
    """The program has come to an answer: others may be opened, unless it is a large one."""
    if task.error is None:
        counters.small[place.number] = counters.small.get(place.number, True) and small(task.value)
    held, most = place.held, _at_a_time(place, counters)
    while held and (most == 0 or not held[0].waiting()):
        held.popleft()
    while held and _open(place) <= most:
        held.popleft().send()


def _at_a_time(place: Site, counters: Counters) -> int:
    known = counters.small.get(place.number)
    return 1 if known is None else AT_A_TIME if known else 0


def _open(place: Site) -> int:
    """How many iterations have an answer that the program is at, or has still to come to, and nothing holds back."""
    return len(place.order) - len(place.held)


def small(value: object) -> bool:
    """Whether what is still to be read of an answer is known to be little."""
    for part in value.values() if type(value) is dict else (value, peek(value, "raw")):
        for name in LENGTHS:
            held = peek(part, name)
            if type(held) is int or (type(held) is str and held.isdigit()):
                return int(held) <= SMALL
    return False


__all__ = ["admits", "seen", "small"]
