"""Whether a call may start early: one obstacle per module, each a check that gives a `Bailout` or None.

Beside its check a module has all that is told of its code, `OBSTACLE`; it is called by its code. The golden case of its
page is `tests/cases/remarks/CODE.case`; `tests/cases/followed/CODE.py` does what the page says one can do. The checks
are asked in a fixed order; the first obstacle is the reason that is reported.
"""

from __future__ import annotations

from ...reasons import Reason
from ...remarks import Bailout
from . import (
    arguments,
    carried,
    command,
    conflict,
    duration,
    exit,
    handled,
    identity,
    iterable,
    memoised,
    open,
    ordered,
    pacing,
    syntax,
    thread_bound,
    unknown,
    value,
    while_,
    writes,
)
from .candidate import Candidate

OF_CALL = (ordered.of_call, handled.of_call, syntax.of_call, arguments.of_call, duration.of_call)
OF_SLICE = (exit.in_slice, handled.in_slice, arguments.in_slice, iterable.in_slice, syntax.in_slice, ordered.in_slice)
ACROSS = (unknown.across, thread_bound.across, command.across, conflict.across)
OBSTACLES: tuple[Reason, ...] = tuple(
    module.OBSTACLE
    for module in (
        carried, conflict, unknown, writes, command, thread_bound, memoised, pacing, duration, exit, handled, iterable,
        while_, syntax, arguments, value, open,
    )
)  # fmt: skip


def call_obstacle(candidate: Candidate) -> Bailout | None:
    """What keeps the call in its place whatever stands around it."""
    for check in OF_CALL:
        found = check(candidate)
        if found is not None:
            return found
    return None


def slice_obstacle(candidate: Candidate) -> Bailout | None:
    """What keeps the call in its place because of what it needs, or of what it would be moved across."""
    found = (
        carried.of_slice(candidate) or exit.of_raise(candidate) or arguments.of_slice(candidate) or _in_slice(candidate)
    )
    if found is not None:
        return found
    reads = conflict.reads_of(candidate)
    beside = conflict.with_first(candidate, reads) or conflict.under_way(candidate, reads)
    return _across(candidate, reads) or beside or identity.of_slice(candidate)


def _in_slice(candidate: Candidate) -> Bailout | None:
    for ident in sorted(candidate.needs, key=candidate.region.order.__getitem__):
        told = ident in candidate.noted or candidate.region.through(ident) is not None
        told |= candidate.region.read_back(ident) is not None
        if told or ident == candidate.node.id or ident in candidate.accepted:
            continue
        if (candidate.anchor or candidate.flow) and ident in candidate.region.endings():
            continue  # there the slice ends
        for check in OF_SLICE:
            found = check(candidate, candidate.region.nodes[ident])
            if found is not None:
                return found
    return None


def _across(candidate: Candidate, reads: conflict.Reads) -> Bailout | None:
    region = candidate.region
    for other in region.crossed({*candidate.needs, candidate.node.id}):
        if other == candidate.node.id:
            continue
        for effect in sorted(region.effects(other), key=lambda e: e.order):
            for check in ACROSS:
                found = check(candidate, other, effect, reads)
                if found is not None:
                    return found
    return None


__all__ = ["OBSTACLES", "Candidate", "call_obstacle", "slice_obstacle"]
