"""Clients that remember: what an answer sets is kept in the client's jar."""

from __future__ import annotations

from ...knowledge import Memory
from ..domain.effects import Loc
from ..domain.machine import Machine
from ..domain.places import Path
from ..domain.state import Call
from ..domain.values import Abstract, origins_of


def remembered(self: Machine, memory: Memory, client: Abstract, call: Call) -> None:
    """The effect of a request on its client."""
    if memory.shared and not self.remembers:
        return
    for origin in origins_of(client) or (None,):
        root = origin.step("attr", memory.jar[0]) if isinstance(origin, Path) else origin
        self.effect("remembers", call.frame, call.node, memory.kind, Loc(root, "*", True))
