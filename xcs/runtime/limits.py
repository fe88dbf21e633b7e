"""How many tasks of one service run at once: start wide, grow while it helps, halve on rejection.

A slot is given back once, however often that is said, and said again by whoever was interrupted at it.
"""

from __future__ import annotations

from collections import deque
from threading import Lock, RLock
from typing import Any

FIRST = 64
MOST = 1024
ROUNDS_KEPT = 32  # whose typical call is remembered
DEEP = 2  # times the slots: while so many that rest on nothing wait, what goes on with an answer comes first
PATIENCE = 60.0  # seconds without any end of a task, after which nobody waits for the others

_limits: dict[tuple[str, int | None], Limit] = {}


class Limit:
    """The slots of one service; tasks beyond them wait here, where their takers can still withdraw them.

    While many wait, calls that go on with an answer (an item's second one) come before first calls of later items: so
    early items end early, and a failure among them before all others have been asked for. With few left, all begin
    first, as each has its way to go.
    """

    def __init__(self, stated: int | None) -> None:
        self.stated = stated
        self.slots = min(FIRST, stated) if stated else FIRST
        self.lock = RLock()  # a finalizer may come in between
        self.holders: set[Any] = set()  # the tasks that have a slot
        self.lasting: set[Any] = set()  # those of them for whose end somebody has waited in vain
        self.backlog: deque[Any] = deque()
        self.going_on: deque[Any] = deque()  # those of the backlog that rest on an answer
        self.hushes: set[object] = set()  # those who want nothing to begin
        self.waiting: list[Lock] = []  # those of them who wait until none runs
        self.round: list[float] = []  # seconds that calls took since the slots were last looked at
        self.typical: deque[float] = deque(maxlen=ROUNDS_KEPT)  # of each round

    @property
    def running(self) -> int:
        """Tasks that have a slot."""
        return len(self.holders)

    @property
    def quiet(self) -> int:
        return len(self.hushes)

    def put(self, task: Any, goes_on: bool = False) -> None:
        """Hands a task to its pool, now or when a slot gets free; `goes_on`: it rests on an answer."""
        try:
            with self.lock:
                if len(self.holders) >= self.slots or self.hushes:
                    if len(self.backlog) + len(self.going_on) > 4 * MOST:
                        self.backlog = deque([t for t in self.backlog if t.waiting()])
                        self.going_on = deque([t for t in self.going_on if t.waiting()])
                    (self.going_on if goes_on else self.backlog).append(task)
                    return
                self.holders.add(task)
            self._hand(task)
        except BaseException:
            self._back(task)
            raise

    def done(self, task: Any, seconds: float = 0.0, rejected: bool = False) -> None:
        """A task has ended: adjusts the slots and lets the next ones in. `seconds`: 0 if that tells nothing of the
        service, as it was withdrawn, or failed."""
        with self.lock:
            if task in self.holders:
                if rejected:
                    self.slots = max(1, self.slots // 2)
                    self.round.clear()
                elif seconds:
                    self.round.append(seconds)
                    if len(self.round) > self.slots // 2:
                        self._adjust()
        self._back(task)
        self._fill()

    def _adjust(self) -> None:
        """After a round of calls: more at once, if some wait and those took no longer than with fewer at once.

        What counts is the typical call of a round: a few that are quick (a cached answer) say nothing.
        """
        took = sorted(self.round)
        self.round.clear()
        typical = took[len(took) // 2]
        least = min(self.typical, default=took[len(took) // 8])
        self.typical.append(typical)
        if (self.backlog or self.going_on) and typical < 2 * least + 0.05:
            self.slots = min(self.slots * 2, self.stated or MOST)

    def _hand(self, task: Any) -> None:
        """Gives a task that has a slot to its pool."""
        if task.pool.put(task) is False:  # turned away: it is made in its place
            self._back(task)

    def _back(self, task: Any) -> None:
        """Takes a task's slot back, and wakes who waits for quiet."""
        with self.lock:
            self.holders.discard(task)
            self.lasting.discard(task)
            if self.holders <= self.lasting:
                for waiting in self.waiting:
                    if waiting.locked():
                        waiting.release()

    def _fill(self) -> None:
        """Gives the free slots to tasks of the backlog."""
        task = None
        try:
            while True:
                with self.lock:
                    if len(self.holders) >= self.slots or self.hushes or not (self.backlog or self.going_on):
                        return
                    deep = len(self.backlog) > DEEP * self.slots
                    first = self.going_on if self.going_on and (deep or not self.backlog) else self.backlog
                    task = first.popleft()
                    wanted = task.waiting()
                    if wanted:
                        self.holders.add(task)
                if wanted:
                    self._hand(task)
        except BaseException:
            if task is not None:
                self._back(task)
            raise

    def hush(self, who: object = None) -> bool:
        """Waits until none runs; none begins until `resume`: a call made again in place has the service to itself.
        Whether one did run."""
        waiting = Lock()
        waiting.acquire()
        try:
            with self.lock:
                self.hushes.add(who)
                if self.holders <= self.lasting:
                    return False
                left = len(self.holders)
                self.waiting.append(waiting)
            while not waiting.acquire(timeout=PATIENCE):
                with self.lock:
                    before, left = left, len(self.holders)
                    if left == before:
                        self.lasting |= self.holders
                        break
            self._waits_no_more(waiting)
        except BaseException:  # a signal handler's
            self._waits_no_more(waiting)
            self.resume(who)
            raise
        return True

    def _waits_no_more(self, waiting: Any) -> None:
        with self.lock:
            if waiting in self.waiting:
                self.waiting.remove(waiting)

    def resume(self, who: object = None) -> None:
        """Who wanted quiet does no longer."""
        with self.lock:
            self.hushes.discard(who)
        self._fill()


def limit_of(service: str, stated: int | None) -> Limit:
    """The limiter of a service (one for each limit that its clients state), for the whole process."""
    found = _limits.get((service, stated))
    return found if found is not None else _limits.setdefault((service, stated), Limit(stated))


def forget() -> None:
    """In the child of a fork, where none of the tasks runs."""
    _limits.clear()
