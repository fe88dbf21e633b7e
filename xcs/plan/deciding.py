"""The verdict on a region, as far as those look at it who ask for a better one with more callees open."""

from __future__ import annotations

from typing import Protocol, TypeVar

from ..analysis.dependence import LinkedRegion
from .callees import Callee
from .sites import SitePlan


class Planned(Protocol):
    """The region, if it came to one, and the calls in it that start early."""

    @property
    def region(self) -> LinkedRegion | None: ...

    @property
    def sites(self) -> tuple[SitePlan, ...]: ...


Plan = TypeVar("Plan", bound=Planned)


# A plan, and what may make it better: calls to open, and `with` blocks that end exceptions.
Verdict = tuple[Plan, dict[int, tuple[Callee, ...]], frozenset[int]]
