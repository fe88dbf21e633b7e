"""Deciding a region: one thread at a time, verdicts that replace each other, and an end where it does not pay."""

from __future__ import annotations

import gc
import os
import threading
import time
import types
import weakref
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

import xcs
from tests.anew import fresh
from xcs import garbage
from xcs.analysis.domain.meter import OBJECTS, OFTEN, Exhausted, Meter
from xcs.analysis.domain.places import Guard, Path
from xcs.entry import allowance, entering, rest
from xcs.entry import effort as efforts
from xcs.entry import verdicts as decisions
from xcs.entry.code_state import LEFT_OUT, TRIES, State
from xcs.entry.effort import AT_ONCE, EARNED, FIRST, FREE, IDLE, OTHERS, PAID, SHARE, STEP, VAIN, Case, Effort
from xcs.entry.look import UNKNOWN, YES
from xcs.entry.verdicts import KEPT, Decision, Turn, Verdicts
from xcs.plan.plan import Plan
from xcs.remarks import Remark, Span
from xcs.runtime.accounts import Total


def in_a_thread(function: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


@xcs.unordered
def model(x: int) -> int:
    time.sleep(0.0001)
    return x + 1


def loop(items: list[int]) -> list[int]:
    return [model(x) for x in items]


def asked(ask: Callable[[int], int], items: list[int]) -> list[int]:
    return [ask(x) for x in items]


def nested(ask: Callable[[int], int], items: list[int]) -> list[int]:
    out = []
    for x in items:
        for y in (x,):
            out.append(ask(y))
    return out


def state_of(function: Any) -> State:
    entry = next(c for c in function.__code__.co_consts if type(c).__name__ == "Entry")
    state: State = entry.state()
    return state


# --- one thread at a time --------------------------------------------------------------------------------------------


def come_and_end() -> bool:
    turn = Turn()
    try:
        return turn.come()
    finally:
        turn.end()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "PATIENCE", 0)


@pytest.mark.usefixtures("impatient")
def test_one_thread_has_the_turn() -> None:
    turn = Turn()
    assert turn.come()
    assert not in_a_thread(come_and_end)
    turn.end()
    assert in_a_thread(come_and_end)


def test_the_turn_is_waited_for() -> None:
    turn = Turn()
    assert turn.come()
    others = [threading.Thread(target=come_and_end) for _ in range(4)]
    for other in others:
        other.start()
    turn.end()
    for other in others:
        other.join()
    assert come_and_end()


def test_not_twice_in_one_thread() -> None:
    """A signal handler or finalizer may come to a region while its thread decides another."""
    turn = Turn()
    assert turn.come()
    assert not come_and_end()
    turn.end()
    assert come_and_end()


def test_the_turn_ends_with_its_frame() -> None:
    """A signal handler's exception may come before `end`."""
    turn = Turn()
    assert turn.come()
    del turn
    assert in_a_thread(come_and_end)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_the_turn_is_free_in_a_forked_child() -> None:
    turn = Turn()
    assert turn.come()
    try:
        child = os.fork()
        if not child:
            os._exit(42 if come_and_end() else 1)
    finally:
        turn.end()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


@pytest.mark.usefixtures("impatient")
def test_who_cannot_decide_runs_as_written() -> None:
    ask = fresh(loop)
    turn = Turn()
    assert turn.come()
    try:
        for _ in range(2 * TRIES):  # none of which counts as a miss
            assert in_a_thread(lambda: ask([1, 2, 3])) == [2, 3, 4]
    finally:
        turn.end()
    assert ask.stats().tasks == 0
    assert ask([1, 2, 3]) == [2, 3, 4]
    assert ask.stats().tasks == 3


def test_threads_that_enter_together_decide_once() -> None:
    ask = fresh(loop)
    start = threading.Barrier(8)
    found = []

    def enter() -> None:
        start.wait()
        found.append(ask([1, 2, 3]))

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[2, 3, 4]] * 8
    assert [v.made for v in state_of(ask).verdicts.values()] == [1]


# --- verdicts replace each other -------------------------------------------------------------------------------------


def verdict(x: object, applied: bool = False) -> Decision:
    """A verdict that holds where the variable `x` is this object."""
    remark = Remark("missed", "no-gain", "f", "f.py", Span(1, 0, 1, 0), "")
    made = Decision(Plan(remark, guards=(Guard(Path("local", "x"), "is", x),)))
    made.compiled = object() if applied else None
    return made


