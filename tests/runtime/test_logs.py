"""Log records of libraries inside tasks are handled at the take: in the program's order, with its thread's fields."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextvars import copy_context
from types import ModuleType

import pytest

from xcs.runtime.logs import Hold
from xcs.runtime.nesting import Around
from xcs.runtime.task import Task
from xcs.runtime.workers import Workers

from .drive import AtOnce, Held, each, region, using

library = logging.getLogger("tests_library")
below = logging.getLogger("tests_library.part")


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def messages(self) -> list[str]:
        return [record.getMessage() for record in self.records]


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler = Kept()
    library.addHandler(handler)
    library.setLevel(logging.INFO)
    library.propagate = False
    yield handler
    library.removeHandler(handler)
    library.propagate = True


def ask(x: int) -> int:
    below.info("asked %d", x)
    return x


def test_records_come_in_the_programs_order(kept: Kept) -> None:
    with using(Held()) as pool:
        r = region(each(ask, [1, 2, 3]), loggers=("tests_library",))
        pool.run(2, 0, 1)
        assert kept.messages == []
        for x in r.items(0, [1, 2, 3]):
            library.info("before %d", x)
            r.take(0, ask, x)()
        r.close()
    assert kept.messages == ["before 1", "asked 1", "before 2", "asked 2", "before 3", "asked 3"]


def test_records_have_the_callers_thread(kept: Kept) -> None:
    with using(Workers()):
        r = region(each(ask, [1, 2]), loggers=("tests_library",))
        for x in r.items(0, [1, 2]):
            r.take(0, ask, x)()
        r.close()
    thread = threading.current_thread()
    assert {(record.thread, record.threadName) for record in kept.records} == {(thread.ident, thread.name)}
    assert kept.messages == ["asked 1", "asked 2"]


def test_records_of_calls_that_are_not_taken_are_dropped(kept: Kept) -> None:
    with using(AtOnce()):
        r = region(each(ask, [1, 2, 3]), loggers=("tests_library",))
        for x in r.items(0, [1]):
            r.take(0, ask, x)()
        r.close()
    assert kept.messages == ["asked 1"]


def test_records_of_a_failing_call_come_before_its_error(kept: Kept) -> None:
    def fail(x: int) -> None:
        below.warning("failing")
        raise ValueError(x)

    with using(AtOnce()):
        r = region(each(fail, [1]), loggers=("tests_library",))
        for x in r.items(0, [1]):
            answer = r.take(0, fail, x)
            assert kept.messages == ["failing"]
            with pytest.raises(ValueError):
                answer()
        r.close()


def test_the_level_of_the_take_counts(kept: Kept) -> None:
    with using(AtOnce()):
        r = region(each(ask, [1, 2]), loggers=("tests_library",))
        for x in r.items(0, [1, 2]):
            library.setLevel(logging.ERROR if x == 1 else logging.INFO)
            r.take(0, ask, x)()
        r.close()
    assert kept.messages == ["asked 2"]


def test_what_a_log_handler_raises_comes_out_of_the_call(kept: Kept) -> None:
    class Failing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise LookupError(record.getMessage())

    failing = Failing()
    library.addHandler(failing)
    with using(AtOnce()):
        r = region(each(ask, [1]), loggers=("tests_library",))
        for x in r.items(0, [1]):
            with pytest.raises(LookupError, match="asked 1"):
                r.take(0, ask, x)()
        r.close()
    library.removeHandler(failing)


def test_the_filter_is_there_only_while_a_region_is(kept: Kept) -> None:
    with using(Held()):
        first = region(each(ask, [1]), loggers=("tests_library",))
        second = region(each(ask, [1]), loggers=("tests_library",))
        assert len(library.filters) == len(below.filters) == 1
        first.close()
        assert len(library.filters) == 1
        second.close()
    assert library.filters == below.filters == []


def test_a_logger_made_later_is_found(kept: Kept) -> None:
    with using(Held()):
        region(each(ask, [1]), loggers=("tests_library",)).close()
        late = logging.getLogger("tests_library.made.later")
        r = region(each(ask, [1]), loggers=("tests_library",))
        assert late.filters
        r.close()
        assert not late.filters


def test_other_loggers_are_left_alone() -> None:
    with using(Held()):
        r = region(each(ask, [1]), loggers=("tests_library",))
        assert not logging.getLogger("tests_library_of_another").filters
        assert not logging.getLogger().filters
        r.close()


def test_an_abandoned_call_writes_no_records() -> None:
    """The program has left the region by an exception: what still runs is not heard of any more."""
    logger = logging.getLogger("tests.abandoned")
    begun, go, over = threading.Event(), threading.Event(), threading.Event()
    seen: list[str] = []

    class Seen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    def call() -> None:
        begun.set()
        go.wait(10)
        logger.warning("late")
        over.set()

    handler = Seen()
    logger.addHandler(handler)
    hold = Hold(("tests.abandoned",))
    try:
        task = Task(Around(None, copy_context(), 1, hold))
        task.queue((call, (), {}), call, (), {})
        threading.Thread(target=task.run, daemon=True).start()
        assert begun.wait(10)
        hold.leave()
        go.set()
        assert over.wait(10)
        task.wait()
        assert not seen
    finally:
        logger.removeHandler(handler)
    for _ in range(1000):
        if not logger.filters:
            break
        time.sleep(0.005)
    assert not logger.filters


PRINTING = ModuleType("tests_printing")
exec("def tell(x):\n    print('asked', x, sep='-')\n    return x", vars(PRINTING))


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.replace("\n", " ")


def test_what_a_library_prints_comes_in_the_programs_order(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, PRINTING.__name__, PRINTING)
    with using(Held()) as pool:
        r = region(each(PRINTING.tell, [1, 2, 3]), printing=(PRINTING.__name__,))
        pool.run(2, 0, 1)
        assert told(capsys) == ""
        for x in r.items(0, [1, 2, 3]):
            print("before", x)
            PRINTING.tell(-x)
            r.take(0, PRINTING.tell, x)()
        r.close()
    assert told(capsys) == "before 1 asked--1 asked-1 before 2 asked--2 asked-2 before 3 asked--3 asked-3 "
    assert "print" not in vars(PRINTING)


def test_a_print_of_the_modules_own_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PRINTING.__name__, PRINTING)
    printed: list[str] = []
    monkeypatch.setitem(vars(PRINTING), "print", lambda *texts, sep: printed.append(sep.join(texts)))
    own = vars(PRINTING)["print"]
    with using(Held()) as pool:
        first = region(each(PRINTING.tell, [1]), printing=(PRINTING.__name__,))
        second = region(each(PRINTING.tell, [2]), printing=(PRINTING.__name__,))
        pool.run(0, 1)
        second.close()
        assert printed == []
        for x in first.items(0, [1]):
            first.take(0, PRINTING.tell, x)()
        first.close()
    assert printed == ["asked-1"]
    assert vars(PRINTING)["print"] is own
