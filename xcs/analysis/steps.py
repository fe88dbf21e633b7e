"""What each instruction does to abstract values: the table from operation to function."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import is_, is_not
from types import FunctionType

from ..ir.nodes import Const, FunctionIR, Instr, Op, Twin, Var
from ..peek import MISSING, class_lookup, instance_dict, is_class
from ..remarks import Bailout
from ..runtime.unpacked import Named, Positional
from .calls import call_instr
from .domain.effects import Effect
from .domain.machine import Machine
from .domain.places import object_path
from .domain.state import Env, Frame, Uses
from .domain.values import (
    NONE,
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Inst,
    Known,
    Plain,
    Top,
    Value,
    join,
    only,
    origins_of,
)
from .language.clocks import kept
from .language.columns import calls_each
from .language.contents import build, collect, spread_out
from .language.handed import carried
from .language.names import import_, import_from, load_cell, load_global, store_cell, store_global
from .language.operators import operate


def _closure(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """A function made here, with the variables that it sees, and those of all that are made here in such a frame."""
    payload: tuple[FunctionIR, int, int] = node.payload  # type: ignore[assignment]
    built, defaults, named = payload
    count = defaults + named
    names = [*built.args[len(built.args) - defaults :], *built.kwonly]
    seen = {use.name: value for use, value in zip(node.uses[count:], uses[count:], strict=True) if isinstance(use, Var)}
    place = (*frame.key, id(built), id(frame.module), *map(id, frame.cells.values()))
    made = self.closures.get(place)
    if made is None:
        env: Env = {}
        made = self.closures[place] = Closure(id(env), built, env, frame.module, frame.cells, {})
    self.widen(made.env, {**frame.outer, **seen})
    self.widen(made.defaults, dict(zip(names, uses[:count], strict=False)))
    frame.closures.append(made)
    return only(made)


def _copy(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return uses[0]


def _receiver(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return frozenset(a.receiver for a in uses[0] if isinstance(a, Bound)) or only(Top("the object of a method"))


def _narrow(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """What is called, where it runs the one function."""
    return frozenset(a for a in uses[0] if id(node.payload) in _runs(a))


def _runs(abstract: Abstract) -> tuple[int, ...]:
    match abstract:
        case Known(ident=ident) | Bound(func=Known(ident=ident)):
            return (ident,)
        case Inst(cls=cls) | Fresh(cls=cls):
            return (id(class_lookup(cls, "__call__")),)
        case _:
            return ()


def _default(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return self.lift(node.payload, object_path(node.payload, f"default {node.name}"))


def _part(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """What a parameter is given by a mapping or sequence that is unpacked: a part of it, or its default."""
    give = node.payload
    assert isinstance(give, Named | Positional)
    known = spread_out(self, uses[0], frame, node) if isinstance(give, Named) else None
    if known is None:
        if not all(_unpacks(a, (dict,) if isinstance(give, Named) else (list, tuple)) for a in uses[0]):
            return self.unknown(frame, node, "unpacked arguments")
        for abstract in uses[0]:
            self.read(abstract, frame, node, "[]")
        found = self.each(uses[0], lambda a: self.item(a, uses[1], frame, node))
    else:
        found = known.get(node.name, NOTHING)
    if give.default is not MISSING and (known is None or not found):
        found = join(found, self.lift(give.default, object_path(give.default, f"default {node.name}")))
    return found or self.unknown(frame, node, "unpacked arguments")


def _unpacks(abstract: Abstract, kinds: tuple[type, ...]) -> bool:
    """Whether a value is data, or a container of these kinds that the region has made; or a sequence that is there."""
    if isinstance(abstract, Plain):
        return abstract.cls is None or abstract.cls in kinds
    there = isinstance(abstract, Fresh) or (isinstance(abstract, Inst) and abstract.live is not MISSING)
    return there and abstract.cls in kinds and (isinstance(abstract, Fresh) or dict not in kinds)  # type: ignore[union-attr]


PASSED_ON = ("copy", "receiver", "narrow", "runs")  # of these nobody sees which object it is


def _twin(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """A new object of an item's class; in the program, the item itself is changed."""
    twin = node.payload
    assert isinstance(twin, Twin)
    for abstract in uses[0]:
        if not isinstance(abstract, Inst) or abstract.cls is not twin.cls or abstract.path is None:
            return self.unknown(frame, node, "an item of another class")
        self.condition(abstract.path, partial(_has, twin.names), "its attributes")
        for name in ("__new__", "__del__", "__setattr__"):
            self.class_lookup(twin.cls, name)
    for effect in twin.writes:
        assert isinstance(effect, Effect)
        self.effects.setdefault(self.current, set()).add(effect)
    for ident in (node.id, *twin.readers):  # it, and the lists and dictionaries it has of its own
        self.twins.setdefault((*frame.key, ident), False)
    return only(Fresh(frame.made_at(node), twin.cls))


def show_twins(self: Machine, node: Instr, uses: Uses, top: bool) -> None:
    """Notes the twins of which an instruction of a function that is run does more than get and set attributes, and
    call methods; and the lists of twins of which any asks which ones they are."""
    if node.op == "call" and any(isinstance(a, Known) and _asks(a.obj) for value in uses for a in value):
        self.twins.update(dict.fromkeys(self.twins, True))
    which = node.name in ("Is", "IsNot") and not any(isinstance(use, Const) and use.value is None for use in node.uses)
    if node.op in PASSED_ON or (top and not which):
        return
    if node.op in ("attr", "setattr") or (node.op == "call" and all(map(_of_python, uses[0]))):
        uses = uses[1:]
    for abstract in (a.receiver if isinstance(a, Bound) else a for value in uses for a in value):
        if isinstance(abstract, Fresh) and abstract.key in self.twins:
            held = abstract.cls is list or abstract.cls is dict
            self.twins[abstract.key] |= which or not held


