"""`xcs.unordered` and `xcs.ordered`: facts that a user states about a callable."""

from __future__ import annotations

import types
import weakref
from typing import Any, TypeVar

from .peek import CONTAINERS, IMMUTABLE, class_name, is_a

Callable_ = TypeVar("Callable_")

_marks: dict[int, tuple[object, str]] = {}
_others: dict[int, object] = {}  # marked callables of which an answer was something else than data


def _mark(function: Callable_, mark: str) -> Callable_:
    if type(function) in IMMUTABLE or type(function) in CONTAINERS:
        raise TypeError(f"xcs.{mark} takes a callable, not {class_name(type(function))}")
    target: Any = function
    target = target.__func__ if is_a(target, types.MethodType) else target
    key = id(target)
    try:
        _marks[key] = (weakref.ref(target, lambda _: _marks.pop(key, None)), mark)
    except TypeError:
        _marks[key] = (lambda: target, mark)
    return function


def unordered(function: Callable_) -> Callable_:
    """States that calls of `function` may run at the same time and in any order: it depends on its arguments alone
    and changes nothing that anybody looks at.

    Works as a decorator and as a plain call on foreign callables; returns `function` itself.

    Raises:
        TypeError: `function` is not callable.
    """
    return _mark(function, "unordered")


def ordered(function: Callable_) -> Callable_:
    """States that calls of `function` must stay where they are, whatever the analysis finds.

    Raises:
        TypeError: `function` is not callable.
    """
    return _mark(function, "ordered")


def marked(obj: object) -> str | None:
    """The mark on a callable, if any."""
    found = _marks.get(id(obj))
    if found is None:
        return None
    reference, mark = found
    return mark if reference() is obj else None  # type: ignore[operator]


def any_marked() -> bool:
    """Whether anything is marked."""
    return bool(_marks)


def gave_other(function: object, now: bool = False) -> bool:
    """Whether an answer of a marked callable was seen to be no built-in data; `now`: it is seen now."""
    target: Any = function
    target = target.__func__ if type(target) is types.MethodType else target
    if now:
        _others[id(target)] = target
    return _others.get(id(target)) is target