def test_what_was_not_used_for_longest_makes_room() -> None:
    verdicts = Verdicts()
    objects = [object() for _ in range(KEPT + 1)]
    for x in objects[:KEPT]:
        verdicts.keep(verdict(x))
    assert verdicts.find({"x": objects[0]})
    verdicts.keep(verdict(objects[KEPT]))
    assert [x for x in objects if not verdicts.find({"x": x})] == [objects[1]]


def test_a_verdict_that_starts_calls_comes_before_others() -> None:
    verdicts = Verdicts()
    x = object()
    good, sequential = verdict(x, applied=True), verdict(x)
    verdicts.keep(good)
    verdicts.keep(sequential)
    assert verdicts.find({"x": x}) is good


def new_callee() -> Callable[[int], int]:
    """Its code is known, the object is another at each call."""
    return lambda x: model(x)


def test_new_objects_at_each_call_are_decided_while_it_pays() -> None:
    ask = fresh(asked)
    ask(new_callee(), [1, 2])
    state = state_of(ask)
    state.counters.saved = float("inf")
    for n in range(3 * KEPT):
        assert ask(new_callee(), [n, n]) == [n + 1, n + 1]
    (verdicts,) = state.verdicts.values()
    assert verdicts.made == 3 * KEPT + 1
    assert len(verdicts.kept) == KEPT
    assert ask.stats().tasks == 2 * verdicts.made
    assert ask.stats().mispredictions == 0


def test_deciding_ends_where_it_does_not_pay() -> None:
    ask = fresh(asked)
    ask(new_callee(), [1, 2])
    state = state_of(ask)
    state.counters.saved = float("-inf")
    (verdicts,) = state.verdicts.values()
    for n in range(KEPT - 1 + TRIES):
        assert ask.__code__ is not ask.sequential.__code__
        assert ask(new_callee(), [n, n]) == [n + 1, n + 1]
    assert verdicts.made == KEPT
    for n in range(2 * LEFT_OUT):
        assert ask(new_callee(), [n, n]) == [n + 1, n + 1]
    assert verdicts.made == KEPT
    assert "enter" not in ask.__code__.co_names


def test_verdicts_that_are_used_need_not_pay() -> None:
    ask = fresh(asked)
    callees = [new_callee() for _ in range(KEPT)]
    for _ in range(2 * TRIES):
        for callee in callees:
            ask(callee, [1, 2])
        state_of(ask).counters.saved = float("-inf")
    assert [v.made for v in state_of(ask).verdicts.values()] == [KEPT]
    assert ask.stats().tasks == 2 * 2 * TRIES * KEPT


# --- effort ----------------------------------------------------------------------------------------------------------


class Machine:
    """A processor that works and waits as it is told."""

    def __init__(self) -> None:
        self.cpu = self.wall = self.used = 0.0  # used: by the process, if not all the time
        self.total = Total()

    def effort(self) -> Effort:
        return Effort(lambda: self.cpu, lambda: self.wall, self.total, lambda: self.used or self.wall)


def use(monkeypatch: pytest.MonkeyPatch, effort: Effort) -> None:
    """The process's decisions take this effort."""
    for module in (efforts, allowance):
        monkeypatch.setattr(module, "effort", effort)
    monkeypatch.setattr(efforts, "queued", lambda: None)


def test_little_is_wasted() -> None:
    machine = Machine()
    effort = machine.effort()
    assert effort.left() == FREE
    effort.wasted = 2 * FREE
    assert effort.left() < 0
    machine.wall = 2 * FREE / SHARE
    assert effort.left() == pytest.approx(FREE)


def test_what_waits_in_vain_is_given_no_hundredth_of_that() -> None:
    machine = Machine()
    machine.wall, machine.used = 100.0, 1.0
    effort = machine.effort()
    effort.begun = 0.0
    assert effort.share() == pytest.approx(IDLE * SHARE)
    machine.total.saved = 1.0
    assert effort.share() == pytest.approx(100.0 * SHARE + EARNED)


def test_what_waited_is_worth_a_decision_where_it_is_much_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Machine().effort())
    case = Case(UNKNOWN, waited=0.1, ran=1.0)
    assert case.allowed(saved=0.0) > 0
    case.ran = 10.0
    assert case.allowed(saved=0.0) == 0


