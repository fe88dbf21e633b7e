"""Parts of libraries that are others than those an entry was read from, as a test or a patch has set them."""

from __future__ import annotations

from ...ir.nodes import Instr
from ...knowledge import CallFacts, Seams
from ..domain.machine import Machine
from ..domain.places import object_path
from ..domain.state import Frame
from ..domain.values import Value


def replaced(self: Machine, facts: CallFacts, frame: Frame, node: Instr | None) -> Value | None:
    """Where part of a library's function or class is another than what the entry was read from: an unknown value."""
    if not facts.seams:
        return None
    path, seams = object_path(facts.seams, facts.library), Seams(facts.seams)
    if not seams.intact():
        self.condition(path, lambda _: not Seams(facts.seams).intact(), "not seams")
        return self.unknown(frame, node, f"{facts.name}, part of which is replaced")
    self.condition(path, seams.intact, "seams")
    return None
