"""Objects that each iteration of a loop makes anew: what is put into one behind a call is nothing to the next one.

    for question in questions:
        messages = [ask(question)]
        answer = model(messages)
        messages.append(answer)        # into the list of this iteration: the next call is given another one
"""

from __future__ import annotations

from collections.abc import Iterable

from ..ir.def_use import operands
from ..ir.nodes import For, Inline, Instr, Var, While, walk
from .domain.holding import below
from .domain.values import Abstract, Bound, Closure, Fresh, FreshKey, Generator, Known, Lazy, origins_of
from .observed import Observed

NEXT = -1  # in the key of an iterator, after that of what makes it


def remade(region: Observed, reader: int, writer: int, made: FreshKey) -> bool:
    """Whether a write to a fresh object comes behind a node that reads it, in the same iteration of the loop that both
    go round in, and the reader of a later iteration has another object."""
    key = ("remade", reader, writer, made)
    if key not in region.known:
        region.known[key] = _remade(region, reader, writer, made)
    return region.known[key]  # type: ignore[no-any-return]


def _remade(region: Observed, reader: int, writer: int, made: FreshKey) -> bool:
    if made[0] not in region.nodes or region.order[writer] <= region.order[reader]:
        return False
    if len(made) > 1 and not _made_by_call(region, made):
        return False
    loop = innermost(region, reader, writer)
    return loop is not None and anew(region, loop, made) and not _from_before(region, reader, loop, made)


def _made_by_call(region: Observed, made: FreshKey) -> bool:
    """Whether a call makes an object, or what one made by it holds, anew each time: it keeps none for another call."""
    if min(made) < 0:
        return False
    writes = [e.loc for e in region.effects(made[0]) if e.kind == "write"]
    unknown = any(e.kind in ("unknown", "memoised", "calls") for e in region.effects(made[0]))
    own = all(loc is not None and isinstance(loc.root, tuple) and loc.root[0] == made[0] for loc in writes)
    return own and not unknown


def innermost(region: Observed, reader: int, writer: int) -> For | None:
    """The innermost loop that two nodes go round in, if it is a `for` loop. A loop reads in each of its rounds."""
    itself = region.nodes[reader]
    rounds = (itself,) if isinstance(itself, For | While) and reader not in region.cut else ()
    common = [p for p in (*region.loops(reader), *rounds) if p.id in region.around[writer]]
    found = common[-1] if common else None
    return found if isinstance(found, For) and found.id not in region.cut else None


def anew(region: Observed, loop: For, made: FreshKey) -> bool:
    """Whether a loop makes an object in each iteration, in its body or as the next row that it is given."""
    if made[0] in region.below(loop.id):
        return True
    through = region.facts.operands.get(loop.id, (frozenset(),))[0]
    if any(isinstance(a, Lazy) and (*made, NEXT) in a.moves and _each_once(region, a, made) for a in through):
        return True
    return len(through) == 1 and all(_from_holder(region, loop, a, made) for a in through)


def _from_holder(region: Observed, loop: For, through: Abstract, made: FreshKey) -> bool:
    """Whether a loop goes, once, through a list that holds each of the objects once, or what counts its elements."""
    if isinstance(through, Fresh):
        return _held_once(region, loop, through.key, made)
    if not isinstance(through, Lazy) or through.runs or through.function or not _each_once(region, through, made):
        return False
    holders = [o for o in through.origins if _leads(region, [o], made)]
    return len(holders) == 1 and all(isinstance(o, tuple) and _held_once(region, loop, o, made) for o in holders)


