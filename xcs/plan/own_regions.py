"""Decorated callees that stay closed: open, a loop of theirs would go on in its place that their own region runs early.

    @jit
    def report(user):                              # open, `get` runs early for all users, and `ask` in its place: it
        posts = get(user)                          # would be moved across the file; closed, each report runs all of
        with open("users", "a") as file:           # its `ask` at the same time, in a region of its own
            file.write(user)
        return [ask(post) for post in posts]
"""

from __future__ import annotations

import types
from collections.abc import Mapping

from ..analysis.anchors import independent
from ..analysis.domain.effects import waits
from ..front.source import original_code
from ..ir.nodes import For, Inline, Instr
from ..records import replace
from .callees import Callee
from .deciding import Planned
from .legality import Candidate, call_obstacle
from .opening import Numbered

NOTHING = frozenset[int]()


def better_closed(plan: Planned, numbered: Numbered, filename: str) -> frozenset[int]:
    """The identities of decorated functions that are open in a plan, and in a loop of which a call stays in its place
    that needs nothing of the loop's other iterations."""
    region = plan.region
    if region is None:
        return frozenset()
    through = {p.id for site in plan.sites for p in region.parents[site.node.id] if isinstance(p, Inline)}
    found = set[int]()
    for ident in numbered.sites.keys() - {site.node.id for site in plan.sites}:
        node = region.nodes.get(ident)
        if not isinstance(node, Instr) or node.op != "call" or not waits(region.effects(ident)):
            continue
        parents = region.parents[ident]
        own = {n: p.function for n, p in enumerate(parents) if isinstance(p, Inline) and p.id in through}
        own = {n: function for n, function in own.items() if _decorated(function)}
        if not own or call_obstacle(Candidate(region, node, filename, numbered.sites)) is not None:
            continue
        loops = [n for n, p in enumerate(parents) if isinstance(p, For) and independent(region, ident, p.id, NOTHING)]
        found.update(id(function) for n, function in own.items() if any(n < loop for loop in loops))
    return frozenset(found)


def _decorated(function: types.FunctionType) -> bool:
    return original_code(function.__code__) is not function.__code__


def left_closed(
    callees: Mapping[int, tuple[Callee, ...]], functions: frozenset[int]
) -> dict[int, tuple[Callee, ...]]:
    """The calls that may be opened but for those of these functions."""
    if not functions:
        return dict(callees)
    return {
        ident: tuple(replace(c, below=left_closed(c.below, functions)) for c in found)
        for ident, found in callees.items()
        if not any(id(c.function) in functions for c in found)
    }
