"""What a region has cost and brought, in the program's thread and by the clock."""

from __future__ import annotations

from ..records import dataclass, field
from ..remarks import Located

TAKE = 0.000002  # seconds that a take costs
MUCH = 0.005  # seconds; a region that has lost so much rests
FIRST = 0.03  # of its first entry, which may start threads and load modules
LOSSES = 2  # entries in a row
ENOUGH = 64  # takes of one entry, after which it is seen whether its calls are worth starting


@dataclass(slots=True)
class Total:
    """Seconds that all regions of a process have saved, less what their entries cost."""

    saved: float = 0.0


total = Total()


def in_vain(takes: int, slicing: float, won: float) -> bool:
    """Whether an entry's calls so far were not worth starting early."""
    return takes >= ENOUGH and won < slicing + takes * TAKE


@dataclass(slots=True)
class Account:
    """Seconds of one region's entries.

    deciding, checking (verdicts and objects, at each entry), slicing (also taking), waited: spent in the program's
    thread. won: what the calls that were started early took, less what was waited for. crowded: what they would
    not have taken in their places, at most: others had the processor meanwhile, and the interpreter.
    lost: by the last entries in a row that brought less than they cost, `losses` of them. takes: of calls that may be
    started early; late: of those, made in place; stayed: how often a call was made in place, by what is said of it.
    """

    entries: int = 0
    deciding: float = 0.0
    checking: float = 0.0
    slicing: float = 0.0
    waited: float = 0.0
    won: float = 0.0
    crowded: float = 0.0
    lost: float = 0.0
    losses: int = 0
    vain: float = 0.0  # spent since something was won
    takes: int = 0
    late: int = 0
    stayed: dict[Located, int] = field(default_factory=dict)

    @property
    def saved(self) -> float:
        """By the clock, at least: what was won, less all that was spent for it."""
        return self.won - self.crowded - self.deciding - self.checking - self.slicing

    def decided(self, seconds: float) -> None:
        self.deciding += seconds
        self.vain += seconds

    def checked(self, seconds: float) -> None:
        self.checking += seconds
        self.vain += seconds

    def close(self, checking: float, slicing: float, takes: int, won: float) -> None:
        """At the end of an entry: what it has cost and won."""
        spent = slicing + takes * TAKE
        self.entries += 1
        self.takes += takes
        self.slicing += spent
        self.won += won
        balance = won - spent - checking
        total.saved += balance
        if balance >= 0.0:
            self.losses, self.lost, self.vain = 0, 0.0, 0.0
        else:
            self.losses += 1
            self.lost -= balance

    def stays(self, told: Located) -> None:
        self.stayed[told] = self.stayed.get(told, 0) + 1

    def loses(self) -> bool:
        """Whether its last entries cost more than they brought."""
        return self.losses >= LOSSES or self.lost > (MUCH if self.entries > 1 else FIRST)

    def settle(self) -> None:
        """The region rests: what was lost has been paid for with that."""
        self.losses, self.lost, self.vain = 0, 0.0, 0.0
