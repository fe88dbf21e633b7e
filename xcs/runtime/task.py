"""A call that is to run early."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Final, Literal, Protocol

from ..bound import perf_counter, process_time, thread_time
from ..peek import traceback_of
from . import admission
from .cookies import Apart, Remembers
from .interrupts import from_signal
from .limits import Limit
from .nesting import Around, here, let_in, set_apart
from .refusals import refusal, rejected

TaskState = Literal["new", "queued", "running", "taken", "done", "dropped"]
NEW: Final = "new"  # announced by a strand that waits, without a call yet
QUEUED: Final = "queued"
RUNNING: Final = "running"  # in a worker
TAKEN: Final = "taken"  # by the program, or the region's end, which makes the call or does without
DONE: Final = "done"
DROPPED: Final = "dropped"

LONG: Final = 0.001  # seconds

Then = tuple[Any, tuple[Any, ...], dict[str, Any]]


class Waiter(Protocol):
    """What goes on when a task is done: a strand."""

    then: Then | None

    def resume(self, value: Any, error: BaseException | None, goes_on: bool) -> None: ...


class Task:
    """One early call. Whoever changes `state` from `queued` (a worker, the taker, the region's end) owns the call.

    Whatever happens, it ends: each step of an end may be taken twice, and is if the first time was interrupted.
    """

    __slots__ = (
        "apart", "args", "around", "begun", "callee", "crowded", "ended", "error", "finished", "kwargs", "later",
        "limit", "lock", "records", "rejected", "remembers", "seconds", "state", "then", "value", "waiters",
    )  # fmt: skip

    def __init__(self, around: Around) -> None:
        self.around = around
        self.lock = Lock()
        self.state: TaskState = NEW
        self.then: Then | None = None  # what the take compares with
        self.waiters: list[Waiter] | None = None
        self.finished: Any = None
        self.limit: Limit | None = None
        self.later = False  # a strand goes on with it, that has got an answer
        self.remembers: tuple[Remembers, ...] = ()
        self.apart: Apart | None = None  # where the call is of a client that remembers
        self.records: list[Any] | None = None
        self.error: BaseException | None = None
        self.rejected = False
        self.begun = self.ended = False  # the call itself: begun, it can't be made again
        self.seconds = self.crowded = 0.0  # crowded: while it ran others had the processor for so long
        self.value: Any = None

    def queue(self, then: Then, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Makes it a call; false if it was dropped before."""
        self.then, self.callee, self.args, self.kwargs = then, callee, args, kwargs
        with self.lock:
            if self.state is not NEW:
                return False
            self.state = QUEUED
        return True

    @property
    def pool(self) -> Any:
        return self.around.pool

    def waiting(self) -> bool:
        return self.state is QUEUED

    def send(self) -> None:
        """On its way: to the slots of its service, or to a worker."""
        if self.limit is None:
            self.around.pool.put(self)
        else:
            self.limit.put(self, self.later)

    def claim(self, state: TaskState = TAKEN) -> bool:
        """Takes the task out of the queue; true for one caller only."""
        with self.lock:
            if self.state is not QUEUED:
                return False
            self.state = state
        return True

    def run(self) -> None:
        """In a worker."""
        before, above, limit = here.depth, here.around, self.limit
        try:
            if not self.admitted() or not self.claim(RUNNING):
                if limit is not None:
                    limit.done(self)
                return
            here.depth, here.around = self.around.depth, self.around
            self.execute()
            here.depth, here.around = before, above
            if limit is not None:
                limit.done(self, self.seconds if self.error is None else 0.0, self.rejected)
        except BaseException as error:  # not the call's, but of what we do around it
            here.depth, here.around = before, above
            self.fail(error)
            if limit is not None:
                limit.done(self)

    def admitted(self) -> bool:
        """Whether it may still go out: not if its client has seen meanwhile that it would go without a cookie."""
        rules = self.remembers
        return not rules or admission.admits(rules, self, self.callee, self.args, self.kwargs)

    def waited_for(self, feeds: bool) -> bool:
        """Whether strands wait for its result (`feeds`: they may), or its service may refuse it."""
        return (feeds and self.waiters is not None) or (self.limit is not None and self.limit.running > 0)

    def execute(self) -> None:
        """Makes the call, in a worker or, where strands wait for it, in the taker's thread."""
        self.call(self.callee, self.args, self.kwargs)
        if self.apart is not None:
            admission.heard(self.apart, self.args, self.kwargs)
        self.finish(DONE)

    def call(self, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Makes the call and keeps what comes of it; `rejected` once more, in the taker's thread."""
        self.value, self.error, self.ended, self.rejected = None, None, False, False
        before = here.records
        hold = self.around.hold
        try:
            if hold is not None:
                hold.join(self)
            here.records = self.records = [] if hold is not None else None
            if self.remembers:
                self.apart = admission.apart(self.remembers, callee, args, kwargs)
                callee = callee if self.apart is None else self.apart.callee
            self.make(self.around.context.copy().run, callee, args, kwargs)
            here.records = before
            if hold is not None:
                hold.leave(self)
        except BaseException:  # not of the call
            here.records = before
            if hold is not None:
                hold.leave(self)
            raise

    def make(self, run: Callable[..., Any], callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        others, started = process_time() - thread_time(), perf_counter()
        own = let_in()
        self.begun = True
        value, raised = None, None
        try:
            value = run(callee, *args, **kwargs)
        except BaseException as error:
            trace = traceback_of(error)
            raised = BaseException.with_traceback(error, trace and trace.tb_next)
            del trace
        try:
            self.rejected = refusal(value) if raised is None else rejected(raised)
        except BaseException as interruption:  # the program is not to see a refusal of ours
            self.rejected = refusal(value) if raised is None else rejected(raised)
            if from_signal(interruption):
                raise
        self.value, self.error, self.ended = value, raised, True
        del raised
        if own:
            set_apart()
        self.seconds = perf_counter() - started
        if self.seconds > LONG:
            self.crowded = min(self.seconds, max(0.0, process_time() - thread_time() - others))

    def fail(self, error: BaseException) -> None:
        """After an error of our own: nobody waits for the task any longer. If the call has not been made, it will be in
        its place; else its answer is the error, where it has none."""
        with self.lock:
            if self.state is not RUNNING:  # it is somebody else's, or over
                self.release()
                return
            if not self.begun:
                self.state, self.then = DROPPED, None
            else:
                if not self.ended:
                    self.error = error
                self.state = DONE
            self.callee, self.args, self.kwargs = None, (), {}
            waiters, self.waiters = self.waiters, None
            self.release()
        for strand in waiters or ():
            strand.resume(None, None, False)

    def release(self) -> None:
        """Wakes who waits for it. The lock is held."""
        if self.finished is not None and self.finished.locked():
            self.finished.release()

    def finish(self, state: TaskState) -> None:
        """Strands go on first: when the taker comes to the calls that these start, they are on their way."""
        self.callee, self.args, self.kwargs = None, (), {}
        if state is DROPPED:
            self.then = None  # it may stay in a queue for a while
        goes_on = state is DONE and not self.rejected
        while True:
            with self.lock:
                waiters, self.waiters = self.waiters, None
                if waiters is None:
                    self.state = state
                    self.release()
                    return
            for strand in waiters:
                strand.then = self.then
                strand.resume(self.value, self.error, goes_on)

    def drop(self) -> None:
        """Withdraws it if it has not begun; what waits for it is dropped too."""
        with self.lock:
            if self.state is not NEW and self.state is not QUEUED:
                return
            self.state = DROPPED
        self.finish(DROPPED)

    def untouched(self) -> bool:
        """Whether the call has not been made, nor will be here: it may be made in its place."""
        if self.begun:
            return False
        return self.claim() if self.state is QUEUED or self.state is RUNNING else self.state is not DONE

    def goes_on(self) -> bool:
        return self.state is not DONE and self.state is not DROPPED

    def wait(self) -> None:
        """Until the call is over."""
        with self.lock:
            if self.state is DONE or self.state is DROPPED:
                return
            if self.finished is None:
                self.finished = Lock()
                self.finished.acquire()
        self.finished.acquire()

    def given(self) -> None:
        """The taker has the answer, which is no strand's from now on: those that come to it end."""
        with self.lock:
            self.state = DROPPED

    def forget(self) -> None:
        """The answer is given: what it held is the program's alone from now on."""
        self.given()
        self.value = self.error = self.then = self.records = self.apart = None
