"""The second net: with the dependence test switched off, what started early with wrong arguments is never used."""

from __future__ import annotations

from pathlib import Path

import pytest

import xcs.plan.legality
import xcs.plan.legality.carried
from tests.observe import observe
from tests.permuting import ORDERS, Order
from tests.test_fixtures import FIXTURES, plain

# The region changes an argument, or what it is made of, after the early start.
WRONG_ARGUMENTS = (
    "alias_dicts", "alias_inner", "alias_items", "argument_changed_after", "break_on_result", "condition_on_result",
    "conversation", "global_rebound_within", "item_attribute_stored", "items_changed", "list_slots_written",
    "list_written", "method_replaced_within", "results_last", "results_passed", "return_on_result", "running_value",
)  # fmt: skip


@pytest.fixture
def no_dependence_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xcs.plan.legality, "ACROSS", ())
    monkeypatch.setattr(xcs.plan.legality.carried, "of_slice", lambda candidate: None)


@pytest.mark.usefixtures("no_dependence_test")
@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("name", WRONG_ARGUMENTS)
def test_wrong_arguments_are_never_used(name: str, order: Order) -> None:
    (path,) = [p for topic in ("sequential", "parallel") if (p := Path(FIXTURES, topic, f"{name}.py")).exists()]
    run = observe(path, plain=False, order=order)
    assert run.observation.value == plain(path).value
    assert run.observation.error == plain(path).error
