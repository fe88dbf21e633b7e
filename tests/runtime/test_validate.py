"""Whether a call in its place is the call that was started: identity, or equal built-in data as it was."""

from __future__ import annotations

import copy
import functools
import gc
from collections.abc import Callable
from typing import Any

import pytest

from xcs.runtime import likeness
from xcs.runtime.likeness import comparable
from xcs.runtime.validate import TooLarge, inside, same, same_callee, snapshot


class Text(str):
    pass


class Hostile:
    def __eq__(self, other: object) -> bool:
        raise AssertionError("user code was run")

    __hash__ = None  # type: ignore[assignment]


NAN = float("nan")
hostile = Hostile()


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (1, 1),
        ("a" * 5000, "a" * 4999 + "a"),
        (1.5, 1.5),
        (NAN, float("nan")),
        ([1, "a", (2, {3})], [1, "a", (2, {3})]),
        ({"a": [1], "b": None}, {"a": [1], "b": None}),
        (slice(1, None), slice(1, None)),
        ([hostile], [hostile]),
    ],
    ids=repr,
)
def test_same(then: object, now: object) -> None:
    assert same(snapshot(then), now)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (1, 2),
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        (0j, -0j),
        ("a", Text("a")),
        (b"a", bytearray(b"a")),
        ([1], (1,)),
        ([1], [1, 2]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([1], [True]),
        (hostile, Hostile()),
        ([hostile], [Hostile()]),
    ],
    ids=repr,
)
def test_not_same(then: object, now: object) -> None:
    assert not same(snapshot(then), now)


def test_a_container_that_changed_is_not_the_same() -> None:
    inner = [1]
    outer = {"a": inner}
    then = snapshot(outer)
    assert same(then, outer)
    inner.append(2)
    assert not same(then, outer)
    inner.pop()
    assert same(then, outer)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def cyclic() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize("make", [lambda: list(range(100_000)), lambda: nested(200), cyclic])
def test_too_large(make: Callable[[], object]) -> None:
    with pytest.raises(TooLarge):
        snapshot(make())


class Client:
    def ask(self) -> None: ...


def test_callees() -> None:
    one, other = Client(), Client()
    items: list[int] = []
    assert same_callee(one.ask, one.ask)
    assert not same_callee(one.ask, other.ask)
    assert same_callee(items.append, items.append)
    assert not same_callee(items.append, [].append)
    assert not same_callee(items.append, items.extend)
    assert not same_callee(Client.ask, one.ask)
    assert not same_callee(lambda: 1, lambda: 2)


def test_partials() -> None:
    def ask(x: int, y: int = 0) -> None: ...

    assert same_callee(functools.partial(ask, 1, y=[2]), functools.partial(ask, 1, y=[2]))
    assert not same_callee(functools.partial(ask, 1), functools.partial(ask, 2))
    assert not same_callee(functools.partial(ask, y=1), functools.partial(ask, y=2))
    assert not same_callee(functools.partial(ask), functools.partial(len))


class Untouchable:
    """What may not be compared by value."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    __hash__ = object.__hash__


LARGE = [
    list(range(1_000)),
    tuple(Untouchable() for _ in range(1_000)),
    {i: [i] for i in range(1_000)},
    set(range(1_000)),
    [[i] for i in range(1_000)],
]


@pytest.mark.parametrize("large", LARGE, ids=lambda large: type(large).__name__)
def test_a_large_container_is_the_same_or_equal(large: Any) -> None:
    then = snapshot(large)
    assert same(then, large)
    assert same(then, type(large)(large))
    assert same(snapshot([1, large]), [1, large])


def test_a_large_container_that_has_changed() -> None:
    for change in (lambda v: v.append(1), lambda v: v.pop(), lambda v: v.insert(0, v.pop()), lambda v: v.clear()):
        value = list(range(1_000))
        then = snapshot(value)
        change(value)
        assert not same(then, value)
    value = list(range(1_000))
    assert not same(snapshot(value), [*range(500), -1, *range(501, 1_000)])
    assert not same(snapshot(value), list(map(float, range(1_000))))
    assert not same(snapshot(value), tuple(value))


def test_a_large_container_is_not_gone_through() -> None:
    assert type(snapshot(list(range(19_000)))).__name__ == "_Large"
    pairs = list(inside(snapshot(LARGE[0]), LARGE[0]))
    assert pairs == []
    other = copy.deepcopy(LARGE[4])
    assert [a for a, _ in inside(snapshot(LARGE[4]), other)][:5] == [LARGE[4], [0], 0, [1], 1]


class Made:
    def __init__(self, text: str, held: Any = None) -> None:
        self.text, self.held = text, held

    def __repr__(self) -> str:
        return f"Made({self.text})"


class Slotted:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Slotted({self.text})"


class Leaving(Made):
    def __del__(self) -> None:
        pass


class Chosen(Made):
    def __new__(cls, *args: Any) -> Chosen:
        return super().__new__(cls)


def test_objects_are_compared_by_what_they_hold_where_nothing_else_tells_them_apart() -> None:
    taken = functools.partial(snapshot, alike=True)
    for cls in (Hostile, Leaving, Chosen, Text, dict, Exception, 1):
        assert not comparable(cls)
    unasked = type("Unasked", (Made,), {})
    assert not same(taken([unasked("a")]), [unasked("a")])
    assert comparable(Made) and comparable(Slotted)
    assert same(taken([Made("a", [Slotted("b")])]), [Made("a", [Slotted("b")])])
    assert not same(taken(Made("a")), Made("b"))
    assert not same(taken(Made("a", [Slotted("b")])), Made("a", [Slotted("c")]))
    assert not same(taken(Made("a", hostile)), Made("a", Hostile()))
    assert not same(taken(Leaving("a")), Leaving("a"))
    more = Made("a")
    more.extra = 1  # type: ignore[attr-defined]
    assert not same(taken(Made("a")), more)
    changed = Made("a", [])
    then = taken(changed)
    changed.held.append(1)
    assert same(then, Made("a", [])) and not same(then, Made("a", [1]))
    with pytest.raises(TooLarge):
        changed.held = changed
        taken(changed)


def test_elsewhere_they_are_compared_by_which_they_are() -> None:
    assert comparable(Made)
    made = Made("a")
    assert not same(snapshot([Made("a")]), [Made("a")]) and same(snapshot([made]), [made])
    then = snapshot([made], alike=True)
    made.text = "b"  # of a live object, what a call reads was seen to stay
    assert same(then, [made])
    many = [Made(str(n)) for n in range(300)]
    assert same(snapshot(many, alike=True), [Made(str(n)) for n in range(300)])
    assert not same(snapshot(many), [Made(str(n)) for n in range(300)])


def test_a_class_that_is_gone_is_forgotten() -> None:
    def made() -> int:
        cls = type("Passing", (Made,), {})
        assert comparable(cls)
        return id(cls)

    number = made()
    gc.collect()
    assert number not in likeness._classes


def test_what_a_class_keeps_is_found_again_when_it_has_changed() -> None:
    class Below:
        __slots__ = ("first",)

        def __repr__(self) -> str:
            return "one"

    class Above(Below):
        __slots__ = ("last",)

    above: Any = Above
    made = above()
    made.first, made.last = 1, 2
    assert comparable(above) and likeness.variables(made) == ["last", "first", 2, 1]
    above.__bases__ = type("Beside", (), {"__slots__": ()}), Below
    assert likeness.variables(made) == likeness.variables(made) == ["last", "first", 2, 1]
    del above.last
    assert likeness.variables(made) == ["first", 1]
