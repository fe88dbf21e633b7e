"""Calls that need each other by keys and positions: one strand goes through all of it, and hands on what is to come.

    results = {}
    for name, tool, wanted in plan:                                  # each step needs what others have given, no more
        results[name] = tool(*[results[w] for w in wanted])

Such a strand waits where a result decides what is done next; so it is of use only where there is a loop, around a call,
whose iterations go on without what the call gives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.effects import waits
from ..analysis.domain.holding import parts
from ..analysis.domain.places import SAME, Path
from ..analysis.domain.places import depth as depth_of
from ..analysis.domain.values import Abstract, Bound, Fresh, FreshKey, Inst, Known, Plain, Value, origins_of
from ..analysis.lengths import decides
from ..ir.nodes import ROUNDS, Const, For, If, Inline, Instr, Node, Operand, Var, While, walk
from ..peek import CONTAINERS, IMMUTABLE, Kinds, name_of
from ..records import dataclass, field
from ..runtime import alone
from ..runtime.likeness import known
from .legality.exit import FILLED

COPIED = Kinds((list, dict, set, deque))
# What asks for no order of a set: operations on it, and its methods.
UNORDERED = frozenset({"copy", "narrow", "attr", "receiver", "compare", "unary", "inplace", "delete", "runs"})
LOOKED_UP = frozenset(
    {"add", "discard", "remove", "clear", "update", "issubset", "issuperset", "isdisjoint", "difference_update",
     "intersection_update", "symmetric_difference_update", "__contains__", "__len__"}
)  # fmt: skip
DEEPEST = 6  # containers in containers


@dataclass(frozen=True, slots=True)
class Flow:
    """How a strand hands on results; `copies`: for each call, of which operands so many levels of containers are given
    as they are when it starts, since the strand goes on to change them."""

    copies: Mapping[int, Mapping[int, int]] = field(default_factory=dict)


def owned(roots: Mapping[str, object]) -> dict[str, int]:
    """Of how many levels of what variables hold a strand may have copies: of containers in containers where nobody else
    has them, and no set is among them; asked before anybody looks at these."""
    found = {name: value for name, value in roots.items() if type(value) in COPIED}
    deep = {name for name, value in found.items() if alone(value, DEEPEST) and not _holds_set(value, DEEPEST)}
    return {name: DEEPEST if name in deep else 1 for name in found}


def copied(region: LinkedRegion, own: Mapping[str, int]) -> dict[str, int]:
    """The variables whose containers a strand of the whole region has copies of, as they are at entry, and how many
    levels of these: the built-in containers that the region changes, where nothing else of it is changed.

    own: of how many levels there may be copies, by variable.
    """
    found: dict[str, int] = {}
    refused = {n.name for n in region.nodes.values() if isinstance(n, Instr) and n.op in ("cell", "store_cell")}
    refused |= _gone_through(region)
    generators = any(isinstance(n, For) and n.kind == "generator" for n in region.nodes.values())
    for ident, node in region.nodes.items():
        if isinstance(node, Instr) and node.op == "call" and waits(region.effects(ident)):
            given = parts([region.facts.results.get(ident, frozenset())], region.facts.contents)
            refused |= {o.name for a in given for o in origins_of(a) if isinstance(o, Path)}
    for ident in region.nodes:
        for effect in region.effects(ident):
            loc = effect.loc
            if effect.kind != "write" or loc is None or not isinstance(loc.root, Path) or loc.root.kind != "local":
                continue
            name, steps = loc.root.name, [kind for kind, _ in loc.root.steps if kind not in SAME]
            filled = generators and effect.detail in FILLED  # value by value, which the generator may see
            other = not {"elements", "values", "item"}.issuperset(steps) or loc.slot[:1] in (".", "=")
            if loc.deep or other or filled or effect.detail.startswith("builtins.set.pop"):  # in an order of its own
                refused.add(name)
            found[name] = max(found.get(name, 0), 1 + len(steps))
    return {name: depth for name, depth in found.items() if name not in refused and depth <= own.get(name, 0)}


def _gone_through(region: LinkedRegion) -> set[str]:
    """The variables that hold sets which are more than looked up, or added to: a copy has an order of its own."""
    found: set[str] = set()
    for ident, operands in region.facts.operands.items():
        node = region.nodes.get(ident)
        if node is None or isinstance(node, If) or (isinstance(node, Instr) and node.op in UNORDERED):
            continue
        for abstract in (a for value in operands for a in value):
            if isinstance(abstract, Bound):
                method = abstract.func.obj if isinstance(abstract.func, Known) else None
                if name_of(method) in LOOKED_UP:
                    continue
                abstract = abstract.receiver
            elif isinstance(abstract, Known) and abstract.obj is len:
                break  # of what it is called with
            if isinstance(abstract, Inst | Plain) and abstract.cls is set:
                found |= {o.name for o in origins_of(abstract) if isinstance(o, Path) and o.kind == "local"}
    return found


def _holds_set(value: object, depth: int) -> bool:
    """Whether a set is among the containers in a container."""
    if type(value) not in COPIED or not depth:
        return False
    held = value.values() if type(value) is dict else value
    return any(type(v) is set or _holds_set(v, depth - 1) for v in held)  # type: ignore[attr-defined]


def flows(region: LinkedRegion, call: Instr, anchor: int, needs: frozenset[int]) -> bool:
    """Whether a loop around the call goes on without the call's result, and its next call may do without, too."""
    if region.facts.assumed and any(region.facts.assumed & found for n in needs for found in _read(region, n)):
        return False  # a strand looks at what was only taken for data
    around = region.parents[call.id]
    inside = [p for p in around if not anchor or anchor in region.around[p.id]]
    if region.handled_here(call.id):
        return False
    return any(isinstance(p, For | While) and _goes_on(region, call, p, anchor, needs) for p in inside)


