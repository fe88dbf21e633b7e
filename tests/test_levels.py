"""Whether a warning may name a frame above the function that gives it, as its code says."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from xcs.entry.later import levels

pytestmark = pytest.mark.once


def silent() -> None:
    pass


def itself() -> None:
    warnings.warn("w")  # noqa: B028


def of_its_caller() -> None:
    warnings.warn("w", DeprecationWarning, stacklevel=2)


def by_place() -> None:
    warnings.warn("w", DeprecationWarning, 2)


def further_up() -> None:
    warnings.warn("w", stacklevel=3)


def first_of_several() -> None:
    warnings.warn("w", stacklevel=2, source=None)


def given(stacklevel: int) -> None:
    warnings.warn("w", stacklevel=stacklevel)


def computed(find: Callable[[], int]) -> None:
    warnings.warn("w", stacklevel=find())


def more(depth: Any) -> None:
    warnings.warn("w", stacklevel=depth + 1)


@pytest.mark.parametrize(
    ("function", "above_itself", "above_its_caller"),
    [
        (silent, False, False), (itself, False, False), (of_its_caller, True, False), (by_place, True, False),
        (further_up, True, True), (given, True, True), (computed, True, True), (more, True, True),
        (first_of_several, True, True),
    ],
)  # fmt: skip
def test_levels(function: Callable[..., None], above_itself: bool, above_its_caller: bool) -> None:
    assert levels(function.__code__, 1) is above_itself
    assert levels(function.__code__, 2) is above_its_caller
