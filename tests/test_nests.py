"""Nests of loops: each call starts early once, with the results of its own iterations, whichever sibling is slow."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.llm_server import serve
from tests.nests import NAMES, SERVED, SHAPES, program
from tests.observe import Run, observe
from tests.permuting import Order

RUNS: list[tuple[str, int, Order]] = [
    (shape, slow, order) for shape in SHAPES for slow in (0, 1, 2) for order in ("threads", "reverse", "eager")
]  # type: ignore[misc]


PLAIN: dict[str, Run] = {}


def plainly(shape: str, path: Path) -> Run:
    """The shape's undecorated run: none of its calls is slow."""
    if shape not in PLAIN:
        path.write_text(program(shape, -1))
        PLAIN[shape] = observe(path, plain=True, count=NAMES)
    return PLAIN[shape]


@pytest.mark.parametrize("shape, slow, order", RUNS)
def test_nest(shape: str, slow: int, order: Order, tmp_path: Path) -> None:
    path = tmp_path / f"{shape}.py"
    plain = plainly(shape, path)
    path.write_text(program(shape, slow))
    run = observe(path, plain=False, count=NAMES, order=order)
    assert run.observation.value == plain.observation.value
    assert run.observation.stdout == plain.observation.stdout
    assert run.observation.error is None
    assert run.calls == plain.calls
    assert run.mispredictions == 0
    if order == "eager":
        assert run.tasks == sum(plain.calls.values()), "\n".join(map(str, run.remarks))


def test_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """56 requests through a real client: those that plain Python makes, each once."""
    pytest.importorskip("openai", reason="the demo libraries are not installed")
    path = tmp_path / "served.py"
    path.write_text(SERVED)
    made, values = [], []
    for plain in (True, False):
        with serve(latency=0.02) as server:
            monkeypatch.setenv("XCS_TEST_SERVER", server.url)
            run = observe(path, plain=plain)
            made.append(server.seen.made)
            values.append(run.observation)
    assert values[0] == values[1]
    assert made[0] == made[1]
    assert sum(made[0].values()) == 56
    assert run.mispredictions == 0
    assert run.tasks >= 50, "\n".join(map(str, run.remarks))
