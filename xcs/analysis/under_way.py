"""A region that is decided while an iteration is under way, which has made what the others need.

    if self._client is None:             # evaluated anew, it is false: the client is there
        self._client = Client()          # over, in this iteration, as it is not here that the program stands
    return self._client.ask(question)    # the program stands here; later iterations can start

The rest of that iteration may go by what it saw before. So no test of what it has set is settled, but those that ask
for it where it is set; what stands behind such a test is over.
"""

from __future__ import annotations

from ..ir.nodes import Block, Const, If, Instr, Var, walk
from ..peek import MISSING
from .domain.machine import Machine
from .domain.places import Path
from .domain.state import Env, Frame
from .domain.values import Inst

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
    self.over.add((frame.filename, min(n.span.line for n in nodes), max(n.span.end_line for n in nodes)))
    return found


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
