"""XCS: `@jit` runs the independent slow calls of an ordinary function at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import bound as bound  # first: the others are loaded on its built-ins
from .garbage import paused as _paused

with _paused():  # what is loaded stays: collections meanwhile go through the program's objects in vain
    from .jit import jit

if TYPE_CHECKING:
    from .forms import ClassFunction, Function, Method
    from .marks import ordered, unordered
    from .remarks import Remark
    from .runtime import Stats
    from .version import __version__ as __version__

__all__ = ["ClassFunction", "Function", "Method", "Remark", "Stats", "jit", "ordered", "unordered"]

_HOME = {
    "ClassFunction": "forms",
    "Function": "forms",
    "Method": "forms",
    "Remark": "remarks",
    "Stats": "runtime",
    "ordered": "marks",
    "unordered": "marks",
    "__version__": "version",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        from importlib import import_module

        value = getattr(import_module(f".{_HOME[name]}", __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