def test_no_more_is_spent_in_vain_than_half_of_what_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    effort = Machine().effort()
    use(monkeypatch, effort)
    effort.wasted = 2 * FREE
    assert Case(YES, waited=0.02).allowed(saved=0.0) == pytest.approx(PAID * 0.02)
    effort.vain = PAID * 0.02  # it was another region's wait, too
    assert Case(YES, waited=0.02).allowed(saved=0.0) == 0


def test_what_was_saved_may_be_wasted() -> None:
    """A twentieth of it; what others have lost gives nothing and takes nothing."""
    machine = Machine()
    effort = machine.effort()
    effort.wasted, machine.total.saved = 2 * FREE, 2 * FREE / EARNED
    assert effort.left() == pytest.approx(FREE)
    machine.total.saved = -1.0
    assert effort.left() == pytest.approx(-FREE)


def test_a_first_decision_is_given_in_advance(monkeypatch: pytest.MonkeyPatch) -> None:
    effort = Machine().effort()
    use(monkeypatch, effort)
    case = Case(YES)
    assert case.allowed(saved=0.0) == FIRST
    effort.wasted = 2 * FREE
    assert case.allowed(saved=0.0) == 0
    assert case.allowed(saved=1.0) == pytest.approx(OTHERS)  # by other regions of the function


def test_nothing_is_looked_at_when_too_much_was_wasted(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    effort = machine.effort()
    use(monkeypatch, effort)
    monkeypatch.setattr(entering, "effort", effort)
    counts = iter(range(100))
    monkeypatch.setattr(efforts, "switches", lambda: (next(counts), 0))
    effort.wasted = 2 * FREE
    ask = fresh(loop)
    assert ask([1, 2]) == [2, 3]
    (case,) = state_of(ask).cases.values()
    assert case.answer == UNKNOWN and ask.stats().tasks == 0
    machine.wall = 0.1  # it waited meanwhile
    assert ask([1, 2]) == [2, 3]
    assert ask.stats().tasks == 2


def test_what_is_unknown_is_decided_when_it_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Machine().effort())
    case = Case(UNKNOWN)
    assert case.allowed(saved=0.0) == 0
    case.waited = 0.1
    assert case.allowed(saved=0.0) == pytest.approx(PAID * 0.1)


def test_what_waited_is_not_paid_for_in_each_region_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    effort = Machine().effort()
    use(monkeypatch, effort)
    around, within = Case(UNKNOWN, waited=1.0), Case(UNKNOWN, waited=1.0)
    assert around.allowed(saved=0.0) == FREE
    effort.waited = FREE  # it was in vain
    assert within.allowed(saved=0.0) == FIRST  # in advance
    effort.wasted = FREE
    assert within.allowed(saved=0.0) == 0
    assert within.allowed(saved=1.0) == pytest.approx(PAID)


def test_waits_are_paid_from_while_something_is_gained(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    effort = machine.effort()
    use(monkeypatch, effort)
    effort.wasted = 2 * FREE
    case = Case(YES, waited=0.4)
    assert case.allowed(saved=0.0) == pytest.approx(AT_ONCE)
    effort.vain = VAIN
    assert case.allowed(saved=0.0) == 0
    assert case.allowed(saved=0.4) == pytest.approx(PAID * 0.4)
    machine.wall = 2.0
    assert case.allowed(saved=0.0) == pytest.approx(SHARE * 2.0)


def test_what_came_to_no_end_is_given_twice_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Machine().effort())
    case = Case(YES, given=FIRST, spent=FIRST)
    assert case.allowed(saved=0.0) == FIRST  # with other objects
    assert case.allowed(saved=0.0, again=True) == 0
    case.waited = (3 * FIRST - 1e-3) / PAID
    assert case.allowed(saved=0.0, again=True) == 0
    case.waited = (3 * FIRST + 1e-3) / PAID
    assert case.allowed(saved=0.0, again=True) > 2 * FIRST
    case.waited = 1e9
    assert case.allowed(saved=0.0, again=True) == AT_ONCE


