"""What a search found before, for who asks again from higher up, as deep, and deeper down."""

from __future__ import annotations

import pytest

from xcs.survey.found_before import FoundBefore

pytestmark = pytest.mark.once
MOST = 5


def search(known: FoundBefore, depth: int, steps: int, asked: list[int]) -> str:
    """A search of so many steps, each for a key of its own; `asked`: the depths at which one was made."""

    def find() -> str:
        asked.append(depth)
        if not known.within(depth, MOST):
            return "cut"
        return search(known, depth + 1, steps - 1, asked) if steps else "found"

    found: str = known.once((steps,), depth, "meanwhile", find)
    return found


@pytest.mark.parametrize("first", [0, 2, 3, 5])
@pytest.mark.parametrize("then", [0, 2, 3, 5])
def test_who_asked_first_does_not_matter(first: int, then: int) -> None:
    alone, after = FoundBefore(), FoundBefore()
    search(after, first, 3, [])
    assert search(after, then, 3, []) == search(alone, then, 3, []) == ("found" if then + 3 <= MOST else "cut")


def test_what_is_found_whole_is_looked_for_once() -> None:
    known, asked = FoundBefore(), list[int]()
    assert [search(known, depth, 2, asked) for depth in (0, 3, 1)] == ["found"] * 3
    assert asked == [0, 1, 2]
    assert search(known, 4, 2, asked) == "cut"
    assert search(known, 0, 2, asked) == "found"
    assert asked == [0, 1, 2, 4, 5, 6]


def test_what_is_looked_for_counts_as_something_else_meanwhile() -> None:
    known = FoundBefore()
    assert known.once(("a",), 0, "meanwhile", lambda: known.once(("a",), 9, "other", str)) == "meanwhile"
