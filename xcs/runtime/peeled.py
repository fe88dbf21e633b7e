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

from ..bound import perf_counter
from .answers import Takes, raising
from .begun import Begun
from .counting import advanced, counted_on
from .interrupts import bare, unwound
from .iterators import READABLE, too_few
from .opened import ALONE, Opened, enter, leave
from .region import Region

ABOVE = 2  # frames of the program in which its variables may be: a comprehension may have a frame of its own

OURS = 3  # references to a frame's dictionary: the frame's, a variable's, an argument's

ABREAST = 0.05  # seconds that calls are started for, at most, before the first iteration's own one is made

CALLS = 200  # of a first iteration, after which nothing in it is looked into

LATEST = 8  # items after which it is no longer asked whether something has changed


def locals_of(frame: FrameType) -> dict[str, object]:
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

    def ready(self, roots: dict[str, object], callee: object, /) -> bool:
        """Whether what was missing is there now, and the call waits."""

    def meanwhile(self, roots: dict[str, object], begun: Begun, stands: list[tuple[str, int]], /) -> Region | None:
        """The region for the iterations after this one; stands: the lines at which the program is."""

    def opened(self, callee: object, /) -> Opened | None:
        """How to look into a call: a variant of a function of the program's."""


class Peeled:
    """An activation that makes every call in place, until what it needs is known: then perhaps a region."""

    def __init__(
        self, name: str, loop: int, kept: dict[str, object], bound: tuple[str, ...], again: Again, looks: bool = False
    ) -> None:
        """looks: what is missing may be there before the first iteration comes to its first slow call."""
        self.name, self.loop, self.bound = name, loop, bound
        self.kept: dict[str, object] | None = kept  # None: it is decided, or too late
        self.again = again
        self.ahead = looks
        self.begun: Begun | None = None  # the first iteration, as long as it may be looked into
        self.looked: list[Opened] = []
        self.calls = 0  # of that iteration
        self.thread = get_ident()
        self.over = 0  # items
        self.region: Region | None = None
        self.take: Callable[..., Callable[[], Any]] = self.first if looks else ALONE.take
        self.takes: Callable[..., Any] = partial(Takes, self.first) if looks else ALONE.takes
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
        if self.over:
            self.alone()
            if self.kept is not None:
                self.decide(Begun(self.loop, iterator, item, self.over, self.again.shows))
        elif self.ahead:
            self.begun = Begun(self.loop, iterator, item, 0, self.again.shows, True)
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

    def first(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        """A call of the first iteration, made in place: where it is the first slow one, the others may start before."""
        try:
            opened = self.looked_into(callee)
            variant = None if opened is None else enter(self, opened, callee)  # type: ignore[arg-type]
        except BaseException as error:  # a signal handler's
            return raising(bare(error))
        return ALONE.take(site, callee if variant is None else variant, *args, **kwargs)

    def looked_into(self, callee: Any) -> Opened | None:
        """How to look into a call of the first iteration; where it is a slow one, the others are started instead."""
        self.calls += 1
        if self.calls > CALLS:
            self.take, self.takes, self.begun = ALONE.take, ALONE.takes, None
        if self.begun is not None and self.kept is not None and get_ident() == self.thread:
            if self.again.ready(self.kept, callee):
                self.decide_meanwhile()
            elif (opened := self.again.opened(callee)) is not None:
                self.looked.append(opened)
                return opened
        return None

    def decide_meanwhile(self) -> None:
        """Decides while the first iteration is under way; if not so, once that is over."""
        begun, self.begun = self.begun, None
        if begun is None or self.kept is None or sys.exc_info()[1] is not None:
            return
        stands: list[tuple[str, int]] = []
        frame: FrameType | None = sys._getframe(3)
        while frame is not None and not self.is_in(frame):
            stands.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        if frame is None:
            return
        stands.append((frame.f_code.co_filename, frame.f_lineno))
        now = self.held(frame) if self.bound else {}
        if now is not None:
            self.region = self.again.meanwhile({**self.kept, **now}, begun, stands)
        if self.region is not None:
            self.kept = None
            self.region.drive(perf_counter() + ABREAST)  # nobody does while the program waits for its own call

    def is_in(self, frame: FrameType) -> bool:
        code = frame.f_code
        if self.name not in code.co_varnames and self.name not in code.co_cellvars:
            return False
        return locals_of(frame).get(self.name) is self

    def held(self, frame: FrameType) -> dict[str, object] | None:
        """What those variables hold now that the loop binds. None: there are such that hold nothing."""
        names = locals_of(frame)
        found = {name: names[name] for name in self.bound if name in names}
        whole = names.get(self.name) is self and len(found) == len(self.bound)
        return found if whole else None

    def variables(self) -> dict[str, object] | None:
        """The same, as the loop's next item comes."""
        frame = sys._getframe(3)
        for _ in range(ABOVE):
            code = frame.f_code
            if self.name in code.co_varnames or self.name in code.co_cellvars:
                return self.held(frame)
            if frame.f_back is None:
                return None
            frame = frame.f_back
        return None

    def left(self, iterator: Iterator[Any]) -> Iterator[Any] | None:
        """The items that are left, once it is decided; None: it may still be."""
        if self.region is None:
            return iterator if self.kept is None else None
        self.take, self.takes, self.callback = self.region.take, self.region.takes, self.region.callback
        self.ahead, self.begun = True, None
        return counted_on(self.region, self.loop, iterator, self.alone)

    def alone(self) -> None:
        """Nothing runs ahead any more."""
        self.ahead, self.take, self.takes, self.begun = False, ALONE.take, ALONE.takes, None

    def close(self) -> None:
        self.kept = self.begun = None
        for opened in self.looked:
            leave(self, opened)  # type: ignore[arg-type]
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
