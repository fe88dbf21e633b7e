"""Answers that are an argument as it was started, or errors that hold one: the program gets its own object.

    text = line.strip()          # the slice has made an equal text
    if ask(text) is text: ...    # what `ask` gave back is the slice's: it is exchanged for the program's
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..marks import gave_other
from ..peek import Kinds, dict_of, instance_dict, is_plain
from .contexts import connected
from .interrupts import from_signal
from .validate import inside

if TYPE_CHECKING:
    from .activation import Activation
    from .task import Task, Then

MOST_PARTS, MOST_DATA, DEEPEST = 1_000, 20_000, 4
# What built-in exceptions keep of arguments beside `args`.
CHANGED = Kinds((list, tuple, dict))
KEPT: tuple[tuple[type[BaseException], str], ...] = (
    (OSError, "filename"), (OSError, "filename2"), (UnicodeEncodeError, "object"), (UnicodeDecodeError, "object"),
    (StopIteration, "value"), (AttributeError, "obj"),
)  # fmt: skip

_args: Any = dict_of(BaseException)["args"]


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
    others = {id(started): now for started, now in _pairs(then, args, kwargs) if started is not now}
    return _in(value, others, [MOST_DATA], -DEEPEST) if others else value


def own_error(error: BaseException, then: Then, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """The same for what an error and those that it comes from hold."""
    others = {id(started): now for started, now in _pairs(then, args, kwargs) if started is not now}
    for one in connected(error) if others else ():
        _exchanged(one, others)


def _pairs(then: Then, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    _, values, named = then
    for started, now in zip(values, args, strict=False):
        yield from inside(started, now)
    for name, started in named.items():
        if name in kwargs:
            yield from inside(started, kwargs[name])


def _exchanged(error: BaseException, others: Mapping[int, Any]) -> None:
    """Puts the program's objects into one error, which the call has made and nobody else has."""
    args = _args.__get__(error)
    after = _in(args, others, [MOST_PARTS], 0)
    if after is not args:
        _args.__set__(error, after)
    _in(instance_dict(error), others, [MOST_PARTS], 0)
    for kind, name in KEPT:
        if issubclass(type(error), kind):
            slot: Any = dict_of(kind)[name]
            try:
                held = slot.__get__(error)
            except (AttributeError, TypeError):  # it has not been set
                continue
            if id(held) in others:
                slot.__set__(error, others[id(held)])


def _in(value: Any, others: Mapping[int, Any], budget: list[int], depth: int) -> Any:
    """The value with the program's objects; lists and dictionaries are changed, tuples made anew where they must be."""
    if id(value) in others:
        return others[id(value)]
    kind = type(value)
    if kind not in CHANGED or depth > DEEPEST or budget[0] < len(value):
        return value
    budget[0] -= len(value)
    if kind is tuple:
        parts = [_in(part, others, budget, depth + 1) for part in value]
        return tuple(parts) if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    for key, held in list(value.items()) if kind is dict else list(enumerate(value)):
        after = _in(held, others, budget, depth + 1)
        if after is not held:
            value[key] = after
    return value
