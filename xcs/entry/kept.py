"""Functions in functions are made again at each call of the one around them: what is known of their code is kept."""

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


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made of a function's code, or why nothing was; `report`: in the latter case, by the function's name."""

    module: dict[str, object]
    found: State | Bailout
    report: dict[str, Callable[[], Stats]]


_kept: Memo[types.CodeType, Kept] = Memo(KEPT)


def made_again(function: types.FunctionType) -> bool:
    """Whether a function is in a function of a module that lasts."""
    module = sys.modules.get(text(function.__globals__.get("__name__")))
    return "<locals>" in qualname_of(function) and instance_dict(module) is function.__globals__


def keep(function: types.FunctionType, found: State | Bailout) -> bool:
    """Keeps what was made of a function, while no function is there that it belongs to: whether it does."""
    if not made_again(function):
        return False
    _kept.put(function.__code__, Kept(function.__globals__, found, {}))
    return True


def kept(function: types.FunctionType) -> Kept | None:
    """What was kept of a function's code."""
    found = _kept.get(function.__code__)
    return found if found is not None and found.module is function.__globals__ else None


__all__ = ["keep", "kept", "made_again"]
