"""What an activation does about calls that their service rejects because there were too many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..bound import sleep
from .limits import Limit
from .refusals import patience
from .task import Task

FIRST_PAUSE = 0.02  # seconds, after a call that was rejected


class Recourse:
    """Makes rejected calls again. `alone`: not part of a task, for whose end it would wait in vain.

    `hushed` is the service of which nothing begins meanwhile; `lead` the seconds that the program is ahead of where it
    would be without early calls.
    """

    __slots__ = ("alone", "hushed", "lead")

    def __init__(self, alone: bool) -> None:
        self.alone = alone
        self.hushed: Limit | None = None
        self.lead = 0.0

    def again(
        self, task: Task, untaken: Callable[[], float], callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """Makes a rejected call again, with nothing of its service beside it, until it is not, or waiting is in vain.

        There is as much time for that as the plain program would have taken for all calls that have been made: after it
        the service has been asked no more often than by then. False: then, or where we are a task, the call is to be
        made in place. `untaken`: gives the seconds that the calls took which are made and not taken.
        """
        task.given()
        if self.alone:
            if task.limit is not None and self.hushed is None:
                self.hushed = task.limit
                if task.limit.hush(self):
                    self.rest(FIRST_PAUSE)  # the service may not have seen yet that nothing is under way
            left, pause = self.lead + untaken(), FIRST_PAUSE
            while left > 0.0:
                task.call(callee, args, kwargs)
                self.lead -= task.seconds
                if not task.rejected:
                    return True
                asked = patience(task.value, task.error)
                if asked is None:
                    return True  # also alone, and waiting may be in vain: it is what the program is to see
                wait = min(left, max(pause, asked))
                self.rest(wait)
                left -= wait + task.seconds
                pause *= 2
        task.forget()
        return False

    def rest(self, seconds: float) -> None:
        sleep(seconds)
        self.lead -= seconds

    def resume(self) -> None:
        """Others of the service may begin again."""
        limit = self.hushed
        if limit is not None:
            limit.resume(self)
            self.hushed = None
