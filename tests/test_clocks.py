"""Clocks that a test puts in place are read by the program alone: xcs has its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sys, time
from collections import Counter
{imported}

{patches}

seen = Counter()
{early}

def slow(x):
    time.sleep(0.003)
    return x

@jit
def timed(ask, items):
    begun = time.perf_counter()
    found = []
    for x in items:
        found.append(ask(x))
    return found, time.perf_counter() - begun

@jit
def known(items):
    begun = time.monotonic()
    found = []
    for x in items:
        found.append(slow(x))
    return found, time.monotonic() - begun, time.time()

@jit
def counted(n):
    total = 0
    for x in range(n):
        total += x
    return total

for turn in range(3):
    put()
    try:
        print(timed(slow, [1, 2, 3]), timed(len, ["a"]), known([1, 2, 3]), counted(10))
    finally:
        undo()
print(sorted(seen.items()))
"""
NAMES = ("perf_counter", "monotonic", "time", "thread_time", "process_time")
HEAD = f"""
names = {NAMES!r}
real = {{name: getattr(time, name) for name in names}}

def fake(name):
    def clock():
        seen[name] += 1
        return float(sum(seen.values()))  # goes on by one each time that anybody asks
    return clock

fakes = {{name: fake(name) for name in names}}
"""
PATCHES = {
    "of the module": HEAD
    + """
def put():
    for name in names: setattr(time, name, fakes[name])

def undo():
    for name in names: setattr(time, name, real[name])
""",
    # as freezegun does
    "of all modules": HEAD
    + """
by = {id(real[name]): fakes[name] for name in names}
done = []

def put():
    for module in list(sys.modules.values()):
        for name, found in list(vars(module).items()):
            if id(found) in by and found is not by:
                done.append((module, name, found))
                setattr(module, name, by[id(found)])

def undo():
    while done:
        setattr(*done.pop())
    for module in list(sys.modules.values()):
        for name, found in list(vars(module).items()):
            for given, it in fakes.items():
                if found is it and module is not sys.modules["__main__"]:
                    setattr(module, name, real[given])
""",
    # what a process tells of itself
    "of the system": """
real = {name: getattr(os, name) for name in ("open", "read", "close", "access", "scandir")}

def fake(name):
    def asked(*given, **named):
        seen[name] += 1
        raise OSError(name)
    return asked

time.perf_counter = time.monotonic = time.time = lambda: 1.0

def put():
    for name in real: setattr(os, name, fake(name))

def undo():
    for name in real: setattr(os, name, real[name])
""",
}


@pytest.mark.parametrize("early", ["", "put()"], ids=["at calls", "at decoration"])
@pytest.mark.parametrize("patches", PATCHES)
def test_only_the_program_asks(patches: str, early: str, tmp_path: Path) -> None:
    said = []
    for imported in ("def jit(function): return function", "from xcs import jit"):
        path = tmp_path / "program.py"
        path.write_text(PROGRAM.format(imported=imported, patches=PATCHES[patches], early=early))
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
        said.append(done.stdout + done.stderr)
    assert said[1] == said[0]


# as pyfakefs does: methods of an object are in the places of functions, in a module that is imported meanwhile
FIRST = """
import os, time

real = {name: getattr(os.path, name) for name in ("dirname", "isabs")}

class Paths:
    def dirname(self, path): return real["dirname"](path)
    def isabs(self, path): return real["isabs"](path)

for name in real: setattr(os.path, name, getattr(Paths(), name))
from xcs import jit

def slow(x):
    time.sleep(0.003)
    return x

@jit
def asked(items):
    return [slow(x) for x in items]

print(asked([1, 2, 3]), asked.stats().tasks)
"""


def test_is_imported_where_paths_are_fakes(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(FIRST)
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == "[1, 2, 3] 3\n"
