"""Whatever happens in a task, it ends: nobody waits for what nobody will signal, and slots and threads come back."""

from __future__ import annotations

import contextvars
import decimal
import errno
import functools
import logging
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from xcs.runtime import Interrupted, entered, limits, task, workers
from xcs.runtime.limits import FIRST, Limit, limit_of
from xcs.runtime.logs import Hold
from xcs.runtime.nesting import Around
from xcs.runtime.opened import Opened, Slot
from xcs.runtime.refusals import patience, refusal, rejected
from xcs.runtime.task import Task
from xcs.runtime.validate import MOST_NODES, UNFIT
from xcs.runtime.workers import Workers

from .drive import AtOnce, Held, each, loop, region, using
from .test_limits import Waiting, filled, library_error


class Tripped(BaseException):
    pass


def trip(*args: Any) -> Any:
    raise Tripped


class Wired(type):
    """A metaclass whose classes can't even be compared."""

    __hash__ = __eq__ = __instancecheck__ = __subclasscheck__ = __getattribute__ = trip  # type: ignore[assignment]


SPECIAL = ("__eq__", "__hash__", "__bool__", "__len__", "__str__", "__repr__", "__index__", "__int__", "__getattr__")
ASKED = ("__class__", "__cause__", "__context__", "errno", "status", "status_code", "code", "response", "headers")


def wired(name: str, *bases: type, **names: Any) -> Any:
    """A class all of whose special methods and usual attributes raise what nobody may see."""
    return Wired(name, bases, {**dict.fromkeys(SPECIAL, trip), **dict.fromkeys(ASKED, property(trip)), **names})


# -- looking at results and errors


ERRORS = {
    "unhashable": OSError({"code": 1}, "told"),
    "strange argument": OSError(wired("Plain", __hash__=object.__hash__, __eq__=object.__eq__)(), "told"),
    "wired": BaseException.__new__(wired("Failure", Exception)),
    "of the system": OSError.__new__(wired("SystemFailure", OSError), errno.ENOENT, "not there"),
    "of a library": BaseException.__new__(wired("LibraryFailure", type(library_error("httpx")))),
    "of nowhere": BaseException.__new__(wired("Nowhere", Exception, __module__=wired("Name")())),
    "strange status": library_error("httpx", status_code=wired("Number", int)(500)),
    "strange response": library_error("httpx", response=wired("Response")()),
    "strange dictionary": library_error("botocore", response={"ResponseMetadata": wired("Metadata")()}),
}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.uninstrumented
def test_an_error_is_looked_at_without_running_code_of_the_program(name: str) -> None:
    turned_away, wait = rejected(ERRORS[name]), patience(None, ERRORS[name])
    assert not turned_away
    assert wait is None


@pytest.mark.uninstrumented
def test_what_a_class_of_the_program_hides_is_found_all_the_same() -> None:
    kind = wired("SystemFailure", OSError)
    assert rejected(OSError.__new__(kind, errno.EMFILE, "Too many open files"))


@pytest.mark.uninstrumented
def test_an_answer_is_looked_at_without_running_code_of_the_program() -> None:
    assert not refusal(wired("Answer")())
    of_library = wired("LibraryAnswer", type("Response", (), {"__module__": "httpx"}))()
    assert not refusal(of_library)
    assert patience(of_library, None) is None


@pytest.mark.parametrize("told", [{"Retry-After": "3"}, {"retry-after": 3}])
@pytest.mark.uninstrumented
def test_headers_are_read_where_they_are(told: dict[str, Any]) -> None:
    assert patience(None, library_error("openai", status_code=429, headers=told)) == 3.0
    assert patience(None, library_error("openai", status_code=429, headers=wired("Headers")())) == 0.0


def test_a_call_whose_error_cant_be_looked_at_is_over() -> None:
    def ask(x: int) -> int:
        if x == 2:
            raise ConnectionError({"code": 1}, "bad")
        return x

    limits.forget()
    with using(Workers()):
        for _ in range(3):
            with pytest.raises(ConnectionError, match="bad"):
                loop(ask, [1, 2, 3], region(each(ask, [1, 2, 3]), service="service"))
    until(lambda: not limit_of("service", None).running)


def until(true: Callable[[], bool]) -> None:
    """Waits for what a worker does just after it has woken us."""
    waiting = threading.Event()
    for _ in range(10_000):
        if true():
            return
        waiting.wait(0.001)
    raise AssertionError


