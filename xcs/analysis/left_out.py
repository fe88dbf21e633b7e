"""What a slice leaves out of an iteration that fails, and whether anything that comes later needs it.

    for x in xs:
        try:
            out.append(ask(table[x], n))    # where a key is missing, the slice goes on with the next item
        except KeyError:
            out.append(None)
        n = n + x                           # but the program comes to this: then the slice ends there
"""

from __future__ import annotations

from collections.abc import Set

from ..ir.nodes import For, Inline, Instr, Try, walk
from .dependence import LinkedRegion


def goes_on(region: LinkedRegion, node: Try, needs: Set[int]) -> bool:
    """Whether a slice goes on with the next item of the loop around a `try` statement whose body fails: nothing that
    the program still does in that iteration leads out of the loop, or gives what is needed later."""
    loop = region.body_of(node)
    if not isinstance(loop, For) or any(isinstance(p, Try) and p.handlers for p in region.parents[node.id]):
        return False
    body = [*walk((*node.body, *node.orelse))]
    if any(isinstance(n, Try) and n.handlers for n in body):  # a callee's: the program may go on in the body itself
        return stands_alone(region, loop, needs)
    done = {i for i in region.below(loop.id) if region.order[i] > region.order[node.id]} - {n.id for n in body}
    return done.isdisjoint(region.exits(loop.id)) and not needed_later(region, loop, done, needs)


def stands_alone(region: LinkedRegion, loop: For, needs: Set[int]) -> bool:
    """Whether nothing that an iteration does leads out of the loop, or gives what is needed later."""
    return not region.exits(loop.id) and not needed_later(region, loop, region.below(loop.id), needs)


def needed_later(region: LinkedRegion, loop: For, given: Set[int], needs: Set[int]) -> bool:
    """Whether later iterations of a loop, or what comes behind it, need what these nodes of an iteration give."""
    inside, again = region.below(loop.id), region.once(loop.id).uses
    carried = False
    for ident in needs:
        stored = region.read_back(ident)
        if stored is not None and stored[0] in given and ident not in inside:
            return True
        for name, definitions in region.whole.uses.get(ident, {}).items():
            if ident not in inside or 0 in again.get(ident, {}).get(name, ()):
                if not given.isdisjoint(definitions):
                    return True
                carried = carried or not inside.isdisjoint(definitions)
    return any(_outlasts(region, i, inside, carried) for i in needs & given)


def _outlasts(region: LinkedRegion, ident: int, inside: Set[int], carried: bool) -> bool:
    """Whether a node changes an object that there may be after its iteration; carried: variables may hold some then."""
    changed = [e.loc.root for e in region.slice_effects(ident) if e.kind == "write" and e.loc is not None]
    return any(carried or not isinstance(root, tuple) or root[0] not in inside for root in changed)


def handles(callee: Inline, needs: Set[int]) -> bool:
    """Whether an open callee has handlers that go on, for what a slice needs of it."""
    tries = [n for n in walk(callee.body) if isinstance(n, Try) and n.id in needs and n.handlers]
    below = [n for t in tries for h in t.handlers for n in walk(h.body)]
    return bool(tries) and not any(isinstance(n, Instr) and n.op == "raise" for n in below)
