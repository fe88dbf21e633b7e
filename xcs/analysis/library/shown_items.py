"""Bars that were there before the region: a library's objects that give the items of something, and show how far it is.

    bar = tqdm(questions)
    for q in bar: ...         # what is read ahead is `questions`; the bar goes on in the loop alone
"""

from __future__ import annotations

from ...ir.nodes import Instr
from ...knowledge import lookup
from ...peek import MISSING, peek
from ..domain.effects import OUTPUTS
from ..domain.machine import Machine
from ..domain.places import ITERATED
from ..domain.state import Call, Frame
from ..domain.values import NOTHING, Abstract, Inst, Value, join
from .output import runs_none
from .replaced_parts import replaced

STREAM = ("fp", "_wrapped")  # the attributes that lead to what it writes to


def attribute_of(abstract: Abstract) -> str:
    """The attribute in which a bar has what it goes through, called as the parameter is; "" of anything else."""
    if type(abstract) is not Inst or abstract.live is MISSING or abstract.path is None:
        return ""
    facts = lookup(abstract.cls)
    return facts.params[0] if facts is not None and facts.result == "through(0)" else ""


def readable(abstract: Abstract) -> bool:
    """Whether it is a bar, and what it goes through can be gone through twice."""
    name = attribute_of(abstract)
    over = type(peek(abstract.live, name)) if name else type(None)  # type: ignore[union-attr]
    return over in ITERATED or over is range


def shown(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> Value | None:
    """The elements that going through a bar gives; None: it is none, it goes through something else than a sequence, or
    it writes to a stream of the program's."""
    if not readable(abstract):
        return None
    assert isinstance(abstract, Inst) and abstract.path is not None
    facts = lookup(abstract.cls)
    if facts is None or (changed := replaced(self, facts, frame, node)) is not None:
        return None if facts is None else changed
    stream, place = abstract.live, abstract.path
    for step in STREAM:
        stream, place = peek(stream, step), place.step("attr", step)
    given = {"file": self.lift(stream, place)} if stream is not MISSING else {}
    channels = [e.target for e in facts.effects if e.target in OUTPUTS]
    if not all(runs_none(self, channel, Call([], given, frame, node)) for channel in channels):
        return None
    for channel in channels:
        self.effect("command", frame, node, channel)
    name = attribute_of(abstract)
    self.read(abstract, frame, node, f".{name}")
    found = self.lift(peek(abstract.live, name), abstract.path.step("attr", name))
    return join(NOTHING, *(self.iterate(a, frame, node) for a in found))
