"""The sites of a region's activation: calls by the iteration, of every loop around them, that they belong to."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Mapping
from types import MethodType
from typing import Any
from weakref import ref

from ..records import dataclass
from .cookies import Remembers
from .limits import Limit, limit_of
from .task import Task

Key = tuple[int, ...]  # how many-th iteration of each counted loop around, outer before inner


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What the runtime needs to know of a site: service and stated limit, loggers, and the loops around it (outer
    before inner) whose iterations the slice and the program count alike."""

    service: str | None = None
    limit: int | None = None
    loggers: tuple[str, ...] = ()
    loops: tuple[int, ...] = ()
    feeds: bool = False  # other calls of the region wait for its result
    gives_back: bool = False  # its result may be an argument, as it was started
    alike: bool = False  # it is given objects that the slice makes for it
    remembers: tuple[Remembers, ...] = ()  # the clients with memory that it may be a call of
    data: bool = False  # its answer was taken for data
    again: bool = True  # it may be made a second time, where the first one went without a cookie
    opens: bool = False  # its answer is still to be read
    on: tuple[int, int] | None = None  # of its loops, one in each of whose iterations another is counted on in rounds


class Site:
    """A site of one activation: its instances by the iterations they belong to, and how far both sides are."""

    __slots__ = (
        "again", "ahead", "alike", "data", "feeds", "function", "gives_back", "held", "index", "key", "limit", "loops",
        "number", "opens", "order", "remembers", "tasks",
    )  # fmt: skip

    def __init__(self, number: int, info: SiteInfo) -> None:
        self.number, self.loops, self.feeds = number, info.loops, info.feeds
        self.gives_back, self.data, self.alike = info.gives_back, info.data, info.alike
        self.remembers, self.again, self.opens = info.remembers, info.again, info.opens
        self.held: deque[Task] = deque()  # calls whose answers would be open, as long as there are too many
        self.limit: Limit | None = limit_of(info.service, info.limit) if info.service is not None else None
        self.tasks: dict[Key, list[Task | None]] = {}  # None: taken
        self.order: deque[Key] = deque()  # the keys of these, sorted
        self.key: Key = (0,) * len(info.loops)  # the program: these iterations,
        self.index = 0  # so many instances taken in them
        self.function: Any = None  # a weak reference to what was started here last, of a method its function
        self.ahead = self.key, 0  # the same of the main slice

    def at(self, counts: Mapping[int, int]) -> Key:
        """The key of an instance, given how many iterations of each loop have begun since it was entered."""
        loops = self.loops
        return (counts[loops[0]],) if len(loops) == 1 else tuple([counts[loop] for loop in loops])

    def instances(self, key: Key) -> list[Task | None]:
        """The instances of an iteration."""
        tasks = self.tasks.get(key)
        if tasks is None:
            tasks = self.tasks[key] = []
            if self.order and key < self.order[-1]:
                insort(self.order, key)  # strands come to theirs in any order
            else:
                self.order.append(key)
        return tasks

    def know(self, callee: Any) -> None:
        """Notes what is started here, without keeping it."""
        function = callee.__func__ if type(callee) is MethodType else callee
        if self.function is None or self.function() is not function:
            try:
                self.function = ref(function)
            except TypeError:
                self.function = None

    def knows(self, callee: Any) -> bool:
        """Whether a call is of what was started here last."""
        function = callee.__func__ if type(callee) is MethodType else callee
        return self.function is not None and self.function() is function
