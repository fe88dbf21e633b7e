"""Objects that each iteration of a loop makes anew: what is put into one behind a call is nothing to the next one.

    for question in questions:
        messages = [ask(question)]
        answer = model(messages)
        messages.append(answer)        # into the list of this iteration: the next call is given another one
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.def_use import operands
from ..ir.nodes import For, Inline, Var, walk
from .domain.values import Abstract, Bound, Closure, FreshKey, Generator, origins_of

if TYPE_CHECKING:
    from .dependence import Region


def remade(region: Region, reader: int, writer: int, made: FreshKey) -> bool:
    """Whether a write to a fresh object comes behind a node that reads it, in the same iteration of the loop that both
    go round in, and the reader of a later iteration has another object."""
    key = ("remade", reader, writer, made)
    if key not in region.known:
        region.known[key] = _remade(region, reader, writer, made)
    return region.known[key]  # type: ignore[no-any-return]


def _remade(region: Region, reader: int, writer: int, made: FreshKey) -> bool:
    if len(made) != 1 or made[0] not in region.nodes or region.order[writer] <= region.order[reader]:
        return False
    common = [p for p in region.loops(reader) if p.id in region.around[writer]]
    if not common or not isinstance(common[-1], For) or common[-1].id in region.cut:
        return False
    loop = common[-1].id
    return made[0] in region.below(loop) and not _from_before(region, reader, loop, made)


def _from_before(region: Region, reader: int, loop: int, made: FreshKey) -> bool:
    """Whether what a node gets at in an iteration may be an object of an earlier one, by a variable.

    What is reached by way of older objects was put there by a write, on which the node depends as on any other.
    """
    uses, inside = region.once(loop).uses, region.below(loop)
    seen: set[int] = set()
    todo = [reader]
    while todo:
        ident = todo.pop()
        if ident in seen or ident not in inside:
            continue
        seen.add(ident)
        node = region.nodes[ident]
        if isinstance(node, Inline):
            todo.extend(n.id for n in walk((*node.binding, *node.body)))
        values = dict(zip(operands(node), region.facts.operands.get(ident, ()), strict=False))
        for name, definitions in uses.get(ident, {}).items():
            todo.extend(d for d in definitions if d)
            if 0 not in definitions:
                continue
            value = values.get(Var(name))
            if value is None or any(_reaches(region, a, made) for a in value):
                return True
        for effect in region.facts.effects.get(ident, ()):
            root = effect.loc.root if effect.loc is not None else None
            if isinstance(root, tuple) and root[0] in inside:
                todo.append(root[0])
                todo.extend(w for w in region.writers(root[0]) if _before(region, w, reader, loop))
    return False


def _before(region: Region, writer: int, reader: int, loop: int) -> bool:
    """Whether a write in a loop's body may come before a read in the same iteration."""
    return region.order[writer] < region.order[reader] or region.share_loop(writer, reader, region.nodes[loop])


def _reaches(region: Region, abstract: Abstract, made: FreshKey) -> bool:
    """Whether an object is the one made there, or may hold it."""
    if isinstance(abstract, Closure | Generator):
        return True
    if isinstance(abstract, Bound):
        return _reaches(region, abstract.receiver, made) or _reaches(region, abstract.func, made)
    seen: set[object] = set()
    todo = list(origins_of(abstract))
    while todo:
        origin = todo.pop()
        if origin == made:
            return True
        memory = region.facts.heap.get(origin) if type(origin) is tuple and origin not in seen else None
        seen.add(origin)
        if memory is None:
            continue
        for value in (*memory.attrs.values(), memory.element, memory.keys, *memory.entries.values()):
            for below in value:
                if isinstance(below, Closure | Generator | Bound) and _reaches(region, below, made):
                    return True
                todo.extend(origins_of(below))
    return False
