"""Threads on demand, tasks queued in order, tasks turned away, idle threads sent home, the `Executor` interface."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from xcs.runtime import workers
from xcs.runtime.nesting import let_in, set_apart
from xcs.runtime.workers import Workers


class Job:
    """A task that runs a function and says when it is over."""

    def __init__(self, function: Callable[[], object] = lambda: None) -> None:
        self.function = function
        self.over = threading.Event()

    def run(self) -> None:
        self.function()
        self.over.set()


def test_no_thread_before_the_first_task() -> None:
    pool = Workers()
    assert pool.threads == 0
    job = Job()
    assert pool.put(job)
    assert job.over.wait(10)
    assert pool.threads == 1


def test_tasks_that_wait_get_a_thread_each() -> None:
    pool = Workers()
    everybody = threading.Barrier(40)
    jobs = [Job(lambda: everybody.wait(30)) for _ in range(40)]
    for job in jobs:
        assert pool.put(job)
    pool.relieve()
    assert all(job.over.wait(30) for job in jobs)


def test_threads_are_bounded() -> None:
    pool = Workers(3)
    go_on = threading.Event()
    jobs = [Job(lambda: go_on.wait(30)) for _ in range(10)]
    for job in jobs:
        assert pool.put(job)
    pool.relieve()
    assert pool.threads == 3
    go_on.set()
    assert all(job.over.wait(30) for job in jobs)


def test_one_thread_takes_tasks_in_order() -> None:
    pool = Workers(1)
    found: list[int] = []
    jobs = [Job(lambda n=n: found.append(n)) for n in range(100)]  # type: ignore[misc]
    for job in jobs:
        pool.put(job)
    assert jobs[-1].over.wait(10)
    assert found == list(range(100))


def test_too_many_tasks_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "QUEUED", 5)
    pool = Workers(1)
    go_on = threading.Event()
    jobs = [Job(lambda: go_on.wait(10)) for _ in range(20)]
    accepted = [job for job in jobs if pool.put(job)]
    assert 5 <= len(accepted) <= 7
    go_on.set()
    assert all(job.over.wait(10) for job in accepted)


def test_tasks_are_turned_away_where_no_thread_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool = Workers()
    with monkeypatch.context() as patched:
        patched.setattr(workers, "started", refuse)
        assert not pool.put(Job())
        assert (pool.threads, pool.free) == (0, 0)
    job = Job()
    assert pool.put(job)
    assert job.over.wait(10)


def test_idle_threads_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "IDLE", 0.001)
    pool = Workers()
    seen: list[threading.Thread] = []

    def tells() -> None:
        let_in()
        seen.append(threading.current_thread())
        set_apart()

    job = Job(tells)
    pool.put(job)
    assert job.over.wait(10)
    seen[0].join(10)
    assert not seen[0].is_alive()
    assert (pool.threads, pool.free) == (0, 0)
    again = Job()
    assert pool.put(again)
    assert again.over.wait(10)


def test_retired_threads_leave_when_they_are_free() -> None:
    pool = Workers()
    seen: list[threading.Thread] = []
    assert pool.submit(lambda: seen.append(threading.current_thread())).result(10) is None
    while not pool.free:  # the thread says so just after the result
        seen[0].join(0.001)
    pool.retire()
    seen[0].join(10)
    assert not seen[0].is_alive()
    assert (pool.threads, pool.free) == (0, 0)


def test_threads_are_daemons() -> None:
    """They are not joined at exit: the process may end with calls in flight."""
    assert Workers().submit(lambda: threading.current_thread().daemon).result(10)


def test_executor_interface() -> None:
    def fail() -> None:
        raise KeyError("no")

    with Workers() as pool:
        assert list(pool.map(abs, [-1, 2, -3])) == [1, 2, 3]
        assert pool.submit(divmod, 7, 2).result(10) == (3, 1)
        with pytest.raises(KeyError):
            pool.submit(fail).result(10)
