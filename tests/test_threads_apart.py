"""The threads of xcs are none that the program counts, lists or joins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAD = """
import logging, threading, time
from xcs import jit

def slow(x):
    time.sleep(0.01)
    if x == 7: raise ValueError(x)
    return x

class Names(logging.Handler):
    def emit(self, record):
        found.append((record.getMessage(), record.threadName))

found = []
log = logging.getLogger("apart")
log.addHandler(Names())
log.setLevel(logging.INFO)

def loud(x):
    log.info("about %s", x)
    return slow(x)

def named(x):
    time.sleep(0.01)
    return type(threading.current_thread()).__name__, threading.current_thread() is threading.main_thread(), x

@jit
def several(xs, ask):
    out = []
    for x in xs:
        out.append(ask(x))
    return out

@jit
def nested(xs):
    return [several([x, x + 1], slow) for x in xs]

@jit
def counts(xs):
    out = []
    for x in xs:
        out.append((slow(x), threading.active_count(), len(threading.enumerate())))
    return out
"""
BODIES = {
    "after": "print(several(range(6), slow), threading.active_count(), threading.enumerate()[1:])",
    "failed": """
try:
    several(range(20), slow)
except ValueError as error:
    print(error)
time.sleep(0.3)
print(threading.active_count())
""",
    "logs": "print(several(range(6), loud), threading.active_count(), found)",
    "asked": "print(several(range(6), named), threading.active_count())",
    "nested": "print(nested([1, 10, 20]), threading.active_count())",
    "between": "print(counts(range(4)))",
    "again": """
for turn in range(20):
    several(range(6), slow)
    print(threading.active_count(), end=" ")
""",
    "patched": """
from unittest.mock import patch
for name in ("start", "run", "__init__", "is_alive"):
    with patch(f"threading.Thread.{name}") as mocked: print(several(range(6), slow), mocked.mock_calls)
for name in ("Thread", "Lock", "RLock", "Event", "get_ident", "current_thread"):
    with patch(f"threading.{name}") as mocked: print(several(range(6), slow), mocked.mock_calls)
""",
    "joined": """
print(several(range(6), slow))
begun = time.perf_counter()
for thread in threading.enumerate():
    if thread is not threading.main_thread(): thread.join()
print(time.perf_counter() - begun < 1)
""",
    "with others": """
done = []
threads = [threading.Thread(target=lambda: done.append(several(range(6), slow))) for _ in range(3)]
for thread in threads: thread.start()
while threading.active_count() > 1: time.sleep(0.001)
print(done, all(not thread.is_alive() for thread in threads))
""",
}


@pytest.mark.parametrize("body", BODIES)
def test_no_thread_is_seen(body: str, tmp_path: Path) -> None:
    said = []
    for head in (HEAD.replace("from xcs import jit", "jit = lambda function: function"), HEAD):
        path = tmp_path / "program.py"
        path.write_text(head + BODIES[body])
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
        said.append(done.stdout + done.stderr)
    assert said[1] == said[0]
