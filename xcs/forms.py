"""What `jit` returns, as type checkers see it: the function's own signature, with `stats` and `sequential`.

A checker doesn't follow what `classmethod` and `staticmethod` do to such an object. So what is got from an object is
taken to accept the object as well, and a function whose first parameter is a class, to have been given it already.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

from .runtime.stats import Stats

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R", covariant=True)
S = TypeVar("S")


class Method(Protocol[P, R]):
    """A decorated function, got from an object. `sequential`: the plain function, which is to be given the object."""

    __name__: str
    __qualname__: str

    @overload
    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def __call__(self, first: Any, /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def stats(self) -> Stats: ...
    @property
    def sequential(self) -> Callable[..., R]: ...


class ClassFunction(Protocol[P, R]):
    """A decorated function whose first parameter is a class, or is of a type that nobody stated."""

    __name__: str
    __qualname__: str

    @overload
    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def __call__(self, /, *args: Any, **kwargs: Any) -> R: ...
    def stats(self) -> Stats: ...
    @property
    def sequential(self) -> Callable[..., R]: ...
    @overload
    def __get__(self, instance: None, owner: type, /) -> ClassFunction[P, R]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> ClassFunction[P, R]: ...


class Function(Protocol[P, R]):
    """A decorated function. `sequential`: the plain one."""

    __name__: str
    __qualname__: str

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def stats(self) -> Stats: ...
    @property
    def sequential(self) -> Callable[P, R]: ...
    @overload
    def __get__(self, instance: None, owner: type, /) -> Function[P, R]: ...
    @overload
    def __get__(
        self: Function[Concatenate[Any, Q], S], instance: object, owner: type | None = None, /
    ) -> Method[Q, S]: ...


class Decorator(Protocol):
    """What `jit()` returns: `jit`."""

    @overload
    def __call__(self, function: Callable[Concatenate[type[Any], Q], S], /) -> ClassFunction[Q, S]: ...
    @overload
    def __call__(self, function: Callable[P, S], /) -> Function[P, S]: ...
