"""A region whose first iterations run in place, as its callees become known by that; the others may run ahead."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from gc import get_referents
from itertools import chain, islice
from sys import getrefcount
from threading import get_ident
from types import FrameType
from typing import Any, Protocol

from .begun import Begun
from .counting import advanced, counted_on
from .interrupts import unwound
from .iterators import READABLE, too_few
from .opened import ALONE
from .region import Region

ABOVE = 2  # frames of the program in which its variables may be: a comprehension may have a frame of its own

OURS = 3  # references to a frame's dictionary: the frame's, a variable's, an argument's

LATEST = 8  # items after which it is no longer asked whether something has changed


def variables_of(frame: FrameType) -> dict[str, object]:
    """What a function's variables hold.

    Up to 3.12 a frame has one dictionary for that, which whoever asked before may have kept, and which asking brings up
    to date. Where it can be seen before (3.10), it is left as it was; else, if somebody has it, with what it holds now.
    """
    code = frame.f_code
    most = len(code.co_varnames) + len(code.co_cellvars) + len(code.co_freevars)
    before = {id(d): d.copy() for d in get_referents(frame) if type(d) is dict and len(d) <= most}
    names = frame.f_locals
    found = dict(names)
    if type(names) is dict:
        theirs = getrefcount(names) > OURS
        kept = before.get(id(names)) or ({k: v for k, v in found.items() if not k.startswith("@")} if theirs else {})
        names.clear()  # it would keep alive what it holds
        names.update(kept)
    return found


class Again(Protocol):
    """What decides again, given what the region's variables hold now and how far the loop is."""

    waits: bool  # nothing has changed

    @property
    def shows(self) -> Callable[[object], bool]:
        """Whether an object gives a sequence's items as they are, and shows how far it is."""

    def __call__(self, roots: dict[str, object], begun: Begun, /) -> Region | None: ...


class Peeled:
    """An activation that makes every call in place, until what it needs is known: then perhaps a region."""

    def __init__(self, name: str, loop: int, kept: dict[str, object], bound: tuple[str, ...], again: Again) -> None:
        self.name, self.loop, self.bound = name, loop, bound
        self.kept: dict[str, object] | None = kept  # None: it is decided, or too late
        self.again = again
        self.ahead = False
        self.thread = get_ident()
        self.over = 0  # items
        self.region: Region | None = None
        self.take: Callable[..., Callable[[], Any]] = ALONE.take
        self.takes: Callable[..., Any] = ALONE.takes
        self.callback: Callable[..., Callable[[], Any]] = ALONE.callback

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        if self.region is not None:
            return self.region.items(loop, iterable)
        if loop != self.loop or too_few(iterable):
            return iterable
        if type(iterable) not in READABLE and not self.again.shows(iterable):
            return iterable
        return chain.from_iterable(_Parts(self, iter(iterable)))

    def advance(self, iterator: Iterator[Any], item: Any) -> Any:
        if self.over and self.kept is not None:
            self.decide(Begun(self.loop, iterator, item, self.over, self.again.shows))
        self.over += 1
        return item if self.region is None else advanced(self.region, self.loop, item)

    def decide(self, begun: Begun) -> None:
        """Decides again if something has changed, once; if nothing has for long, nothing will."""
        kept, self.kept = self.kept, None
        now = self.variables() if self.bound else {}
        if kept is None or now is None or get_ident() != self.thread:
            return
        self.region = self.again({**kept, **now}, begun)
        if self.region is not None:
            self.take, self.takes, self.callback = self.region.take, self.region.takes, self.region.callback
            self.ahead = True
        elif self.again.waits and self.over < LATEST:
            self.kept = kept

    def variables(self) -> dict[str, object] | None:
        """What those variables hold now that the loop binds. None: there are such that hold nothing."""
        frame = sys._getframe(3)
        for _ in range(ABOVE):
            code = frame.f_code
            if self.name in code.co_varnames or self.name in code.co_cellvars:
                names = variables_of(frame)
                found = {name: names[name] for name in self.bound if name in names}
                whole = names.get(self.name) is self and len(found) == len(self.bound)
                return found if whole else None
            if frame.f_back is None:
                return None
            frame = frame.f_back
        return None

    def left(self, iterator: Iterator[Any]) -> Iterator[Any] | None:
        """The items that are left, once it is decided; None: it may still be."""
        if self.region is not None:
            return counted_on(self.region, self.loop, iterator, self.alone)
        return iterator if self.kept is None else None

    def alone(self) -> None:
        """Nothing runs ahead any more."""
        self.ahead, self.take, self.takes = False, ALONE.take, ALONE.takes

    def close(self) -> None:
        self.kept = None
        if self.region is not None:
            self.region.close()
            return
        error = sys.exc_info()[1]
        if error is not None:
            unwound(error)


class _Parts:
    """The items one by one, until it is decided; then all that are left."""

    __slots__ = ("iterator", "last", "over", "peeled")

    def __init__(self, peeled: Peeled, iterator: Iterator[Any]) -> None:
        self.peeled, self.iterator, self.last = peeled, iterator, False
        self.over = -1  # items, when a part was given

    def __iter__(self) -> Iterator[Iterator[Any]]:
        return self

    def __next__(self) -> Iterator[Any]:
        peeled, iterator = self.peeled, self.iterator
        if self.last or peeled.over == self.over:
            raise StopIteration
        self.over = peeled.over
        left = peeled.left(iterator)
        self.last = left is not None
        return left if left is not None else map(partial(peeled.advance, iterator), islice(iterator, 1))
