"""Built-in functions that call back: for each element they find the answer of an early start, or make the call.

All that stands between the user's frame and what is called is of C: no frame of ours is in a traceback.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .region import Region

called = operator.methodcaller("__call__")


def called_back(
    region: Region, site: int | None, loop: int, callee: Any, args: tuple[Any, ...]
) -> Callable[[], Any] | None:
    """`callee(*args)`, its elements counted and its calls taken; None: it is to be called as it stands.

    site: None where the function is a lambda of the program, whose own calls are taken.
    """
    planned = loop in region.anchors or site in region.places or site in region.opens
    if not planned or callee is not map or len(args) < 2 or not callable(args[0]):
        return None
    function, first, *others = args
    try:
        if site is None:
            return partial(map, function, region.items(loop, first), *others)
        takes = map(partial(region.take, site, function), region.items(loop, first), *others)
    except TypeError:  # something is no iterable: the built-in says so
        return None
    return partial(map, called, takes)
