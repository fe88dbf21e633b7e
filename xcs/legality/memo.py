"""A table of answers: `if key in table: return table[key]`, and `table[key] = answer` behind it.

The slice can foresee the second equal key of a loop without the answer: it remembers the keys it has come to.
"""

from __future__ import annotations

from ..analysis.values import Bound, Known, Plain, Value
from ..ir import If, Instr, Node, Var
from .candidate import Candidate

TESTS = ("Is", "IsNot", "Eq", "NotEq")


def is_table(candidate: Candidate, writer: int, reader: int) -> bool:
    """Whether two nodes conflict as with such a table: same key of the same iteration, asked before stored."""
    region = candidate.region
    write, read = region.nodes[writer], region.nodes[reader]
    if not isinstance(write, Instr) or write.op != "setitem" or not isinstance(read, Instr):
        return False
    if candidate.needs & candidate.accepted - {candidate.node.id}:
        return False  # strands don't come in the order of the iterations
    asked = _asked(candidate, read)
    if asked is None:
        return False
    table, key = asked
    operands = region.facts.operands
    same = table == operands[writer][0] and len(table) == 1 and all(getattr(a, "cls", None) is dict for a in table)
    plain = all(isinstance(a, Plain) for a in operands[writer][1])
    return same and plain and _same_key(candidate, key, read, write) and _before(candidate, reader, writer)


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


def _same_key(candidate: Candidate, key: object, read: Instr, write: Instr) -> bool:
    asked, stored = _origin(candidate, key, read), _origin(candidate, write.uses[1], write)
    return asked is not None and asked == stored


def _origin(candidate: Candidate, operand: object, user: Instr) -> tuple[int, str] | None:
    """The one definition of this iteration that a variable's value comes from, through copies."""
    region = candidate.region
    while isinstance(operand, Var):
        made = region.whole.uses[user.id].get(operand.name, frozenset())
        if len(made) != 1:
            return None
        (definition,) = made
        if definition and region.order[definition] >= region.order[user.id]:
            return None
        node = region.nodes.get(definition)
        if not isinstance(node, Instr) or node.op != "copy":
            return definition, operand.name
        operand, user = node.uses[0], node
    return None


def _before(candidate: Candidate, reader: int, writer: int) -> bool:
    """Whether whoever stores has asked before, in the same iteration."""
    region = candidate.region
    around: tuple[Node, ...] = region.parents[reader]
    inside = region.parents[writer][: len(around)]
    prefix = len(inside) == len(around) and all(a is b for a, b in zip(around, inside, strict=True))
    rounds = [n.id for n in region.round(reader)] == [n.id for n in region.round(writer)]
    return prefix and rounds and region.order[reader] < region.order[writer]
