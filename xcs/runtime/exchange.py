"""Answers that are an argument as it was started, or errors that hold one: the program gets its own object.

    text = line.strip()          # the slice has made an equal text
    if ask(text) is text: ...    # what `ask` gave back is the slice's: it is exchanged for the program's
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..marks import gave_other
from ..peek import is_plain
from .contexts import connected
from .interrupts import from_signal
from .put_in import put_in
from .validate import inside

if TYPE_CHECKING:
    from .activation import Activation
    from .task import Task, Then

MOST_PARTS, MOST_DATA = 1_000, 20_000  # of an error, of an answer


def own(value: Any, then: Then, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The program's object in the place of an argument, or a part of one, as it was started; else the value."""
    for started, now in _pairs(then, args, kwargs):
        if started is value:
            return now
    return value


def answered(
    region: Activation, task: Task, callee: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], whole: bool,
    data: bool,
) -> Any:  # fmt: skip
    """What came of a task as the program sees it (see `exchanged`). data: it was taken for such; where it is something
    else, nothing runs ahead any more."""
    try:
        value = exchanged(task, args, kwargs, whole, data)
        if data and task.error is None and other_than_data(value, callee):
            region.abandon(region.outstanding > 0)
        return value
    except Exception as failure:
        if from_signal(failure) or not task.ended:
            raise
        return task.value  # as it came: the call cannot be made again


def exchanged(task: Task, args: tuple[Any, ...], kwargs: Mapping[str, Any], whole: bool, within: bool) -> Any:
    """What came of a task, with the program's objects in the place of those that it was started with: in an error, as
    the answer itself (`whole`), or anywhere in an answer that is data (`within`)."""
    if task.then is None:
        return task.value
    if task.error is not None:
        own_error(task.error, task.then, args, kwargs)
    elif within:
        return own_within(task.value, task.then, args, kwargs)
    elif whole:
        return own(task.value, task.then, args, kwargs)
    return task.value


def other_than_data(value: Any, callee: Any) -> bool:
    """Whether an answer that was taken for data is something else, which is noted for later decisions."""
    return not is_plain(value) and gave_other(callee, now=True)


def own_within(value: Any, then: Then, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The same for all that an answer holds which is built-in data."""
    others = _others(then, args, kwargs)
    return put_in(value, others, MOST_DATA) if others else value


def own_error(error: BaseException, then: Then, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """The same for what an error and those that it comes from hold, which the call has made and nobody else has."""
    others = _others(then, args, kwargs)
    for one in connected(error) if others else ():
        put_in(one, others, MOST_PARTS)


def _others(then: Then, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[int, Any]:
    """The program's objects, by the ids of those that a call was started with in their place."""
    return {id(started): now for started, now in _pairs(then, args, kwargs) if started is not now}


def _pairs(then: Then, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    _, values, named = then
    for started, now in zip(values, args, strict=False):
        yield from inside(started, now)
    for name, started in named.items():
        if name in kwargs:
            yield from inside(started, kwargs[name])
