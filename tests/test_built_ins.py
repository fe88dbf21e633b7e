"""What a program puts in place of a built-in function is called by the program alone, as often as in plain Python."""

from __future__ import annotations

import builtins
import importlib
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import xcs.ir.verify  # noqa: F401  # loaded, in tests, by the first decision
from xcs.bound import BUILT_INS
from xcs.runtime import workers

PROGRAM = """
import time
from xcs import jit
import {beside}

def slow(x):
    time.sleep(1e-6)
    return x

def named(n):
    return [len(str(n)), "{{}}".format(n), isinstance(n, int), max(n, 0), sorted([n, 1])]

class Box:
    def __init__(self, n): self.n = n
    def ask(self, y):
        time.sleep(1e-6)
        return self.n, y

def failing(x):
    time.sleep(1e-6)
    if x == 2: raise ValueError(x)
    return x

def chatty(x, log):
    log.append(x)
    try:
        return slow(x)
    except ValueError:
        return None

box = Box(3)
lazy = None

@jit
def several(xs):
    out = []
    for x in xs:
        a = slow(named(x)[1])
        b = box.ask([x, a])
        out.append((a, b, {beside}.other(x)))
    return out

@jit
def chained(xs):
    return {{x: slow(slow(x)) for x in xs}}

@jit
def fails(xs):
    got = []
    for x in xs:
        got.append(failing(x))
    return got

@jit
def peels(xs):
    out = []
    for x in xs:
        out.append(later().ask(x))
    return out

def later():
    global lazy
    if lazy is None: lazy = Box(1)
    return lazy

@jit
def opens(xs):
    log = []
    return [chatty(x, log) for x in xs], log

@jit
def called_back(xs):
    return sorted(map(slow, xs), key=lambda y: slow(-y))
"""
FUNCTIONS = ("several", "chained", "fails", "peels", "opens", "called_back")
# Not those that end or stop a process, or that import and build classes, which Python itself calls.
LEFT_OUT = ("exit", "quit", "breakpoint", "input", "help", "copyright", "credits", "license")
SPACE = vars(builtins)
NAMES = sorted(
    name
    for name, found in BUILT_INS.items()
    if callable(found)
    and name not in LEFT_OUT
    and not name.startswith("__")
    and not (isinstance(found, type) and issubclass(found, BaseException))
)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """A module of its own for each test, so that everything is decided with what is patched then."""
    name = request.node.name.translate(str.maketrans("[]-", "___"))
    (tmp_path / f"beside_{name}.py").write_text("import time\ndef other(x):\n    time.sleep(1e-6)\n    return x\n")
    (tmp_path / f"of_{name}.py").write_text(PROGRAM.format(beside=f"beside_{name}"))
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(f"of_{name}")


def outcome(function: Callable[..., Any]) -> object:
    try:
        return function([0, 1, 2, 3])
    except Exception as error:
        return error.__class__, error.args


def watched(name: str, old: Any, seen: Counter[tuple[str, str]]) -> Callable[..., Any]:
    """A built-in that counts its calls, but for those of threads that others started (a monitor of progress bars)."""
    above, thread = sys._getframe, threading.get_ident
    others = {other.ident: other for other in threading.enumerate() if other is not threading.current_thread()}

    def patched(*args: Any, **kwargs: Any) -> Any:
        if (other := others.get(thread())) is None or not other.is_alive():
            code = above(1).f_code
            seen[code.co_filename, code.co_name] += 1
        return old(*args, **kwargs)

    return patched


@pytest.mark.parametrize("name", NAMES)
def test_is_called_by_the_program_alone(name: str, program: ModuleType) -> None:
    """The same calls from the same places of the program, twice each: while it is decided, and when it has been."""
    old, found = BUILT_INS[name], []
    for plain in (True, False):
        seen: Counter[tuple[str, str]] = Counter()
        program.lazy = None
        workers.default.retire()  # threads are started, too
        functions = [getattr(program, f) for f in FUNCTIONS]
        SPACE[name] = watched(name, old, seen)
        try:
            results = [outcome(f.sequential if plain else f) for f in (*functions, *functions)]
        finally:
            SPACE[name] = old
        found.append((results, seen))
    (expected, by_plain), (got, by_decorated) = found
    assert got == expected
    assert by_decorated == by_plain


def test_without_patches_it_runs_ahead(program: ModuleType) -> None:
    """What the other tests run is decided, and its calls start early."""
    for name in FUNCTIONS:
        function = getattr(program, name)
        assert outcome(function) == outcome(function.sequential)
        assert outcome(function) == outcome(function.sequential)
        assert function.stats().tasks, function.stats()


def test_modules_have_built_ins_of_their_own() -> None:
    import xcs.analysis.calls as analysis
    import xcs.runtime.region as runtime

    for module in (analysis, runtime):
        assert vars(module)["__builtins__"] is BUILT_INS is not vars(builtins)


@pytest.mark.parametrize("strict", ["", "1"])
def test_a_first_entry_loads_no_part_of_ours(program: ModuleType, strict: str) -> None:
    """Importing runs code of Python's own that calls built-in functions: all is loaded when a function is decorated."""
    asked = (
        f"import sys, {program.__name__} as program; before = set(sys.modules)\n"
        f"[getattr(program, name)([0, 1, 2, 3]) for name in {FUNCTIONS} if name != 'fails']\n"
        "print(program.opens.stats().tasks > 0, [m for m in sys.modules if m not in before and m.startswith('xcs.')])"
    )
    environment = {**os.environ, "XCS_STRICT": strict, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "True []\n"