def test_what_came_to_no_end_is_decided_in_the_loop_when_that_has_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    use(monkeypatch, machine.effort())
    monkeypatch.setattr(efforts, "FIRST", 2 * STEP)
    monkeypatch.setattr(efforts, "switches", lambda: (machine.wall, 0))

    @xcs.unordered
    def slow(x: int) -> int:
        time.sleep(0.0001)
        machine.wall += 1.0
        return x + 1

    ask = fresh(asked)
    assert ask(slow, [1, 2, 3, 4, 5, 6]) == [2, 3, 4, 5, 6, 7]
    assert ask.stats().tasks >= 2


@pytest.mark.parametrize("function", [asked, nested])
def test_what_nobody_had_time_for_is_decided_in_the_loop_that_waits(
    monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]
) -> None:
    machine = Machine()
    effort = machine.effort()
    use(monkeypatch, effort)
    effort.wasted = 2 * FREE
    monkeypatch.setattr(efforts, "switches", lambda: (machine.wall, 0))

    @xcs.unordered
    def slow(x: int) -> int:
        machine.wall += 1.0
        return x + 1

    ask = fresh(function)
    assert ask(slow, [1, 2, 3, 4, 5, 6]) == [2, 3, 4, 5, 6, 7]
    assert ask.stats().tasks == 5


def test_what_waits_between_entries_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    use(monkeypatch, machine.effort())
    counts = iter([(0, 0), (1, 0), (1, 1), (2, 1)])
    monkeypatch.setattr(efforts, "switches", lambda: next(counts))
    case = Case(UNKNOWN)
    case.entered()
    machine.wall, machine.cpu = 1.0, 0.75
    case.entered()
    assert case.waited == 0.25
    machine.wall = 2.0  # it was taken away: a busy machine
    case.entered()
    assert case.waited == 0.25
    machine.wall = 2.5
    assert in_a_thread(lambda: case.entered()) is None  # time between entries of different threads says nothing
    assert case.waited == 0.25


def test_what_waits_for_a_processor_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    use(monkeypatch, machine.effort())
    counts, late = iter([(0, 0), (1, 9), (1, 9), (2, 9)]), iter([3.0, 3.5, 3.5])
    monkeypatch.setattr(efforts, "switches", lambda: next(counts))
    monkeypatch.setattr(efforts, "queued", lambda: next(late))
    case = Case(UNKNOWN)
    case.entered()
    machine.wall, machine.cpu = 1.0, 0.25
    case.entered()
    assert case.waited == 0.25
    machine.wall = 2.0
    case.entered()  # it has not given up the processor: nobody asks how long it was kept from it
    assert case.waited == 0.25
    machine.wall = 2.5
    case.entered()
    assert case.waited == 0.75


def test_how_long_a_thread_was_late_is_told_or_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    before = efforts.queued()
    assert before is None or 0 <= before <= efforts.queued()
    for read in (Mock(side_effect=PermissionError), lambda file, most: b""):
        system = types.SimpleNamespace(open=os.open, read=read, close=os.close, O_RDONLY=os.O_RDONLY)
        monkeypatch.setattr(efforts, "system", system)
        assert efforts.queued() is None


