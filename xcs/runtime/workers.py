"""Our own workers: daemon threads behind the `Executor` interface, made on demand and given back when idle.

What is counted is what is there: seats, tasks, idle threads. An exception between any two steps (no memory, a signal
handler's) loses none of them.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from threading import Lock, RLock, Thread
from typing import Any, Protocol
from weakref import ref

from ..bound import made_ready, perf_counter, started
from .interrupts import interruption
from .nesting import here, let_in, set_apart

MOST_THREADS = 1200  # threads; a waiting thread costs some 100 KiB
IDLE = 5.0  # seconds until an idle thread ends
QUICK = 5e-4  # seconds; tasks below that are not waiting, and more threads would not help
SEVERAL = 16  # quick tasks in a row, after which no thread is added
QUEUED = 4096  # tasks without a thread; more are turned away

_ours: dict[int, ref[Thread]] = {}  # the threads of all pools, by identity


def known(thread: Thread) -> None:
    """A thread that is about to start is one of ours."""
    number = id(thread)
    _ours[number] = ref(thread, lambda gone: _forget(number, gone))


def _forget(number: int, gone: ref[Thread]) -> None:
    if _ours.get(number) is gone:
        del _ours[number]


def is_ours(thread: Thread) -> bool:
    """Whether a thread is one that runs tasks."""
    held = _ours.get(id(thread))
    return held is not None and held() is thread



class Runnable(Protocol):
    def run(self) -> None:
        """Runs it, whatever happens without raising; once, also if it is called again."""


class _Call:
    """A submitted function with its future (the `Executor` interface)."""

    __slots__ = ("args", "function", "future", "kwargs")

    def __init__(
        self, future: Future[Any], function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.future, self.function, self.args, self.kwargs = future, function, args, kwargs

    def run(self) -> None:
        try:
            if self.future.done() or not self.future.set_running_or_notify_cancel():
                return
            own = let_in()
            try:
                value = self.function(*self.args, **self.kwargs)
            finally:
                if own:
                    set_apart()
            self.future.set_result(value)
        except BaseException as error:
            if not self.future.done():
                self.future.set_exception(error)


class _Seat:
    """A thread's place: the task that it has, and what it sleeps on when it has none."""

    __slots__ = ("task", "wake")

    def __init__(self) -> None:
        self.task: Runnable | None = None
        self.wake = Lock()
        self.wake.acquire()


class Workers(Executor):
    """Runs tasks in daemon threads: they are not joined at interpreter exit, so Ctrl-C ends the process at once."""

    def __init__(self, most: int = MOST_THREADS) -> None:
        self.most = most
        self.reset()

    def reset(self) -> None:
        """Forgets all threads (in the child of a fork they do not exist)."""
        self.lock = RLock()  # a finalizer or signal handler may come in between and put a task
        self.tasks: deque[Runnable] = deque()  # that have no thread
        self.seats: set[_Seat] = set()  # of the threads that there are, or that are on their way
        self.coming: set[_Seat] = set()  # those that have not asked for a task yet
        self.idle: list[_Seat] = []
        self.quick = 0  # quick tasks in a row

    @property
    def threads(self) -> int:
        return len(self.seats)

    @property
    def free(self) -> int:
        """Threads without a task, less the tasks that wait for one."""
        return len(self.idle) + len(self.coming) - len(self.tasks)

    def put(self, task: Runnable) -> bool:
        """Queues a task and sees to it that a thread will take it. False: it is turned away, as none can be had."""
        try:
            with self.lock:
                if len(self.tasks) >= QUEUED or sys.is_finalizing():
                    return False
                if self.idle:
                    seat = self.idle[-1]
                    seat.task = task
                    del self.idle[-1]
                    seat.wake.release()
                    return True
                self.tasks.append(task)
                short = len(self.tasks) > len(self.coming) and (self.quick < SEVERAL or not self.seats)
            # Queued first: a thread that starts runs it up to its first wait before this one goes on.
            return not short or self._grow() or len(self.seats) > 0 or not self._withdrawn(task)
        except BaseException:  # a signal handler's
            self._withdrawn(task)
            raise

    def relieve(self) -> None:
        """Starts threads for all tasks that have none: somebody is going to wait."""
        while len(self.tasks) > len(self.coming) and len(self.seats) < self.most and self._grow():
            pass

    def _grow(self) -> bool:
        """Starts a thread if one is wanted; false where the system has no more or the interpreter goes down."""
        seat = _Seat()
        try:
            with self.lock:
                if len(self.tasks) <= len(self.coming) or len(self.seats) >= self.most:
                    return True
                self.coming.add(seat)
                self.seats.add(seat)
            thread = object.__new__(Thread)
            made_ready(thread, target=self._work, args=(seat,), name="xcs", daemon=True)
            thread.run = partial(self._work, seat)  # type: ignore[method-assign]  # not what replaces it in the class
            known(thread)
            started(thread)
        except BaseException as error:
            with self.lock:
                if seat in self.coming:  # if the thread comes all the same, it leaves
                    self._gone(seat)
            signalled = interruption(error)
            if signalled is not None:
                raise signalled from None
            return False
        return True

    def _withdrawn(self, task: Runnable) -> bool:
        """Takes the task that was queued last back out of the queue, if it is still there."""
        with self.lock:
            if not self.tasks or self.tasks[-1] is not task:
                return False
            del self.tasks[-1]
            return True

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        call = _Call(future, fn, args, kwargs)
        if not self.put(call):
            call.run()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing to do: idle threads end by themselves."""

    def retire(self) -> None:
        """Sends the idle threads away, without waiting for those that have work."""
        with self.lock:
            leaving, self.idle = self.idle, []
            self.seats.difference_update(leaving)
            for seat in leaving:
                seat.wake.release()

    def _work(self, seat: _Seat) -> None:
        try:
            self._works(seat)
        except BaseException:  # something of ours failed: the thread ends, but neither its place nor its task is lost
            self._gone(seat)
            if seat.task is not None:
                seat.task.run()
        finally:
            try:
                let_in()  # `threading` takes it out
            except BaseException:
                let_in()

    def _works(self, seat: _Seat) -> None:
        set_apart()
        while self._occupied(seat):
            if here.apart is None:  # a step before failed
                set_apart()
            task = seat.task
            if task is not None:
                begun = perf_counter()
                task.run()
                seat.task = task = None
                self.quick = self.quick + 1 if perf_counter() - begun < QUICK else 0
        self._gone(seat)

    def _occupied(self, seat: _Seat) -> bool:
        """Waits until the thread has a task; false: it is to leave."""
        with self.lock:
            self.coming.discard(seat)
            if seat not in self.seats:
                return False
            if self.tasks:
                seat.task = self.tasks[0]
                del self.tasks[0]
                return True
            seat.wake.acquire(False)
            self.idle.append(seat)
        seat.wake.acquire(timeout=IDLE)
        if seat.task is not None:
            return True
        with self.lock:  # it may have got one just now
            if seat.task is None:
                self._gone(seat)
            return seat.task is not None

    def _gone(self, seat: _Seat) -> None:
        """The thread of this seat ends, or has not come to be."""
        with self.lock:
            self.seats.discard(seat)
            self.coming.discard(seat)
            if seat in self.idle:
                self.idle.remove(seat)


default = Workers()
pool = default
