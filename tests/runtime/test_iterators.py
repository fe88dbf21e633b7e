"""Going through a loop's items anew: what comes is what the loop itself has still to come, or it is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from xcs.runtime.iterators import Elsewhere, rest, too_few


def shows(_: object) -> bool:
    return False


THINGS = [object() for _ in range(5)]
TABLE = dict(zip("abcde", THINGS, strict=True))

SAME: dict[str, Callable[[], Iterable[Any]]] = {
    "list": lambda: THINGS,
    "tuple": lambda: (*THINGS,),
    "range": lambda: range(5),
    "long range": lambda: range(10**30),
    "str": lambda: "abcde",
    "other str": lambda: "äbcde",
    "bytes": lambda: b"abcde",
    "dict": lambda: TABLE,
    "items": lambda: TABLE.items(),
    "values": lambda: TABLE.values(),
    "set": lambda: {1, 2, 3, 4, 5},
    "reversed": lambda: reversed(THINGS),
    "enumerate": lambda: enumerate(THINGS, 3),
    "zip": lambda: zip(THINGS, range(9), strict=False),
    "both": lambda: enumerate(zip(THINGS, TABLE.items(), strict=True)),
    "new list": lambda: sorted(range(5)),
    "in new list": lambda: enumerate([*THINGS]),
}


@pytest.mark.parametrize("over", [1, 3])
@pytest.mark.parametrize("make", SAME.values(), ids=SAME)
def test_the_same_items(make: Callable[[], Iterable[Any]], over: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loop = iter(make())
        for _ in range(over):
            next(loop)
        item = next(loop)
        found = rest(make(), loop, item, over, shows)
    assert [next(found), next(found)] == [item, next(loop)]


OTHER: dict[str, Callable[[], tuple[Iterable[Any], Iterable[Any]]]] = {
    "shorter": lambda: (THINGS, THINGS[:4]),
    "equal, but held by others": lambda: (THINGS, [*THINGS]),
    "another kind": lambda: (THINGS, (*THINGS,)),
    "other items": lambda: (range(5), range(0, 10, 2)),
    "a generator": lambda: (THINGS, (x for x in THINGS)),
    "over a generator": lambda: (enumerate(THINGS), enumerate(x for x in THINGS)),
    "other count": lambda: (enumerate(THINGS), enumerate(THINGS, 1)),
    "other rest": lambda: ({1: 1, 2: 2, 3: 3, 4: 4}, {1: 1, 2: 2, 3: 3, 5: 5}),
    "no items": lambda: (THINGS, []),
}


@pytest.mark.parametrize("make", OTHER.values(), ids=OTHER)
def test_other_items(make: Callable[[], tuple[Iterable[Any], Iterable[Any]]]) -> None:
    items, anew = make()
    loop = iter(items)
    next(loop)
    with pytest.raises(Elsewhere):
        rest(anew, loop, next(loop), 1, shows)


def test_the_loop_itself_is_not_gone_through() -> None:
    loop = iter(THINGS)
    next(loop)
    item = next(loop)
    with pytest.raises(Elsewhere):
        rest(loop, loop, item, 1, shows)
    assert list(loop) == THINGS[2:]


def test_no_code_of_the_program_runs() -> None:
    class Items(list[object]):
        def __iter__(self) -> Any:
            raise AssertionError

    for anew in (Items(THINGS), map(str, THINGS)):
        loop = iter(THINGS)
        next(loop)
        with pytest.raises(Elsewhere):
            rest(anew, loop, next(loop), 1, shows)


def test_too_few() -> None:
    assert too_few([1, 2]) and too_few({1: 1}) and too_few(range(2))
    assert not too_few([1, 2, 3]) and not too_few(iter([1, 2]))


def going(items: Any) -> Any:
    yield from items


@pytest.mark.parametrize("make", [list, enumerate, lambda items: zip(items, "wxyz", strict=False)])
def test_shown(make: Any) -> None:
    """A generator that shows how far a loop is stands where the items do that it was asked for."""
    items = ["a", "b", "c", "d"]
    loop = going(make(items))
    next(loop)
    found = rest(make(items), loop, next(loop), 1, lambda made: made is loop)
    assert list(found) == list(make(items))[1:]
    with pytest.raises(Elsewhere):
        rest(make(items), loop, next(loop), 2, shows)


def test_shown_inside() -> None:
    items = ["a", "b", "c", "d"]
    inner = going(items)
    loop = enumerate(inner, 5)
    next(loop)
    item = next(loop)
    assert list(rest(enumerate(items, 5), loop, item, 1, lambda made: made is inner)) == list(enumerate(items, 5))[1:]
    with pytest.raises(Elsewhere):
        rest(enumerate(items, 5), loop, next(loop), 1, lambda made: made is inner)


def test_shown_without_index() -> None:
    """Of a dictionary it can't be seen how far a generator has gone."""
    items = {"a": 1, "b": 2, "c": 3}
    loop = going(items)
    next(loop)
    with pytest.raises(Elsewhere):
        rest(items, loop, next(loop), 1, lambda made: made is loop)
