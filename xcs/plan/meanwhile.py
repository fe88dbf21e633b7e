"""Regions that are decided while an iteration of their loop is under way: what makes that worth while, and possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.effects import OUTPUTS, Effect, set_by, waits
from ..analysis.domain.places import Path, values_at
from ..analysis.interpret import Interpreter
from ..analysis.library.result_types import of_imports
from ..ir.nodes import For, Instr
from ..peek import MISSING
from .sites import SitePlan


def empty(facts: Interpreter, calls: Iterable[int]) -> frozenset[Path]:
    """The places that the region writes, where nothing is, or None, when it begins: what it makes there may be what
    keeps it from being decided; and those of modules that it imports. None where several of its calls wait: they may
    start together in each iteration."""
    if sum(waits(facts.effects.get(ident, frozenset())) for ident in calls) > 1:
        return frozenset()
    written = [e.loc for found in facts.effects.values() for e in found if e.kind == "write" and e.loc is not None]
    places = {place for loc in written if (place := set_by(loc)) is not None}
    found = {p for p in places if all(v is None or v is MISSING for v in values_at(p, facts.roots))}
    return frozenset(found.union(g.path for g in facts.guards.values() if of_imports(g.path)))


def done(facts: Interpreter) -> frozenset[Effect]:
    """What the region does that its calls may see: writes to what was there before, and commands but output."""
    every = frozenset[Effect]().union(*facts.effects.values())
    return frozenset(e for e in every if _seen(e))


def _seen(effect: Effect) -> bool:
    if effect.kind == "write":
        return effect.loc is not None and (effect.loc.root is None or isinstance(effect.loc.root, Path))
    return effect.kind == "command" and effect.detail not in OUTPUTS


def meanwhile(region: LinkedRegion, sites: Sequence[SitePlan]) -> bool:
    """Whether later iterations may begin ahead while one is under way, of which slices know nothing: none leaves the
    loop, and none waits for what others have kept, told or made."""
    loops = [n for n in region.block if isinstance(n, For)]
    if len(loops) != 1 or region.exits(loops[0].id) or region.copies:
        return False
    if any(isinstance(n, Instr) and n.op == "twin" for n in loops[0].body):
        return False  # it may come again, and has been changed
    return not any(s.memo or s.noted or s.held or (s.flow is not None and not s.anchor) for s in sites)
