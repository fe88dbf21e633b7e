"""What transformed code calls: regions, workers, takes, overload, statistics. Standard library only."""

from .nesting import nesting_too_deep
from .region import Interrupted, Region, SiteInfo
from .stats import Counters, Stats

__all__ = ["Counters", "Interrupted", "Region", "SiteInfo", "Stats", "nesting_too_deep", "set_pool"]


def set_pool(pool: object) -> object:
    """Replaces the pool that regions entered from now on use; gives the former one. For tests."""
    from . import workers

    former, workers.pool = workers.pool, pool  # type: ignore[assignment]
    return former
