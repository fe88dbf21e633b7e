"""The contexts of an early call's errors: the exception that the program handles where the call is taken.

    except Busy:
        text = second(x)      # its error's `__context__`, or that of the error below it, is the `Busy`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..bound import BUILT_INS
from ..peek import cause_of, context_of, dict_of, is_a, traceback_of

MOST_ERRORS = 64  # exceptions that hang together
_set_context: Any = dict_of(BaseException)["__context__"].__set__  # type: ignore[attr-defined]
_GROUP: Any = BUILT_INS.get("BaseExceptionGroup")  # of Python 3.11


def raised_within(error: BaseException, handled: BaseException | None) -> None:
    """Links an error, and those that it comes from, to the exception that is handled where the call stands."""
    if handled is None or error is handled:
        return
    around = list(connected(handled))
    known = frozenset(map(id, around))
    if id(error) in known:  # it is raised once more
        for one in around:
            if context_of(one) is error:
                _set_context(one, None)
        _set_context(error, handled)
        return
    for one in connected(error, known):
        if context_of(one) is None and (one is error or traceback_of(one) is not None):
            _set_context(one, handled)


def connected(error: BaseException, known: frozenset[int] = frozenset()) -> Iterator[BaseException]:
    """An exception and those that it comes from or holds, each once, but for the known ones."""
    todo: list[BaseException | None] = [error]
    seen = set(known)
    while todo and len(seen) < len(known) + MOST_ERRORS:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        todo += (context_of(one), cause_of(one))
        if _GROUP is not None and is_a(one, _GROUP):
            todo += _members(one)
        yield one


def _members(group: BaseException) -> tuple[BaseException, ...]:
    found: tuple[BaseException, ...] = dict_of(_GROUP)["exceptions"].__get__(group)  # type: ignore[attr-defined]
    return found
