"""How the process runs: whether our own errors raise, xcs is switched off, or a tool watches the program."""

from __future__ import annotations

import os
import sys
from sys import exc_info, getprofile, gettrace
from threading import getprofile as profile_of_others
from threading import gettrace as trace_of_others


def strict() -> bool:
    """Whether our own errors raise (tests) instead of leaving the function as it is."""
    return os.environ.get("XCS_STRICT") == "1"


def disabled() -> bool:
    return os.environ.get("XCS_DISABLE") == "1"


def watched() -> bool:
    """Whether a debugger, profiler or coverage tool watches this thread or new ones, or it is handling an exception:
    then the program runs as it is."""
    return (
        gettrace() is not None
        or getprofile() is not None
        or exc_info()[0] is not None
        or trace_of_others() is not None
        or profile_of_others() is not None
        or (monitored is not None and monitored())
    )


if sys.version_info >= (3, 12):
    get_tool = sys.monitoring.get_tool

    DEBUGGER, COVERAGE, PROFILER = 0, 1, 2  # the numbers that `sys.monitoring` has for them

    def monitored() -> bool:
        """Whether a tool is told what runs, in any thread."""
        return not (get_tool(DEBUGGER) is get_tool(COVERAGE) is get_tool(PROFILER) is None)

else:
    monitored = None
