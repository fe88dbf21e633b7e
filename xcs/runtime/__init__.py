"""What transformed code calls: regions, workers, takes, overload, statistics. Standard library only."""

from . import forks
from .accounts import Account
from .ahead import Begun
from .apart import Remembers
from .files import Files
from .interrupts import Interrupted, from_signal
from .nesting import nesting_too_deep
from .opened import Opened, Slot, runs
from .peeled import Peeled
from .region import Region
from .site import SiteInfo
from .stats import Accounted, Counters, Stats
from .strands import Over

__all__ = [
    "Account",
    "Accounted",
    "Begun",
    "Counters",
    "Files",
    "Interrupted",
    "Opened",
    "Over",
    "Peeled",
    "Region",
    "Remembers",
    "SiteInfo",
    "Slot",
    "Stats",
    "from_signal",
    "nesting_too_deep",
    "runs",
    "set_pool",
]

forks.watch()


def set_pool(pool: object) -> object:
    """Replaces the pool that regions entered from now on use; gives the former one. For tests."""
    from . import workers

    former, workers.pool = workers.pool, pool  # type: ignore[assignment]
    return former
