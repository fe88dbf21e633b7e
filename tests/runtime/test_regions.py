"""Starting and taking: claim or wait, windows, nesting, several threads, what is freed when."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Generator
from typing import Any

import pytest

import xcs
from xcs import jit
from xcs.runtime import Counters, Region, SiteInfo, entered
from xcs.runtime import region as regions
from xcs.runtime.nesting import DEEPEST, here
from xcs.runtime.workers import Workers

from .drive import AtOnce, Held, each, loop, region, using


def double(x: int) -> int:
    return x * 2


def test_results_in_order() -> None:
    for pool in (AtOnce(), Held(), Workers(), Workers(1)):
        with using(pool):
            assert loop(double, list(range(50))) == [x * 2 for x in range(50)]


def test_nine_hundred_wait_at_once() -> None:
    everybody = threading.Barrier(900)

    def meet(x: int) -> int:
        everybody.wait(timeout=30)
        return x

    with using(Workers()):
        assert loop(meet, list(range(900))) == list(range(900))


def test_withdrawn_calls_are_made_in_place() -> None:
    threads = []

    def where(x: int) -> int:
        threads.append(threading.current_thread())
        return x

    with using(Held()) as pool:
        assert loop(where, [1, 2, 3]) == [1, 2, 3]
        pool.run()
    assert threads == [threading.current_thread()] * 3


@xcs.unordered
def leaf(x: int) -> int:
    time.sleep(0.0001)
    return x


@jit
def middle(x: int) -> int:
    found = []
    for y in (1, 2, 3):
        found.append(leaf(x * y))
    return found[0] + found[1] + found[2]


@jit
def outer(items: list[int]) -> list[int]:
    found = []
    for x in items:
        found.append(middle(x))
    return found


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_nested_regions_need_no_thread_of_their_own(threads: int) -> None:
    with using(Workers(threads)):
        assert outer([1, 2, 3, 4]) == [6, 12, 18, 24]


def test_nested_by_hand_with_one_worker() -> None:
    def inner(x: int) -> list[int]:
        return loop(double, [x, x + 1])

    with using(Workers(1)):
        assert loop(inner, [1, 2, 3]) == [[2, 4], [4, 6], [6, 8]]


def test_recursion_runs_plain_below_a_depth() -> None:
    depths = []

    def down(n: int) -> int:
        depths.append(here.depth)
        return n + sum(loop(down, [n - 1])) if n and here.depth < DEEPEST else n

    with using(AtOnce()):
        loop(down, [40])
    assert max(depths) == DEEPEST
    assert here.depth == 0


@jit
def tree(n: int) -> int:
    leaf(n)
    return 1 if n == 0 else tree(n - 1) + tree(n - 1)


def test_recursive_tree() -> None:
    with using(Workers(3)):
        assert tree(5) == 32


def test_several_threads_enter_at_once() -> None:
    found: list[list[int]] = []
    start = threading.Barrier(8)

    def enter(n: int) -> None:
        start.wait()
        found.append(outer([n, n + 1]))

    with using(Workers(4)):
        threads = [threading.Thread(target=enter, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [[6 * n, 6 * (n + 1)] for n in range(8)]


# --- read-ahead is bounded -----------------------------------------------------------------------------------------


@pytest.mark.uninstrumented  # thousands of the same
def test_outstanding_calls_are_bounded() -> None:
    count = 20_000
    most = 0
    r = region(each(double, range(count)))
    for x in r.items(0, range(count)):
        most = max(most, r.outstanding)
        assert r.take(0, double, x)() == x * 2
    r.close()
    assert 0 < most <= regions.WINDOW
    assert not any(place.tasks for place in r.places.values())


@jit
def many(items: range) -> int:
    last = 0
    for x in items:
        last = quick(x)
    return last


@xcs.unordered
def quick(x: int) -> int:
    return x


@pytest.mark.uninstrumented  # thousands of the same
def test_decorated_loop_over_a_long_range() -> None:
    assert many(range(20_000)) == 19_999
    assert many.stats().tasks > 0  # not all: calls that don't wait are not worth what starting them costs
    assert many.stats().mispredictions == 0


@pytest.mark.uninstrumented  # thousands of the same
def test_nothing_is_kept_of_past_iterations() -> None:
    """Also where most iterations start nothing."""

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(20_000):
            r.step(0)
            yield
            if x % 3 == 0:
                r.start(0, double, x)
                yield

    with using(AtOnce()):
        r = region(ahead)
        for x in r.items(0, range(20_000)):
            if x % 3 == 0:
                r.take(0, double, x)()
            assert not r.places or len(r.places[0].tasks) <= regions.WINDOW + 1
        r.close()


# --- strands: calls that feed calls ----------------------------------------------------------------------------------


def chained(first: Any, second: Any, count: int, inner: int = 1) -> Region:
    """`for x in range(count): a = first(x); then `inner` times second(a)`"""

    def strand(s: Any) -> Generator[Any, Any, None]:
        a = yield s.result(0)
        for _ in range(inner):
            yield s.start(1, second, a)

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in range(count):
            r.step(0)
            yield
            r.strand(strand)
            r.start(0, first, x)
            yield

    sites = {0: SiteInfo(loops=(0,), feeds=True), 1: SiteInfo(loops=(0,))}
    return Region(ahead, anchors=frozenset({0}), sites=sites, counters=Counters())


@pytest.mark.parametrize("pool", [AtOnce, Held, Workers, lambda: Workers(1)], ids=["at once", "held", "workers", "one"])
def test_each_call_of_a_chain_is_made_once(pool: Any) -> None:
    made: list[tuple[str, int]] = []

    def first(x: int) -> int:
        made.append(("first", x))
        return x + 100

    def second(a: int) -> int:
        made.append(("second", a))
        return a * 2

    with using(pool()):
        r = chained(first, second, 300)
        found = []
        for x in r.items(0, range(300)):
            a = r.take(0, first, x)()
            found.append(r.take(1, second, a)())
        r.close()
    assert found == [(x + 100) * 2 for x in range(300)]
    assert sorted(made) == sorted([("first", x) for x in range(300)] + [("second", x + 100) for x in range(300)])


def test_a_strand_that_comes_late_starts_nothing() -> None:
    made: list[int] = []
    with using(Held()) as pool:
        r = chained(double, made.append, 2)
        for x in r.items(0, range(2)):
            a = x * 2  # the program does not take the first call: it goes another way
            r.take(1, made.append, a)()
        pool.run()
        r.close()
    assert made == [0, 2]


def failing() -> int:
    raise ValueError("failed")


@pytest.mark.parametrize("ask", [int, failing])
def test_a_strand_that_comes_to_an_answer_that_was_taken_ends(ask: Any) -> None:
    """It has found the call over, and before it looks at the answer the program takes it."""
    seen: list[object] = []
    answers: list[Any] = []

    def strand(s: Any) -> Generator[Any, Any, None]:
        task = s.call(0, ask)
        answers.append(s.region().take(0, ask))
        try:
            seen.append((yield task))
        except Exception as error:
            seen.append(error)

    def ahead(r: Any) -> Generator[None, None, None]:
        yield
        r.strand(strand)

    with using(AtOnce()):
        r = Region(ahead, anchors=frozenset(), sites={0: SiteInfo()}, counters=Counters())
        r.close()
    assert len(answers) == r.counters.tasks == 1
    assert seen == []


def test_strands_keep_to_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "WINDOW", 20)
    with using(AtOnce()):
        r = chained(double, double, 3, inner=500)
        assert r.outstanding <= 21
        for x in r.items(0, range(3)):
            a = r.take(0, double, x)()
            for _ in range(500):
                assert r.take(1, double, a)() == x * 4
                assert r.outstanding <= 21
        assert 3 <= r.counters.tasks <= 3 + 1500  # as far as its credit goes
        r.close()


# --- the program goes another way ------------------------------------------------------------------------------------


def test_another_argument_is_a_misprediction() -> None:
    with using(AtOnce()):
        r = region(each(double, [1, 2, 3]))
        found = [r.take(0, double, x + 10)() for x in r.items(0, [1, 2, 3])]
        r.close()
    assert found == [22, 24, 26]
    assert r.counters.mispredictions == 1


def test_close_withdraws_what_has_not_begun() -> None:
    made: list[int] = []
    with using(Held()) as pool:
        r = region(each(made.append, [1, 2, 3, 4]))
        pool.run(0)
        r.close()
        pool.run(1, 2, 3)
    assert made == [1]


class Thing:
    pass


def test_results_of_abandoned_calls_are_freed() -> None:
    begun, go_on = threading.Event(), threading.Event()
    seen: list[weakref.ref[Thing]] = []

    def make(x: int) -> Thing:
        begun.set()
        go_on.wait(10)
        thing = Thing()
        seen.append(weakref.ref(thing))
        return thing

    with using(Workers(1)) as pool:
        r = region(each(make, [1]))
        begun.wait(10)
        r.close()
        go_on.set()
        over = threading.Event()
        pool.submit(over.set)
        assert over.wait(10)
    assert seen[0]() is None


def test_results_are_freed_as_in_plain_python() -> None:
    def make(x: int) -> Thing:
        return Thing()

    for pool in (AtOnce(), Workers(2)):
        with using(pool):
            r = region(each(make, range(3)))
            gc.disable()
            try:
                for x in r.items(0, range(3)):
                    thing = r.take(0, make, x)()
                    seen = weakref.ref(thing)
                    del thing
                    assert seen() is None
            finally:
                gc.enable()
            r.close()


def test_arguments_are_freed_as_in_plain_python() -> None:
    def use(thing: Thing) -> None:
        pass

    things = [Thing() for _ in range(3)]
    seen = [weakref.ref(thing) for thing in things]
    with using(AtOnce()):
        r = region(each(use, list(things)))
        gc.disable()
        try:
            for thing in r.items(0, things):
                r.take(0, use, thing)()
            r.close()
            del thing, r
            things.clear()
            assert [s() for s in seen] == [None] * 3
        finally:
            gc.enable()


def test_exceptions_are_freed_as_in_plain_python() -> None:
    def fail(x: int) -> None:
        raise ValueError(Thing())

    with using(AtOnce()):
        r = region(each(fail, range(3)))
        gc.disable()
        try:
            for x in r.items(0, range(3)):
                try:
                    r.take(0, fail, x)()
                except ValueError as error:
                    seen = weakref.ref(error.args[0])
                assert seen() is None
        finally:
            gc.enable()
        r.close()


def test_a_region_that_is_lost_is_closed() -> None:
    made: list[int] = []
    with using(Held()) as pool:
        region(each(made.append, [1, 2]))
        pool.run()
    assert made == []
    assert not entered.live


def test_a_region_that_is_lost_is_closed_though_strands_wait() -> None:
    made: list[int] = []
    with using(Held()) as pool:
        chained(made.append, made.append, 3)
        pool.run()
    assert made == []
    assert not entered.live


def test_arguments_too_large_to_compare_stay_in_place() -> None:
    large = list(range(30_000))
    with using(AtOnce()):
        r = region(each(len, [large, [1], large]))
        assert [r.take(0, len, x)() for x in r.items(0, [large, [1], large])] == [30_000, 1, 30_000]
        r.close()
    assert (r.counters.tasks, r.counters.mispredictions) == (1, 0)
