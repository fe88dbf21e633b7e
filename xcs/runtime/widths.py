"""How far a slice runs ahead: not far, as long as the calls that it starts are over at once."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from .task import DONE

if TYPE_CHECKING:
    from .activation import Activation

QUICK = 0.0005  # seconds; a call that takes less is worth no wait
SEVERAL = 8  # calls that have begun, of which something can be told
FEW = 8  # one in so many may be slow
AGAIN = 64  # takes until it is looked again


def wider(region: Activation, widest: int) -> bool:
    """Whether there is room for more calls in a window that is full: where some that have begun take their time."""
    if region.window >= widest or region.taken < region.looked:
        return False
    tasks = chain.from_iterable(chain.from_iterable(list(p.tasks.values()) for p in list(region.places.values())))
    begun = [task for task in tasks if task is not None and task.begun]
    slow = sum(task.state is not DONE or task.seconds >= QUICK for task in begun)
    if len(begun) >= SEVERAL and slow * FEW < len(begun):
        region.looked = region.taken + AGAIN
        return False
    region.window = widest
    return region.outstanding < region.window
