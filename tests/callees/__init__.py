"""Callees as users write them, with effects whose order matters, and what is seen of a loop that calls one.

A topic is a module of callees: `LOCAL` holds those whose slow call is a function that sleeps, `SERVER` those that call
a local server through a real SDK. Each is called from `loop.each` and, failures handled, from `loop.handled`.
"""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import os
import re
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.llm_server import Server, environment
from tests.observe import Portrait, Recorder, call, chain, load, plain_xcs, report, state
from tests.permuting import Order, permuted

FOLDER = Path(__file__).parent
TOPICS = ("output", "counting", "failures", "around", "shapes")
MODES = ("smooth", "handled", "failing", "repeated")
TIMES = ("created", "msecs", "relativeCreated")  # fields of a log record that no two runs share
LEAF = frozenset({"model"})
ADDRESS = re.compile(r"at 0x[0-9a-f]+")
FUNCTIONS = (f for f in gc.get_objects() if type(f) is types.FunctionType)
SHOW = next(f for f in FUNCTIONS if f.__qualname__ == "_showwarnmsg_impl")


@dataclass(frozen=True)
class Seen:
    """What one run of a loop over a callee showed."""

    value: object
    error: object
    report: str
    stdout: str
    stderr: str
    records: tuple[object, ...]
    state: object
    files: dict[str, str]


@dataclass(frozen=True)
class Ran:
    seen: Seen
    calls: Counter[object]
    tasks: int
    mispredictions: int
    remarks: tuple[object, ...]


class Records(logging.Handler):
    """Keeps every record as it comes, all fields but the times."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record)


def fields(record: logging.LogRecord) -> object:
    """What a record says, without the times."""
    found = {name: value for name, value in vars(record).items() if name not in TIMES}
    if record.exc_info:
        found["exc_info"] = repr(record.exc_info[1])
    return record.getMessage(), sorted((name, repr(value)) for name, value in found.items())


def items(mode: str, name: str) -> list[str]:
    """What a loop goes through: every third leaf call fails, or the 3rd and 7th item have been there before."""
    if mode == "repeated":
        return [f"item {n} {name}" for n in (0, 1, 0, 2, 3, 4, 1, 5)]
    if mode == "smooth":
        return [f"item {n} {name}" for n in range(6)]
    return [f"{kind} {n} {name}" for n, kind in enumerate(("item", "item", "flaky", "item", "item", "bad"))]


def cases(topic: types.ModuleType) -> dict[str, Callable[[str], object]]:
    """The callees of a loaded topic."""
    return {**topic.LOCAL, **topic.SERVER}


@contextlib.contextmanager
def topic(name: str, server: Server, *, plain: bool) -> Iterator[types.ModuleType]:
    """A topic's module, loaded anew; its clients call the server."""
    before = dict(os.environ)
    os.environ.update(environment(server.url))
    try:
        with plain_xcs() if plain else contextlib.nullcontext():
            module = load(FOLDER / f"{name}.py")
        yield module
        for value in vars(module).values():
            if callable(close := getattr(value, "close", None)) and not isinstance(value, type | types.ModuleType):
                close()
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(
    module: types.ModuleType, name: str, mode: str, server: Server, *, plain: bool, order: Order = "threads"
) -> Ran:
    """Runs one callee in a loop of its own; files are written to the working directory."""
    server.reset()
    ask, given = cases(module)[name], items(mode, name)
    records = Records()
    recorder = Recorder(str(module.__file__), LEAF if name in module.LOCAL else frozenset())
    root = logging.getLogger("callees")
    with contextlib.ExitStack() as stack:
        stack.enter_context(plain_xcs() if plain else permuted(order))
        loops = load(FOLDER / "loop.py")
        out = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        err = stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        warnings._showwarnmsg_impl = SHOW  # type: ignore[attr-defined]  # pytest has put another in its place
        warnings.simplefilter("default")
        warnings.simplefilter("ignore", ResourceWarning)  # of clients that an earlier topic has left
        root.addHandler(records)
        stack.callback(root.removeHandler, records)
        root.setLevel(logging.DEBUG)
        if recorder.names:
            stack.enter_context(recorder.active())
        loop = loops.handled if mode == "handled" else loops.each
        value, error = call(lambda: loop(ask, given))
    portrait = Portrait()
    seen = Seen(
        value=unaddressed(portrait(value)),
        error=unaddressed(chain(error, portrait)),
        report=ADDRESS.sub("at", report(error)) if error else "",
        stdout=out.getvalue(),
        stderr=err.getvalue(),
        records=tuple(map(fields, records.found)),
        state=(state(module, portrait), portrait(getattr(ask, "__self__", None)), rows(module)),
        files={path.name: path.read_text() for path in sorted(Path.cwd().iterdir())},
    )
    calls: Counter[object] = Counter(recorder.seen) + Counter(server.seen.made)
    stats: Any = None if plain else loop.stats()
    if stats is None:
        return Ran(seen, calls, 0, 0, ())
    return Ran(seen, calls, stats.tasks, stats.mispredictions, stats.regions)


def unaddressed(value: Any) -> Any:
    """A portrait without the addresses that texts of the program's tell."""
    if isinstance(value, str):
        return ADDRESS.sub("at", value)
    if isinstance(value, dict):
        return {key: unaddressed(entry) for key, entry in value.items()}
    return type(value)(map(unaddressed, value)) if isinstance(value, list | tuple) else value


def rows(module: types.ModuleType) -> list[object]:
    """What a topic's database holds."""
    database = getattr(module, "database", None)
    return list(database.execute("select * from answers")) if database is not None else []
