"""Dataclasses of the stages behave as those of `dataclasses`, but for being kept from changes."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import pytest

from xcs import records

pytestmark = pytest.mark.once


def classes(dataclass: Any, field: Any) -> list[Any]:
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
    theirs = classes(dataclasses.dataclass, dataclasses.field)[index]
    ours = classes(records.dataclass, records.field)[index]
    assert [f.name for f in dataclasses.fields(ours)] == [f.name for f in dataclasses.fields(theirs)]
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__[-len(ours.__slots__) :]  # with others before them in Python 3.10
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


def test_what_dataclasses_asks_for_is_there() -> None:
    """`asdict` of a report goes through the records that it holds."""
    several, more, *_ = classes(records.dataclass, records.field)
    assert dataclasses.asdict(more("a", last=several("b"))) == {
        "name": "a", "number": 0.0, "beside": [], "unhashed": (),
        "last": {"name": "b", "number": 0.0, "beside": [], "unhashed": ()},
    }  # fmt: skip
    assert dataclasses.replace(several("a", beside=[1]), name="b") == several("b", beside=[1])
    assert [(f.name, f.type) for f in dataclasses.fields(more)][-1] == ("last", "object")
    assert dataclasses.is_dataclass(several) and not hasattr(several("a"), "__dict__")


def test_some_fields_are_no_arguments() -> None:
    @records.record
    class Counted:
        name: str
        code: int = records.field(default=0, init=False, compare=False)
        made: list[int] = records.field(default_factory=list, init=False, hash=False)
        node: object = records.field(kw_only=True, repr=False)

        def __post_init__(self) -> None:
            self.made.append(len(self.name))

    one, other = Counted("one", node=1), Counted("one", node=1)
    assert one == other and hash(one) == hash(other) and one.made == [3] and one.code == 0
    assert one != Counted("one", node=2) and Counted.__match_args__ == ("name",)
    with pytest.raises(TypeError, match=r"Counted.__init__\(\) missing 1 required keyword-only argument: 'node'"):
        Counted("one")
    with pytest.raises(TypeError, match="2 positional"):
        Counted("one", 2, node=1)


@records.dataclass(frozen=True, slots=True)
class Held:
    value: object
    other: int = 1


def test_they_can_be_pickled_and_hold_themselves() -> None:
    assert pickle.loads(pickle.dumps(Held(3))) == Held(3)
    held: Any = Held([])
    held.value.append(held)
    assert repr(held) == "Held(value=[...], other=1)" or "..." in repr(held)
