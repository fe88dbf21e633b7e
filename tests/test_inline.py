"""Open callees: what a variant is, how it gets its region, and what a call of another function does."""

from __future__ import annotations

import inspect
import linecache
import time
import traceback
import types
from collections.abc import Callable
from typing import Any

import pytest

from xcs import jit
from xcs.emit.variants import variant
from xcs.entry.verdicts import opened
from xcs.plan.opening import Open
from xcs.remarks import Bailout
from xcs.runtime.opened import ALONE, Opened, Slot, enter

LOG: list[object] = []


def model(x: int) -> int:
    time.sleep(0.001)
    if x < 0:
        raise ValueError(x)
    return x * 2


def ask(x: int, *, style: str = "short") -> tuple[int, str]:
    """Asks."""
    LOG.append(x)
    return model(x), style


class Client:
    def __init__(self) -> None:
        self.asked: list[int] = []

    def ask(self, x: int) -> int:
        self.asked.append(x)
        return model(x)

    def __call__(self, x: int) -> int:
        self.asked.append(-x)
        return model(x)


def planned(function: types.FunctionType) -> Opened:
    found = opened(Open(function, 0, 0, 1), {})
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def empty() -> None:
    LOG.clear()


def run(function: Callable[[int], Any], items: list[int]) -> list[Any]:
    found = []
    for x in items:
        found.append(function(x))
    return found


def both(function: Callable[[int], Any], items: list[int]) -> types.SimpleNamespace:
    decorated: Any = jit(run)
    before = decorated.stats().tasks  # functions made of one code share their counts
    assert decorated(function, items) == run(function, items)
    stats = decorated.stats()
    assert stats.mispredictions == 0
    return types.SimpleNamespace(tasks=stats.tasks - before, remark=str(stats.regions[0]))


def test_functions_methods_and_callable_objects_are_open() -> None:
    assert both(ask, [1, 2, 3]).tasks == 3
    assert both(Client().ask, [1, 2, 3]).tasks == 3
    assert both(Client(), [1, 2, 3]).tasks == 3


def test_the_remark_names_both() -> None:
    remark = both(ask, [1, 2]).remark
    assert "`model(...)` in `ask`" in remark
    assert "in place: builtins.list.append in ask, line" in remark


def test_a_variant_is_the_function_but_for_its_sites() -> None:
    made = planned(ask).variant
    assert inspect.signature(made) == inspect.signature(ask)
    assert (made.__name__, made.__doc__, made.__code__.co_filename) == ("ask", "Asks.", __file__)
    assert made.__code__.co_firstlineno == ask.__code__.co_firstlineno
    assert made.__globals__ is ask.__globals__


def test_a_variant_that_is_called_from_nowhere_runs_as_the_function() -> None:
    assert planned(ask).variant(3) == (6, "short")
    assert Slot().within() is ALONE


def test_another_function_at_the_call_is_no_variant() -> None:
    plan = planned(ask)
    region: Any = object()
    assert enter(region, plan, model) is None
    assert enter(region, plan, Client().ask) is None
    assert enter(region, plan, 5) is None
    assert enter(region, plan, ask) is plan.variant
    assert plan.slot.within() is not ALONE
    assert plan.slot.within() is ALONE


def test_the_traceback_is_the_plain_one() -> None:
    def lines(function: Callable[..., Any]) -> list[tuple[str, int | None]]:
        with pytest.raises(ValueError, match="-1") as caught:
            function(ask, [1, 2, -1, 3])
        frames = traceback.extract_tb(caught.value.__traceback__)[1:]
        return [(f.name, f.lineno) for f in frames]

    assert lines(jit(run)) == lines(run)
    assert LOG == [1, 2, -1] * 2


def test_what_looks_at_its_variables_has_no_variant() -> None:
    def shows(x: int) -> object:
        LOG.append(x)
        return model(x), sorted(locals())

    with pytest.raises(Bailout):
        variant(shows)
    assert both(shows, [1, 2]).tasks == 0


def test_replacing_the_callee_between_two_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    decorated = jit(run)
    assert decorated(client.ask, [1, 2]) == [2, 4]
    monkeypatch.setattr(Client, "ask", lambda self, x: "other")
    assert decorated(client.ask, [1, 2]) == ["other", "other"]
    monkeypatch.undo()
    assert decorated(client.ask, [3]) == [6]
    assert client.asked == [1, 2, 3]


def nested_text(depth: int) -> str:
    opening = "".join(f"{'    ' * n}try:\n" for n in range(1, depth)) + f"{'    ' * depth}LOG.append(model(x))\n"
    closing = "".join(f"{'    ' * n}finally:\n{'    ' * (n + 1)}pass\n" for n in range(depth - 1, 0, -1))
    return f"def nested(x):\n{opening}{closing}    return x\n"


def is_compiled(text: str) -> bool:
    try:
        compile(text, "<nested>", "exec")
    except SyntaxError:
        return False
    return True


def test_a_callee_nested_too_deep_for_a_variant_stays_as_it_is() -> None:
    """The decision opens it, as far as its text tells; what runs is compiled later, and Python has a limit."""
    text = max(filter(is_compiled, map(nested_text, range(15, 45))), key=len)
    filename = "<nested too deep>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    module = {"LOG": LOG, "model": model, "__name__": __name__}
    exec(compile(text, filename, "exec"), module)
    nested: Any = module["nested"]
    with pytest.raises(Bailout, match="nesting"):
        variant(nested)
    assert both(nested, [1, 2]).tasks == 0
