"""What one decision may take: instructions interpreted and objects looked at, and the processor's time."""

from __future__ import annotations

from collections.abc import Callable

from ...bound import thread_time
from ...remarks import Bailout

BUDGET = 20_000  # instructions interpreted for one decision, at most
OBJECTS = 64  # that are looked at while an instruction is interpreted
TOO_LARGE = "a callee too large to analyse"
OFTEN = 32  # instructions after which the clock is read again


class Exhausted(Bailout):
    """A decision has taken what it might take: another one with more may find something."""

    def __init__(self) -> None:
        super().__init__("unknown", TOO_LARGE)


class Meter:
    """What is left of what a decision may take, in all its rounds; `spent`: instructions so far.

    The count alone ends it where the machine is as fast as was assumed, so that verdicts don't depend on noise.
    """

    __slots__ = ("clock", "given", "spent", "until")

    def __init__(
        self, given: int = BUDGET, until: float = float("inf"), clock: Callable[[], float] = thread_time
    ) -> None:
        self.given, self.until, self.clock = given, until, clock
        self.spent = 0

    def spend(self, objects: int = 0) -> None:
        """One more instruction, or objects that are looked at.

        Raises:
            Exhausted
        """
        before = self.spent
        self.spent += objects // OBJECTS if objects else 1
        if self.spent > self.given or (before // OFTEN != self.spent // OFTEN and self.clock() > self.until):
            self.given = min(self.given, self.spent - 1)
            raise Exhausted

    @property
    def out(self) -> bool:
        """Whether it came to an end."""
        return self.spent > self.given
