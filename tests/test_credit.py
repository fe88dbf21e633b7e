"""Slices compute what the program computes a second time: they stop where that is more than what is saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.observe import observe
from xcs.runtime import stats
from xcs.runtime.stats import Counters

FIRST, MOST, AT_ONCE = 0.02, 0.25, 0.004  # seconds; other tests have more

PROGRAM = """
import time

from xcs import jit

ROUNDS = {rounds}


def prepare(x):
    total = x
    for n in range(ROUNDS):
        total += n % 7
    return total


def ask(x):
    time.sleep({wait})
    return x


@jit
def subject(items):
    out = []
    for x in items:
        out.append(ask(prepare(x)))
    return out


def main():
    return subject(list(range(40)))
"""


def prepared(path: Path, rounds: int, wait: float) -> int:
    """How often the program and the slice prepare an item; wait: seconds of each call."""
    path.write_text(PROGRAM.format(rounds=rounds, wait=wait))
    run = observe(path, plain=False, count=frozenset({"prepare"}))
    assert run.observation == observe(path, plain=True).observation
    return sum(run.calls.values())


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "FIRST", FIRST)
    monkeypatch.setattr(stats, "MOST", MOST)
    monkeypatch.setattr(stats, "AT_ONCE", AT_ONCE)


def test_costly_slice(tmp_path: Path) -> None:
    assert 40 < prepared(tmp_path / "costly.py", 200_000, 0.001) < 70


def test_cheap_slice(tmp_path: Path) -> None:
    assert prepared(tmp_path / "cheap.py", 10, 0.05) == 80


def test_credit() -> None:
    counters = Counters()
    assert counters.credit == FIRST
    counters.gain(0, 0.004, 0.0)  # of which the interpreter may have been waited for
    assert FIRST < counters.credit < FIRST + 0.004
    counters.gain(1, 9.0, 0.0)
    assert counters.credit == MOST
    counters.credit = 0.0
    counters.gain(0, 2.0, 1.0)  # longer than it need be
    assert counters.credit == 0.0
    assert counters.saved > 9.0


def test_what_may_be_computed() -> None:
    counters = Counters()
    assert counters.allowed(0, 0.01) == AT_ONCE  # nothing has been found yet
    assert counters.allowed(1, 0.001) == AT_ONCE
    assert counters.allowed(1, AT_ONCE) == 0.0  # the program is to come to it
    counters.gain(0, 0.002, 0.001)
    assert counters.allowed(3, 0.01) == 0.0  # it computes for longer than its calls take
    counters.gain(0, 1.0, 1.0)
    assert counters.allowed(3, 0.01) == counters.credit
