"""Open callees at run time: they run in place, as variants whose own calls are sites of the region."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from ..peek import class_lookup
from ..records import dataclass
from .answers import Takes

if TYPE_CHECKING:
    from .activation import Activation


class Slot(threading.local):
    """How a variant gets its region: `enter` puts it here, and the variant, which is called at once, takes it.

    Stands in the variant's `co_consts`; empty while nothing is being called.
    """

    region: Within | None = None

    def within(self) -> Within | Alone:
        """The region that called; once."""
        region, self.region = self.region, None
        return region if region is not None else ALONE


class Alone:
    """What a variant calls that was not called from a region: it was found in a frame."""

    @staticmethod
    def take(site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return partial(callee, *args, **kwargs) if callable(callee) else callee

    @staticmethod
    def takes(site: int, callee: Any) -> Any:
        return Takes(Alone.take, site, callee)

    @staticmethod
    def callback(site: int | None, loop: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return partial(callee, *args, **kwargs)

    @staticmethod
    def items(loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        return iterable


ALONE = Alone()


@dataclass(frozen=True, slots=True)
class Opened:
    """An open callee: the function that a call must be of, its variant, and where the variant's numbers begin."""

    function: types.FunctionType
    variant: types.FunctionType
    slot: Slot
    sites: int
    loops: int
    inner: Opened | None = None  # what the function, a library's wrapper that runs as it is, calls


class Within:
    """What a variant calls: the region, by the variant's own numbers."""

    __slots__ = ("loops", "region", "sites")

    def __init__(self, region: Activation, sites: int, loops: int) -> None:
        self.region, self.sites, self.loops = region, sites, loops

    def take(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return self.region.take(self.sites + site, callee, *args, **kwargs)

    def takes(self, site: int, callee: Any) -> Any:
        return Takes(self.region.take, self.sites + site, callee)

    def callback(self, site: int | None, loop: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        number = None if site is None else self.sites + site
        return self.region.callback(number, self.loops + loop, callee, *args, **kwargs)

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        return self.region.items(self.loops + loop, iterable)


def enter(region: Activation, opened: Opened, callee: Any) -> Callable[..., Any] | None:
    """The variant to call at once instead of `callee`; None: it is not the function that was planned with."""
    function, variant = opened.function, opened.variant
    if callee is function:
        found: Callable[..., Any] = variant
    elif type(callee) is types.MethodType and callee.__func__ is function:
        found = types.MethodType(variant, callee.__self__)
    elif type(callee) is partial and callee.func is function:
        found = partial(variant, *callee.args, **callee.keywords)
    elif class_lookup(type(callee), "__call__") is function:
        found = types.MethodType(variant, callee)
    else:
        return None
    innermost = _innermost(opened)
    innermost.slot.region = Within(region, innermost.sites, innermost.loops)
    return found


def leave(region: Activation, opened: Opened) -> None:
    """The region ends: nothing is left for a variant whose call failed before its first line."""
    slot = _innermost(opened).slot
    if slot.region is not None and slot.region.region is region:
        slot.region = None


def _innermost(opened: Opened) -> Opened:
    while opened.inner is not None:
        opened = opened.inner
    return opened


def runs(function: types.FunctionType, callee: Any) -> bool:
    """Whether calling `callee` runs the function."""
    if callee is function or (type(callee) is types.MethodType and callee.__func__ is function):
        return True
    return class_lookup(type(callee), "__call__") is function
