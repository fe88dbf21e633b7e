"""Tuples that were there before: what each position of them holds, where positions hold things of different kinds."""

from __future__ import annotations

from ...ir.nodes import Instr
from ...peek import IMMUTABLE, MISSING
from ..domain.machine import Machine
from ..domain.places import examples_at
from ..domain.state import Frame
from ..domain.values import Abstract, Inst, Value

LONGEST = 8  # positions that are told apart


def at_position(self: Machine, abstract: Abstract, index: object, frame: Frame, node: Instr) -> Value | None:
    """What a live tuple holds at a position.

    None where that is no question: the tuples at its path are not of one length, or hold the same kind at all
    positions, or nothing but texts and numbers.
    """
    if not isinstance(abstract, Inst) or abstract.cls is not tuple or abstract.path is None:
        return None
    if abstract.live is MISSING or type(index) is not int:
        return None
    held: list[tuple[object, ...]] = [o for o in examples_at(abstract.path, self.roots) if type(o) is tuple]
    length = len(held[0]) if held else 0
    if not 0 <= index < length <= LONGEST or any(len(o) != length for o in held):
        return None
    kinds = [frozenset(map(type, column)) for column in zip(*held, strict=True)]
    if len(set(kinds)) < 2 or all(kind in IMMUTABLE for column in kinds for kind in column):
        return None
    self.meter.spend(len(held))
    self.read(abstract, frame, node, "[]")
    self.condition(abstract.path, lambda now: type(now) is tuple and len(now) == length, f"{length} parts")
    return self.lift_all([o[index] for o in held], abstract.path.step("item", index))


__all__ = ["at_position"]