def test_a_meter_counts_instructions_and_objects() -> None:
    meter = Meter(10)
    for _ in range(9):
        meter.spend()
    meter.spend(OBJECTS // 2)
    meter.spend(OBJECTS)
    assert not meter.out
    with pytest.raises(Exhausted):
        meter.spend()
    assert meter.out


def test_a_meter_ends_with_the_time() -> None:
    machine = Machine()
    meter = Meter(until=1.0, clock=lambda: machine.cpu)
    for _ in range(100):
        meter.spend()
    machine.cpu = 2.0
    with pytest.raises(Exhausted):
        for _ in range(OFTEN):
            meter.spend()
    with pytest.raises(Exhausted):
        meter.spend()


def test_loading_takes_nothing_from_the_first_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    def ready() -> bool:
        machine.cpu += 1000.0
        return True

    machine = Machine()
    monkeypatch.setattr(efforts.effort, "clock", lambda: machine.cpu)
    monkeypatch.setattr(entering, "thread_time", lambda: machine.cpu)
    monkeypatch.setattr(entering, "ready", ready)
    own = fresh(loop)
    assert own([1, 2, 3]) == [2, 3, 4]
    assert own.stats().tasks == 3


def test_what_is_too_deep_to_decide_is_not_tried_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def decide(*_: object) -> Decision:
        tried.append(1)
        raise RecursionError

    tried: list[int] = []
    monkeypatch.setattr(entering, "decide", decide)
    monkeypatch.setattr(rest, "SHORTEST", 60.0)  # it rests for all of this, however slow the machine
    function = fresh(loop)
    assert [function([1, 2, 3]) for _ in range(TRIES)] == [[2, 3, 4]] * TRIES
    assert len(tried) == 2
    for _ in range(LEFT_OUT):
        function([1, 2, 3])
    assert "enter" not in function.__code__.co_names


def test_what_is_too_deep_to_be_loaded_is_not_tried_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def ready() -> bool:
        tried.append(1)
        raise RecursionError

    tried: list[int] = []
    monkeypatch.setattr(entering, "ready", ready)
    monkeypatch.setattr(rest, "SHORTEST", 60.0)
    function = fresh(loop)
    assert [function([1, 2, 3]) for _ in range(TRIES)] == [[2, 3, 4]] * TRIES
    assert len(tried) == 2


# --- the code object that a program has noted ------------------------------------------------------------------------


def same(x: int) -> int:
    return x


def gains_nothing(items: list[int], again: Callable[..., Any] | None = None) -> list[int]:
    if again is not None:
        again(items)
    return [same(x) for x in items]


def test_code_that_is_noted_stays() -> None:
    function = fresh(gains_nothing)
    hidden = {function.__code__}
    for _ in range(2 * TRIES):
        function([1, 2], function)
    assert function.__code__ in hidden


def test_code_that_nobody_has_noted_is_replaced() -> None:
    function = fresh(gains_nothing)
    assert function.__code__ is not gains_nothing.__code__
    for _ in range(2 * LEFT_OUT):
        function([1, 2], function)
    assert "enter" not in function.__code__.co_names


# --- what verdicts hold on to ----------------------------------------------------------------------------------------


class Client:
    def ask(self, x: int) -> int:
        return model(x)

    def add(self, x: int) -> int:
        return x + 1


def asks(clients: list[Any], items: list[int]) -> list[int]:
    return [client.ask(x) for client in clients for x in items]


def adds(clients: list[Any], items: list[int]) -> list[int]:
    return [client.add(x) for client in clients for x in items]


@pytest.mark.parametrize("function", [asks, adds], ids=lambda f: f.__name__)
@pytest.mark.parametrize("local", [False, True], ids=["class of the module", "local class"])
def test_arguments_do_not_live_longer(function: Callable[..., Any], local: bool) -> None:
    decorated = fresh(function)
    clients = [type("Client", (Client,), {})() if local and function is adds else Client()]
    decorated(clients, [1, 2])
    last = weakref.ref(clients[0]), weakref.ref(type(clients[0]))
    assert (decorated.stats().tasks > 0) == (function is asks)
    clients.clear()
    gc.collect()
    assert last[0]() is None
    assert local is False or function is asks or last[1]() is None


# --- our own errors --------------------------------------------------------------------------------------------------


def test_what_fails_once_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def decide(*_: object) -> Decision:
        tried.append(1)
        raise AssertionError("our own error")

    tried: list[int] = []
    monkeypatch.setattr(entering, "decide", decide)
    monkeypatch.delenv("XCS_STRICT")
    function = fresh(loop)
    assert [function([1, 2, 3]) for _ in range(3)] == [[2, 3, 4]] * 3
    assert tried == [1]
    assert function.__code__ is loop.__code__
    assert [(r.code, r.what) for r in function.stats().regions] == [("internal", "AssertionError: our own error")]


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("on", [False, True])
def test_the_collector_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch, on: bool, fails: bool) -> None:
    def decide(*given: Any) -> Decision:
        seen.append(gc.isenabled())
        if fails:
            raise AssertionError("our own error")
        return whole(*given)

    seen: list[bool] = []
    whole = entering.decide
    monkeypatch.setattr(entering, "decide", decide)
    monkeypatch.setattr(garbage, "_current_frames", lambda: {1: None})
    monkeypatch.delenv("XCS_STRICT")
    before = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        assert fresh(loop)([1, 2, 3]) == [2, 3, 4]
        assert gc.isenabled() is on
    finally:
        (gc.enable if before else gc.disable)()
    assert seen == [False]