def _held_once(region: Observed, loop: For, held: FreshKey, made: FreshKey) -> bool:
    """Whether a list, which the loops around this one make anew, holds each of the objects once: it is filled in one
    place, each time with a new one, or has all that an iterator over rows gives.

    rows = [{"text": text} for text in texts]        rows = list(csv.DictReader(file))
    """
    maker = region.nodes.get(held[0]) if len(held) == 1 else None
    writers = region.writers(held[0])
    if not isinstance(maker, Instr) or any(p.id not in region.around[maker.id] for p in region.loops(loop.id)):
        return False
    if maker.op == "build":
        return maker.name == "list" and not maker.uses and len(writers) == 1 and _puts_new(region, writers[0], made)
    called, *given = region.facts.operands.get(maker.id, (frozenset[Abstract](),))
    gathers = all(isinstance(a, Known) and (a.obj is list or a.obj is tuple) for a in called)
    if maker.op != "call" or writers or not called or not gathers or len(given) != 1 or any(maker.stars):
        return False
    return all(isinstance(a, Lazy) and (*made, NEXT) in a.moves and _each_once(region, a, made) for a in given[0])


def _puts_new(region: Observed, writer: int, made: FreshKey) -> bool:
    """Whether a node puts into a list what the same run of its block has made just before."""
    node = region.nodes[writer]
    if not isinstance(node, Instr) or len(node.uses) != 2 or made[0] not in region.nodes:
        return False
    if node.op == "call":
        called = region.facts.operands.get(writer, (frozenset(),))[0]
        adds = all(isinstance(a, Bound) and isinstance(a.func, Known) and a.func.obj is list.append for a in called)
        if not called or not adds or any(node.stars):
            return False
    elif node.op != "collect":
        return False
    put = node.uses[1]
    found = region.whole.uses.get(writer, {}).get(put.name, frozenset()) if isinstance(put, Var) else frozenset[int]()
    while len(found) == 1 and isinstance(copied := region.nodes.get(*found), Instr) and copied.op == "copy":
        source = copied.uses[0]
        if not isinstance(source, Var) or region.parents[copied.id] != region.parents[writer]:
            return False
        found = region.whole.uses.get(copied.id, {}).get(source.name, frozenset())
    same = region.parents[made[0]] == region.parents[writer] and region.slots[made[0]] == region.slots[writer]
    return found == {made[0]} and same and region.order[made[0]] < region.order[writer]


def _each_once(region: Observed, iterator: Lazy, made: FreshKey) -> bool:
    """Whether an iterator over rows gives each of them once: itself, or what only counts or pairs them."""
    others = [m[:-1] for m in iterator.moves if m[-1] == NEXT and m[:-1] != made]
    return all(len(other) == 1 and _passes_on(region, other[0]) for other in others)


def _passes_on(region: Observed, ident: int) -> bool:
    callees = region.facts.operands.get(ident, (frozenset(),))[0]
    counts = bool(callees) and all(isinstance(a, Known) and (a.obj is enumerate or a.obj is zip) for a in callees)
    return counts or region.through(ident) is not None


def _from_before(region: Observed, reader: int, loop: For, made: FreshKey) -> bool:
    """Whether what a node gets at in an iteration may be an object of an earlier one, by a variable.

    What is reached by way of older objects was put there by a write, on which the node depends as on any other.
    """
    uses, inside = region.once(loop.id).uses, region.below(loop.id)
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
            if 0 not in definitions or name == loop.target:
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


def _before(region: Observed, writer: int, reader: int, loop: For) -> bool:
    """Whether a write in a loop's body may come before a read in the same iteration."""
    return region.order[writer] < region.order[reader] or region.share_loop(writer, reader, loop)


def _reaches(region: Observed, abstract: Abstract, made: FreshKey) -> bool:
    """Whether an object is the one made there, or may hold it."""
    return _keeps_more(abstract) or _leads(region, origins_of(abstract), made)


def _keeps_more(abstract: Abstract) -> bool:
    """Whether a value has variables, or is a method of what has: of them nothing is known."""
    return isinstance(abstract.func if isinstance(abstract, Bound) else abstract, Closure | Generator)


def _leads(region: Observed, origins: Iterable[object], made: FreshKey) -> bool:
    """Whether an object is reached from others."""
    roots = set(origins)
    return made in roots or any(
        made in origins_of(held) or _keeps_more(held) for held in below(roots, region.facts.heap)
    )
