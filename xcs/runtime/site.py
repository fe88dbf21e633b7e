"""The sites of a region's activation: calls by the iteration that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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

    __slots__ = ("ahead", "anchor", "callee", "feeds", "index", "key", "limit", "number", "tasks")

    def __init__(self, number: int, info: SiteInfo) -> None:
        self.number, self.anchor, self.feeds = number, info.anchor, info.feeds
        self.limit: Limit | None = limit_of(info.service, info.limit) if info.service is not None else None
        self.tasks: dict[int, list[Task | None]] = {}  # None: taken
        self.key = self.index = 0  # the program: this iteration, so many instances taken
        self.callee: Any = None  # what was started here last
        self.ahead = (0, 0)  # the same of the main slice
