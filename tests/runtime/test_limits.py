"""How many calls of a service run at once; which errors prove that a call was turned away, and what follows."""

from __future__ import annotations

import errno
import threading
from typing import Any

import pytest

from xcs.runtime import limits
from xcs.runtime.limits import FIRST, MOST, Limit, limit_of
from xcs.runtime.refusals import rejected

from .drive import AtOnce, Held, each, region, using


class Waiting:
    """A task of a service: handed to its pool when it has a slot."""

    def __init__(self, handed: list[Waiting], accepted: bool = True) -> None:
        self.handed, self.accepted, self.wanted = handed, accepted, True
        self.pool = self

    def put(self, task: Waiting) -> bool:
        if self.accepted:
            self.handed.append(task)
        return self.accepted

    def waiting(self) -> bool:
        return self.wanted


def filled(limit: Limit, count: int) -> tuple[list[Waiting], list[Waiting]]:
    """So many tasks put; all of them, and those that were handed on."""
    handed: list[Waiting] = []
    tasks = [Waiting(handed) for _ in range(count)]
    for task in tasks:
        limit.put(task)
    return tasks, handed


def test_starts_wide() -> None:
    _, handed = filled(Limit(None), FIRST + 10)
    assert len(handed) == FIRST


def test_a_stated_limit_is_kept() -> None:
    limit = Limit(3)
    tasks, handed = filled(limit, 10)
    for n in range(10):
        assert len(handed) == min(10, 3 + n)
        limit.done(handed[n], 0.1)
    assert handed == tasks
    assert (limit.running, limit.slots) == (0, 3)


def order_of(firsts: int, others: int) -> list[int]:
    """The order in which so many calls, and so many that go on with an answer, get the two slots of a service."""
    limit, handed = Limit(2), list[Waiting]()
    tasks = [Waiting(handed) for _ in range(firsts + others)]
    for number, task in enumerate(tasks):
        limit.put(task, number >= firsts)
    for number in range(len(tasks)):
        limit.done(handed[number], 0.1)
    return [tasks.index(task) for task in handed]


def test_what_goes_on_with_an_answer_comes_first_while_many_wait() -> None:
    assert order_of(8, 2) == [0, 1, 8, 9, 2, 3, 4, 5, 6, 7]
    assert order_of(6, 2) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert order_of(7, 3) == [0, 1, 7, 8, 9, 2, 3, 4, 5, 6]
    assert order_of(2, 3) == [0, 1, 2, 3, 4]


def test_grows_while_calls_stay_quick() -> None:
    limit = Limit(None)
    _, handed = filled(limit, 4 * MOST)
    for task in handed:  # more come to it as these end
        limit.done(task, 0.1)
        assert limit.running <= limit.slots <= MOST
    assert limit.running == 0
    assert limit.slots == MOST
    assert len(handed) == 4 * MOST


def test_does_not_grow_while_calls_get_slower() -> None:
    limit = Limit(None)
    _, handed = filled(limit, 1000)
    for n in range(500):
        limit.done(handed[n], 0.1 + n)
    assert limit.slots == FIRST


def test_rejection_halves() -> None:
    limit = Limit(None)
    _, handed = filled(limit, 1000)
    slots = [limit.slots]
    for n in range(8):
        limit.done(handed[n], 0.1, True)
        slots.append(limit.slots)
    assert slots == [64, 32, 16, 8, 4, 2, 1, 1, 1]
    assert limit.running == FIRST - 8  # those that run run on


def test_withdrawn_tasks_are_passed_over() -> None:
    limit = Limit(1)
    tasks, handed = filled(limit, 4)
    tasks[1].wanted = tasks[2].wanted = False
    limit.done(tasks[0], 0.1)
    assert handed == [tasks[0], tasks[3]]


def test_a_task_that_its_pool_turns_away_has_no_slot() -> None:
    limit = Limit(1)
    limit.put(Waiting([], accepted=False))
    assert limit.running == 0


def test_nothing_begins_until_the_hush_is_over() -> None:
    limit = Limit(2)
    limit.hush()
    tasks, handed = filled(limit, 3)
    assert not handed
    limit.resume()
    assert handed == tasks[:2]


