"""Built-in functions that call back: for each element they find the answer of an early start, or make the call.

All that stands between the user's frame and what is called is of C: no frame of ours is in a traceback.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..peek import class_name, is_a, receiver_of
from .answers import raising
from .counting import begin
from .interrupts import bare

if TYPE_CHECKING:
    from .activation import Activation

BUILT_IN = (type, type(sorted))
called = operator.methodcaller("__call__")


class Callback:
    """Stands for the function that `filter`, or a key of `sorted`, `max` or `min`, is.

    To call it Python asks its class for `__call__`: what that gives is called with the element, and no frame of ours
    is there any more.
    """

    __slots__ = ("elements", "function", "loop", "region", "site")

    def __init__(self, region: Activation, site: int | None, loop: int, function: Any) -> None:
        self.region, self.site, self.loop, self.function = region, site, loop, function
        self.elements: deque[Any] = deque()  # that the built-in has and has not come to

    def note(self, element: Any) -> Any:
        """An element on its way to the built-in."""
        self.elements.append(element)
        return element

    def all(self, elements: Iterable[Any]) -> list[Any]:
        found = list(elements)
        self.elements.extend(found)
        return found

    @property
    def __call__(self) -> Callable[..., Any]:
        element = self.elements.popleft()
        try:
            if self.loop in self.region.anchors:  # not of one in a `while` loop, which begins again and again
                self.region.advance(self.loop, element)
        except BaseException as error:  # a signal handler's
            return ignoring(raising(bare(error)))
        if self.site is None:
            return self.function  # type: ignore[no-any-return]
        answer = self.region.early(self.site, self.function, (element,), {})
        if answer is not None:
            return ignoring(answer)
        return self.region.variant(self.site, self.function) or self.function


def ignoring(answer: Callable[[], Any]) -> Callable[..., Any]:
    """An answer to be called with an element: of C, as the answer is."""
    if type(answer) is partial:  # a StopIteration, which `next` would take for the end
        answer()
    return partial(next, map(called, (answer,)))


def called_back(
    region: Activation, site: int | None, loop: int, callee: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Callable[[], Any] | None:
    """`callee(*args, **kwargs)`, its elements counted and its calls taken; None: it is to be called as it stands.

    site: None where the function is a lambda of the program, whose own calls are taken.
    """
    if site is not None and not is_a(callee, BUILT_IN):
        return _applied(region, site, loop, callee, args, kwargs)
    if loop not in region.anchors and site not in region.places and site not in region.opens:
        return None
    if loop in region.anchors:
        begin(region, loop)
    try:
        if callee is map or callee is filter:
            if kwargs or len(args) < 2 or not callable(args[0]):
                return None
            return _map(region, site, loop, *args) if callee is map else _filter(region, site, loop, *args)
        if (callee is sorted or callee is max or callee is min) and len(args) == 1 and callable(kwargs.get("key")):
            callback = Callback(region, site, loop, kwargs["key"])
            elements = callback.all(args[0]) if callee is sorted else map(callback.note, args[0])
            return partial(callee, elements, **{**kwargs, "key": callback})
    except TypeError:  # something is no iterable, or too much: the built-in says so
        pass
    return None


def _applied(
    region: Activation, site: int, loop: int, callee: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Callable[[], Any]:
    """`column.apply(function)`: each element is on its way to the function; what is no column's is a call as others.

    site: of the call; the next one is that of the function's calls, unless it is a lambda, whose own calls are taken.
    """
    column = receiver_of(callee)
    if loop not in region.anchors or class_name(type(column)) != "Series":
        return region.take(site, callee, *args, **kwargs)
    begin(region, loop)
    own = site + 1 if site + 1 in region.places or site + 1 in region.opens else None
    callback = Callback(region, own, loop, args[0])
    callback.all(column)  # type: ignore[arg-type]
    return partial(callee, callback)


def _map(region: Activation, site: int | None, loop: int, function: Any, first: Any, *others: Any) -> Callable[[], Any]:
    if site is None:
        return partial(map, function, region.items(loop, first), *others)
    return partial(map, called, map(partial(region.take, site, function), region.items(loop, first), *others))


def _filter(region: Activation, site: int | None, loop: int, function: Any, elements: Any) -> Callable[[], Any]:
    callback = Callback(region, site, loop, function)
    return partial(filter, callback, map(callback.note, elements))
