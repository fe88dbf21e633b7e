"""What is kept of functions that have been decorated: little, as each collection of a large program goes through it."""

from __future__ import annotations

import linecache
import time
import types
from typing import Any

import pytest

from tests.at_once import known_of
from xcs import jit
from xcs.entry.kept import OFTEN, kept
from xcs.front import source
from xcs.remarks import Bailout


def nothing_to_gain(x: int) -> int:
    total = 0
    for n in range(x):
        total += n
    return total


def waiting(items: list[int], sleep: Any = time.sleep) -> list[int]:
    found = []
    for item in items:
        time.sleep(0.002)
        found.append(item + 1)
    return found


def test_what_is_decorated_at_each_call_is_made_once() -> None:
    codes, tasks = [], []
    for number in range(OFTEN + 4):
        decorated: Any = jit(waiting)
        assert decorated([number, 1, 2]) == [number + 1, 2, 3]
        assert decorated.sequential is waiting and decorated.__defaults__ == waiting.__defaults__
        codes.append(decorated.__code__)
        tasks.append(decorated.stats().tasks)
        del decorated
    assert codes[-1] is codes[-2] is codes[-3]
    assert tasks[-1] > tasks[-2] > 0  # as those of a function in a function


def test_of_a_module_that_does_not_last_nothing_is_kept() -> None:
    module: dict[str, Any] = {"time": time, "__name__": "gone"}
    made = types.FunctionType(waiting.__code__, module, "waiting", waiting.__defaults__)
    for _ in range(OFTEN + 4):
        assert jit(made)([1, 2]) == [2, 3]
    assert kept(made) is None
    ours: Any = [jit(waiting) for _ in range(OFTEN + 4)][-1]
    found = kept(waiting)
    assert found is not None and found.module is globals() and kept(made) is None
    assert ours([1]) == [2] and jit(made)([4]) == [5]


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
