"""Values that are not there yet: handed on, put together, computed once they have come."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from xcs.runtime.flows import lasting
from xcs.runtime.pending import Later, Over, Pending, alone, arguments_of, copied, copied_in, fill, filled, found_in


class Open:
    """A region that goes on."""

    closed = False

    class around:
        @staticmethod
        def wanted() -> bool:
            return True

        class context:
            @staticmethod
            def copy() -> Any:
                return Open.around.context

            @staticmethod
            def run(function: Any, *args: Any, **kwargs: Any) -> Any:
                return function(*args, **kwargs)


def later(function: Any, *args: Any) -> Later:
    return Later(lambda: Open, function, args, {}, found_in(args))  # type: ignore[arg-type, return-value]


def test_what_holds_it_is_made_anew_and_the_rest_stays() -> None:
    coming, other = Pending(), ["other"]
    value = {"a": [coming, other], "b": (1, coming)}
    assert len(found_in((value,))) == 2
    coming.resume("there")
    made = filled(value)
    assert made == {"a": ["there", ["other"]], "b": (1, "there")}
    assert made["a"][1] is other
    assert value["a"][0] is coming
    assert fill(value) is value
    assert value == made


def test_it_is_computed_when_all_has_come() -> None:
    one, two, seen = Pending(), Pending(), []
    made = later(lambda a, b: seen.append((a, b)) or a + b, one, [two])
    one.resume([1])
    assert made.goes_on()
    two.resume(2)
    assert made.there()
    assert made.value == [1, 2]
    assert seen == [([1], [2])]


@pytest.mark.uninstrumented  # thousands of the same
def test_a_long_chain_is_no_recursion() -> None:
    first = last = Pending()
    for _ in range(20_000):
        last = later(lambda n: n + 1, last)
    first.resume(0)
    assert last.value == 20_000


def test_what_failed_leaves_nothing_to_compute() -> None:
    first = Pending()
    made = later(lambda n: n + 1, later(lambda n: n, first))
    first.resume(None, ValueError("no"))
    assert not made.goes_on()
    assert not made.there()
    dropped = Pending()
    assert later(len, dropped).goes_on()
    dropped.resume(None, None, False)
    assert not later(len, dropped).there()


def test_nobody_takes_it_for_its_value() -> None:
    coming = Pending()
    looks = bool, str, iter, len, lambda v: v == 1, lambda v: v.text, lambda v: v[0], lambda v: f"{v}", lambda v: 1 + v
    for look in looks:
        with pytest.raises(Over):
            look(coming)
    for look in (hash, repr):
        with pytest.raises(Over):
            look(coming)
    with pytest.raises(Over):
        found_in((OrderedDict(a=coming),))


def test_copies_are_so_deep_and_one_for_one() -> None:
    inner = ["x"]
    value = [inner, inner, {"k": inner}]
    one, two = copied(value, 1), copied(value, 2)
    assert one == value
    assert one[0] is inner
    assert two[0] is two[1]
    assert two[0] is not inner
    assert two[2]["k"] is inner


def test_only_what_nobody_else_has_is_copied_deeply() -> None:
    shared = ["x"]
    assert alone([["x"], ["y"]], 2)
    assert not alone([shared], 2)
    assert alone([shared], 1)
    assert copied_in([["x"]], 2) == [["x"]]
    assert isinstance(copied_in([shared], 2), Pending)
    assert isinstance(copied_in(OrderedDict(), 1), Pending)
    assert isinstance(copied_in(list(range(5_000)), 1), Pending)


def test_what_is_there_twice_stays_one() -> None:
    coming = Pending()
    inner = [coming]
    value = [inner, (inner, {"all": inner})]
    coming.resume("there")
    made = filled(value)
    assert made == [["there"], (["there"], {"all": ["there"]})]
    assert made[0] is made[1][0] is made[1][1]["all"]
    args, kwargs = arguments_of((inner, value), {"also": inner})
    assert args[0] is args[1][0] is kwargs["also"]


def test_a_copy_with_fewer_levels_gets_more_where_they_are_asked_for() -> None:
    deepest = ["deepest"]
    inner = [deepest]
    made = copied([[inner], inner], 3)
    assert made[0][0] is made[1]
    assert made[1] is not inner
    assert made[1][0] is not deepest
    both: dict[int, Any] = {}
    assert copied(inner, 1, both) is copied(inner, 2, both)


def test_what_nobody_can_change_may_be_used_later() -> None:
    assert all(map(lasting, (Pending(), 3, "text", range(3), int, slice(None, 20), slice(1, None, 2))))
    assert not any(map(lasting, ([], {}, object(), slice([], 3), slice(0, 1, object()))))
