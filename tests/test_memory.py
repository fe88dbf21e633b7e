"""The contents of fresh objects: what one interpretation notes of them, another one does not see."""

from __future__ import annotations

from xcs.analysis.domain.memory import Watch
from xcs.analysis.domain.state import Record
from xcs.analysis.domain.values import PLAIN


def test_an_interpretation_has_a_clock_of_its_own() -> None:
    first, second = Record(), Record()
    old = first.contents((1,))
    watch = Watch(first.clock)
    Record()  # a third one begins, as where a callee is looked at by itself
    second.contents((1,)).grow(PLAIN)
    assert second.clock.changes == 1 and first.clock.changes == 0
    old.grow(PLAIN)
    assert old.element is PLAIN or old.element == PLAIN
    assert not watch.end(), "what was there before grew, and was asked for"


def test_a_watch_of_one_is_not_ended_by_another() -> None:
    first, second = Record(), Record()
    first.contents((1,))
    watch = Watch(first.clock)
    second.contents((2,)).attrs["a"] = PLAIN
    second.clock.changed()
    assert watch.end()
