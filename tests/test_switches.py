"""Regions that are switched off and on while the program runs: whatever comes when, it is what plain Python gives."""

from __future__ import annotations

import random
import threading
import time
import types
from collections.abc import Callable
from typing import Any

import pytest

from tests.at_once import known_of
from xcs import jit
from xcs.emit.switches import KNOWN
from xcs.entry import aside, code_state, entry_point, rest


def waiting(x: int) -> int:
    time.sleep(1e-6)
    return x * 2


def quick(x: int) -> int:
    return x * 2


class Waiting:
    def ask(self, x: int) -> int:
        return waiting(x)


class Quick:
    def ask(self, x: int) -> int:
        return quick(x)


def several(clients: list[Any], xs: list[int], f: Callable[[int], int], turn: int) -> object:
    out: list[object] = []
    for client in clients:
        for x in xs:
            out.append(client.ask(x))
        if turn % 3 == 0:
            out.append(sum([f(x) + 1 for x in xs]))
    first = f(1)
    second = f(2)
    if turn % 7 == 0:
        try:
            for x in xs:
                if x > 3:
                    raise ValueError(x)
                out.append(f(x))
        except ValueError as error:
            out.append(str(error))
    return out, first, second


def in_one_frame(rounds: list[list[int]], f: Callable[[int], int]) -> list[int]:
    out = []
    for xs in rounds:
        for x in xs:
            out.append(f(x))
        out.extend([f(x) for x in xs])
    return out


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regions rest soon, and for a short time."""
    monkeypatch.setattr(code_state, "LEFT_OUT", 3)
    monkeypatch.setattr(entry_point, "LEFT_OUT", 3)
    monkeypatch.setattr(code_state, "LATE", 40)
    monkeypatch.setattr(aside, "OFTEN", 2)
    monkeypatch.setattr(aside, "EVERY", 4)
    monkeypatch.setattr(rest, "SHORTEST", 0.0)
    monkeypatch.setattr(rest, "LONGEST", 0.0005)


def turns(decorated: Any, seed: int, count: int) -> list[int]:
    """The turns in which the result was another one."""
    dice, differ = random.Random(seed), []
    for turn in range(count):
        kinds = [Waiting, Quick] if turn % 100 > 70 else [Quick]
        clients = [dice.choice(kinds)() for _ in range(dice.randrange(3))]
        given = (
            clients,
            list(range(dice.randrange(6))),
            waiting if turn % 100 > 70 and dice.randrange(2) else quick,
            turn,
        )
        if decorated(*given) != several(*given):
            differ.append(turn)
    return differ


def test_from_call_to_call() -> None:
    decorated = jit(several)
    assert turns(decorated, 1, 400) == []
    assert decorated.stats().mispredictions == 0


def test_by_several_threads() -> None:
    decorated = jit(several)
    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda s=seed: found.append(turns(decorated, s, 150))) for seed in range(4)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[]] * 4


def test_in_a_frame_that_goes_on() -> None:
    decorated, seen = jit(in_one_frame), []
    switches, lanes = known_of(decorated).on, known_of(decorated).lanes

    def asked(x: int) -> int:
        seen.append((None in switches, None in lanes))
        return quick(x)

    rounds = [list(range(n % 4)) for n in range(200)]
    assert decorated(rounds, asked) == in_one_frame(rounds, quick)
    assert {*seen} >= {(False, False), (True, False), (True, True)}


def test_a_body_of_which_nothing_is_left_looks_at_no_switches() -> None:
    decorated, looked = jit(in_one_frame), []
    known = known_of(decorated)
    entry = next(c for c in known.made_of(frozenset()).co_consts if type(c) is entry_point.Entry)

    class Switches:
        def __getitem__(self, number: int) -> None:
            looked.append(number)

    entry.on, rounds = Switches(), [[1, 2], [3]]
    inside = {number for first, last in known.emitted.lanes for number in range(first, last)}
    assert decorated(rounds, quick) == in_one_frame(rounds, quick)
    assert inside <= {*looked}
    looked.clear()
    known.dropped = frozenset(inside)
    known.switch()
    assert decorated(rounds, quick) == in_one_frame(rounds, quick)
    assert looked and inside.isdisjoint(looked)


def test_what_is_left_out_is_jumped_over() -> None:
    decorated, looked = jit(several), []
    known = known_of(decorated)

    class Switches:
        def __getitem__(self, number: int) -> None:
            looked.append(number)

    for mask in range(1, 2**known.emitted.count, 3):
        dropped = frozenset(n for n in range(known.emitted.count) if mask >> n & 1)
        code = known.made_of(dropped)
        entry = next((c for c in code.co_consts if type(c) is entry_point.Entry), None)
        if entry is None:
            continue
        given = [Quick(), Quick()], [1, 2, 5], quick, 21
        switches, entry.on = entry.on, Switches()
        try:
            made = types.FunctionType(code, several.__globals__)
            assert made(*given) == several(*given)
        finally:
            entry.on = switches
        if KNOWN:
            assert dropped.isdisjoint(looked)
        looked.clear()


def test_code_of_a_body_of_which_nothing_is_left_looks_at_nothing() -> None:
    decorated, looked = jit(in_one_frame), []
    known = known_of(decorated)

    class Switches:
        def __getitem__(self, number: int) -> None:
            looked.append(number)

    rounds = [[1, 2], [3]]
    assert known.emitted.lanes
    for count in range(len(known.emitted.lanes) + 1):
        known.dropped = frozenset(n for first, last in known.emitted.lanes[:count] for n in range(first, last))
        known.switch()
        code = known.made_of(known.dropped)
        entry = next(c for c in code.co_consts if type(c) is entry_point.Entry)
        held, entry.lanes = entry.lanes, Switches()
        try:
            made = types.FunctionType(code, in_one_frame.__globals__)
            assert made(rounds, quick) == in_one_frame(rounds, quick)
        finally:
            entry.lanes = held
        if KNOWN:
            assert bool(looked) == (count < len(known.emitted.lanes))
        looked.clear()


@pytest.mark.parametrize("woken", [False, True])
def test_what_never_gained_anything_is_its_own_code_again(woken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_state, "LAST", 60)
    monkeypatch.setattr(rest, "SHORTEST", 600.0)
    monkeypatch.setattr(rest, "LONGEST", 600.0)
    decorated = jit(in_one_frame)
    known = known_of(decorated)
    for _ in range(20):
        assert decorated([[1, 2]], quick) == in_one_frame([[1, 2]], quick)
    assert decorated.__code__ is not in_one_frame.__code__
    for number in list(known.cases) if woken else ():
        known.wakes(number)
    for _ in range(200):
        assert decorated([[1, 2]], quick) == in_one_frame([[1, 2]], quick)
    assert decorated.__code__ is in_one_frame.__code__
