"""One activation of a region: the run-ahead slice is driven, calls are started early and taken in place."""

from __future__ import annotations

import math
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextvars import copy_context
from functools import partial
from itertools import chain, repeat
from threading import RLock
from typing import Any
from weakref import ref

from ..bound import perf_counter, suppress, thread_time
from ..remarks import Located
from . import admission, entered, logs, unread, workers
from .accounts import Account
from .activation import Activation
from .ahead import Ahead
from .answers import Takes, raising
from .begun import Begun
from .callbacks import called_back
from .contexts import raised_within
from .counting import counted, on_in_rounds, round_of
from .exchange import answered
from .interrupts import bare, from_signal, unwound
from .nesting import Around, here
from .opened import Opened, enter, leave
from .recourse import Recourse
from .site import Key, Site, SiteInfo
from .stats import ENTRY, Counters
from .strands import Strand
from .task import DONE, DROPPED, NEW, Task
from .unstarted import beside, looked_at
from .validate import UNFIT, TooLarge, matches, started
from .widths import wider

WINDOW = 2048  # calls started and not yet taken, at most
NARROW = 256  # the same, as long as all that have begun are over at once
QUICK, UNMEASURED = 0.00005, 0.002  # seconds: after what is quicker, the next part of a slice counts as so much at most


