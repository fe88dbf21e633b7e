"""What transformed code calls: regions, workers, takes, overload, statistics. Standard library only."""

from . import forks
from .accounts import Account
from .begun import Begun
from .cookies import Remembers
from .file_reads import Files
from .interrupts import Interrupted, from_signal
from .nesting import nesting_too_deep
from .opened import Opened, Slot, runs
from .own_items import own_items
from .peeled import Peeled
from .pending import Over, alone, copied_in, pends
from .region import Region
from .site import SiteInfo
from .stats import Accounted, Counters, Stats

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
    "alone",
    "copied_in",
    "from_signal",
    "nesting_too_deep",
    "own_items",
    "pends",
    "runs",
    "set_pool",
]

forks.watch()


def set_pool(pool: object) -> object:
    """Replaces the pool that regions entered from now on use; gives the former one. For tests."""
    from . import workers

    former, workers.pool = workers.pool, pool  # type: ignore[assignment]
    return former
