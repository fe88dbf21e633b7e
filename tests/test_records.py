"""Dataclasses of the stages behave as those of `dataclasses`, but for being kept from changes."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest

from xcs import records

pytestmark = pytest.mark.once


def classes(dataclass: Any) -> list[Any]:
    @dataclass(frozen=True, slots=True)
    class Several:
        name: str
        number: float = 0.0
        beside: list[int] = field(default_factory=list, compare=False, repr=False)
        unhashed: tuple[int, ...] = field(default=(), hash=False)

    @dataclass(frozen=True, slots=True)
    class More(Several):
        """With one more."""

        last: object = None

    @dataclass(frozen=True, slots=True)
    class One:
        value: object

        def __repr__(self) -> str:
            return "one"

    @dataclass(frozen=True, slots=True)
    class Own:
        value: object

        def __hash__(self) -> int:
            return 7

    @dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    @dataclass(slots=True)
    class Changed:
        value: int = 0

    @dataclass(frozen=True, slots=True, eq=False)
    class Itself:
        value: int = 0

    return [Several, More, One, Own, Nothing, Changed, Itself]


GIVEN: list[tuple[object, ...]] = [("a",), ("b", 1.0, [1], (2,)), ("a", 0.0, [3]), ("a", float("nan")), ()]


@pytest.mark.parametrize("index", range(7))
def test_they_are_compared_hashed_and_shown_as_such(index: int) -> None:
    theirs, ours = classes(dataclasses.dataclass)[index], classes(records.dataclass)[index]
    assert [f.name for f in dataclasses.fields(ours)] == [f.name for f in dataclasses.fields(theirs)]
    assert ours.__match_args__ == theirs.__match_args__ and ours.__slots__ == theirs.__slots__
    made = []
    for values in GIVEN:
        try:
            made.append((theirs(*values), ours(*values)))
        except TypeError as error:
            with pytest.raises(TypeError, match=str(error).split("(", maxsplit=1)[0].rpartition(".")[2]):
                ours(*values)
    assert made
    for his, own in made:
        assert repr(own).rpartition(">.")[2] == repr(his).rpartition(">.")[2]
        assert (type(own).__hash__ is None) == (type(his).__hash__ is None)
        for his2, own2 in made:
            assert (own == own2) == (his == his2) and (own != own2) == (his != his2)
            if type(his).__hash__ is not None and own == own2:
                assert hash(own) == hash(own2)
        assert own != his and own.__eq__(1) is NotImplemented


@records.dataclass(frozen=True, slots=True)
class Held:
    value: object
    other: int = 1


def test_they_can_be_pickled_and_hold_themselves() -> None:
    assert pickle.loads(pickle.dumps(Held(3))) == Held(3)
    held: Any = Held([])
    held.value.append(held)
    assert repr(held) == "Held(value=[...], other=1)" or "..." in repr(held)
