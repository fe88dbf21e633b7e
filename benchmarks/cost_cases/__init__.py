"""Functions of which decorating must cost nothing: each with data of a size, and the largest size that is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
FILES = (
    "objects", "containers", "texts", "numbers", "functions", "waiting", "models", "scripts", "services", "programs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """`data`: the arguments for a size. `given`: the function gets the decorator as its first argument, and decorates
    by itself. `waits`: there are calls that wait."""

    function: Callable[..., Any]
    data: Callable[[int], tuple[Any, ...]]
    largest: int
    given: bool
    waits: bool


class Cases(dict[str, Case]):
    """The cases of a file by name."""

    def add(
        self, data: Callable[[int], tuple[Any, ...]], largest: int = 100_000, given: bool = False, waits: bool = False
    ) -> Callable[[F], F]:
        def added(function: F) -> F:
            self[function.__name__] = Case(function, data, largest, given, waits)
            return function

        return added
