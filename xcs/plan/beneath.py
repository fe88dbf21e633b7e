"""The calls in the bodies of callees that are to be opened together with them.

What keeps a callee from running early as a whole often stands several calls below it: an answer is logged by the
function that makes the request, which two others stand around. Each call on the way is refused for the same effect. And
an agent that counts its steps also keeps, in the method that asks, what was said: a call that waits, and changes
something or handles failures, would be refused when it is seen. So all of them are opened at once; to open one after
the other, the region would be interpreted once for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..analysis.domain.effects import Effect, waits
from ..analysis.domain.state import InnerCall
from ..analysis.domain.values import Abstract
from ..front.lowered_code import lowered
from ..ir.nodes import walk
from ..knowledge.retries import ATTEMPTS
from ..records import replace
from ..remarks import Bailout
from .callees import Callee, callees_of

KEEPING = ("write", "command", "catches")  # effects for which a call that waits is refused, and opened


def with_calls_below(
    callees: Mapping[int, tuple[Callee, ...]], refused: Mapping[int, Bailout], inside: Mapping[int, InnerCall],
    seen_into: Callable[[Abstract], bool],
) -> dict[int, tuple[Callee, ...]]:
    """The callees of calls that have any, with the calls below them that do what they are refused for.

    callees: by the number of the call's node, as `refused`; inside: see `Record.inside`; seen_into: whether calls of
    such a value are all to be open.
    """
    callees = {ident: found for ident, found in callees.items() if found}
    places = {(end.filename, end.line) for ident in callees if ident in refused for end in refused[ident].ends}
    below = _doing(places, inside.values()) if places else {}
    for call in inside.values():
        if any(map(seen_into, call.called)) and len(found := callees_of(call.called)) == 1:
            below[id(call.node)] = found
    return {ident: tuple(replace(c, below=below) for c in every) for ident, every in callees.items()}


def _doing(places: set[tuple[str, int]], calls: Iterable[InnerCall]) -> dict[int, tuple[Callee, ...]]:
    """The calls that have an effect at one of these places, or wait and have one that keeps them in their place, by the
    identity of their instruction.

    What a library's wrapper calls again and again is one of them with the wrapper.
    """
    calls = tuple(calls)
    found: dict[int, tuple[Callee, ...]] = {}
    for call in calls:
        every = frozenset[Effect]().union(*call.effects)
        here = any(e.where is not None and (e.where.filename, e.where.line) in places for e in every)
        if here or (waits(every) and any(e.kind in KEEPING for e in every)):
            callees = callees_of(call.called)
            if len(callees) == 1:
                found[id(call.node)] = callees
    if any(callee.function is ATTEMPTS for (callee,) in found.values()):
        tried = {id(n) for n in walk(lowered(ATTEMPTS.__code__, ATTEMPTS.__globals__).body)}
        for call in calls:
            if id(call.node) in tried and len(callees := callees_of(call.called)) == 1:
                found[id(call.node)] = callees
    return found


__all__ = ["with_calls_below"]
