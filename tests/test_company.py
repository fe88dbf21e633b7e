"""Work that several threads take from one container is asked for by the thread that has taken it."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.compare import compare
from xcs.entry.company import company

SHARED = """
import threading
import time
from xcs import jit

def ask(job):
    time.sleep(0.001)
    return job

@jit
def taking(jobs, done):
    while jobs:
        done.append(ask(jobs.pop()))

@jit
def own(many):
    jobs, done = list(range(many)), []
    while jobs:
        done.append(ask(jobs.pop()))
    return done

def main():
    jobs, done, turn = list(range(9)), [], threading.Barrier(3)
    def work():
        turn.wait()
        taking(jobs, done)
        done.extend(own(4))
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(done)
"""


def test_what_others_may_take_is_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "shared.py"
    path.write_text(SHARED)
    found = compare(path, frozenset(("ask",)), frozenset(("ask",)), "eager")
    assert not found.differences, found.differences
    assert found.tasks == 12  # of what each thread has for itself


class Monitor(threading.Thread):
    __module__ = "tqdm._monitor"


def test_threads_of_described_libraries_take_nothing() -> None:
    before = company()
    ended = threading.Event()
    for kind, expected in ((Monitor, before), (threading.Thread, True)):
        thread = kind(target=ended.wait, daemon=True)
        thread.start()
        assert company() is expected
    ended.set()
