"""Whether other threads of the program are there, which may take from a container what a loop takes from it.

while jobs:                       # in each of several threads: a slice that goes through a copy of the list
    done.append(ask(jobs.pop()))  # would ask for what the others take
"""

from __future__ import annotations

import sys
from threading import enumerate as all_threads
from threading import get_ident

from ..knowledge.index import home
from ..knowledge.load import library
from ..peek import home_of, instance_dict
from ..runtime.workers import is_ours


def company() -> bool:
    """Whether there is a thread beside this one, those of xcs, and what described libraries have for themselves."""
    here = get_ident()
    for thread in all_threads():
        own = is_ours(thread) or (instance_dict(thread) or {}).get("_ident") == here
        if not own and not _of_library(type(thread)):
            return True
    return False


def _of_library(cls: type) -> bool:
    """Whether a class of threads is a described library's, such as what looks after its progress bars."""
    name = home(home_of(cls))
    return name not in sys.stdlib_module_names and library(name) is not None


__all__ = ["company"]