class Region(Activation):
    """A region being executed; its methods are called by emitted code in the thread that entered it.

    Raises at creation what a signal handler raises meanwhile; nothing is under way then.
    """

    ahead: bool = True
    round = round_of

    def __init__(
        self, ahead: Callable[[Ahead], Generator[None, None, None]], *,
        anchors: frozenset[int], sites: Mapping[int, SiteInfo],
        counters: Counters,
        loggers: tuple[str, ...] = (), needless: tuple[str, ...] = (), printing: tuple[str, ...] = (),
        opens: Mapping[int, tuple[Opened, ...]] | None = None,
        begun: Begun | None = None, account: Account | None = None, told: Mapping[int, Located] | None = None,
    ) -> None:  # fmt: skip
        self.anchors, self.counters, self.opens = anchors, counters, opens or {}
        self.account, self.told, self.on = account or Account(), told or {}, on_in_rounds(sites)
        self.checking = self.slicing = self.won = 0.0  # seconds, of this entry
        self.outstanding = self.taken = self.unfit = 0  # unfit: calls in a row whose arguments can't be compared
        self.window, self.looked = min(NARROW, WINDOW), 0  # looked: takes, when it is looked again how wide it may be
        self.closed, self.asked = False, None  # asked: the task of the take that is under way
        self.generator = None  # the slice, as long as it goes on
        self.counts = dict.fromkeys(anchors, 0)  # iterations of each loop since the program entered it
        self.lock = RLock()
        self.places = {number: Site(number, info) for number, info in sites.items()}
        self.parked, self.recourse = deque[Strand](), Recourse(here.depth == 0)  # parked: until the window has room
        self.around = Around(workers.pool, copy_context(), here.depth + 1, None, here.around)
        mark = entered.enter(self)
        try:
            if loggers or printing:
                mark.held = self.around.hold = logs.Hold(loggers, needless, printing)
                mark.held.join()
            self.generator = ahead(Ahead(ref(self), begun))
            counters.earn(ENTRY)
            self.pump()
        except BaseException:
            self.close()
            raise

    # -- run-ahead

    def full(self) -> bool:
        return self.outstanding >= WINDOW

    def pump(self) -> None:
        """Drives the slice as far as the window and the function's credit allow."""
        credit, measured = self.allowed(), self.counters.slow
        if credit <= 0 or self.unfit >= UNFIT or not self.around.wanted():
            return
        try:
            computed = thread_time() if measured else 0.0
            begun = perf_counter()
            try:
                self.drive(begun + credit)
            finally:
                took = perf_counter() - begun
                computed = thread_time() - computed if measured else min(took, UNMEASURED)
                self.slicing += computed
                self.counters.credit -= computed
                self.counters.slow = took > QUICK
        except Exception as error:
            self.stop(error)

    def stop(self, error: Exception) -> None:
        """The slice failed: the program will fail by itself, in its place; what has been started can be taken."""
        self.generator = None
        if from_signal(error):
            raise error

    def drive(self, until: float = math.inf, task: Task | None = None) -> None:
        """Drives the slice as far as the window allows, until a time, and until a task is over."""
        generator = self.generator
        try:
            while self.parked and self.outstanding < WINDOW:
                self.parked.popleft().resume(None)
            while generator is not None and (self.outstanding < self.window or wider(self, WINDOW)):
                next(generator)
                if self.unfit >= UNFIT or perf_counter() > until or (task is not None and not task.goes_on()):
                    break
        except StopIteration:
            self.generator = None
        except Exception as error:
            self.stop(error)

    def slot(self, place: Site, key: Key, index: int) -> Task:
        """The task of an instance; a dropped one if the program has been there already."""
        with self.lock:
            if self.closed or key < place.key or (key == place.key and index < place.index):
                gone = Task(self.around)
                gone.state = DROPPED
                return gone
            tasks = place.instances(key)
            while len(tasks) <= index:
                tasks.append(Task(self.around) if len(tasks) >= (place.index if key == place.key else 0) else None)
                self.outstanding += tasks[-1] is not None
            task = tasks[index]
            assert task is not None
            return task

    def begin(self, task: Task, place: Site, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Starts the call of an instance, unless the program came to it first."""
        if self.closed or task.state is not NEW:
            return
        try:
            then = started(callee, args, kwargs, place.alike)
        except (TooLarge, RuntimeError):
            self.unfit += 1
            task.drop()
            return
        self.unfit, task.limit, task.remembers = 0, place.limit, place.remembers
        if place.limit is not None:
            place.know(callee)
        if task.queue(then, callee, args, kwargs):
            self.counters.tasks += 1
            if (not place.opens or unread.admits(place, task, self.counters)) and task.admitted():
                task.send()

    # -- what emitted code calls

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        """The iterable of a loop, counted where instances belong to its iterations."""
        if loop not in self.anchors:
            return iterable
        return counted(self, loop, iterable)

    def advance(self, loop: int, item: Any) -> Any:
        self.counts[loop] += 1
        if self.generator is not None and self.outstanding < self.window:
            self.pump()
        return item

    def take(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        """The answer to the call in its place, to be called in the user's frame."""
        answer = self.early(site, callee, args, kwargs)
        if answer is not None:
            return answer
        if self.leads() and (place := self.places.get(site)) is not None and place.data:
            answer = looked_at(self, place, callee, args, kwargs)
            if answer is not None:
                return answer
        if site in self.opens:
            variant = self.variant(site, callee)
            if variant is not None:
                return partial(variant, *args, **kwargs)
        if site in self.told:
            self.account.stays(self.told[site])
        return partial(callee, *args, **kwargs) if callable(callee) else callee

    def early(self, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any] | None:
        """The answer of a call's early start, or None."""
        place = self.places.get(site)
        if place is None:
            return None
        self.asked = None
        try:
            answer = self.answer(place, callee, args, kwargs)
            if answer is None:
                self.account.late += 1
            return answer
        except RecursionError as error:
            return None if self.untouched(place) else raising(bare(error))
        except BaseException as error:  # a signal handler's while we waited, a log handler's, or ours
            in_place = not from_signal(error) and self.untouched(place)
            return None if in_place else raising(bare(error))

    def untouched(self, place: Site) -> bool:
        """Whether the call that has been come to has not been made, nor will be early: then it may be made in place."""
        return not place.tasks if self.asked is None else self.asked.untouched()

    def variant(self, site: int, callee: Any) -> Callable[..., Any] | None:
        """The open callee to call at once instead of `callee`, or None."""
        for opened in self.opens.get(site, ()):
            variant = enter(self, opened, callee)
            if variant is not None:
                return variant
        return None

    def takes(self, site: int, callee: Any) -> Any:
        """`take` for a call with unpacked arguments."""
        return Takes(self.take, site, callee)

    def callback(self, site: int | None, loop: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        """The call of a built-in function that calls back, to be made in the user's frame."""
        found = called_back(self, site, loop, callee, args, kwargs)
        return found if found is not None else partial(callee, *args, **kwargs) if callable(callee) else callee

    def answer(
        self, place: Site, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Callable[[], Any] | None:
        """The answer of the call's early start; None: it is to be made in place."""
        self.taken += 1
        if place.remembers:
            for ready in admission.arrive(place.remembers, callee, args, kwargs):
                ready.send()
        task = self.asked = self.next(place)
        if task is not None and task.state is NEW:  # the strand that would start it waits: the program is here first
            task.drop()
        then = None if task is None else task.then
        if task is None or then is None or task.state is DROPPED:
            return beside(self, place, callee, args, kwargs)
        if not matches(then, callee, args, kwargs):
            task.drop()
            self.abandon(1)
            return None
        self.recourse.resume()
        waited = 0.0
        if task.state is not DONE:
            if not self.withdrawn(task):
                waited = self.wait(task)
                if task.state is DROPPED:  # its worker could not even begin
                    return beside(self, place, callee, args, kwargs)
            elif place.data or place.opens or task.waited_for(place.feeds):
                task.execute()  # the result is waited for, may be refused, or must be seen: here, through the task
                waited = task.seconds
            else:
                task.finish(DROPPED)
                return None
        if task.apart is not None and not admission.carried(place.again, task, args, kwargs):
            return beside(self, place, callee, args, kwargs)
        self.won += self.counters.gain(place.number, task.seconds, min(waited, task.seconds))
        self.account.crowded += min(task.crowded, task.seconds - min(waited, task.seconds))
        self.recourse.lead += task.seconds - waited
        if place.opens:
            unread.seen(place, task, self.counters)
        return self.outcome(task, callee, args, kwargs, place.gives_back, place.data)

    def leads(self) -> bool:
        """Whether something runs ahead of the program, or is to."""
        return bool(self.outstanding or self.parked)

    def outcome(
        self, task: Task, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any], gives_back: bool = False,
        data: bool = False,
    ) -> Callable[[], Any] | None:
        """What came of a task; None: its call is to be made in place."""
        if task.rejected and not self.recourse.again(task, self.untaken, callee, args, kwargs):
            return None
        error, records = task.error, task.records
        value = answered(self, task, callee, args, kwargs, gives_back, data)
        if task.apart is not None:
            task.apart.merge()
        task.forget()
        if records:
            logs.replay(records)
        if error is not None:
            raised_within(error, sys.exc_info()[1])
            return raising(error)
        if self.outstanding < self.window and (self.generator is not None or self.parked):
            with suppress(RecursionError):
                self.pump()
        return repeat(value).__next__

    def next(self, place: Site) -> Task | None:
        """The task of the instance that the program has come to, if there is one."""
        key = place.at(self.counts)
        with self.lock:
            if key != place.key:
                if key < place.key:  # a loop is gone through again, where the slice has gone through it once
                    return None
                order = place.order
                while order and order[0] < key:
                    self.pass_over(place.tasks.pop(order.popleft()))
                place.key, place.index = key, 0
            index = place.index
            place.index = index + 1
            tasks = place.tasks.get(key)
            if tasks is None or index >= len(tasks):
                return None
            task = tasks[index]
            tasks[index] = None
            self.outstanding -= 1
            return task

    def pass_over(self, tasks: Iterable[Task | None]) -> None:
        for task in tasks:
            if task is not None:
                self.outstanding -= 1
                task.drop()

    def withdrawn(self, task: Task) -> bool:
        """Takes back a call that has not begun."""
        if isinstance(self.around.pool, workers.Workers):
            self.around.pool.relieve()
        return task.claim()

    def wait(self, task: Task) -> float:
        """Seconds until a call is over; meanwhile the slice goes on."""
        begun = perf_counter()
        if self.generator is not None and self.around.wanted():
            self.drive(task=task)
        task.wait()
        waited = perf_counter() - begun
        self.counters.waited += waited
        self.account.waited += waited
        return waited

    def untaken(self) -> float:
        """The seconds that the calls have taken which are made and not yet taken."""
        tasks = chain.from_iterable(chain.from_iterable(list(p.tasks.values()) for p in self.places.values()))
        return sum(t.seconds for t in tasks if t is not None and t.state is DONE and not t.rejected)

    def abandon(self, missed: int = 0) -> None:
        """The program went another way: drops all that was started and starts no more."""
        self.counters.mispredictions += missed
        with self.lock:
            self.closed = self.around.over = True
            left, self.places = self.places, {}
        if self.outstanding:
            for place in left.values():
                for tasks in place.tasks.values():
                    self.pass_over(tasks)
                place.tasks.clear()
        while self.parked:
            self.parked.popleft().resume(None)  # to its end, as the region is closed
        self.end_slice()
        self.asked = None

    def end_slice(self) -> None:
        """The slice is closed here: what a signal handler raises in one that is only let go of is lost."""
        generator, self.generator = self.generator, None
        if generator is not None:
            try:
                generator.close()
            except Exception as error:  # what it reads fails, or it is running: below us, or in another thread
                if from_signal(error):
                    raise

    def close(self) -> None:
        """Ends the activation: what has not begun is withdrawn, what runs is abandoned."""
        try:
            error = sys.exc_info()[1]
            if error is not None:
                unwound(error)
            self.end()
        except BaseException:  # an interruption: what it has cut off is done again
            self.end()
            raise

    def end(self) -> None:
        self.abandon()
        for opened in chain.from_iterable(self.opens.values()):
            leave(self, opened)
        self.opens = {}  # a worker may still be about to leave a strand
        if entered.end(self):
            self.account.close(self.checking, self.slicing, self.taken, self.won)

    def forked(self) -> None:
        """In the child of a fork, where its workers do not exist: every call that is left is made in place."""
        self.lock = RLock()
        self.closed, self.generator, self.recourse.hushed = True, None, None
        self.places, self.outstanding = {}, 0
        self.parked.clear()