def _read(region: LinkedRegion, ident: int) -> Iterable[frozenset[int]]:
    return region.whole.uses.get(ident, {}).values()


def _goes_on(region: LinkedRegion, call: Instr, loop: For | While, anchor: int, needs: frozenset[int]) -> bool:
    below = {n for n in needs if loop.id in region.around[n]}
    deciding = [n for n in below if isinstance(region.nodes[n], If | While | For)]
    deciding += [n for n in region.exits(loop.id) if n in needs]
    gives = given_by(region, call)
    keys = [d for n in below for d in _keys(region, n)]
    if any(d in gives or not gives.isdisjoint(region.closure(d, anchor)[0]) for d in keys):
        return False
    if not all(gives.isdisjoint(decides(region, n, anchor)) for n in (*deciding, *_header(loop))):
        return False
    return not _by_variables(region, call.id, gives, below) and not _of_one(region, call, loop, anchor)


def holds_up(region: LinkedRegion, call: Instr, needs: frozenset[int]) -> bool:
    """Whether a strand of the whole region would wait for the call in each iteration of a loop inside the region's,
    though none needs what others of it give: the loop, entered by itself, has all of them at the same time."""
    around = list(region.loops(call.id))
    loop = around[-1] if len(around) > 1 else None
    if not isinstance(loop, For) or loop.kind != "for" or loop.callback or loop.iterable is ROUNDS:
        return False
    if any(isinstance(p, Inline) for p in region.parents[loop.id]) or _goes_on(region, call, loop, 0, needs):
        return False
    gives, inside = given_by(region, call), region.below(loop.id)
    if any(not gives.isdisjoint(region.closure(n, loop.id)[0]) for n in region.exits(loop.id)):
        return False
    own, live = region.closure(call.id, loop.id)
    behind = {n for n in inside if not gives.isdisjoint(region.closure(n, loop.id)[0])}
    read = {e.loc.root for n in own for e in region.effects(n) if e.kind == "read" and e.loc is not None}
    written = {e.loc.root for n in behind for e in region.effects(n) if e.kind == "write" and e.loc is not None}
    uses = [region.whole.uses.get(n, {}) for n in own]
    return read.isdisjoint(written) and not any(behind & use.get(name, frozenset()) for name in live for use in uses)


def _keys(region: LinkedRegion, ident: int) -> frozenset[int]:
    """What makes the keys at which a node stores something, or the elements of a set: these have to be there."""
    node = region.nodes[ident]
    uses = region.whole.uses.get(ident, {})
    if not isinstance(node, Instr):
        return frozenset()
    if node.op == "setitem" or (node.op == "collect" and node.name in ("set", "dict")):
        keys: tuple[Operand, ...] = node.uses[1:2]
    elif node.op == "build" and node.name in ("set", "dict"):
        keys = node.uses if node.name == "set" else node.uses[::2]
    else:
        return frozenset()
    return frozenset[int]().union(*(uses.get(key.name, frozenset()) for key in keys if isinstance(key, Var)))


