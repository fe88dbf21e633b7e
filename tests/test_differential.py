"""Generated programs agree, plain and decorated, in everything; the seeds that ever failed stay as cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import adversary, agents, begun_late, chains, everywhere, looked_at, programs, rounds, unset
from tests.chains import attributes, feeds
from tests.compare import compare
from tests.permuting import ORDERS, Order
from tests.programs import Program

EXAMPLES = int(os.environ.get("XCS_EXAMPLES", "50"))
KINDS = {
    "programs": programs.program,
    "adversary": adversary.program,
    "identity": programs.identities,
    "chains": chains.program,
    "feeds": feeds.program,
    "attributes": attributes.program,
    "unset": unset.program,
    "looked_at": looked_at.program,
    "begun_late": begun_late.program,
    "rounds": rounds.program,
    "agents": agents.program,
    "everywhere": everywhere.program,
}
MADE_ONCE = (
    "what_iterations_begin_with", "items_that_fail", "chained_comparisons", "asked_in_finally",
    "agents_that_come_twice_in_a_flow", "spent_under_two_names",
)  # fmt: skip
EVER_FAILED: tuple[int, ...] = (0, 2, 3, 13, 16, 30, 38, 41, 54, 193, 216, 235, 246)


def agrees(seed: int, folder: Path, kind: str = "programs") -> bool:
    """Compares the program of a seed; whether it ran something early."""
    made: Program = KINDS[kind](seed)
    path = folder / f"{kind}_{seed}.py"
    path.write_text(made.text)
    result = compare(path, made.names, made.quiet, ORDERS[seed % len(ORDERS)])
    shown = f"python -m tests.generate --kind {kind} --show {seed}\n"
    assert not result.differences, shown + "\n".join(result.differences)
    return result.tasks > 0


@pytest.mark.parametrize("seed", EVER_FAILED)
@pytest.mark.uninstrumented
def test_seeds_that_ever_failed(seed: int, tmp_path: Path) -> None:
    agrees(seed, tmp_path)


@pytest.mark.parametrize("seed", [800088, 800356, 800357])
@pytest.mark.uninstrumented
def test_adversarial_seeds_that_ever_failed(seed: int, tmp_path: Path) -> None:
    agrees(seed, tmp_path, "adversary")


# Older versions look for who holds their generator of numbers among what the collector sees: not what is frozen.
@pytest.mark.filterwarnings("ignore:It looks like `register_random`")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**48))
def test_generated_programs(seed: int, tmp_path: Path) -> None:
    agrees(seed, tmp_path)


@pytest.mark.parametrize("first", range(0, 80, 10))
@pytest.mark.uninstrumented
def test_adversarial_programs(first: int, tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "adversary") for seed in range(first, first + 10)]
    assert any(ran_early)


@pytest.mark.parametrize("first", (0, 30, 340, 2695, 500292))
@pytest.mark.uninstrumented
def test_programs_that_ask_for_identity(first: int, tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "identity") for seed in range(first, first + 10)]
    assert any(ran_early)


@pytest.mark.parametrize("first", (0, 10, 20, 30, 500202, 500433))
@pytest.mark.uninstrumented
def test_chains_of_calls(first: int, tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "chains") for seed in range(first, first + 10)]
    assert any(ran_early)


@pytest.mark.uninstrumented
def test_generators_that_feed_loops(tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "feeds") for seed in (*range(4), 72088)]
    assert any(ran_early)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", MADE_ONCE)
def test_calls_of_fixtures_are_made_once(name: str, order: Order) -> None:
    path = Path(__file__).parent.parent / f"fixtures/attack/{name}.py"
    found = compare(path, frozenset(("score", "model", "ask", "rate")), frozenset(), order)
    assert not found.differences
    assert found.tasks > 0


@pytest.mark.uninstrumented
def test_attributes_that_are_read_back(tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "attributes") for seed in range(58, 64)]
    assert any(ran_early)


@pytest.mark.parametrize("first", (0, 30, 60))
@pytest.mark.uninstrumented
def test_containers_that_are_changed_and_looked_at(first: int, tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "looked_at") for seed in range(first, first + 30)]
    assert any(ran_early)


@pytest.mark.uninstrumented
def test_first_iterations_that_make_what_others_need(tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "begun_late") for seed in range(30)]
    assert any(ran_early)


@pytest.mark.uninstrumented
def test_rounds_that_change_what_they_ask_with(tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "rounds") for seed in range(40)]
    assert any(ran_early)


@pytest.mark.uninstrumented
def test_objects_that_change_as_they_ask(tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "agents") for seed in range(40)]
    assert any(ran_early)


@pytest.mark.uninstrumented
def test_programs_of_decorated_functions(tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "everywhere") for seed in (*range(1, 5), 71217)]
    assert any(ran_early)


@pytest.mark.uninstrumented
def test_variables_that_may_have_no_value(tmp_path: Path) -> None:
    ran_early = [agrees(seed, tmp_path, "unset") for seed in range(40)]
    assert any(ran_early)


@pytest.mark.parametrize("order", (*ORDERS, "shuffled"))
@pytest.mark.uninstrumented
def test_rounds_that_fan_out(order: Order) -> None:
    path = Path(chains.__file__).with_name("fans.py")
    result = compare(path, frozenset({"grow", "score", "fail", "fail2"}), frozenset({"fail2"}), order)
    assert not result.differences
    assert result.tasks > 100


@pytest.mark.parametrize("seed", (176, 251, 255, 460, 466, 798, 832, 838, 46577))
@pytest.mark.uninstrumented
def test_open_callees_that_ever_failed(seed: int, tmp_path: Path) -> None:
    made = programs.opened(seed)
    path = tmp_path / f"opened_{seed}.py"
    path.write_text(made.text)
    for order in ORDERS:
        assert compare(path, made.names, made.quiet, order).differences == ()
