"""Runs a module file plain or decorated and records everything that anyone can observe of the run."""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import io
import sys
import threading
import traceback
import types
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.permuting import Order, permuted
from xcs import modes
from xcs.emit.handed_on import trimmed
from xcs.entry import entering

T = TypeVar("T")
decorating: Any = importlib.import_module("xcs.jit")  # the module: `xcs.jit` is the function
TOOL = 4  # an identifier that no profiler, debugger or coverage tool uses
UNREAD = frozenset({"echo"})  # functions that look at nothing of what they are given: what that holds then may differ
PLAIN_TYPES = (int, float, complex, bool, str, bytes, type(None), range, type(Ellipsis), slice)


@dataclass(frozen=True)
class Observation:
    """What one run showed: compared field by field with that of the other form."""

    value: object
    error: object
    report: str
    stdout: str
    stderr: str
    state: object


@dataclass(frozen=True)
class Run:
    observation: Observation
    tasks: int
    mispredictions: int
    remarks: list[Any]
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)


class Portrait:
    """Turns objects into comparable tuples: types, contents and which objects are the same one."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.alive: list[object] = []

    def __call__(self, value: object) -> object:
        kind = type(value)
        if kind in PLAIN_TYPES:
            return (kind.__name__, repr(value))
        if id(value) in self.numbers:
            return ("same as", self.numbers[id(value)])
        number = self.numbers[id(value)] = len(self.numbers)
        self.alive.append(value)
        return (kind.__name__, number, self.contents(value))

    def contents(self, value: object) -> object:
        if isinstance(value, dict):
            inside: object = [(self(key), self(item)) for key, item in dict.items(value)]
        elif isinstance(value, (set, frozenset)):
            inside = sorted((self(item) for item in value), key=repr)
        elif isinstance(value, (list, tuple, deque)):
            inside = [self(item) for item in type(value).__iter__(value)]
        elif isinstance(value, BaseException):
            return [value.args and self(value.args), self.links(value)]
        elif isinstance(value, types.FunctionType):
            cells = [self(cell_contents(cell)) for cell in value.__closure__ or ()]
            return [value.__qualname__, self(value.__defaults__), self(value.__kwdefaults__), cells]
        elif isinstance(value, types.MethodType):
            return [self(value.__func__), self(value.__self__)]
        elif isinstance(value, type):
            return [value.__qualname__, *self.class_state(value)]
        elif isinstance(value, (types.ModuleType, types.BuiltinFunctionType, types.BuiltinMethodType)):
            return value.__name__
        else:
            inside = None
        return [inside, [(name, self(item)) for name, item in sorted(attributes(value).items())]]

    def class_state(self, cls: type) -> list[object]:
        if cls.__module__ not in sys.modules or not cls.__module__.startswith("case_"):
            return []
        return [
            (name, self(item))
            for name, item in sorted(vars(cls).items())
            if not name.startswith("__") and not callable(item) and not hasattr(type(item), "__get__")
        ]

    def links(self, error: BaseException) -> object:
        cause, context = error.__cause__, error.__context__
        return [cause and self(cause), context and self(context), error.__suppress_context__]


def cell_contents(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return "empty cell"


def attributes(value: object) -> dict[str, object]:
    if not type(value).__module__.startswith("case_"):
        return {}
    try:  # what a class of the program defines must not run here
        found = dict(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        found = {}
    for cls in type(value).__mro__:
        for name in getattr(cls, "__slots__", ()):
            if name in vars(cls):
                with contextlib.suppress(AttributeError):
                    found[name] = vars(cls)[name].__get__(value)
    return found


def frames(error: BaseException) -> list[tuple[str, int | None, str]]:
    """(file, line, function) of a traceback, below the harness."""
    lines = traceback.extract_tb(error.__traceback__)
    return [(line.filename, line.lineno, line.name) for line in lines if line.filename != __file__]


def report(error: BaseException) -> str:
    """The traceback as Python prints it (columns included), without the harness's frames."""
    text = traceback.TracebackException.from_exception(error)
    seen: set[int] = set()

    def strip(part: traceback.TracebackException | None) -> None:
        if part is None or id(part) in seen:
            return
        seen.add(id(part))
        part.stack[:] = [line for line in part.stack if line.filename != __file__]
        strip(part.__cause__)
        strip(part.__context__)

    strip(text)
    return "".join(text.format())


def chain(error: BaseException | None, portrait: Portrait, seen: frozenset[int] = frozenset()) -> object:
    """An exception with everything linked to it: type, args, attributes, frames."""
    if error is None:
        return None
    if id(error) in seen:
        return "cycle"
    seen |= {id(error)}
    return {
        "type": type(error).__qualname__,
        "text": str(error),
        "args": portrait(error.args),
        "frames": frames(error),
        "notes": getattr(error, "__notes__", None),
        "cause": chain(error.__cause__, portrait, seen),
        "context": chain(error.__context__, portrait, seen),
        "suppress": error.__suppress_context__,
    }


def identity(function: Any) -> Any:
    """The stand-in for `jit`: the plain function."""
    return function


@contextlib.contextmanager
def plain_xcs() -> Iterator[None]:
    """While this is active, `from xcs import jit` gives the stand-in."""
    stand_in = types.ModuleType("xcs")
    stand_in.jit = identity  # type: ignore[attr-defined]
    before = sys.modules.get("xcs")
    sys.modules["xcs"] = stand_in
    try:
        yield
    finally:
        if before is None:
            del sys.modules["xcs"]
        else:
            sys.modules["xcs"] = before


