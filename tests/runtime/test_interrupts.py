"""What signal handlers raise, wherever it comes: at the entry, in a wait, in a slice, or in a call made in place."""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from types import FrameType
from typing import Any

import pytest

from xcs.runtime import Interrupted, entered, from_signal
from xcs.runtime import region as regions
from xcs.runtime.task import Task
from xcs.runtime.workers import Workers

from .drive import AtOnce, Held, each, loop, region, using

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="a system without user signals")


class Stop(Exception):
    pass


def stop(number: int, frame: FrameType | None) -> None:
    raise Stop


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    former = signal.signal(signal.SIGUSR1, stop)
    yield
    signal.signal(signal.SIGUSR1, former)


def functions(error: BaseException) -> list[str]:
    """The functions of a traceback."""
    return [entry.name for entry in traceback.extract_tb(error.__traceback__)]


@pytest.fixture
def blocked() -> Iterator[Callable[[int], object]]:
    """A call that is not over before the test is."""
    over = threading.Event()
    yield lambda x: over.wait(30)
    over.set()


def signalled_in_a_wait(number: int) -> None:
    """Sends a signal to the main thread as soon as it waits for a call."""

    def send() -> None:
        main = threading.main_thread().ident or 0
        while sys._current_frames()[main].f_code is not Task.wait.__code__:
            os.sched_yield()
        signal.pthread_kill(main, number)

    threading.Thread(target=send).start()


def test_in_a_wait(blocked: Callable[[int], object]) -> None:
    with using(Workers()):
        signalled_in_a_wait(signal.SIGUSR1)
        with pytest.raises(Stop) as caught:
            loop(blocked, [1, 2, 3])
    assert functions(caught.value) == ["test_in_a_wait", "loop", "stop"]
    assert not entered.live


def test_keyboard_interrupt_in_a_wait(blocked: Callable[[int], object]) -> None:
    with using(Workers()):
        signalled_in_a_wait(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt) as caught:
            loop(blocked, [1])
    assert functions(caught.value) == ["test_keyboard_interrupt_in_a_wait", "loop"]


def test_at_the_entry() -> None:
    """What was started is withdrawn, and the signal's exception comes out."""
    made: list[int] = []

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        r.step(0)
        r.start(0, made.append, 1)
        yield
        signal.raise_signal(signal.SIGUSR1)
        yield

    with using(Held()) as pool:
        with pytest.raises(Stop):
            region(ahead)
        pool.run()
    assert made == []
    assert not entered.live


def test_in_a_slice_between_two_items() -> None:
    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in (1, 2):
            r.step(0)
            yield
            r.start(0, abs, x)
            if signalled:
                signal.raise_signal(signal.SIGUSR1)
            yield

    signalled: list[int] = []
    with using(AtOnce()):
        former, regions.WINDOW = regions.WINDOW, 1
        try:
            r = region(ahead)
            signalled.append(1)
            with pytest.raises(Stop):
                for x in r.items(0, [1, 2]):
                    r.take(0, abs, x)()
            r.close()
        finally:
            regions.WINDOW = former
    assert not entered.live


def test_an_interrupted_entry_raises_once_in_the_users_frame() -> None:
    def user(r: Interrupted) -> None:
        try:
            for _ in r.items(0, [1, 2]):
                pass
        finally:
            r.close()

    with pytest.raises(Stop) as caught:
        user(Interrupted(Stop()))
    assert functions(caught.value)[-1] == "user"

    answer = Interrupted(Stop()).take(0, abs, 1)
    with pytest.raises(Stop):
        answer()
    with pytest.raises(Stop):  # a region without calls that were come to
        Interrupted(Stop()).close()


def raised(function: Callable[[], object]) -> BaseException:
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError


def fail() -> None:
    raise Stop


class Handler:
    def method(self, number: int, frame: FrameType | None) -> None:
        raise Stop

    def __call__(self, number: int, frame: FrameType | None) -> None:
        raise Stop


@pytest.mark.parametrize(
    "handled", [stop, Handler().method, Handler(), functools.partial(Handler.method, Handler())], ids=str
)
def test_exceptions_of_handlers_are_told_from_others(handled: Any) -> None:
    signal.signal(signal.SIGUSR1, handled)
    assert from_signal(raised(lambda: signal.raise_signal(signal.SIGUSR1)))
    assert not from_signal(raised(fail))
    assert not from_signal(raised(lambda: 1 // 0))
    assert from_signal(KeyboardInterrupt())


def test_other_threads_get_no_signals() -> None:
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(from_signal(KeyboardInterrupt())))
    thread.start()
    thread.join()
    assert found == [False]


def test_the_next_loop_is_as_ever() -> None:
    for _ in range(3):
        with using(Held()), pytest.raises(Stop):
            r = region(each(abs, [1, 2, 3]))
            try:
                signal.raise_signal(signal.SIGUSR1)
            finally:
                r.close()
    with using(AtOnce()):
        assert loop(abs, [-1, 2]) == [1, 2]
    assert not entered.live
