"""Generator expressions that are gone through only as far as what is looked for, by the call that they are made for.

    any(word in answer for word in words)
    next((block.text for block in blocks if block.type == "text"), "")
"""

from __future__ import annotations

import types

from ..ir.nodes import For, Instr, Node, Operand, While, walk
from .dependence import LinkedRegion
from .domain.values import NOTHING, Fresh, Known

# What each stops at, of `{0}`: the values that it has been given so far.
STOPS = {id(any): "{0} and {0}[-1]", id(all): "{0} and not {0}[-1]", id(next): "{0}"}
ARGUMENTS = {id(any): (1,), id(all): (1,), id(next): (1, 2)}


def quiet(region: LinkedRegion, loop: For) -> bool:
    """Whether going through a generator expression is seen by nobody: it reads, and makes what is its own."""
    inside = {n.id for n in walk((loop,))}
    own = inside | made_by(region, loop)
    return all(
        effect.kind == "read" or (effect.kind == "write" and effect.loc is not None and _root(effect.loc.root) in own)
        for ident in inside
        for effect in region.effects(ident)
    )


def made_by(region: LinkedRegion, loop: For) -> frozenset[int]:
    """The node that makes the generator expression to which a loop gives its values."""
    inside = {n.id for n in walk((loop,))}
    found = (
        definition
        for n in walk(loop.body)
        if _gives(n) and isinstance(n, Instr)
        for definition in _found(region, n, n.uses[0])
    )
    return frozenset(found) - inside


def gone_through(region: LinkedRegion, made: Instr) -> list[For]:
    """The loops that give a generator expression its values."""
    loops = (n for n in region.nodes.values() if isinstance(n, For) and n.kind == "generator")
    return [loop for loop in loops if made.id in made_by(region, loop)]


def looked_through(region: LinkedRegion, loop: For) -> int:
    """The built-in function, by its identity, that goes through a quiet generator expression as far as it looks, at
    once; 0: another does, or more is done."""
    made = made_by(region, loop)
    users = [n for n in region.nodes.values() if not _gives(n) and _uses(region, n, made)]
    if loop.callback or len(made) != 1 or len(users) != 1 or not quiet(region, loop):
        return 0
    (user,) = users
    if not isinstance(user, Instr) or user.op != "call" or user.keywords or any(user.stars):
        return 0
    callees = region.facts.operands.get(user.id, (NOTHING,))[0]
    called = {a.ident if isinstance(a, Known) else 0 for a in callees}
    function = called.pop() if len(called) == 1 else 0
    if len(user.uses) - 1 not in ARGUMENTS.get(function, ()):
        return 0
    alone = not any(made & _found(region, user, use) for use in user.uses[2:])
    first, last = region.order[loop.id], region.order[user.id]
    own = {n.id for n in walk((loop,))}
    between = (i for i, order in region.order.items() if first < order < last and i not in own)
    return function if alone and all(e.kind == "read" for i in between for e in region.effects(i)) else 0


def stops_behind(region: LinkedRegion, node: Instr | For) -> tuple[Operand, str] | None:
    """Where a slice may leave a generator expression, behind what it gives or a loop in it: to what it gives its
    values, and when."""
    around = region.parents[node.id]
    loop = next((p for p in reversed(around) if isinstance(p, For | While)), None)
    given = [n for n in walk((node,)) if _gives(n)]
    if not given or not isinstance(loop, For) or loop.kind != "generator":
        return None
    made = made_by(region, loop)
    into = next((n.uses[0] for n in given if isinstance(n, Instr) and _found(region, n, n.uses[0]) == made), None)
    function = looked_through(region, loop) if into is not None else 0
    return (into, STOPS[function]) if into is not None and function else None


def takes_first(region: LinkedRegion, call: Instr) -> bool:
    """Whether a call is `next` of a generator expression, for which a slice has a list."""
    callees, *given = region.facts.operands.get(call.id, (NOTHING,))
    first = given[0] if given else NOTHING
    return any(isinstance(a, Known) and a.ident == id(next) for a in callees) and any(
        isinstance(a, Fresh) and a.cls is types.GeneratorType for a in first
    )


def _gives(node: Node) -> bool:
    return isinstance(node, Instr) and node.op == "collect" and node.name == "generator"


def _found(region: LinkedRegion, user: Node, use: object) -> frozenset[int]:
    return frozenset(region.whole.uses.get(user.id, {}).get(getattr(use, "name", ""), ()))


def _uses(region: LinkedRegion, user: Node, made: frozenset[int]) -> bool:
    return any(made & found for found in region.whole.uses.get(user.id, {}).values())


def _root(root: object) -> int:
    return root[0] if isinstance(root, tuple) else 0


__all__ = ["gone_through", "looked_through", "quiet", "stops_behind", "takes_first"]
