"""Zero-argument callables of C that answer a take in the user's frame: with a value, or by raising."""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import repeat
from typing import Any


class _Loop:
    """All that a C future asks of its loop."""

    def get_debug(self) -> bool:
        return False

    def call_soon(self, *args: Any, **kwargs: Any) -> None:
        pass

    def call_exception_handler(self, context: Any) -> None:
        pass


_loop = _Loop()


class Takes(functools.partial[Callable[[], Any]]):
    """`take` with its site and callee, for a call with unpacked arguments. Where Python has something to say about
    those it asks what it calls for its name: the callee's is given."""

    def __getattribute__(self, name: str) -> Any:
        return getattr(_callee(self), name)

    def __str__(self) -> str:
        return str(_callee(self))


def _callee(takes: Any) -> Any:
    return functools.partial.__getattribute__(takes, "args")[1]


def returning(value: Any) -> Callable[[], Any]:
    return repeat(value).__next__


def raising(error: BaseException) -> Callable[[], Any]:
    """Raises `error` without a frame of ours, as it is: a future's own `result` would change its `__context__`."""
    from asyncio.futures import Future

    future: Future[Any] = Future(loop=_loop)  # type: ignore[arg-type]
    return functools.partial(iter(future).throw, error)