# -- slots


def test_who_waits_for_quiet_is_woken_by_a_task_that_is_turned_away() -> None:
    limit, go_on = Limit(None), threading.Event()

    class Full:
        def put(self, task: Any) -> bool:
            go_on.wait(10)
            return False

    turned_away = Waiting([])
    turned_away.pool = Full()  # type: ignore[assignment]
    putting = threading.Thread(target=limit.put, args=(turned_away,))
    putting.start()
    while not limit.running:
        putting.join(0.001)
    hushing = threading.Thread(target=limit.hush, daemon=True)
    hushing.start()
    while not limit.waiting:
        hushing.join(0.001)
    go_on.set()
    hushing.join(10)
    assert not hushing.is_alive()
    putting.join()


def test_a_task_that_its_pool_fails_on_has_no_slot() -> None:
    class Broken:
        def put(self, task: Any) -> bool:
            raise MemoryError

    limit = Limit(1)
    first, second = Waiting([]), Waiting([])
    first.pool = second.pool = Broken()  # type: ignore[assignment]
    with pytest.raises(MemoryError):
        limit.put(first)
    assert limit.running == 0
    limit.hush()
    limit.put(second)
    with pytest.raises(MemoryError):
        limit.resume()
    assert (limit.running, limit.quiet) == (0, 0)


def test_nobody_waits_for_calls_that_do_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One may wait for us: the program's own thread, in an early call, asks the same service."""
    monkeypatch.setattr(limits, "PATIENCE", 0.001)
    limit = Limit(None)
    tasks, _ = filled(limit, 3)
    assert limit.hush()
    assert limit.running == 3
    limit.resume()
    assert not limit.hush()  # it is known of these
    limit.resume()
    for ended in tasks:
        limit.done(ended)
    assert not limit.lasting


