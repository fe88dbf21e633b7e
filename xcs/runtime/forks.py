"""`fork` with regions under way: the child has none of the threads, and none of the locks as others left them."""

from __future__ import annotations

import os

from . import admission, limits, logs, workers
from .entered import live


def _pools() -> list[workers.Workers]:
    """Those whose threads may be there: the process's own, and one that tests have put in its place."""
    return [p for p in {workers.default, workers.pool} if isinstance(p, workers.Workers)]


def _before() -> None:
    """Idle threads leave, so that the process that forks is, where it can be, as single as the plain one."""
    for pool in _pools():
        pool.retire()


def _in_child() -> None:
    for pool in _pools():
        pool.reset()
    limits.forget()
    admission.forget()
    logs.forget()
    for reference in list(live.values()):
        region = reference()
        if region is not None:
            region.forked()
    live.clear()


def watch() -> None:
    """From now on. For systems without `fork` nothing is to be done."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before, after_in_child=_in_child)
