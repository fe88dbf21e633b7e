"""Functions in functions are made again at each call of the one around them: what is known of their code is kept."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

from ..peek import instance_dict, qualname_of, text

if TYPE_CHECKING:
    from ..remarks import Bailout
    from .state import State

KEPT = 1000  # pieces of code

_kept: dict[tuple[str, types.CodeType], State | Bailout] = {}


def made_again(function: types.FunctionType) -> bool:
    """Whether a function is in a function of a module that lasts."""
    module = sys.modules.get(text(function.__globals__.get("__name__")))
    return "<locals>" in qualname_of(function) and instance_dict(module) is function.__globals__


def keep(function: types.FunctionType, found: State | Bailout) -> None:
    """Keeps what was made of a function, or why nothing was, while no function is there that it belongs to."""
    if made_again(function):
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[function.__code__.co_filename, function.__code__] = found


def kept(function: types.FunctionType) -> State | Bailout | None:
    """What was kept of a function's code."""
    return _kept.get((function.__code__.co_filename, function.__code__)) if made_again(function) else None


__all__ = ["keep", "kept", "made_again"]
