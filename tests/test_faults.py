"""A sample of the steps of the runtime that fail once; `python -m tests.faults` lets all of them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

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
