"""The regions that are entered, and what is put right when the program loses one of them before its end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING
from weakref import ref

from . import logs
from .recourse import Recourse

if TYPE_CHECKING:
    from .activation import Activation
    from .site import Site


class Entered(ref["Activation"]):
    """The mark of a region that is entered, and what is to be put right if the program loses it: if a signal handler's
    exception came before the program had it, or in the middle of its end.

    Not a `__del__`, which would run at each region's end, and swallow what a signal handler raises there.
    """

    held: logs.Hold | None = None
    number = 0
    places: Mapping[int, Site] = MappingProxyType({})
    recourse = Recourse(False)

    def over(self) -> None:
        """Withdraws what has not begun, lets others of the service begin, and lets log records go their way."""
        for place in self.places.values():
            for tasks in place.tasks.values():
                for task in tasks:
                    if task is not None:
                        task.drop()
        self.recourse.resume()
        if self.held is not None:
            self.held.leave()
            self.held = None


def _lost(entered: ref[Activation]) -> None:
    assert isinstance(entered, Entered)
    try:
        live.pop(entered.number, None)
        entered.over()
    except BaseException:  # an interruption: what it has cut off is done again
        entered.over()
        raise


live: dict[int, Entered] = {}  # by the region's id


def enter(region: Activation) -> Entered:
    """Marks a region that is being entered."""
    if live:
        _settle()
    entered = Entered(region, _lost)
    entered.number, entered.places, entered.recourse = id(region), region.places, region.recourse
    live[id(region)] = entered
    return entered


def end(region: Activation) -> bool:
    """The region ends; once or, after an interruption, again. Whether it had not ended before."""
    entered = live.get(id(region))
    if entered is None:
        return False
    entered.over()
    live.pop(id(region), None)
    return True


def _settle() -> None:
    """Puts right what an interruption has kept `_lost` from."""
    for number, entered in list(live.items()):
        if entered() is None:
            entered.over()
            live.pop(number, None)
