"""Dataclasses as the stages have them: with slots, made in a quarter of the time, frozen as type checkers see it.

A class of `dataclasses` that is really frozen takes half a millisecond to define, as each of its methods is compiled,
and far longer to make an object of. Here `__init__` alone is compiled, and
how records are compared; the other methods are the same for all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**options: Any) -> Any:
        return lambda function: function

    def dataclass(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Any:
        """As that of `dataclasses`. One with slots is not kept from being changed."""
        if not slots:
            return dataclasses.dataclass(frozen=frozen, eq=eq)
        return lambda cls: _made(cls, eq, frozen)


T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A dataclass that is made by the thousand while a region is decided, frozen as type checkers see it."""
    own = "__hash__" in vars(cls)
    return _made(cls, not own, not own, quick=True)


def _made(cls: type[T], eq: bool, hashed: bool, quick: bool = False) -> type[T]:
    """The dataclass; what the class has itself stays. hashed: by its fields, if it is compared by them; quick: in code
    of its own."""
    own = dict(vars(cls))
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # the text that it would get else takes as long as all the rest
    made: Any = dataclasses.dataclass(slots=True, eq=eq and quick, unsafe_hash=hashed and quick, repr=False)(cls)
    fields = dataclasses.fields(made)
    if "__repr__" not in own:
        made.__repr__ = _repr([f.name for f in fields if f.repr])
    if quick or not eq:
        return made  # type: ignore[no-any-return]
    if "__eq__" not in own:
        made.__eq__ = _equal(_values([f.name for f in fields if f.compare]))
    if own.get("__hash__") is None:
        compared = [f.name for f in fields if (f.compare if f.hash is None else f.hash)]
        made.__hash__ = _hash(_values(compared)) if hashed else None
    return made  # type: ignore[no-any-return]


def _values(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """What gives the values of so many fields."""
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda made, get=attrgetter(*names): (get(made),)) if names else lambda made: ()  # type: ignore[misc]


def _equal(values: Callable[[object], tuple[object, ...]]) -> Callable[[object, object], object]:
    def __eq__(self: object, other: object) -> object:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(values: Callable[[object], tuple[object, ...]]) -> Callable[[object], int]:
    def __hash__(self: object) -> int:
        return hash(values(self))

    return __hash__


def _repr(names: list[str]) -> Callable[[object], str]:
    @recursive_repr("...")
    def __repr__(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

    return __repr__


def replace(made: T, **changes: object) -> T:
    """A record with some fields changed. (That of `dataclasses` runs with the built-ins of the moment.)"""
    kind: Any = type(made)
    return kind(**{name: changes[name] if name in changes else getattr(made, name) for name in kind.__match_args__})  # type: ignore[no-any-return]


def assert_never(value: NoReturn) -> NoReturn:
    """Stands where type checkers see that nothing is left. (That of `typing` is there from Python 3.11 on.)"""
    raise AssertionError(f"not one of its kinds: {type(value)}")


__all__ = ["assert_never", "dataclass", "field", "record", "replace"]
