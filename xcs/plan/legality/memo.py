"""A table of answers: `if key in table: return table[key]`, and `table[key] = answer` behind it.

Or a set or list of what has been seen: `if key in seen: continue`, and `seen.add(key)` behind it. The slice can foresee
the second equal key of a loop without the answer: it remembers the keys it has come to.
"""

from __future__ import annotations

from ...analysis.anchors import anchor_of, counted
from ...analysis.domain.holding import parts
from ...analysis.domain.places import Path
from ...analysis.domain.values import Abstract, Bound, Fresh, Inst, Known, Plain, Value, origins_of
from ...ir.nodes import Block, Const, For, If, Inline, Instr, Jump, Node, Var, While, walk
from ...peek import Kinds
from .candidate import Candidate

TESTS = ("Is", "IsNot", "Eq", "NotEq")

CONSTANT = Kinds((str, int))  # keys that are told apart by what they are


def is_table(candidate: Candidate, writer: int, reader: int) -> bool:
    """Whether two nodes conflict as with such a table: same key of the same iteration, asked before stored."""
    region = candidate.region
    write, read = region.nodes[writer], region.nodes[reader]
    if not isinstance(write, Instr) or not isinstance(read, Instr):
        return False
    stored = _stored(candidate, write)
    if stored is None:
        return False
    others = candidate.needs & candidate.accepted - {candidate.node.id}
    if others and not _asked_first(candidate, reader, others):
        return False  # strands don't go on in the order of the iterations
    if any(loop.id in region.cut for loop in region.loops(writer)):
        return False  # what later rounds of a retry store is not foreseen
    asked = _asked(candidate, read)
    if asked is None:
        return False
    table, key = asked
    operands = region.facts.operands
    same = table == stored[0] and len(table) == 1 and all(getattr(a, "cls", None) is stored[1] for a in table)
    plain = all(map(_compared_by_value, parts([operands[writer][1]], region.facts.heap.get)))
    alike = same and plain and _same_key(candidate, key, read, write) and _before(candidate, reader, writer)
    return alike and _only_for_new(candidate, read)


def _compared_by_value(abstract: Abstract) -> bool:
    """Whether a key, or what a tuple that is one holds, is equal to another by what it is: data, or a tuple."""
    return isinstance(abstract, Plain) or (isinstance(abstract, Fresh) and abstract.cls is tuple)


def _asked_first(candidate: Candidate, reader: int, others: frozenset[int]) -> bool:
    """Whether each strand asks once, before it waits for anything: as they begin, they do come in that order."""
    region, node = candidate.region, candidate.node
    if candidate.flow or candidate.anchor:
        return False
    around = counted(region, node)
    alone = len(around) == 1 and [loop.id for loop in region.loops(reader)] == around
    if not alone or anchor_of(region, node, candidate.accepted).loop != around[0]:
        return False
    return all(region.order[reader] < region.order[other] for other in others)


def _stored(candidate: Candidate, write: Instr) -> tuple[Value, type] | None:
    """The table to which a node adds its first operand after the table or method, and of which class that is."""
    operands = candidate.region.facts.operands.get(write.id, ())
    if write.op == "setitem":
        return operands[0], dict
    if write.op == "call" and len(write.uses) == 2 and not write.keywords and not any(write.stars):
        for cls, method in ((set, set.add), (list, list.append)):
            if all(isinstance(a, Bound) and isinstance(a.func, Known) and a.func.obj is method for a in operands[0]):
                return frozenset(a.receiver for a in operands[0] if isinstance(a, Bound)), cls
    return None


def _asked(candidate: Candidate, read: Instr) -> tuple[Value, object] | None:
    """The table and the key of a membership test or of `table.get(key)`."""
    operands = candidate.region.facts.operands.get(read.id, ())
    if read.op == "compare" and read.name in ("In", "NotIn"):
        return operands[1], read.uses[0]
    if read.op == "call" and len(read.uses) == 2 and not read.keywords and not any(read.stars):
        callees = operands[0]
        if all(isinstance(a, Bound) and isinstance(a.func, Known) and a.func.obj is dict.get for a in callees):
            found = frozenset(a.receiver for a in callees if isinstance(a, Bound))
            return (found, read.uses[1]) if _only_tested(candidate, read) else None
    return None


def _only_tested(candidate: Candidate, read: Instr) -> bool:
    """Whether the slice asks no more of the answer than whether there is one."""
    uses = candidate.region.whole.uses
    todo, seen = [read.id], set()
    while todo:
        made = todo.pop()
        seen.add(made)
        for ident in candidate.needs:
            if not any(made in found for found in uses.get(ident, {}).values()) or ident in seen:
                continue
            node = candidate.region.nodes[ident]
            if isinstance(node, Instr) and node.op == "copy":
                todo.append(ident)
            elif not (
                isinstance(node, If) or (isinstance(node, Instr) and node.op == "compare" and node.name in TESTS)
            ):
                return False
    return True