def given_by(region: LinkedRegion, call: Instr) -> set[int]:
    """What makes what a call gives: itself, or what an open callee returns for whose work it stands, a sleep."""
    callee = region.callee(call.id)
    if callee is None or not region.sleeps(call.id):
        return {call.id}
    return {call.id, *(n.id for n in walk(callee.body) if isinstance(n, Instr) and n.target == callee.result)}


def _header(loop: Node) -> tuple[int, ...]:
    """What decides whether a loop goes on is what its node needs; of a `for` loop the items are there."""
    return (loop.id,) if isinstance(loop, While) else ()


def _by_variables(region: LinkedRegion, call: int, gives: set[int], below: set[int]) -> bool:
    """Whether a call is given what it gave in the iteration before: by variables, or at a place that is always the
    same."""
    callee = region.callee(call)
    given = (n.id for n in callee.binding) if callee is not None and len(gives) > 1 else ()
    todo, seen = [call, *given], set[int]()
    while todo:
        ident = todo.pop()
        found = frozenset[int]().union(*region.whole.uses.get(ident, {}).values(), _stored_at(region, ident))
        if not gives.isdisjoint(found):
            return True
        todo.extend((found & below) - seen)
        seen |= found
    return False


def _stored_at(region: LinkedRegion, ident: int) -> set[int]:
    """What writes to a container of which a node reads a constant place."""
    node = region.nodes[ident]
    if not isinstance(node, Instr) or node.op != "item":
        return set()
    if not _constant(region, node.uses[1], ident):
        return set()
    roots = {e.loc.root for e in region.effects(ident) if e.kind == "read" and e.loc is not None}
    fresh = {w for root in roots if isinstance(root, tuple) and len(root) == 1 for w in region.writers(root[0])}
    named = {r.name for r in roots if isinstance(r, Path) and not r.steps and r.name in region.copies}
    return fresh.union(*(region.changes(name) for name in named))


def _constant(region: LinkedRegion, key: Operand, user: int) -> bool:
    """Whether a key is a literal, or its negative."""
    if isinstance(key, Const):
        return True
    made = [region.nodes.get(d) for d in region.whole.uses.get(user, {}).get(key.name, ())]
    return all(isinstance(n, Instr) and n.op == "unary" and isinstance(n.uses[0], Const) for n in made)


def fills_while_read(region: LinkedRegion, needs: frozenset[int]) -> bool:
    """Whether an object is filled from a generator expression that reads it, value by value."""
    inside = {n.id for g in region.nodes.values() if isinstance(g, For) and g.kind == "generator" for n in walk(g.body)}
    read = {e.loc.root for i in inside & needs for e in region.effects(i) if e.kind == "read" and e.loc is not None}
    effects = (e for i in region.nodes for e in region.effects(i)) if inside else ()
    return any(e.kind == "write" and e.detail in FILLED and e.loc is not None and e.loc.root in read for e in effects)


def _of_one(region: LinkedRegion, call: Instr, loop: Node, anchor: int) -> bool:
    """Whether a call is given a whole container that is one for all iterations of the loop, to which its result is
    added; or what is made of all that there is in such a one, as a text."""
    given = {o for value in region.facts.operands.get(call.id, ()) for a in value for o in origins_of(a)}
    gives = given_by(region, call)
    given |= {o for found in _made_of_all(region, call, gives, loop) for o in found}
    for root in given:
        if isinstance(root, tuple) and len(root) == 1 and root[0] in region.nodes:
            loops = [p.id for p in region.loops(root[0])]
            one = all(loop.id == p or p in region.around[loop.id] for p in loops) and loop.id not in loops
            if one and any(not gives.isdisjoint(region.closure(w, anchor)[0]) for w in region.writers(root[0])):
                return True
        copied = isinstance(root, Path) and root.name in region.copies and not root.steps
        if copied and any(not gives.isdisjoint(region.closure(w, anchor)[0]) for w in region.changes(root.name)):  # type: ignore[union-attr]
            return True
    return False


