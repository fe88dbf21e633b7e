"""How the process runs: whether our own errors raise, xcs is switched off, or a tool watches the program."""

from __future__ import annotations

import os
import sys
from sys import exc_info, getprofile, gettrace
from threading import getprofile as profile_of_others
from threading import gettrace as trace_of_others
from typing import Any

# The environment's own dictionary: its methods are the standard library's code on the program's built-ins, and the
# program may put something else in its place.
_environment: Any = os.environ
_variables: dict[Any, Any] = _environment._data
STRICT, DISABLED = map(_environment.encodekey, ("XCS_STRICT", "XCS_DISABLE"))
ON = _environment.encodevalue("1")


def strict() -> bool:
    """Whether our own errors raise (tests) instead of leaving the function as it is."""
    return bool(_variables.get(STRICT) == ON)


def disabled() -> bool:
    return bool(_variables.get(DISABLED) == ON)


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
