"""Pools that run started calls in an order of their own: parallel order is tested without waiting for luck."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator
from typing import Literal, Protocol

Order = Literal["threads", "eager", "single", "reverse", "shuffled"]
ORDERS: tuple[Order, ...] = ("threads", "eager", "reverse")


class Runnable(Protocol):
    def run(self) -> None: ...


class Eager:
    """Each call is over, in a thread of its own, before the program goes on: as early as anything can be."""

    def put(self, task: Runnable) -> None:
        thread = threading.Thread(target=task.run, daemon=True)
        thread.start()
        thread.join()


class OneByOne:
    """A single thread takes the queued calls: first, last, or any."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.random = random.Random(11)
        self.tasks: list[Runnable] = []
        self.changed = threading.Condition()
        self.ended = False
        from xcs.runtime.workers import known

        thread = threading.Thread(target=self.work, daemon=True)
        known(thread)  # as those of the real pool
        thread.start()

    def put(self, task: Runnable) -> None:
        with self.changed:
            self.tasks.append(task)
            self.changed.notify()

    def next(self) -> int:
        return {"single": 0, "reverse": -1}.get(self.order, self.random.randrange(len(self.tasks)))

    def work(self) -> None:
        while True:
            with self.changed:
                while not self.tasks and not self.ended:
                    self.changed.wait()
                if self.ended:
                    return
                task = self.tasks.pop(self.next())
            task.run()
            del task

    def end(self) -> None:
        with self.changed:
            self.ended = True
            self.changed.notify()


@contextlib.contextmanager
def permuted(order: Order) -> Iterator[None]:
    """Regions entered inside run their calls in this order; `threads` is the real pool, with new threads."""
    from xcs.runtime import set_pool
    from xcs.runtime.workers import Workers

    pool = Workers() if order == "threads" else Eager() if order == "eager" else OneByOne(order)
    former = set_pool(pool)
    try:
        yield
    finally:
        set_pool(former)
        if isinstance(pool, OneByOne):
            pool.end()
