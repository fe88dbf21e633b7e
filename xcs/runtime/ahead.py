"""What the main slice of a region calls as it runs ahead of the program."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any
from weakref import ref

from .begun import Begun, still
from .flows import Flow
from .pending import Over
from .strands import MOST_ROUNDS, Keys, Strand, asked_before
from .task import Task

if TYPE_CHECKING:
    from .activation import Activation


class Ahead:
    """What the main slice calls."""

    __slots__ = ("begun", "counts", "keys", "region", "rounds")

    def __init__(self, region: ref[Activation], begun: Begun | None) -> None:
        self.region = region  # which drives this, and ends when the program has lost it
        self.begun = begun
        self.counts: dict[int, int] = {}
        self.keys: Keys = {}
        self.rounds = 0

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        """What there is of a loop for the slice: what the program has still to come to."""
        return still(self.begun, loop, iterable)

    def enter(self, loop: int) -> None:
        """A loop begins."""
        self.counts[loop] = 0

    def step(self, loop: int) -> None:
        """The next iteration of a loop begins."""
        self.counts[loop] += 1

    def round(self) -> None:
        """Another iteration of a `while` loop, as in a strand."""
        self.rounds += 1
        if self.rounds > MOST_ROUNDS:
            raise Over

    def start(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> None:
        region = self.region()
        assert region is not None
        place = region.places[site]
        key = place.at(self.counts)
        before, index = place.ahead
        if before != key:
            index = 0
        place.ahead = key, index + 1
        region.begin(region.slot(place, key, index), place, callee, args, kwargs)

    def seen(self, table: int, key: object) -> bool:
        """Whether this slice has asked a table for the key before; from now on it has."""
        return asked_before(self.keys, table, key)

    def strand(self, function: Callable[..., Generator[Task | None, Any, None]], /, *values: Any) -> None:
        strand = Strand(self.region, dict(self.counts), keys=self.keys)
        strand.generator = function(strand, *values)
        strand.resume(None)

    def flow(self, function: Callable[..., Generator[Any, Any, None]], /, *values: Any) -> None:
        """Begins a strand that hands on what is still to come."""
        flow = Flow(self.region, dict(self.counts), self.begun, self.keys)
        flow.generator = function(flow, *values)
        flow.resume(None)


def come_to(slice: Ahead | Strand, loop: int) -> bool:
    """Whether the program has come to the iteration of a loop that a slice is in."""
    region = slice.region()
    return region is None or region.counts.get(loop, slice.counts.get(loop, 0)) >= slice.counts.get(loop, 0)
