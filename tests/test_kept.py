"""What is kept of functions that have been decorated: little, as each collection of a large program goes through it."""

from __future__ import annotations

import linecache
import types
from typing import Any

import pytest

from tests.at_once import known_of
from xcs import jit
from xcs.front import source
from xcs.remarks import Bailout


def nothing_to_gain(x: int) -> int:
    total = 0
    for n in range(x):
        total += n
    return total


def test_a_reason_holds_no_frames() -> None:
    decorated: Any = jit(nothing_to_gain)
    cells = [c.cell_contents for c in getattr(decorated.stats, "__closure__", None) or ()]  # where nothing is put off
    [reason] = [c for c in cells if isinstance(c, Bailout)] or [known_of(decorated)]
    assert isinstance(reason, Bailout)
    assert reason.__traceback__ is None
    assert reason.__context__ is None


def test_trees_of_a_few_files_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LINES", 10)
    monkeypatch.setattr(source, "_files", {})
    text = "def of(xs, f):\n    return [f(x) + f(1) for x in xs]\n\n\n"
    for number in range(6):
        name = f"<kept {number}>"
        monkeypatch.setitem(linecache.cache, name, (len(text), None, text.splitlines(keepends=True), name))
        module: dict[str, object] = {}
        exec(compile(text, name, "exec"), module)
        made = module["of"]
        assert isinstance(made, types.FunctionType)
        decorated = jit(made)
        known_of(decorated)
        assert decorated([1, 2], abs) == [2, 3]
    assert 1 <= len(source._files) <= 2