def _asks(called: object) -> bool:
    return called is id or called is is_ or called is is_not


def _of_python(method: Abstract) -> bool:
    return isinstance(method, Bound) and isinstance(method.func, Known) and type(method.func.obj) is FunctionType


def _has(names: tuple[str, ...], item: object) -> bool:
    return tuple(instance_dict(item) or ()) == names


def _attr(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return self.each(uses[0], lambda a: self.attribute(a, node.name, frame, node))


def _setattr(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    for abstract in uses[0]:
        self.set_attribute(abstract, node.name, uses[1], frame, node)
    return NOTHING


def _delattr(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    for abstract in uses[0]:
        self.delete_attribute(abstract, node.name, frame, node)
    return NOTHING


def _item(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return self.each(uses[0], lambda a: self.item(a, uses[1], frame, node))


def _set_item(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    for abstract in uses[0]:
        self.set_item(abstract, uses, frame, node)
    return NOTHING


def _format(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    name = "__str__" if node.name == "s" else "__repr__" if node.name else "__format__"
    for abstract in uses[0]:
        self.protocol(abstract, name, frame, node)
    return carried(self, only(Plain(str)), uses[0])


def _yield(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """Keeps what a generator yields; nobody sends it anything (a generator's methods are not understood)."""
    given = uses[0]
    if node.op == "yield_from":
        given = self.each(given, lambda a: self.iterate(a, frame, node))
    if frame.yielded is not None:  # a context manager
        frame.yielded = join(frame.yielded, given)
        return NONE
    memory = self.contents((*frame.key, -4))
    memory.element = join(memory.element, given)
    return NONE if node.op == "yield" else only(Top("what a generator returns"))


def _boolean(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return only(Plain(bool))


def _nothing(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return NOTHING


def _expect(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """The region was lowered for the built-in function: with another one it means something else.

    Raises:
        Bailout: that is what is called.
    """
    if not uses[0] or any(not isinstance(a, Known) or a.obj is not node.payload for a in uses[0]):
        raise Bailout("unknown", f"{node.name}, which is not the built-in function", node.span)
    return NOTHING


def _keyed(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """What `sorted`, `max` or `min` gives by keys; what comparing those runs is said of the call that compares them."""
    _, elements, keys, _, *others = uses
    found = self.each(elements, lambda a: self.iterate(a, frame, node))
    self.each(keys, lambda a: self.iterate(a, frame, node))
    if node.name != "sorted":
        return join(found, *others)
    for value in others:
        for abstract in value:
            self.protocol(abstract, "__index__", frame, node)
            self.protocol(abstract, "__bool__", frame, node)
    key = frame.made_at(node)
    memory = self.contents(key)
    memory.element = join(memory.element, found)
    return only(Fresh(key, list))


def _applies(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """Whether a method calls the function for each element: known in any case, and what it rests on is guarded."""
    called = all(isinstance(a, Known | Bound | Closure) for a in uses[1]) if len(uses) > 1 else True
    return only(Plain(bool, frozenset(), called and calls_each(self, uses[0], node.name)))


def _applied(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """A new column; of data, if all that was given is."""
    found = self.each(uses[1], lambda a: self.iterate(a, frame, node))
    origins = frozenset(o for a in uses[1] for o in origins_of(a))
    data = all(isinstance(a, Plain) for a in found)
    return only(Plain(None, origins) if data else Top("what a column's method gives"))


def _raise(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    if not uses and node.name != "assert" and frame.outside >= 0 and frame.shown:
        self.effect("handled", frame, node, "raise")
    for value in uses[:1]:
        kept(self, value, frame, node)
    for abstract in uses[0] if uses else ():
        kind = abstract.obj if isinstance(abstract, Known) else getattr(abstract, "cls", None)
        if not is_class(kind) or issubclass(kind, StopIteration):
            self.effect("stops", frame, node)
        self.interrupts |= is_class(kind) and issubclass(kind, KeyboardInterrupt)
    return NOTHING


def _opaque(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return self.unknown(frame, node, f"{node.name} (syntax not analysed)")


STEPS: dict[Op, Callable[[Machine, Instr, Uses, Frame], Value]] = {
    "copy": _copy,
    "global": load_global,
    "cell": load_cell,
    "store_global": store_global,
    "store_cell": store_cell,
    "attr": _attr,
    "receiver": _receiver,
    "default": _default,
    "narrow": _narrow,
    "runs": _boolean,
    "part": _part,
    "twin": _twin,
    "setattr": _setattr,
    "delattr": _delattr,
    "item": _item,
    "setitem": _set_item,
    "delitem": _set_item,
    "unary": operate,
    "binary": operate,
    "compare": operate,
    "chain": operate,
    "inplace": operate,
    "format": _format,
    "build": build,
    "collect": collect,
    "call": call_instr,
    "function": _closure,
    "import": import_,
    "import_from": import_from,
    "raise": _raise,
    "expect": _expect,
    "keyed": _keyed,
    "applies": _applies,
    "applied": _applied,
    "delete": _nothing,
    "unpack": _nothing,
    "yield": _yield,
    "yield_from": _yield,
    "opaque": _opaque,
}
