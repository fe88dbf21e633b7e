"""Functions decorated as if for the first time: what regions have learned of one test's objects is not another's."""

from __future__ import annotations

from typing import Any

import xcs
from xcs.entry import kept


def fresh(function: Any) -> Any:
    """The function decorated; nothing is known of its code."""
    code = function.__code__
    xcs.jit.__globals__["_states"].pop((code.co_filename, code), None)
    kept._times._held.pop(id(code), None)
    kept._kept._held.pop(id(code), None)
    return xcs.jit(function)
