"""Calls that no slice has started: in their place, but as tasks where what runs ahead has a share in how they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .answers import raising
from .interrupts import bare, from_signal
from .task import Task

if TYPE_CHECKING:
    from .activation import Activation
    from .site import Site

Answer = Callable[[], Any]


def beside(
    region: Activation, place: Site, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Answer | None:  # fmt: skip
    """Made while others of its service are under way: if it is rejected because of those, none of it is seen. And its
    answer is looked at, where what runs ahead takes it for data. None: it is like any other call."""
    limit = place.limit
    crowded = limit is not None and limit.running and region.recourse.hushed is None and place.knows(callee)
    if not crowded and not (place.data and region.leads()):
        return None
    task = region.asked = Task(region.around)
    if crowded:
        task.limit, task.remembers = limit, place.remembers
    task.call(callee, args, kwargs)
    return region.outcome(task, callee, args, kwargs, data=place.data)


def looked_at(
    region: Activation, place: Site, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Answer | None:  # fmt: skip
    """The same of a call that is taken for data, and was not to be had early. None: nothing runs ahead any more."""
    region.asked = None
    answer = None
    try:
        answer = beside(region, place, callee, args, kwargs)
    except BaseException as error:
        if from_signal(error) or (region.asked is not None and not region.asked.untouched()):
            return raising(bare(error))
    if answer is None:
        region.abandon(1)  # it would be looked at by nobody
    return answer


__all__ = ["beside", "looked_at"]
