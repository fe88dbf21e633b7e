"""Functions in functions are made again at each call of the one around them: what is known of their code is kept."""

from __future__ import annotations

import sys
import types
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..peek import instance_dict, qualname_of, text
from ..remarks import Bailout

if TYPE_CHECKING:
    from ..runtime.stats import Stats
    from .state import State

KEPT = 1000  # pieces of code
RECENT = 64  # of functions of modules, which may be decorated at each call of another one


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made of a function's code, or why nothing was; `report`: in the latter case, by the function's name."""

    code: types.CodeType  # kept alive: it is found by its identity
    module: dict[str, object]
    found: State | Bailout
    report: dict[str, Callable[[], Stats]]


_kept: dict[int, Kept] = {}
_recent: deque[State] = deque(maxlen=RECENT)  # alive for a while, though no function is there that runs their code


def of_module(function: types.FunctionType) -> bool:
    """Whether a function is one of a module that lasts."""
    return instance_dict(sys.modules.get(text(function.__globals__.get("__name__")))) is function.__globals__


def keep(function: types.FunctionType, found: State | Bailout) -> None:
    """Keeps what was made of a function of a module while no function is there that it belongs to: of one within a
    function, as long as there is room; else for a while."""
    if not of_module(function):
        return
    if "<locals>" not in qualname_of(function):
        if not isinstance(found, Bailout):
            _recent.append(found)
        return
    if len(_kept) >= KEPT:
        _kept.clear()
    code = function.__code__
    _kept[id(code)] = Kept(code, function.__globals__, found, {})


def kept(function: types.FunctionType) -> Kept | None:
    """What was kept of a function's code."""
    found = _kept.get(id(function.__code__))
    return found if found is not None and found.module is function.__globals__ else None


__all__ = ["keep", "kept"]
