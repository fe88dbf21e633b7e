"""A sample of the steps of the runtime that fail once; `python -m tests.faults` lets all of them."""

from __future__ import annotations

import _thread
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest


@pytest.mark.skipif(sys.version_info < (3, 11), reason="steps are told apart by exception tables, of Python 3.11")
@pytest.mark.skipif(sys.version_info[:2] == (3, 12), reason="Python 3.12.1 crashes where several threads are traced")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a system without timers that interrupt")
def test_a_step_that_fails_leaves_all_in_order() -> None:
    """In a process of its own, as signals and the collector are set."""
    command = [sys.executable, "-m", "tests.faults", "--sample", "300"]
    root = Path(__file__).parents[1]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=root, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert ", 0 wrong, " in run.stdout


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a system without timers that interrupt")
def test_no_signal_comes_in_a_generator_that_is_let_go_of() -> None:
    """What `points` leaves out: the handler runs in who let go of it, so that nothing is lost."""
    found = []

    def handler(number: int, frame: FrameType | None) -> None:
        found.append(frame and frame.f_code.co_name)

    def lets_go() -> None:
        next(map(_thread.interrupt_main, (x for x in (2, 2))))

    before = signal.signal(signal.SIGINT, handler)
    try:
        lets_go()
    finally:
        signal.signal(signal.SIGINT, before)
    assert found == ["lets_go"]