def test_a_hush_waits_for_those_that_run() -> None:
    limit = Limit(2)
    _, handed = filled(limit, 3)
    quiet = threading.Event()

    def hush() -> None:
        limit.hush()
        quiet.set()

    thread = threading.Thread(target=hush)
    thread.start()
    while not limit.quiet:
        thread.join(0.001)
    limit.done(handed[0], 0.1)
    assert not quiet.is_set()
    limit.done(handed[1], 0.1)
    assert quiet.wait(10)
    assert len(handed) == 2
    limit.resume()
    assert len(handed) == 3


def test_one_limit_for_a_service_and_what_its_client_states() -> None:
    assert limit_of("a", None) is limit_of("a", None)
    assert limit_of("a", 3) is not limit_of("a", None)
    assert limit_of("b", None) is not limit_of("a", None)


# --- what proves a rejection -----------------------------------------------------------------------------------------


def library_error(module: str, name: str = "Error", **attributes: Any) -> Exception:
    error: Exception = type(name, (Exception,), {"__module__": module})()
    vars(error).update(attributes)
    return error


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


class Response:
    status_code = 429


@pytest.mark.parametrize(
    "error",
    [
        library_error("openai", status_code=429),
        library_error("anthropic._exceptions", status_code=503),
        library_error("httpx", response=Response()),
        library_error("urllib.error", code=503),
        library_error("aiohttp", status=429),
        library_error("httpx", "PoolTimeout"),
        library_error("urllib3.exceptions", "EmptyPoolError"),
        OSError(errno.EMFILE, "Too many open files"),
        caused(ValueError("the user's"), library_error("openai", status_code=429)),
    ],
    ids=repr,
)
def test_rejections(error: Exception) -> None:
    assert rejected(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("429"),
        library_error("mine", status_code=429),
        library_error("openai", status_code=500),
        library_error("openai", status_code="429"),
        library_error("httpx", "ReadTimeout"),
        OSError(errno.ENOENT, "No such file"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_other_errors(error: BaseException) -> None:
    assert not rejected(error)


def test_an_attribute_that_fails_is_no_proof() -> None:
    class Hostile(Exception):
        @property
        def status_code(self) -> int:
            raise AttributeError("not now") from None

        @property
        def response(self) -> object:
            raise RuntimeError("never")

    Hostile.__module__ = "httpx"
    assert not rejected(Hostile())


# --- at a take -------------------------------------------------------------------------------------------------------


@pytest.fixture
def limiter() -> Limit:
    limits.forget()
    return limit_of("service", None)


def test_a_rejected_call_is_made_again_in_place(limiter: Limit) -> None:
    made: list[tuple[int, bool]] = []

    def ask(x: int) -> int:
        early = limiter.running > 0
        made.append((x, early))
        if early and x == 2:
            raise library_error("openai", status_code=429)
        return x

    with using(AtOnce()):
        r = region(each(ask, [1, 2, 3]), service="service")
        assert [r.take(0, ask, x)() for x in r.items(0, [1, 2, 3])] == [1, 2, 3]
        r.close()
    assert made == [(1, True), (2, True), (3, True), (2, False)]
    assert limiter.slots == FIRST // 2
    assert (limiter.running, limiter.quiet) == (0, 0)


def test_an_error_in_place_is_the_programs_own(limiter: Limit) -> None:
    error = library_error("openai", status_code=429)

    def ask(x: int) -> int:
        raise error

    with using(AtOnce()):
        r = region(each(ask, [1]), service="service")
        for x in r.items(0, [1]):
            with pytest.raises(type(error)) as caught:
                r.take(0, ask, x)()
        r.close()
    assert caught.value is error
    assert (limiter.running, limiter.quiet) == (0, 0)


def test_a_region_that_ends_gives_its_slots_back(limiter: Limit) -> None:
    with using(Held()) as pool:
        r = region(each(abs, range(FIRST + 10)), service="service")
        assert limiter.running == FIRST
        r.close()
        pool.run()
    assert limiter.running == 0
