"""What built-in names mean in xcs: what they meant when it was imported, whatever the program puts in their place.

    builtins.len = counting     # a test or tracer: the decorated function calls it as the plain one does,
                                # and xcs, which decides and compares meanwhile, does not

Python looks built-in names up in the dictionary that a module has as `__builtins__`. The modules of this package get
one of their own before they run: the finder that Python keeps for the package's folders loads them so. Where something
else loads them (a frozen application), they have the program's, that is all. What they use of the standard library
that is written in Python is made once more on that dictionary.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    SOURCE_SUFFIXES,
    BuiltinImporter,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)  # fmt: skip
from importlib.util import module_from_spec
from types import CellType, FunctionType, ModuleType
from typing import Any, Final, TypeVar

T = TypeVar("T")

BUILT_INS: Final[dict[str, Any]] = dict(vars(builtins))


# What consoles put in place for a while, and nothing calls that imports.
OF_CONSOLES: Final = frozenset(
    ("breakpoint", "copyright", "credits", "exit", "help", "input", "license", "print", "quit")
)


def replaced() -> bool:
    """Whether the program has put something in the place of a built-in function that importing may call."""
    now = vars(builtins)
    return any(now.get(name, now) is not found for name, found in BUILT_INS.items() if name not in OF_CONSOLES)


class Loader(SourceFileLoader):
    """Loads a module of the package on the package's own built-ins."""

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = BUILT_INS
        spec = module.__spec__
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            watch(folder)
        super().exec_module(module)


def watch(folder: str) -> None:
    """Has the modules in a folder loaded so."""
    sys.path_importer_cache[folder] = FileFinder(
        folder, (Loader, SOURCE_SUFFIXES), (SourcelessFileLoader, BYTECODE_SUFFIXES)
    )


if isinstance(__spec__.loader, SourceFileLoader):
    for _folder in sys.modules[__package__].__path__:
        watch(_folder)


# -- the clock and the system


def _once_more(name: str) -> Any:
    """A module that is built in, with functions of its own: what a test puts in the place of a clock or of `os.open`
    may be put into every module that has the function (freezegun, pyfakefs), and may count who asks."""
    spec = BuiltinImporter.find_spec(name)
    if spec is None or spec.loader is None:  # built otherwise
        return import_module(name)
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


system = _once_more(os.name)  # `posix` or `nt`
_time = _once_more("time")
monotonic: Callable[[], float] = _time.monotonic
perf_counter: Callable[[], float] = _time.perf_counter
process_time: Callable[[], float] = _time.process_time
sleep: Callable[[float], None] = _time.sleep
thread_time: Callable[[], float] = _time.thread_time
time: Callable[[], float] = _time.time


# -- the standard library

_spaces: dict[str, dict[str, Any]] = {}  # by module: its names, its functions made once more


def own(found: T) -> T:
    """A function or class of the standard library, and the functions of its module that it calls, on these built-ins.

    What it uses of other classes of its module is to be made before. What something else has put in its place by the
    time that this is imported (a fake file system) is used as it is.
    """
    made: Any = found
    if not isinstance(made, FunctionType | type):
        return found
    space = _space(made.__globals__["__name__"] if isinstance(made, FunctionType) else made.__module__)
    if isinstance(made, type) and space[made.__name__] is made:
        space[made.__name__] = _class(made, space)
    return space.get(made.__name__, found)  # type: ignore[no-any-return]


def _class(made: type, space: dict[str, Any]) -> type:
    bases = tuple(own(base) if base.__module__ == made.__module__ else base for base in made.__bases__)
    cell = CellType()
    body = {
        name: _on(held, space, cell) if _of(held, made.__module__) else held
        for name, held in vars(made).items()
        if name not in ("__dict__", "__weakref__")
    }
    copy = type(made)(made.__name__, bases, body)
    cell.cell_contents = copy
    return copy


def _space(name: str) -> dict[str, Any]:
    if name not in _spaces:
        names = vars(sys.modules[name])
        space = _spaces[name] = {**names, "__builtins__": BUILT_INS}
        space.update({n: _on(f, space) for n, f in names.items() if _of(f, name)})
    return _spaces[name]


def _of(found: object, module: str) -> bool:
    """Whether it is a function of the module, written in Python."""
    return isinstance(found, FunctionType) and found.__globals__ is vars(sys.modules[module])


def _on(function: Any, space: dict[str, Any], owner: CellType | None = None) -> FunctionType:
    """A function on other global names; `owner`: the class that its `super()` is about."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    closure = tuple(owner if owner is not None and name == "__class__" else cell for name, cell in cells)
    made = FunctionType(function.__code__, space, function.__name__, function.__defaults__, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


Condition = own(threading.Condition)
Event = own(threading.Event)
suppress = own(contextlib.suppress)


def _thread() -> Any:
    """What makes a thread ready, on these built-ins; what it calls stays the library's own."""
    made: Any = threading.Thread.__init__
    space = {**vars(threading), "__builtins__": BUILT_INS, "Event": Event}
    return _on(made, space) if _of(made, threading.__name__) else made


made_ready = _thread()
started: Callable[[threading.Thread], None] = threading.Thread.start

_Manager = own(contextlib._GeneratorContextManager)
contextmanager = own(contextlib.contextmanager)
