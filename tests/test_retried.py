"""Calls that a retry library makes again, one resting on what another gave: plain and decorated, in several orders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compare import compare
from tests.permuting import ORDERS, Order
from xcs.static.plans import plan_file

pytest.importorskip("tenacity")

HEAD = """
import time
from tenacity import RetryError, retry, retry_if_exception_type, stop_after_attempt, wait_none
from xcs import jit
FAILING = set()
def ask(x, *more):
    time.sleep(0.001)
    if x in FAILING:
        raise ValueError(x)
    return "a" + str((x, *more))[:9]
"""
MAIN = """
def main():
    out = []
    for failing in {failing}:
        FAILING.clear()
        FAILING.update(failing)
        try:
            out.append(subject([1, 2, 3, 4]))
        except Exception as error:
            out.append(("left", type(error).__name__, type(error.__cause__).__name__))
    return out
"""
WRAPPERS = {
    "three": "@retry(stop=stop_after_attempt(3), wait=wait_none())",
    "as_it_was": "@retry(stop=stop_after_attempt(3), wait=wait_none(), reraise=True)",
    "others_only": "@retry(stop=stop_after_attempt(2), wait=wait_none(), retry=retry_if_exception_type(KeyError))",
    "decorated_above": "@jit\n@retry(stop=stop_after_attempt(3), wait=wait_none())",
    "decorated_below": "@retry(stop=stop_after_attempt(2), wait=wait_none())\n@jit",
}
TRIED = """
{wrapper}
def tried(x):
    return ask(x)
@jit
def subject(items):
    rows = []
    for item in items:
"""
EARLY = {
    "chain": TRIED
    + """\
        first = tried(item)
        rows.append(tried("y" + first))
    return rows
""",
    "handled": """
{wrapper}
def tried(x):
    text = ask(x)
    if len(text) % 3 == 2:
        raise KeyError(text)
    return text
@jit
def subject(items):
    rows = []
    for item in items:
        try:
            first = tried(item)
            rows.append(tried("y" + first))
        except (ValueError, KeyError, RetryError) as error:
            rows.append(type(error).__name__)
            continue
        finally:
            rows.append(item)
    return rows
""",
    "rounds": """
{wrapper}
def tried(history):
    text = ask(str(history)[-6:])
    if not text:
        raise ValueError("nothing")
    return {{"text": text}}
@jit
def subject(items):
    rows = []
    for item in items:
        history = [item]
        for _ in range(3):
            history.append(tried(history)["text"])
        rows.append(history)
    return rows
""",
    "statistics": TRIED
    + """\
        text = tried(item)
        rows.append((text, tried.statistics["attempt_number"], tried.__name__))
    return rows
""",
    "counted": """
{wrapper}
def tried(x, state):
    state["calls"] = state.get("calls", 0) + 1
    text = ask(x)
    if state["calls"] < 2:
        raise ValueError(text)
    return text
@jit
def subject(items):
    rows = []
    for item in items:
        state = {{}}
        first = tried(item, state)
        rows.append((first, state, ask(first + str(state))))
    return rows
""",
}
RESTS = """
last = [0]
{wrapper}
def tried(x):
    text = ask(x + last[0])
    last[0] = len(text)
    return text
@jit
def subject(items):
    return [ask(tried(item)) for item in items], last
"""
FAILURES: list[list[object]] = [[1], [2, 3], ["ya(2,)"], [4]]


def run(tmp_path: Path, name: str, text: str, failing: list[list[object]], order: Order) -> int:
    path = tmp_path / f"{name}_{len(failing)}.py"
    path.write_text(HEAD + text + MAIN.format(failing=failing))
    result = compare(path, frozenset({"ask"}), frozenset({"ask"}), order)
    # A wrapper holds itself in its closure: in the state it stands beside what `jit` made of it.
    twice = WRAPPERS["decorated_above"] in text
    assert not [found for found in result.differences if not (twice and found.startswith("state: "))]
    return result.tasks


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("name", EARLY)
def test_each_item_goes_on_with_what_was_tried(tmp_path: Path, name: str, wrapper: str) -> None:
    text = EARLY[name].format(wrapper=WRAPPERS[wrapper])
    order = ORDERS[list(WRAPPERS).index(wrapper) % len(ORDERS)]
    assert run(tmp_path, name, text, [[]], order) > 0
    assert run(tmp_path, name, text, FAILURES, order) > 0


@pytest.mark.parametrize("order", ORDERS)
def test_what_an_item_leaves_to_the_next_is_waited_for(tmp_path: Path, order: Order) -> None:
    assert run(tmp_path, "rests", RESTS.format(wrapper=WRAPPERS["three"]), [[], *FAILURES], order) == 0


def test_reading_a_text_waits_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a decorator is made as the library makes it, but for what waits."""
    path = tmp_path / "waiting.py"
    text = (
        HEAD
        + TRIED.replace("{wrapper}", "@retry(wait=nap.sleep(7))")
        + "        rows.append(tried(item))\n    return rows\n"
    )
    path.write_text(text.replace("import RetryError", "import RetryError, nap"))
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    assert [plan.name for plan in plan_file(path)] == ["ask", "tried", "subject"]
    assert not waited
