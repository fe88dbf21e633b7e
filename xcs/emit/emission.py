"""What a decorated function runs: its emitted code and regions, from the on-disk cache or made now."""

from __future__ import annotations

import marshal
import types
from functools import partial

from ..front import cache
from ..front.glance import calls_little, mentions
from ..front.site_numbers import REFUSED
from ..front.source import Source, built_in, locate_code
from ..ir.packed import pack_regions, unpack_regions
from ..ir.regions import RegionCode
from ..remarks import Bailout, Span
from .assemble import assemble, own_constants
from .entry_tests import Emitted, Lanes, emit, emit_with

Heads = tuple[tuple[tuple[str, ...], tuple[int, int, int, int]], ...]  # of each region its variables, its place


def _place(span: Span) -> tuple[int, int, int, int]:
    return span.line, span.column, span.end_line, span.end_column


class Emission:
    """The emitted forms of one piece of code: with all of its regions, or without some.

    Raises:
        Bailout: it can't be transformed, or there is nothing to gain.
    """

    __slots__ = ("_regions", "_stored", "_whole", "built_in", "code", "heads", "lanes", "module", "qualname")

    def __init__(self, code: types.CodeType, module: dict[str, object], qualname: str) -> None:
        self.code, self.module, self.qualname = code, module, qualname
        self._regions: tuple[RegionCode, ...] | None = None
        self._stored = b""
        if calls_little(code) and not mentions(code, REFUSED):
            raise Bailout("no-gain", "")
        found = cache.find("emitted", code, module, qualname)
        if found is None:
            self._make()
            return
        made, *refused = found.value
        if refused:
            raise Bailout(made, *refused)
        self.built_in = found.built_in
        self._whole, self._stored = own_constants(marshal.loads(made[0]), code), made[1]
        self.heads: Heads = made[2]
        self.lanes: Lanes = made[3]

    def _make(self) -> None:
        source = locate_code(self.code, self.module)
        try:
            emitted = emit(source, self.module)
        except Bailout as bailout:
            reason = bailout.code, bailout.what
            means = built_in(self.code, self.module)
            cache.note("emitted", source, means, lambda: reason, self.qualname)
            raise
        made = assemble(source, emitted.node, self.qualname)
        self._whole = own_constants(made, self.code)
        self.built_in = emitted.built_in
        heads = self.heads = tuple([(r.values, _place(r.span)) for r in emitted.regions])
        lanes = self.lanes = emitted.lanes
        # Most functions never come to a region: trees and regions of a large program would burden each collection.
        try:
            stored = self._stored = pack_regions(emitted.regions)
        except ValueError:  # there is something in them that can't be written
            self._regions = emitted.regions
            return

        def pack() -> object:
            return ((marshal.dumps(made), stored, heads, lanes),)

        cache.note("emitted", source, emitted.built_in, pack, self.qualname)

    @property
    def count(self) -> int:
        """How many regions there are."""
        return len(self.heads)

    def values(self, number: int) -> tuple[str, ...]:
        """The variables of a region."""
        return self.heads[number][0]

    def span(self, number: int) -> Span:
        """Where a region stands."""
        return Span(*self.heads[number][1])

    @property
    def regions(self) -> tuple[RegionCode, ...]:
        """All of its regions, whether the code has them or not."""
        if self._regions is None:
            self._regions = unpack_regions(self._stored)
        return self._regions

    def forget(self) -> None:
        """Lets go of the regions, which nobody asks for at present: each collection goes through them."""
        if self._stored:
            self._regions = None

    def without(self, dropped: frozenset[int], ticks: bool = False) -> types.CodeType:
        """The code that leaves the regions in `dropped` as they are written; the marker stands for the entry.

        ticks: it has its calls counted.

        Raises:
            Bailout: no region is left, or the text isn't there any more.
        """
        if not dropped:
            return self._whole
        if len(dropped) == self.count and not ticks:
            raise Bailout("no-gain", "")
        numbers = (*sorted(dropped), -1) if ticks else tuple(sorted(dropped))
        stored = cache.find("without", self.code, self.module, self.qualname, numbers)
        if stored is not None and stored.built_in == self.built_in:
            return own_constants(marshal.loads(stored.value), self.code)
        source, emitted = self._again()
        rest = emit_with(source, self.built_in, dropped, emitted, ticks)
        made = assemble(source, rest.node, self.qualname)
        pack = partial(marshal.dumps, made)
        cache.note("without", source, self.built_in, pack, self.qualname, numbers)
        return own_constants(made, self.code)

    def _again(self) -> tuple[Source, Emitted]:
        """What the code was made from."""
        source = locate_code(self.code, self.module)
        emitted = emit_with(source, self.built_in)
        if emitted.regions != self.regions:
            raise Bailout("source", "the text has changed")
        return source, emitted