def _only_for_new(candidate: Candidate, read: Instr) -> bool:
    """Whether the call is made only for keys that are not there, as the node that asks says.

    Of a key that was asked for before, the slice doesn't know whether it was added: then it starts nothing.
    """
    region, uses = candidate.region, candidate.region.whole.uses
    todo, known = [(read.id, read.name != "NotIn")], set()  # whether what is true says that the key is there
    while todo:
        made, there = todo.pop()
        known.add(made)
        for ident in candidate.needs - known:
            found = [(name, d) for name, d in uses.get(ident, {}).items() if made in d]
            if not found:
                continue
            node = region.nodes[ident]
            if any(len(definitions) > 1 for _, definitions in found):
                return False
            match node:
                case If():
                    if not _leaves_out(candidate, node, node.body if there else node.orelse):
                        return False
                case Instr(op="copy"):
                    todo.append((ident, there))
                case Instr(op="unary", name="Not"):
                    todo.append((ident, not there))
                case Instr(op="compare", name=name, uses=(_, Const(value=None))) if name in TESTS:
                    todo.append((ident, there == (name in ("IsNot", "NotEq"))))
                case _:
                    return False
    return True


def _leaves_out(candidate: Candidate, test: If, there: Block) -> bool:
    """Whether the call is not reached by way of this block."""
    region, inside = candidate.region, {n.id for n in walk((test,))}
    if candidate.node.id in inside:
        return candidate.node.id not in {n.id for n in walk(there)}
    last = there[-1] if there else None
    if isinstance(last, Instr):
        return last.op == "raise" and not region.may_be_handled(last.id)
    if not isinstance(last, Jump) or last.kind == "return":
        return isinstance(last, Jump)
    callees = [p for p in region.parents[test.id] if isinstance(p, Inline)]
    loops = [p for p in region.parents[test.id] if isinstance(p, For | While)]
    left = callees if last.kind == "leave" else loops  # the innermost of them has the call in it, too
    return bool(left) and any(p is left[-1] for p in region.parents[candidate.node.id])


def _same_key(candidate: Candidate, key: object, read: Instr, write: Instr) -> bool:
    asked, stored = _key(candidate, key, read), _key(candidate, write.uses[1], write)
    return asked is not None and asked == stored


# The definition of a variable; of an item, that of the container's, with the key; of a tuple, those of its parts.
Origin = tuple[object, ...]


def _key(candidate: Candidate, operand: object, user: Instr) -> Origin | None:
    """Where a key comes from; of a tuple that is written where it is used, where its parts do."""
    made = _tuple_written(candidate, operand, user)
    if made is None:
        return _constant(operand) or _origin(candidate, operand, user)
    found = [_key(candidate, part, made) for part in made.uses]
    return ("tuple", *found) if None not in found else None


def _tuple_written(candidate: Candidate, operand: object, user: Instr) -> Instr | None:
    """The node that makes a tuple without stars, on the way to the one that uses it."""
    region = candidate.region
    while isinstance(operand, Var):
        made = region.whole.uses[user.id].get(operand.name, frozenset())
        node = region.nodes.get(next(iter(made))) if len(made) == 1 else None
        if not isinstance(node, Instr) or region.order[node.id] >= region.order[user.id]:
            return None
        if node.op == "build" and node.name == "tuple" and not any(node.stars):
            return node
        if node.op != "copy":
            return None
        operand, user = node.uses[0], node
    return None


def _constant(operand: object) -> Origin | None:
    known = isinstance(operand, Const) and type(operand.value) in CONSTANT
    return (type(operand.value), operand.value) if known else None  # type: ignore[attr-defined]


def _origin(candidate: Candidate, operand: object, user: Instr) -> Origin | None:
    """The one definition of this iteration that a variable's value comes from, through copies and items."""
    region = candidate.region
    while isinstance(operand, Var):
        made = region.whole.uses[user.id].get(operand.name, frozenset())
        if len(made) != 1:
            return None
        (definition,) = made
        if definition and region.order[definition] >= region.order[user.id]:
            return None
        node = region.nodes.get(definition)
        if not isinstance(node, Instr) or node.op not in ("copy", "item"):
            return definition, operand.name
        if node.op == "item":
            return _item(candidate, node) or (definition, operand.name)
        operand, user = node.uses[0], node
    return None


def _item(candidate: Candidate, node: Instr) -> Origin | None:
    """An item of a built-in container that was there before, by a constant key: it is the same each time, as the loop
    writes nothing that the slice reads of such (`conflict`)."""
    key = node.uses[1]
    (held, *_) = candidate.region.facts.operands.get(node.id, (frozenset(),))
    if not isinstance(key, Const) or type(key.value) not in CONSTANT or not held:
        return None
    if not all(isinstance(a, Inst | Plain) and _built_in(a.cls) and _before_region(a) for a in held):
        return None
    base = _origin(candidate, node.uses[0], node)
    return (*base, type(key.value), key.value) if base is not None else None


def _built_in(cls: type | None) -> bool:
    return cls is dict or cls is list or cls is tuple


def _before_region(abstract: Abstract) -> bool:
    origins = origins_of(abstract)
    return bool(origins) and all(isinstance(origin, Path) for origin in origins)


def _before(candidate: Candidate, reader: int, writer: int) -> bool:
    """Whether whoever stores has asked before, in the same iteration."""
    region = candidate.region
    around: tuple[Node, ...] = region.parents[reader]
    inside = region.parents[writer][: len(around)]
    prefix = len(inside) == len(around) and all(a is b for a, b in zip(around, inside, strict=True))
    rounds = [n.id for n in region.round(reader)] == [n.id for n in region.round(writer)]
    return prefix and rounds and region.order[reader] < region.order[writer]
