"""What runs when the program has lost an object: its class's `__del__`, analysed like any function."""

from __future__ import annotations

from ...ir.nodes import Instr
from ...peek import MISSING, is_function
from ..domain.machine import Machine
from ..domain.state import Call, Frame
from ..domain.values import Bound, Inst, Known, only


def ends_silently(self: Machine, cls: type, frame: Frame, node: Instr | None) -> bool:
    """Whether the end of an object of a class has no effect, whatever the object holds by then, whenever it comes."""
    found = self.class_lookup(cls, "__del__")
    if found is MISSING:
        return True
    if not is_function(found):
        return False
    outside = self.effects.get(self.current, set())
    self.effects[self.current] = set()
    try:
        # Not the object that is made: what its constructor has stored may have been replaced.
        self.call(only(Bound(Known(id(found), found), Inst(cls, None))), Call([], {}, frame, node))
    finally:
        own = self.effects[self.current]
        self.effects[self.current] = outside
    return all(effect.kind == "read" for effect in own)