def _made_of_all(
    region: LinkedRegion, call: Instr, gives: set[int], loop: Node
) -> Iterable[set[Path | FreshKey]]:  # fmt: skip
    """What is looked at as a whole, in an iteration of the loop, to make what a call is given."""
    callee = region.callee(call.id)
    todo = [call.id, *(n.id for n in (callee.binding if callee is not None and len(gives) > 1 else ()))]
    seen = set(todo)
    while todo:
        ident = todo.pop()
        node = region.nodes[ident]
        if ident != call.id and isinstance(node, Instr) and _looks_at_all(region, node):
            looked_at = region.facts.operands[ident][1 if node.op == "call" else 0 :]
            yield {o for value in looked_at for a in value for o in origins_of(a)}
        made = frozenset[int]().union(*_read(region, ident)) - seen
        inside = [d for d in made if d in region.nodes and loop.id in region.around[d]]
        seen.update(inside)
        todo += [d for d in inside if isinstance(region.nodes[d], Instr)]


def _looks_at_all(region: LinkedRegion, node: Instr) -> bool:
    if node.op == "format":
        return True
    callees = region.facts.operands.get(node.id, (frozenset(),))[0] if node.op == "call" else frozenset()
    return bool(callees) and all(
        isinstance(c, Known) and any(c.obj is function for function in (str, repr, sorted, sum, min, max, set, dict))
        for c in callees
    )


# -- what a call is given, as the strand goes on to change it


def copies_of(
    region: LinkedRegion, call: Instr, needs: frozenset[int], calls: frozenset[int]
) -> dict[int, int] | None:  # fmt: skip
    """How many levels of each operand's containers a call gets copies of; None: of something that is not the strand's
    own."""
    found: dict[int, int] = {}
    for index, value in enumerate(region.facts.operands.get(call.id, ())):
        depth = _changed(_Call(region, call, needs, calls), value, 0) if index else 0
        if depth < 0:
            return None
        if depth:
            found[index] = depth
    return found


@dataclass(frozen=True, slots=True)
class _Call:
    region: LinkedRegion
    node: Instr
    needs: frozenset[int]
    calls: frozenset[int]


def _changed(call: _Call, value: Value, level: int) -> int:
    """Up to which level containers are changed behind the call; -1: such that hold others which must not be copied."""
    depth = 0
    foreign = False
    for abstract in value:
        own, below = _level(call, abstract, level)
        if below < 0:
            return -1
        foreign |= not own
        depth = max(depth, below)
    return -1 if foreign and depth > level else depth


def _level(call: _Call, abstract: Abstract, level: int) -> tuple[bool, int]:
    """Whether a value is the strand's own, or no container at all; and up to which level it is changed."""
    region = call.region
    if level > DEEPEST:
        return False, 0
    data = abstract.origins if isinstance(abstract, Plain) and abstract.cls not in IMMUTABLE else frozenset()
    if any(_written_behind(call, o) for o in data if isinstance(o, tuple)):
        return True, -1  # of how many levels it is isn't known
    made = abstract if isinstance(abstract, Fresh) and abstract.key[0] not in call.calls else None
    if made is not None and known(made.cls):
        return True, -1  # of objects there are no copies
    if made is not None and made.cls in CONTAINERS:
        memory = region.facts.heap.get(made.key)
        values = (memory.element, memory.keys, *memory.entries.values()) if memory is not None else ()
        inside = [_changed(call, v, level + 1) for v in values]
        if any(depth < 0 for depth in inside):
            return True, -1
        own = level + 1 if _written_behind(call, made.key) else 0
        return True, max(own, *inside, 0)
    paths = [o for o in origins_of(abstract) if isinstance(o, Path) and o.kind == "local" and o.name in region.copies]
    if paths:
        most = max(region.copies[p.name] - depth_of(p) for p in paths)
        return len(paths) == len(origins_of(abstract)), level + most if most > 0 else 0
    return not _may_hold(abstract), 0


def _may_hold(abstract: Abstract) -> bool:
    """Whether a value may be a container of the program's."""
    return (isinstance(abstract, Inst) and abstract.cls in CONTAINERS) or bool(origins_of(abstract))


def _written_behind(call: _Call, root: FreshKey) -> bool:
    """Whether the strand may change an object once the call has begun: also one of an earlier iteration, which a table
    may have kept."""
    region, node = call.region, call.node
    writers = [w for w in region.writers(root[0]) if w in call.needs]
    return any(region.order[w] > region.order[node.id] or region.share_loop(w, node.id) for w in writers)
