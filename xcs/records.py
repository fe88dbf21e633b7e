"""Dataclasses that are made by the thousand while a region is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**options: Any) -> Any:
        return lambda function: function


T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A dataclass with slots, frozen as type checkers see it: making one that is really frozen takes far longer."""
    own = "__hash__" in vars(cls)
    return dataclass(slots=True, eq=not own, unsafe_hash=not own)(cls)


def replace(made: T, **changes: object) -> T:
    """A record with some fields changed. (That of `dataclasses` runs with the built-ins of the moment.)"""
    kind: Any = type(made)
    return kind(**{name: changes[name] if name in changes else getattr(made, name) for name in kind.__match_args__})  # type: ignore[no-any-return]


def assert_never(value: NoReturn) -> NoReturn:
    """Stands where type checkers see that nothing is left. (That of `typing` is there from Python 3.11 on.)"""
    raise AssertionError(f"not one of its kinds: {type(value)}")


__all__ = ["assert_never", "record", "replace"]
