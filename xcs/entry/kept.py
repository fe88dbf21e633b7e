"""Functions in functions are made again at each call of the one around them, and others are decorated again there: what
is known of their code is kept."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..memos import Memo
from ..peek import instance_dict, qualname_of, text
from ..records import dataclass

if TYPE_CHECKING:
    from ..remarks import Bailout
    from ..runtime.stats import Stats
    from .code_state import State

KEPT = 1000  # pieces of code
OFTEN = 16  # times that a function was decorated before


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made of a function's code, or why nothing was; `report`: in the latter case, by the function's name."""

    module: dict[str, object]
    found: State | Bailout
    report: dict[str, Callable[[], Stats]]


_kept: Memo[types.CodeType, Kept] = Memo(KEPT)
_times: Memo[types.CodeType, int] = Memo(KEPT)


def made_again(function: types.FunctionType) -> bool:
    """Whether a function of a module that lasts is in a function, or is decorated once more."""
    module = sys.modules.get(text(function.__globals__.get("__name__")))
    if instance_dict(module) is not function.__globals__:
        return False
    if "<locals>" in qualname_of(function):
        return True
    times = _times.get(function.__code__) or 0
    _times.put(function.__code__, times + 1)
    return times >= OFTEN


def keep(function: types.FunctionType, found: State | Bailout) -> None:
    """Keeps what was made of a function, while no function is there that it belongs to."""
    _kept.put(function.__code__, Kept(function.__globals__, found, {}))


def kept(function: types.FunctionType) -> Kept | None:
    """What was kept of a function's code."""
    found = _kept.get(function.__code__)
    return found if found is not None and found.module is function.__globals__ else None


__all__ = ["keep", "kept", "made_again"]