def test_calls_are_added_up_while_a_strand_adds_another() -> None:
    class Adding(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            place.instances((9,))
            return super().__iter__()

    with using(Held()):
        r = region(each(abs, [1, 2]))
        place = r.places[0]
        place.tasks = {key: Adding(tasks) for key, tasks in place.tasks.items()}
        assert r.untaken() == 0.0
        r.close()


def test_a_slot_is_given_back_once() -> None:
    limit = Limit(2)
    tasks, handed = filled(limit, 4)
    limit.done(tasks[0])
    limit.done(tasks[0])
    assert limit.running == 2
    assert handed == tasks[:3]


def test_quick_failures_and_a_quick_answer_do_not_keep_a_service_small() -> None:
    limit = Limit(None)
    _, handed = filled(limit, 1000)
    for number, done in enumerate(handed[:FIRST]):
        limit.done(done, 0.001 if number % 10 == 0 else 0.0 if number % 3 == 0 else 2.0)
    for number, done in enumerate(handed[FIRST : 4 * FIRST]):
        limit.done(done, 0.001 if number % 10 == 0 else 2.0)
    assert limit.slots > FIRST


# -- tasks and threads


def queued(pool: Any, callee: Callable[[], Any], hold: Hold | None = None) -> Task:
    made = Task(Around(pool, contextvars.copy_context(), 1, hold))
    made.queue((callee, (), {}), callee, (), {})
    return made


class Failing:
    """Stands for what a task uses: fails at the first time."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.real, self.failed = real, False

    def __call__(self, *args: Any) -> Any:
        if not self.failed:
            self.failed = True
            raise MemoryError
        return self.real(*args)


@pytest.mark.parametrize("what", ["refusal", "perf_counter"])
def test_a_task_ends_when_what_we_do_around_it_fails(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, what, Failing(getattr(task, what)))
    pool, limit = Workers(1), Limit(None)
    made = queued(pool, lambda: 1)
    made.limit = limit
    limit.put(made)
    made.wait()
    assert isinstance(made.error, MemoryError) or made.value == 1 or made.state is task.DROPPED
    after = queued(pool, lambda: 2)
    after.limit = limit
    limit.put(after)
    after.wait()
    assert after.value == 2
    until(lambda: not limit.running)
    until(lambda: (pool.threads, pool.free) == (1, 1))


def test_a_thread_that_fails_leaves_its_task_and_place_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "perf_counter", Failing(workers.perf_counter))
    pool = Workers()
    made = queued(pool, lambda: 1)
    assert pool.put(made)
    made.wait()
    assert made.value == 1
    until(lambda: not pool.threads)
    assert (pool.threads, pool.free) == (0, 0)
    again = queued(pool, lambda: 2)
    assert pool.put(again)
    again.wait()
    assert again.value == 2


@pytest.mark.parametrize("error", [MemoryError, RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("started", [False, True])
def test_a_thread_that_can_or_cant_be_started(
    error: type[BaseException], started: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start
    threads: list[threading.Thread] = []

    def fail(thread: threading.Thread) -> None:
        if started:
            threads.append(thread)
            start(thread)
        raise error

    monkeypatch.setattr(workers, "IDLE", 0.01)
    pool = Workers()
    with monkeypatch.context() as patched:
        patched.setattr(workers, "started", fail)
        if error is KeyboardInterrupt:
            with pytest.raises(KeyboardInterrupt):
                pool.put(queued(pool, lambda: 1))
        else:
            pool.put(queued(pool, lambda: 1))
    alive = [thread for thread in threads if thread.is_alive()]
    assert pool.threads <= len(alive)
    pool.retire()
    for thread in threads:
        thread.join(10)
    assert pool.threads == 0


# -- log records


@pytest.fixture
def told() -> Iterator[list[str]]:
    found: list[str] = []

    class Seen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    handler, above = Seen(), logging.getLogger("stuck")
    above.addHandler(handler)
    above.setLevel(logging.INFO)
    yield found
    above.removeHandler(handler)


def test_a_logger_made_inside_a_task_writes_in_order(told: list[str]) -> None:
    def ask(x: int) -> int:
        logging.getLogger(f"stuck.made.{x}").info("asked %d", x)
        return x

    with using(Held()) as pool:
        r = region(each(ask, [1, 2, 3]), loggers=("stuck",))
        pool.run(2, 0, 1)
        assert told == []
        for x in r.items(0, [1, 2, 3]):
            r.take(0, ask, x)()
        r.close()
    assert told == ["asked 1", "asked 2", "asked 3"]
    manager = logging.Logger.manager
    assert manager.loggerClass is None
    assert not any(logging.getLogger(f"stuck.made.{x}").filters for x in (1, 2, 3))


def test_loggers_of_a_class_of_the_programs_are_made_as_ever(told: list[str]) -> None:
    class Own(logging.Logger):
        pass

    former = logging.getLoggerClass()
    for name in ("stuck.own", "not_stuck.own"):
        logging.Logger.manager.loggerDict.pop(name, None)
    hold = Hold(("stuck",))
    hold.join()
    logging.setLoggerClass(Own)
    try:
        made = logging.getLogger("stuck.own")
        assert type(made) is Own
        assert made.filters
        assert type(logging.getLogger("not_stuck.own")) is Own
        assert not logging.getLogger("not_stuck.own").filters
    finally:
        logging.setLoggerClass(former)
        hold.leave()
    assert not made.filters


def test_a_region_that_was_lost_unseen_is_ended_by_the_next_one() -> None:
    logger = logging.getLogger("stuck.lost")
    with using(Held()):
        lost = region(each(abs, [1]))
        mark = entered.Entered(lost)  # without being told that it is gone
        mark.held = Hold(("stuck",))
        mark.held.join()
        entered.live[-1] = mark
        lost.close()
        del lost
        assert logger.filters
        region(each(abs, [1])).close()
    assert not logger.filters
    assert not entered.live


def test_an_end_of_a_hold_that_is_said_twice() -> None:
    logger = logging.getLogger("stuck.twice")
    one, other = Hold(("stuck",)), Hold(("stuck",))
    one.join()
    other.join()
    one.leave()
    one.leave()
    assert logger.filters
    other.leave()
    assert not logger.filters


# -- strands, variants, comparisons, signals


def test_a_strand_computes_in_the_callers_context() -> None:
    precise = decimal.Decimal

    def strand(s: Any) -> Generator[Any, Any, None]:
        value = yield s.result(0)
        yield s.start(0, precise, str(value / 3))

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        r.step(0)
        r.strand(strand)
        r.start(0, precise, 1)
        yield

    with using(Held()) as pool, decimal.localcontext() as context:
        context.prec = 50
        r = region(ahead)
        for _ in r.items(0, [1]):
            thread = threading.Thread(target=pool.run)
            thread.start()
            thread.join()
            first = r.take(0, precise, 1)()
            assert r.take(0, precise, str(first / 3))() == first / 3
        r.close()
    assert r.counters.mispredictions == 0
    assert r.counters.tasks == 2


def test_a_region_is_not_kept_by_a_call_that_failed_before_its_first_line() -> None:
    def function(x: int) -> int:
        return x

    slot = Slot()
    opened = Opened(function, function, slot, 0, 0)  # type: ignore[arg-type]
    with using(Held()):
        r = region(each(function, [1]))
        r.opens = {1: (opened,)}
        with pytest.raises(TypeError):
            r.take(1, function, 1, 2, 3)()
        assert slot.region is not None
        r.close()
    assert slot.region is None


def test_a_call_that_cant_even_be_begun_is_made_in_place() -> None:
    class Broken:
        def copy(self) -> Any:
            raise MemoryError

    with using(Held()):
        r = region(each(abs, [-1, -2]), service="service")
        r.around.context = Broken()  # type: ignore[assignment]
        assert [r.take(0, abs, x)() for x in r.items(0, [-1, -2])] == [1, 2]
        r.close()


def test_an_abandoned_call_starts_no_others() -> None:
    begun, go_on, over = threading.Event(), threading.Event(), threading.Event()
    found: list[int] = []

    def inner(x: int) -> None:
        begun.set()
        go_on.wait(10)
        found.extend(loop(abs, [-1, -2]))
        over.set()

    with using(Held()) as pool:
        r = region(each(inner, [1]))
        threading.Thread(target=pool.run).start()
        assert begun.wait(10)
        r.close()
        go_on.set()
        assert over.wait(10)
        assert found == [1, 2]
        assert len(pool.tasks) == 1


def test_a_partial_that_is_too_large_to_compare_stays_in_place() -> None:
    made = []
    data = list(range(MOST_NODES + 1))

    def ask(data: list[int], x: int) -> int:
        made.append(x)
        return x

    def asking() -> Any:
        return functools.partial(ask, list(data))

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for x in (1, 2):
            r.step(0)
            yield
            r.start(0, asking(), x)
            yield

    with using(AtOnce()):
        r = region(ahead)
        assert [r.take(0, asking(), x)() for x in r.items(0, [1, 2])] == [1, 2]
        r.close()
    assert made == [1, 2]
    assert r.counters.mispredictions == 0


def test_a_slice_ends_where_no_arguments_can_be_compared() -> None:
    data, small, reached = list(range(MOST_NODES + 1)), [1], []
    given = [data] * (UNFIT - 1) + [small] + [data] * (3 * UNFIT)

    def ahead(r: Any) -> Generator[None, None, None]:
        r.enter(0)
        for n, x in enumerate(given):
            r.step(0)
            yield
            reached.append(n)
            r.start(0, len, x)
            yield

    with using(AtOnce()):
        r = region(ahead)
        assert [r.take(0, len, x)() for x in r.items(0, given)] == list(map(len, given))
        r.close()
    assert len(reached) == 2 * UNFIT
    assert r.counters.tasks == 1


def test_arguments_of_classes_that_cant_be_compared() -> None:
    value = wired("Value")()
    with using(AtOnce()):
        assert loop(id, [value, value]) == [id(value), id(value)]
        assert len(loop(id, [[value], (value,)])) == 2


def test_an_interrupted_entry_raises_at_any_kind_of_call() -> None:
    for answer in (
        Interrupted(KeyboardInterrupt()).takes(0, abs)(1),
        Interrupted(KeyboardInterrupt()).callback(0, 0, abs, 1),
    ):
        with pytest.raises(KeyboardInterrupt):
            answer()


def test_a_recursion_that_ends_in_a_take_makes_no_call_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def ask(x: int) -> int:
        made.append(x)
        return x

    from xcs.runtime import region as regions

    def too_deep(*args: Any) -> bool:
        raise RecursionError

    for pool in (AtOnce(), Held()):
        made.clear()
        with using(pool), monkeypatch.context() as patched:
            r = region(each(ask, [1]))
            for x in r.items(0, [1]):
                patched.setattr(regions, "matches", too_deep)
                answer = r.take(0, ask, x)
                if isinstance(pool, Held):
                    assert answer() == 1
                else:
                    with pytest.raises(RecursionError):
                        answer()
            r.close()
        assert made == [1]
