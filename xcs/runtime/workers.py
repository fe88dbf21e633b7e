"""Our own workers: daemon threads behind the `Executor` interface, made on demand and given back when idle."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Protocol

MOST = 1200  # threads; a waiting thread costs some 100 KiB
IDLE = 5.0  # seconds until an idle thread ends


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
        self.queue: deque[Runnable] = deque()
        self.ready = threading.Semaphore(0)
        self.lock = threading.Lock()
        self.threads = 0
        self.idle = 0

    def put(self, task: Runnable) -> None:
        """Queues a task and sees to it that a thread will take it, if one can be had."""
        with self.lock:
            self.queue.append(task)
            start = self.idle < len(self.queue) and self.threads < self.most
            if start:
                self.threads += 1
        if start:
            try:
                threading.Thread(target=self._work, name="xcs", daemon=True).start()
            except RuntimeError:  # no more threads, or the interpreter is going down: the caller makes the call itself
                with self.lock:
                    self.threads -= 1
        self.ready.release()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.put(_Call(future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing to do: idle threads end by themselves."""

    def _work(self) -> None:
        while True:
            with self.lock:
                self.idle += 1
            got = self.ready.acquire(timeout=IDLE)
            with self.lock:
                self.idle -= 1
                task = self.queue.popleft() if got and self.queue else None
                if task is None and not got:
                    self.threads -= 1
                    return
            if task is not None:
                task.run()
            del task


pool = Workers()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.reset)
