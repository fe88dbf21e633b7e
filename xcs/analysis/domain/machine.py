"""The operations of the interpreter, declared: what handles one kind of value or call runs the others through these."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .state import Call, Env, Frame, Record, Uses
from .values import NOTHING, Abstract, Value

if TYPE_CHECKING:
    from ...ir.nodes import Block, Instr, Operand, With
    from .places import Path
    from .values import FreshKey


class Machine(Record):
    """The interpreter as its parts see it: its records, and these operations, which `Interpreter` brings together."""

    # -- control

    def value(self, operand: Operand, env: Env) -> Value:
        """What an operand is."""
        raise NotImplementedError

    def each(self, value: Value, step: Callable[[Abstract], Value]) -> Value:
        """Takes a step for each of the abstract values that a value may be, and joins the results."""
        raise NotImplementedError

    def block(self, block: Block, env: Env | None, frame: Frame, top: bool = False) -> Env | None:
        """The variables after a block, or None where it is never left at its end; `top`: it is the region's own."""
        raise NotImplementedError

    def with_block(self, node: With, env: Env, frame: Frame, top: bool) -> Env | None:
        """The variables after a `with` block."""
        raise NotImplementedError

    def apart(self, block: Block, env: Env, frame: Frame, top: bool) -> tuple[Env | None, bool]:
        """What may be handled; and whether, in a callee, it asks services whose refusals are handled too."""
        raise NotImplementedError

    def partly(self, env: Env, after: Env | None, frame: Frame) -> Env:
        """The variables where a block fails anywhere: as before it, as behind it, or as anything in it has set them."""
        raise NotImplementedError

    # -- live objects

    def lift(self, obj: object, path: Path | None) -> Value:
        """The abstract value of a live object, guarded at `path`."""
        raise NotImplementedError

    def lift_all(self, objects: list[object], path: Path | None) -> Value:
        """The join of the objects that a path leads to, by type, guarded."""
        raise NotImplementedError

    def members(self, live: object, path: Path | None, values: bool = False) -> Value:
        """The elements (or a dictionary's values) of the containers that the path leads to."""
        raise NotImplementedError

    # -- what the language does with a value

    def attribute(self, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
        """The value of `value.name`."""
        raise NotImplementedError

    def set_attribute(
        self, abstract: Abstract, name: str, value: Value, frame: Frame, node: Instr,
        hooks: tuple[str, str] = ("__setattr__", "__set__"),
    ) -> None:  # fmt: skip
        """A store to `value.name`; `hooks`: what it may run of the class, and of a descriptor in it."""
        raise NotImplementedError

    def delete_attribute(self, abstract: Abstract, name: str, frame: Frame, node: Instr) -> None:
        """The deletion of `value.name`."""
        raise NotImplementedError

    def item(self, abstract: Abstract, key: Value, frame: Frame, node: Instr) -> Value:
        """The value of an item."""
        raise NotImplementedError

    def set_item(self, abstract: Abstract, uses: Uses, frame: Frame, node: Instr) -> None:
        """A store to an item, or (two operands) its deletion."""
        raise NotImplementedError

    def iterate(self, abstract: Abstract, frame: Frame, node: Instr | None) -> Value:
        """The elements that going through the value gives."""
        raise NotImplementedError

    def shown(self, abstract: Abstract, frame: Frame, node: Instr | None) -> Value | None:
        """The elements that going through a bar gives, which shows how far it is; None: it is none."""
        raise NotImplementedError

    def protocol(self, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
        """Runs a special method that a built-in operation would call on the value."""
        raise NotImplementedError

    def method(self, abstract: Abstract, name: str, args: list[Value], frame: Frame, node: Instr | None) -> Value:
        """Calls a special method as Python does: looked up in the class."""
        raise NotImplementedError

    def truth(self, value: Value, frame: Frame, node: Instr | None) -> bool | None:
        """Asks whether a value is true, with all that this runs; the answer, where types tell it."""
        raise NotImplementedError

    # -- calls

    def call(self, func: Value, call: Call) -> Value:
        """The result of calling any of `func`, and the effects of it."""
        raise NotImplementedError

    def typed(self, expr: str, call: Call) -> Value:
        """The abstract value of a result type expression of the knowledge files."""
        raise NotImplementedError

    # -- slots of objects that were there before

    def store(self, place: Path | FreshKey, slot: str, value: Value) -> None:
        """The value is put into a slot of what is at the place."""
        raise NotImplementedError

    def stored(self, place: Path | FreshKey, slot: str, known: Value) -> Value:
        """The value of a slot: `known`, which was there at entry, or anything put there since."""
        raise NotImplementedError

    def stored_in(self, abstract: Abstract, slot: str, known: Value) -> Value:
        """What reading a slot of an object that was there at entry gives."""
        raise NotImplementedError

    def keep(self, holder: Abstract, element: Value, keys: Value = NOTHING, slot: str = "[]") -> None:
        """A container gets another element, with a key if it is a dictionary."""
        raise NotImplementedError
