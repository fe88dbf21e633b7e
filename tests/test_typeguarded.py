"""What typeguard says of a value it says, too, where an answer is at hand for what is plainly right."""

from __future__ import annotations

import collections
import enum
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from typing import Any, Literal, NamedTuple, Optional, Protocol, Union

import pytest
from typeguard import TypeCheckError, _functions, check_type

from tests.typeguarded import check, of_typeguard

pytestmark = pytest.mark.once


class Named(NamedTuple):
    name: str
    number: int


class Walks(Protocol):
    def walk(self, steps: int) -> None: ...


class Walker:
    def walk(self, steps: int) -> None: ...


class Names(list[str]): ...


class Kind(enum.Enum):
    ONE = 1


TYPES = [
    Any, None, int, float, complex, bool, str, bytes, object, type, list, dict, tuple, set, frozenset, Named, Walks,
    Walker, Kind, Optional[int], Union[int, str], int | None,  # noqa: UP007, UP045  # as older code has them
    Walker | Named | None, Walks | int, float | None, int | list[str] | None,
    dict[str, int] | set[int], Any | None, type[int] | None, type[int],
    list[int], list[Any], list[list[int]], list[int | None],
    set[str], frozenset[int], frozenset[Walker | int], Set[int], Sequence[str], Sequence[Sequence[int]],
    Collection[int],
    dict[str, int], dict[str, list[int]], Mapping[str, int | None], Mapping[tuple[int, str], Walker], dict[Any, Any],
    tuple[int, str], tuple[int, ...], tuple[()], tuple[tuple[int, ...], Walker | None], tuple[float, float],
    Literal["a", "b"], Literal[1], Literal[True], Literal["a"] | None, list[Literal["a"]], Literal[Kind.ONE],
    Callable[[int], str], Callable[..., Any], list[Callable[[], int]], Iterator[int],
]  # fmt: skip
VALUES: list[Any] = [
    None, 0, 1, True, 1.5, 1j, "", "a", "b", "c", b"", object(), int, str, type, Named("a", 1), Named,
    Walker(), Walker, Kind.ONE,
    [], [1], ["a"], [None], [1, "a"], [[1]], [["a"]], [[]], [Walker()], Names(), Names(["a"]), Names([1]),
    ["a", 1], [len],
    set(), {1}, {"a"}, frozenset(), frozenset({1}), frozenset({"a"}), frozenset({Walker()}), {1: 1}.keys(),
    {}, {"a": 1}, {"a": None}, {1: "a"}, {"a": [1]}, {"a": ["a"]}, {(1, "a"): Walker()}, {(1, 1): Walker()},
    types.MappingProxyType({"a": 1}), collections.OrderedDict(a=1), collections.Counter("a"), range(3),
    collections.deque([1]),
    (), (1,), (1, "a"), ("a", 1), (1, 2, 3), (1, 2), ((1,), None), ((1,), Walker()), (("a",), None), (1.0, 2), ((), 1),
    len, lambda: 1, lambda n: "a", iter([1]),
]  # fmt: skip


def said(value: object, kind: Any) -> bool:
    try:
        check_type(value, kind)
    except TypeCheckError:
        return False
    return True


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_the_same_is_said(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for asked in (of_typeguard, check):
        monkeypatch.setattr(_functions, "check_type_internal", asked)
        answers.append([said(value, kind) for value in VALUES])
    assert answers[0] == answers[1]
    assert any(answers[0]) and (all(answers[0]) == (kind in (Any, object, Any | None)))
