"""The sites of a region's activation: calls by the iteration that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from types import MethodType
from typing import Any
from weakref import ref

from .limits import Limit, limit_of
from .task import Task


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What the runtime needs to know of a site: service and stated limit, loggers, and the loop it is started for."""

    service: str | None = None
    limit: int | None = None
    loggers: tuple[str, ...] = ()
    anchor: int | None = None
    feeds: bool = False  # other calls of the region wait for its result


class Site:
    """A site of one activation: its instances by iteration of the loop they belong to, and how far both sides are."""

    __slots__ = ("ahead", "anchor", "feeds", "function", "index", "key", "limit", "number", "tasks")

    def __init__(self, number: int, info: SiteInfo) -> None:
        self.number, self.anchor, self.feeds = number, info.anchor, info.feeds
        self.limit: Limit | None = limit_of(info.service, info.limit) if info.service is not None else None
        self.tasks: dict[int, list[Task | None]] = {}  # None: taken
        self.key = self.index = 0  # the program: this iteration, so many instances taken
        self.function: Any = None  # a weak reference to what was started here last, of a method its function
        self.ahead = (0, 0)  # the same of the main slice

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