def load(path: Path) -> types.ModuleType:
    """Imports the file under a name of its own, always anew, without a bytecode file."""
    name = f"case_{path.parent.name}_{path.stem}"
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    spec._initializing = True  # type: ignore[attr-defined]  # as `import` does
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    finally:
        sys.dont_write_bytecode = before
        spec._initializing = False  # type: ignore[attr-defined]
    return module


def decorated(module: types.ModuleType) -> list[Any]:
    """The functions of a module, and of its classes, that `jit` made."""
    found: dict[int, Any] = {}
    holders = [vars(module), *(vars(value) for value in vars(module).values() if isinstance(value, type))]
    for holder in holders:
        for value in holder.values():
            kind = type(value)  # what a class of the program defines must not run here
            function = value.__func__ if issubclass(kind, (classmethod, staticmethod, types.MethodType)) else value  # type: ignore[attr-defined]
            if issubclass(type(function), types.FunctionType) and hasattr(function, "stats"):
                found[id(function)] = function
    return list(found.values())


def state(module: types.ModuleType, portrait: Portrait) -> object:
    """The module's variables, its classes' and functions' state included."""
    skip = ("__", "jit")
    return [(name, portrait(value)) for name, value in vars(module).items() if not name.startswith(skip)]


HEAD = 120  # bytes of code, with which a call is handed on

def again(frame: types.FrameType) -> bool:
    """Whether a frame is of a call that the frame above it, of the same function, has handed on as it began."""
    above, code = frame.f_back, frame.f_code
    if above is None or above.f_code.co_name != code.co_name or trimmed not in above.f_code.co_consts:
        return False
    return above.f_code is not code and above.f_lasti < HEAD


class Recorder:
    """Counts the calls of a file's functions, in any thread, with no effect that the analysis sees: by monitoring
    (3.12), which costs other files' code nothing, or by a profile function."""

    def __init__(self, filename: str, names: frozenset[str]) -> None:
        self.filename, self.names = filename, names
        self.seen: list[tuple[str, str]] = []

    def __call__(self, frame: types.FrameType, event: str, arg: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename == self.filename and code.co_name in self.names and not again(frame):
            shown = kind_of if code.co_name in UNREAD else argument
            self.seen.append((code.co_name, repr([shown(frame.f_locals[name]) for name in arguments(code)])))

    def started(self, code: types.CodeType, offset: int) -> object:
        """Called where a function begins; not again where it isn't of the file."""
        if code.co_filename != self.filename or code.co_name not in self.names:
            return sys.monitoring.DISABLE
        self(sys._getframe(1), "call", None)
        return None

    @contextlib.contextmanager
    def monitored(self) -> Iterator[None]:
        tools, event = sys.monitoring, sys.monitoring.events.PY_START
        tools.use_tool_id(TOOL, "recorder")
        tools.register_callback(TOOL, event, self.started)
        tools.set_events(TOOL, event)
        try:
            yield
        finally:
            tools.set_events(TOOL, 0)
            tools.register_callback(TOOL, event, None)
            tools.free_tool_id(TOOL)
            tools.restart_events()

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        if sys.version_info >= (3, 12):
            with self.monitored():
                yield
            return
        # A profiled program runs as it is: this one is not to.
        before, modes.watched = modes.watched, lambda: sys.exc_info()[0] is not None
        decide, entering.decide = entering.decide, self.unrecorded(entering.decide)
        decorate, decorating._decorate = decorating._decorate, self.unrecorded(decorating._decorate)
        threading.setprofile(self)
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]
            modes.watched, entering.decide, decorating._decorate = before, decide, decorate

    def unrecorded(self, function: Callable[..., T]) -> Callable[..., T]:
        """The function, which runs none of the program's, and would take twice its time with a profile function."""

        def called(*args: Any, **kwargs: Any) -> T:
            sys.setprofile(None)
            try:
                return function(*args, **kwargs)
            finally:
                sys.setprofile(self)

        return called


def kind_of(value: object) -> object:
    return value if type(value) in PLAIN_TYPES else type(value).__name__


def argument(value: object) -> object:
    """An argument at its call; of an object only its plain attributes: others may change, unread by the callee."""
    if type(value).__module__.startswith("case_"):
        plain = {name: item for name, item in attributes(value).items() if type(item) in PLAIN_TYPES}
        return (type(value).__name__, sorted(plain.items()))
    return Portrait()(value)


def arguments(code: types.CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def observe(path: Path, *, plain: bool, count: frozenset[str] = frozenset(), order: Order = "threads") -> Run:
    """Imports the file and calls its `main()`; `count` names the functions whose calls are counted."""
    recorder = Recorder(str(path), count)
    with contextlib.ExitStack() as stack:
        if count:
            stack.enter_context(recorder.active())
        stack.enter_context(plain_xcs() if plain else permuted(order))
        out = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        err = stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        module = load(path)
        value, error = call(module.main)
    portrait = Portrait()
    seen = Observation(
        value=portrait(value),
        error=chain(error, portrait),
        report=report(error) if error else "",
        stdout=out.getvalue(),
        stderr=err.getvalue(),
        state=state(module, portrait),
    )
    stats = [] if plain else [function.stats() for function in decorated(module)]
    run = Run(
        observation=seen,
        tasks=sum(each.tasks for each in stats),
        mispredictions=sum(each.mispredictions for each in stats),
        remarks=[region for each in stats for region in each.regions],
        calls=Counter(recorder.seen),
    )
    del sys.modules[module.__name__]
    return run


def call(function: Callable[[], object]) -> tuple[object, BaseException | None]:
    try:
        return function(), None
    except Exception as error:
        return None, error
