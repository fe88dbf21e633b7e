"""A region that is decided while an iteration is under way, which has made what the others need.

    if self._client is None:             # evaluated anew, it is false: the client is there
        self._client = Client()          # over, in this iteration, as it is not here that the program stands
    return self._client.ask(question)    # the program stands here; later iterations can start

The rest of that iteration may go by what it saw before. So no test of what it has set is settled, but those that ask
for it where it is set; what stands behind such a test is over.
"""

from __future__ import annotations

from ..ir.def_use import defined, operands
from ..ir.nodes import Block, Const, If, Instr, Jump, Var, walk
from ..peek import MISSING
from .domain.machine import Machine
from .domain.places import Path
from .domain.state import Env, Frame
from .domain.values import Abstract, Bound, Inst, Known, Plain, Value

LEAVING = ("raise", "function", "store_cell", "yield", "yield_from")
STORES = {"store_global": "global", "setattr": "attr"}


def answer(self: Machine, block: Block, test: If, env: Env, frame: Frame) -> bool | None:
    """What a test gives that asks whether something is there, in one of whose branches it is set; None: it is no such
    test. That branch is noted as over."""
    asked = _asked(block, test)
    if asked is None:
        return None
    read, asks, found = asked
    held = env.get(read.target or "", frozenset())
    if not held or not all(isinstance(a, Inst) and isinstance(a.path, Path) and a.path in self.changed for a in held):
        return None
    classes = [a.cls for a in held if isinstance(a, Inst)] if asks.op == "unary" else []
    if any(self.class_lookup(cls, name) is not MISSING for cls in classes for name in ("__bool__", "__len__")):
        return None
    branch = test.orelse if found else test.body
    nodes = list(walk(branch))
    if not any(isinstance(n, Instr) and STORES.get(n.op) == read.op and n.name == read.name for n in nodes):
        return None
    if not _alone(branch, env, frame):
        return None
    self.over.add((frame.filename, min(n.span.line for n in nodes), max(n.span.end_line for n in nodes)))
    return found


def unsettled(node: Instr, result: Value) -> Value:
    """What an instruction gives: of what a call or comparison answers, not whether it is true, as the iteration that is
    under way may have asked before it set something (`hasattr(self, "client")`)."""
    if node.op == "call" or (node.op == "compare" and node.name not in ("Is", "IsNot")):
        return frozenset(Plain(bool) if isinstance(a, Plain) and type(a.const) is bool else a for a in result)
    return result


def _alone(branch: Block, env: Env, frame: Frame) -> bool:
    """Whether what stands behind a branch sees of it no more than what it has set: it leaves no variable behind, ends
    nothing, and changes nothing that its iteration has made."""
    nodes = list(walk(branch))
    inside = set(map(id, nodes))
    made: set[str] = set()
    for node in nodes:
        if isinstance(node, Jump) or (isinstance(node, Instr) and node.op in LEAVING):
            return False
        made.update(defined(node))
    used = {u.name for n in walk(frame.body) if id(n) not in inside for u in operands(n) if isinstance(u, Var)}
    given = {u.name for n in nodes for u in operands(n) if isinstance(u, Var)} - made
    return made.isdisjoint(used) and all(_theirs(a) for name in given for a in env.get(name, ()))


def _theirs(abstract: Abstract) -> bool:
    """Whether an object is none that the iteration has made and can change."""
    if isinstance(abstract, Bound):
        return _theirs(abstract.receiver) and _theirs(abstract.func)
    own = isinstance(abstract, Plain) and any(not isinstance(origin, Path) for origin in abstract.origins)
    return isinstance(abstract, Inst | Known | Plain) and not own


def _asked(block: Block, test: If) -> tuple[Instr, Instr, bool] | None:
    """What a test reads, of which it asks whether it is there, just before: the read, how it asks, and the answer if it
    is there."""
    at = block.index(test)
    if at < 2 or not isinstance(test.test, Var):
        return None
    read, asks = block[at - 2 : at]
    if not isinstance(read, Instr) or not isinstance(asks, Instr) or read.op not in STORES.values():
        return None
    if asks.target != test.test.name or not asks.uses or asks.uses[0] != Var(read.target or ""):
        return None
    if asks.op == "unary" and asks.name == "Not":
        return read, asks, False
    against_none = asks.op == "compare" and len(asks.uses) == 2 and isinstance(asks.uses[1], Const)
    if against_none and asks.uses[1].value is None and asks.name in ("Is", "IsNot"):  # type: ignore[union-attr]
        return read, asks, asks.name == "IsNot"
    return None
