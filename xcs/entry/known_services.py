"""Whether a process knows what waits: a described library, or a function that a user states to be unordered.

Where none is loaded, what can't be told by names is not worth more than being timed.
"""

from __future__ import annotations

import sys
import types
from itertools import islice

from ..knowledge.index import home, library_of, stated_to_wait, waits
from ..knowledge.load import library
from ..marks import any_marked
from ..peek import name_of

GONE = 8  # modules that may have been taken away between two looks
_asked: set[str] = set()  # top-level packages
_state = [0, False]  # so many modules were looked at; whether one is a service


def known(top: str) -> bool:
    """Whether a top-level package is described and may wait, beside the standard library."""
    return top not in sys.stdlib_module_names and library(top) is not None and waits(top)


def knows_services(module: dict[str, object]) -> bool:
    """Whether a module's names mean something of such a package."""
    tops = set()
    for value in list(module.values()):
        kind = type(value)
        if issubclass(kind, types.ModuleType):
            tops.add(home(name_of(value)))
        elif issubclass(kind, type) or kind is types.FunctionType:
            tops.add(library_of(value))
    return any(map(known, tops))


def loaded() -> bool:
    """Whether the process has loaded a package in which something is said to wait, or a user has said so."""
    if _state[1] or any_marked():
        return True
    number = len(sys.modules)
    if number != _state[0]:
        # The newest stand last; some of those before them may be gone since.
        before = _state[0] if number > _state[0] else 0
        tops = {name.partition(".")[0] for name in list(islice(sys.modules, max(0, before - GONE), None))} - _asked
        _asked.update(tops)
        _state[:] = number, any(known(top) and stated_to_wait(top) for top in tops)
    return bool(_state[1])


__all__ = ["known", "knows_services", "loaded"]
