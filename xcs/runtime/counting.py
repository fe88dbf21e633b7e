"""A loop's items: counted while something may still have been started early, afterwards as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from ..peek import Kinds
from .accounts import in_vain
from .opened import ALONE

if TYPE_CHECKING:
    from .activation import Activation
    from .site import SiteInfo

NO_ITEMS = Kinds((type(None), int, float, bool, complex))  # of these the loop itself says that it can't go through them
TOGETHER = 64  # items between two looks whether that may be


class Note:
    """Notes each item of a loop on its way to it."""

    __slots__ = ("loop", "noted", "region")

    def __init__(self, region: Activation, loop: int) -> None:
        self.region, self.loop, self.noted = region, loop, 0

    def __call__(self, item: Any) -> Any:
        self.noted += 1
        return advanced(self.region, self.loop, item)


def on_in_rounds(sites: Mapping[int, SiteInfo]) -> dict[int, tuple[int, ...]]:
    """The loops that begin again in the rounds of a `while` loop, and are counted on: by the loop in each of whose
    iterations they are counted from the beginning."""
    found: dict[int, tuple[int, ...]] = {}
    for info in sites.values():
        if info.on is not None and info.on[1] not in found.get(info.on[0], ()):
            found[info.on[0]] = (*found.get(info.on[0], ()), info.on[1])
    return found


def begin(region: Activation, loop: int) -> None:
    """The program enters a loop."""
    if not region.on or not any(loop in inner for inner in region.on.values()):
        region.counts[loop] = 0


def advanced(region: Activation, loop: int, item: Any) -> Any:
    """The program begins another iteration of a loop."""
    for inner in region.on.get(loop, ()) if region.on else ():
        region.counts[inner] = 0
    return region.advance(loop, item)


def counted(region: Activation, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
    """The items, each noted by the region; what stands between the loop and its iterable is of C."""
    begin(region, loop)
    if type(iterable) in NO_ITEMS:
        return iterable
    return counted_on(region, loop, iter(iterable))


def counted_on(
    region: Activation, loop: int, iterator: Iterator[Any], alone: Callable[[], None] | None = None
) -> Iterator[Any]:
    """The same of what is left of a loop; `alone` is called when nothing runs ahead any more."""
    return chain.from_iterable(_Parts(Note(region, loop), iterator, alone))


class _Parts:
    """The items in parts, the last one with all that are left. No generator: one that the program lets go of, when it
    leaves the loop, runs its end, where an exception of a signal handler's would be lost."""

    __slots__ = ("alone", "iterator", "last", "note")

    def __init__(self, note: Note, iterator: Iterator[Any], alone: Callable[[], None] | None) -> None:
        self.note, self.iterator, self.alone, self.last = note, iterator, alone, False
        note.noted = TOGETHER

    def __iter__(self) -> Iterator[Iterator[Any]]:
        return self

    def __next__(self) -> Iterator[Any]:
        if self.last or self.note.noted < TOGETHER:
            raise StopIteration
        if over(self.note.region):
            self.last = True
            if self.alone is not None:
                self.alone()
            return self.iterator
        self.note.noted = 0
        return map(self.note, islice(self.iterator, TOGETHER))


def round_of(region: Activation, loop: int) -> bool:
    """The next round of a `while` loop begins, whose test is evaluated then: true."""
    if loop in region.anchors and region.ahead:
        advanced(region, loop, None)
        if region.counts[loop] % TOGETHER == 0:
            over(region)
    return True


def over(region: Activation) -> bool:
    """Whether nothing has been started that is not taken, and nothing will be: then calls are made as they stand."""
    if not region.ahead:
        return True
    if region.generator is not None and in_vain(region.taken, region.slicing, region.won):
        region.end_slice()  # what it has started is taken all the same
    if region.outstanding or region.parked:
        return False
    if region.generator is not None and region.allowed() > 0:
        return False
    # What waits for results, or has to be told of each call, may go on by itself.
    if any(place.feeds or place.remembers for place in region.places.values()):
        return False
    region.abandon()
    region.ahead = False
    region.take, region.takes = ALONE.take, ALONE.takes  # type: ignore[method-assign]
    return True
