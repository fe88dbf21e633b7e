"""One activation of a region: the run-ahead slice is driven, calls are started early and taken in place."""

from __future__ import annotations

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any

from . import logs, workers
from .answers import raising, returning
from .limits import Limit, limit_of, rejected
from .nesting import depth, set_depth
from .stats import Counters
from .validate import TooLarge, same, same_callee, snapshot

WINDOW = 2048  # calls started and not yet taken, at most


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What the runtime needs to know of a site: service and stated limit, loggers, and the loop it is started for."""

    service: str | None = None
    limit: int | None = None
    fresh_args_ok: bool = True
    loggers: tuple[str, ...] = ()
    anchor: int | None = None
    feeds: bool = False  # other calls of the region wait for its result


class Task:
    """A call that is to run early. `state`: new (slot without a call), queued, running, done, dropped."""

    __slots__ = (
        "args", "callee", "error", "finished", "kwargs", "limit", "lock", "pool", "records", "region", "seconds",
        "state",
        "taken", "then", "value", "waiters",
    )  # fmt: skip

    def __init__(self, region: Region) -> None:
        self.region = region
        self.callee: Any = None
        self.args: tuple[Any, ...] = ()
        self.kwargs: dict[str, Any] = {}
        self.taken: tuple[Any, list[Any], dict[str, Any]] | None = None
        self.state = "new"
        self.lock = threading.Lock()
        self.finished: Any = None
        self.waiters: list[Strand] = []
        self.value: Any = None
        self.error: BaseException | None = None
        self.records: list[Any] = []
        self.limit: Limit | None = None
        self.seconds = 0.0
        self.pool: Any = region.pool

    def waiting(self) -> bool:
        return self.state == "queued"

    def claim(self) -> bool:
        """Takes the task out of the queue; true for one caller only."""
        with self.lock:
            if self.state != "queued":
                return False
            self.state = "running"
            return True

    def run(self) -> None:
        """In a worker."""
        if not self.claim():
            if self.limit is not None:
                self.limit.done(0.0, False)
            return
        before = depth()
        set_depth(self.region.depth + 1)
        try:
            self.execute()
        finally:
            set_depth(before)
        if self.limit is not None:
            self.limit.done(self.seconds, self.error is not None and rejected(self.error))

    def execute(self) -> None:
        started = time.perf_counter()
        self.records = logs.begin()
        try:
            self.value = self.region.context.copy().run(self.callee, *self.args, **self.kwargs)
        except BaseException as error:
            trace = error.__traceback__
            error.__traceback__ = trace.tb_next if trace is not None else None
            self.error = error
            del error, trace
        finally:
            logs.end()
        self.seconds = time.perf_counter() - started
        self.finish("done")

    def finish(self, state: str) -> None:
        with self.lock:
            self.state = state
            waiters, self.waiters = self.waiters, []
        self.args, self.kwargs = (), {}
        # Strands first: when the taker comes to the calls that these start, they are on their way.
        for strand in waiters:
            strand.resume(self)
        with self.lock:
            if self.finished is not None:
                self.finished.release()

    def drop(self) -> None:
        """Withdraws it if it has not begun; what waits for it is dropped too."""
        with self.lock:
            if self.state not in ("new", "queued"):
                return
        self.finish("dropped")

    def wait(self) -> None:
        with self.lock:
            if self.state in ("done", "dropped"):
                return
            if self.finished is None:
                self.finished = threading.Lock()
                self.finished.acquire()
        self.finished.acquire()


class Strand:
    """A part of the slice that needs results: resumed by whoever finishes the call it waits for."""

    __slots__ = ("generator", "key", "region", "seen", "slots")

    def __init__(self, region: Region, key: dict[int, int]) -> None:
        self.region, self.key = region, key
        self.seen: dict[int, int] = {}
        self.generator: Generator[Task, Any, None]

    def start(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> None:
        self.region.begin(self.slot(site), site, callee, args, kwargs)

    def result(self, site: int) -> Task:
        return self.slot(site)

    def slot(self, site: int) -> Task:
        index = self.seen.get(site, 0)
        self.seen[site] = index + 1
        return self.region.slot(site, self.key.get(self.region.anchor_of(site), 0), index)

    def resume(self, done: Task | None) -> None:
        if self.region.closed or (done is not None and (done.state != "done" or done.error is not None)):
            self.end()
            return
        value = done.value if done is not None else None
        try:
            while True:
                task = self.generator.send(value)
                with task.lock:
                    if task.state in ("new", "queued", "running"):
                        task.waiters.append(self)
                        return
                if task.state != "done" or task.error is not None:
                    self.end()
                    return
                value = task.value
        except BaseException:  # the program will raise by itself, in its place
            self.end()

    def end(self) -> None:
        """Slots of this strand that were announced and never started are dropped."""
        self.generator.close()


class Ahead:
    """What the main slice calls."""

    __slots__ = ("counts", "region", "seen")

    def __init__(self, region: Region) -> None:
        self.region = region
        self.counts: dict[int, int] = {}
        self.seen: dict[tuple[int, int], int] = {}

    def step(self, loop: int) -> None:
        self.counts[loop] = self.counts.get(loop, 0) + 1

    def start(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> None:
        key = self.counts.get(self.region.anchor_of(site), 0)
        index = self.seen.get((site, key), 0)
        self.seen[site, key] = index + 1
        if key:
            self.seen.pop((site, key - 1), None)
        self.region.begin(self.region.slot(site, key, index), site, callee, args, kwargs)

    def strand(self, function: Callable[..., Generator[Task, Any, None]], /, *values: Any) -> None:
        strand = Strand(self.region, dict(self.counts))
        strand.generator = function(strand, *values)
        strand.resume(None)


class Region:
    """A region being executed; its methods are called by emitted code in the thread that entered it."""

    def __init__(
        self, ahead: Callable[[Ahead], Generator[None, None, None]], *,
        anchors: frozenset[int], sites: Mapping[int, SiteInfo],
        counters: Counters,
    ) -> None:  # fmt: skip
        self.anchors, self.sites, self.counters = anchors, sites, counters
        self.pool = workers.pool
        self.context: Context = copy_context()
        self.depth = depth()
        self.closed = False
        self.counts: dict[int, int] = {}
        self.lock = threading.RLock()
        # started[site][key] are the instances of that iteration, in order.
        self.started: dict[int, dict[int, deque[Task]]] = {site: {} for site in sites}
        self.taken: dict[tuple[int, int], int] = {}
        self.outstanding = 0
        self.held = logs.hold(tuple(sorted({name for info in sites.values() for name in info.loggers})))
        self.generator: Generator[None, None, None] | None = ahead(Ahead(self))
        self.pump()

    def anchor_of(self, site: int) -> int:
        anchor = self.sites[site].anchor
        return -1 if anchor is None else anchor

    # -- run-ahead

    def pump(self) -> None:
        """Drives the slice as far as the window allows."""
        generator = self.generator
        if generator is None:
            return
        try:
            while self.outstanding < WINDOW:
                next(generator)
        except Exception:
            self.generator = None  # at its end, or it failed: the program will fail by itself, in its place

    def slot(self, site: int, key: int, index: int) -> Task:
        with self.lock:
            queue = self.started[site].setdefault(key, deque())
            # Instances taken already have left the queue: strands count from the iteration's beginning.
            base = self._taken(site, key)
            while len(queue) + base <= index:
                queue.append(Task(self))
                self.outstanding += 1
            return queue[index - base] if index >= base else Task(self)

    def _taken(self, site: int, key: int) -> int:
        return self.taken.get((site, key), 0)

    def begin(self, task: Task, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self.closed or task.state != "new":
            return
        try:
            task.taken = (callee, [snapshot(a) for a in args], {k: snapshot(v) for k, v in kwargs.items()})
        except (TooLarge, RuntimeError):
            task.drop()
            return
        task.callee, task.args, task.kwargs = callee, args, kwargs
        info = self.sites[site]
        task.state = "queued"
        self.counters.tasks += 1
        if info.service is not None:
            task.limit = limit_of(info.service, info.limit)
            task.limit.put(task)
        else:
            self.pool.put(task)

    # -- what emitted code calls

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        """The iterable of a loop, counted where instances belong to its iterations."""
        if loop not in self.anchors:
            return iterable
        return map(functools.partial(self.advance, loop), iterable)

    def advance(self, loop: int, item: Any) -> Any:
        self.counts[loop] = self.counts.get(loop, 0) + 1
        self.pump()
        return item

    def take(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        """The answer to the call in its place, to be called in the user's frame."""
        queues = self.started.get(site)
        if queues is None or self.closed:
            return functools.partial(callee, *args, **kwargs) if callable(callee) else callee
        try:
            return self.answer(site, queues, callee, args, kwargs)
        except BaseException as interruption:  # a signal handler's, while we waited
            interruption.__traceback__ = None
            return raising(interruption)

    def answer(
        self, site: int, queues: dict[int, deque[Task]], callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Callable[[], Any]:
        place: Callable[[], Any] = functools.partial(callee, *args, **kwargs) if callable(callee) else callee
        key = self.counts.get(self.anchor_of(site), 0)
        with self.lock:
            for old in [k for k in queues if k < key]:
                for task in queues.pop(old):
                    self.outstanding -= 1
                    task.drop()
            queue = queues.get(key)
            task_ = queue.popleft() if queue else None
            if task_ is not None:
                self.outstanding -= 1
                self.taken[site, key] = self._taken(site, key) + 1
                self.taken.pop((site, key - 1), None)
        if task_ is None:
            return place
        task = task_
        if task.state == "new" and self._unstarted(task):
            return place
        then = task.taken
        if then is None or not self.matches(then, callee, args, kwargs):
            if then is not None:
                self.counters.mispredictions += 1
                self.abandon()
            task.drop()
            return place
        if task.claim():
            with task.lock:
                dependents = bool(task.waiters)
            if not dependents and not self.sites[site].feeds:
                task.finish("dropped")
                return place
            task.execute()  # others wait for the result: make the call here, through the task
        begun = time.perf_counter()
        task.wait()
        waited = time.perf_counter() - begun
        self.counters.waited += waited
        self.counters.saved += max(0.0, task.seconds - waited)
        if task.records:
            logs.replay(task.records)
        error = task.error
        if error is not None:
            if rejected(error):
                return place
            return raising(error)
        if task.state == "dropped":
            return place
        self.pump()
        return returning(task.value)

    def _unstarted(self, task: Task) -> bool:
        """A slot whose call is not started yet: its strand still waits. The program has come here first."""
        task.drop()
        return True

    def matches(
        self, then: tuple[Any, list[Any], dict[str, Any]], callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        started, values, named = then
        return (
            same_callee(started, callee)
            and len(values) == len(args)
            and list(named) == list(kwargs)
            and all(map(same, values, args))
            and all(same(value, kwargs[name]) for name, value in named.items())
        )

    def abandon(self) -> None:
        """The program went another way: drops all that was started and starts no more."""
        self.closed = True
        self.generator = None
        with self.lock:
            tasks = [t for queues in self.started.values() for q in queues.values() for t in q]
        for task in tasks:
            task.drop()

    def close(self) -> None:
        """Ends the activation: what has not begun is withdrawn, what runs is abandoned."""
        self.abandon()
        self.started = {}
        if self.held:
            logs.release(self.held)
            self.held = ()


class Interrupted:
    """Stands for a region whose entry was interrupted: raises in the user's frame, at the first call or loop."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        error.__traceback__ = None

    def take(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return raising(self.error)

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        return iter(raising(self.error), self)

    def close(self) -> None:
        """Nothing was started."""
