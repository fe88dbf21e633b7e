"""Our own workers: daemon threads behind the `Executor` interface, made on demand and given back when idle."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from threading import RLock, Thread
from time import perf_counter
from typing import Any, Protocol

from ..bound import suppress

MOST = 1200  # threads; a waiting thread costs some 100 KiB
IDLE = 5.0  # seconds until an idle thread ends
QUICK = 5e-4  # seconds; tasks below that are not waiting, and more threads would not help
SEVERAL = 16  # quick tasks in a row, after which no thread is added
QUEUED = 4096  # tasks without a thread; more are turned away


class Runnable(Protocol):
    def run(self) -> None: ...


class _Call:
    """A submitted function with its future (the `Executor` interface)."""

    __slots__ = ("args", "function", "future", "kwargs")

    def __init__(
        self, future: Future[Any], function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.future, self.function, self.args, self.kwargs = future, function, args, kwargs

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self.function(*self.args, **self.kwargs))
        except BaseException as error:
            self.future.set_exception(error)


class Workers(Executor):
    """Runs tasks in daemon threads: they are not joined at interpreter exit, so Ctrl-C ends the process at once."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.reset()

    def reset(self) -> None:
        """Forgets all threads (in the child of a fork they do not exist)."""
        self.queue: SimpleQueue[Runnable | None] = SimpleQueue()
        self.lock = RLock()  # a finalizer or signal handler may come in between and put a task
        self.threads = 0
        self.quick = 0  # quick tasks in a row
        self.free = 0  # threads without a task, less the tasks that wait for one

    def put(self, task: Runnable) -> bool:
        """Queues a task and sees to it that a thread will take it. False: it is turned away, as none can be had."""
        with self.lock:
            if self.free <= -QUEUED or sys.is_finalizing():
                return False
            self.free -= 1
            short = self.free < 0 and (self.quick < SEVERAL or not self.threads)
        # Queued first: a thread that starts runs it up to its first wait before this one goes on.
        self.queue.put(task)
        return not short or self._grow() or not self._stranded()

    def relieve(self) -> None:
        """Starts threads for all tasks that have none: somebody is going to wait."""
        while self.free < 0 and self.threads < self.most and self._grow():
            pass

    def _grow(self) -> bool:
        """Starts a thread if one is wanted; false where the system has no more or the interpreter goes down."""
        with self.lock:
            if self.free >= 0 or self.threads >= self.most:
                return True
            self.threads += 1
            self.free += 1
        thread = Thread(target=self._work, name="xcs", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            pass
        finally:
            if thread.ident is None:  # also when a signal's exception came before it
                with self.lock:
                    self.threads -= 1
                    self.free -= 1
        return thread.ident is not None

    def _stranded(self) -> bool:
        """Takes a task back out of the queue if there is no thread at all."""
        with self.lock, suppress(Empty):
            if not self.threads:
                self.queue.get_nowait()
                self.free += 1
                return True
        return False

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
            leaving = max(0, self.free)
            self.free -= leaving
            self.threads -= leaving
        for _ in range(leaving):
            self.queue.put(None)

    def _work(self) -> None:
        while True:
            try:
                task = self.queue.get(timeout=IDLE)
            except Empty:
                with self.lock:
                    if self.free <= 0:
                        continue
                    self.free -= 1
                    self.threads -= 1
                return
            if task is None:
                return
            begun = perf_counter()
            task.run()
            del task
            self.quick = self.quick + 1 if perf_counter() - begun < QUICK else 0
            with self.lock:
                self.free += 1


default = Workers()
pool = default
