"""Open callees at run time: they run in place, as variants whose own calls are sites of the region."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .region import Region


@dataclass(frozen=True, slots=True)
class Opened:
    """An open callee: the function that a call must be of, its variant, and where the variant's numbers begin."""

    function: types.FunctionType
    variant: types.FunctionType
    sites: int
    loops: int


class Within:
    """What a variant calls: the region, by the variant's own numbers."""

    __slots__ = ("loops", "region", "sites")

    def __init__(self, region: Region, opened: Opened) -> None:
        self.region, self.sites, self.loops = region, opened.sites, opened.loops

    def take(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return self.region.take(self.sites + site, callee, *args, **kwargs)

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        return self.region.items(self.loops + loop, iterable)


def enter(region: Region, opened: Opened, callee: Any) -> Callable[..., Any] | None:
    """The variant to call instead of `callee`; None: it is not the function that was planned with."""
    function = opened.function
    if callee is function:
        return partial(opened.variant, Within(region, opened))
    if type(callee) is types.MethodType and callee.__func__ is function:
        return partial(opened.variant, Within(region, opened), callee.__self__)
    for base in type(callee).__mro__ if type(callee) is not types.FunctionType else ():
        if "__call__" in base.__dict__:
            found = base.__dict__["__call__"]
            return partial(opened.variant, Within(region, opened), callee) if found is function else None
    return None
