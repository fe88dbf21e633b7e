"""Generator expressions that a callee has made: what they go through is read only as they are gone through.

    def lines(text): return (line.strip() for line in text)     # nothing is read yet

    found = lines(parts)
    parts.append(ask(q))                                        # comes before it
    out.append(ask("".join(found)))
"""

from __future__ import annotations

from ...ir.nodes import Instr
from ..domain.effects import Loc
from ..domain.machine import Machine
from ..domain.state import Frame
from ..domain.values import Fresh, Value


def generated(self: Machine, made: Fresh, frame: Frame, node: Instr | None) -> Value:
    """The elements. One that a callee gives moves on, for whoever has it. (Of one in the region a slice has a list.)"""
    if len(made.key) > 1:
        self.effect("write", frame, node, "a generator", Loc(made.key, "[]"))
        for ident in self.yielding.get(made.key, set()) - {self.current}:
            late = {effect for effect in self.effects.get(ident, ()) if effect.kind == "read"}
            self.effects.setdefault(self.current, set()).update(late)
    return self.memory(made).element


__all__ = ["generated"]
