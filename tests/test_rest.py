"""A region that brings nothing rests, says so, and comes back when what stood in the way has changed."""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from xcs import jit
from xcs.entry import rest
from xcs.entry.call_counts import EVERY
from xcs.entry.code_state import LEFT_OUT, TRIES
from xcs.entry.rest import Rest, kinds
from xcs.runtime.accounts import FIRST, LOSSES, MUCH, Account

service = sys.modules["service_of_rests"] = types.ModuleType("service_of_rests")


def ask(text: str) -> str:
    time.sleep(0.001)
    return text + "!"


service.ask = ask  # type: ignore[attr-defined]


def by_module() -> Any:
    @jit
    def run(texts: list[str]) -> list[str]:
        out = []
        for text in texts:
            out.append(service.ask(text))
        return out

    return run


def by_callee() -> Any:
    @jit
    def run(texts: list[str]) -> list[str]:
        return [through(text) for text in texts]

    return run


def through(text: str) -> str:
    return ask(text).upper()


def by_argument() -> Any:
    @jit
    def run(texts: list[str], call: Callable[[str], object]) -> list[object]:
        out = []
        for text in texts:
            out.append(call(text))
        return out

    return run


TEXTS = [f"text {i}" for i in range(30)]


def test_after_many_mocks_real_calls_start_early() -> None:
    run = by_module()
    with mock.patch.object(service, "ask", side_effect=lambda text: text):
        for _ in range(20):
            assert run(["a", "b", "c"]) == ["a", "b", "c"]
        assert "rests, as" in str(run.stats()), run.stats()
        assert run.stats().tasks == 0
    assert [run(TEXTS), run(TEXTS)] == [run.sequential(TEXTS)] * 2
    assert run.stats().tasks >= len(TEXTS)


def test_after_mocks_below_a_callee() -> None:
    run = by_callee()
    with mock.patch(f"{__name__}.ask", side_effect=lambda text: text):
        for _ in range(20):
            assert run(["a", "b", "c"]) == ["A", "B", "C"]
        assert run.stats().tasks == 0
    assert [run(TEXTS), run(TEXTS)] == [run.sequential(TEXTS)] * 2
    assert run.stats().tasks >= len(TEXTS)


@pytest.mark.parametrize("before", [([], ask), (["a", "b"], len), (["a", "b"], str.upper), (["a"], ask)])
def test_after_what_gains_nothing(before: tuple[list[str], Callable[[str], object]]) -> None:
    run = by_argument()
    for _ in range(3 * TRIES):
        run(*before)
    assert [run(TEXTS, ask), run(TEXTS, ask)] == [run.sequential(TEXTS, ask)] * 2
    assert run.stats().tasks >= len(TEXTS)


def test_what_is_left_out_of_the_code_comes_back() -> None:
    @jit
    def run(texts: list[str]) -> list[str]:
        out = []
        for text in texts:
            out.append(service.ask(text))
        return out

    whole = len(run.__code__.co_code)
    with mock.patch.object(service, "ask", str.upper):
        for _ in range(3 * LEFT_OUT):
            assert run(["a", "b"]) == ["A", "B"]
        assert len(run.__code__.co_code) < whole
        assert run.__code__ is not run.sequential.__code__
        assert "rests, as" in str(run.stats())
    for _ in range(2 * EVERY):
        assert run(["a", "b"]) == ["a!", "b!"]
        if run.stats().tasks:
            break
    assert run.stats().tasks > 0
    assert len(run.__code__.co_code) == whole


def test_a_resting_region_runs_as_it_is_written() -> None:
    run = by_argument()
    for _ in range(2 * TRIES):
        run(["a", "b"], len)
    resting = [account.rests for account in run.stats().accounts if account.rests]
    assert resting and resting[0].startswith("rests, as nothing was gained; tried again in ")
    assert run(["a", "bc"], len) == [1, 2]


def test_what_makes_a_difference() -> None:
    def first(x: int) -> int:
        return x

    def second(x: int) -> int:
        return x + 1

    one, other = TEXTS.append, [].append  # both are there, and of one kind
    seen = kinds([first, [1], "a", len, one])
    assert seen == kinds([first, [2, 3], "b", len, other])
    for other in ([second, [1], "a", len], [first, [], "a", len], [first, [1], 1, len], [first, [1], "a", str]):
        assert kinds([*other, TEXTS.append]) != seen


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_tries_in_vain_double_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(rest, "perf_counter", clock)
    found, times = Rest(), []
    for _ in range(6):
        found.sleep("so", 0.01, [1], ())
        times.append(found.until - clock.now)
        clock.now += times[-1] / 2
        assert found.stays([2])
        clock.now += times[-1] / 2
        assert not found.stays([2])
    assert times == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]


def test_what_has_changed_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(rest, "perf_counter", clock)
    monkeypatch.setattr(rest, "AT_FIRST", 0.0002)
    found, holder = Rest(allowed=0.0002), {"name": 1}
    found.sleep("so", 0.01, [1], ((holder, "name", id(holder["name"])),))
    clock.now += 0.001
    assert found.stays([2])
    assert not found.stays(["a"])
    found.sleep("so", 0.01, [1], ((holder, "name", id(holder["name"])),))
    holder["name"] = "other"
    assert found.stays([1])  # it was tried in vain: looks have to be earned
    clock.now += 2.0
    assert not found.stays([1])


@pytest.mark.accounted
def test_calls_that_do_not_wait_are_not_started_for_long() -> None:
    table = {i: i for i in range(20_000)}

    def get(key: int) -> int:
        if key in table:
            return table[key]
        return int(ask(str(key))[:-1])

    @jit
    def run(keys: list[int]) -> list[int]:
        return [get(key) for key in keys]

    keys = list(range(20_000))
    assert run(keys) == keys
    assert run.stats().tasks < len(keys)
    assert run.stats().mispredictions == 0


@pytest.mark.accounted
def test_accounts() -> None:
    account = Account()
    account.close(0.0, FIRST / 2, 0, 0.0)
    assert not account.loses()  # the first entry starts threads
    account.close(0.0, 0.001, 0, 1.0)
    assert not account.loses() and account.losses == 0
    for _ in range(LOSSES):
        account.close(0.0, 0.00001, 0, 0.0)
    assert account.loses()
    account.settle()
    assert not account.loses()
    account.close(0.0, MUCH * 2, 0, 0.0)
    assert account.loses()
    assert account.saved == pytest.approx(1.0 - FIRST / 2 - 0.001 - 0.00002 - MUCH * 2)
