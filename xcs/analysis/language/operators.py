"""Operators on abstract values: built-in data is effect-free, classes answer by their special methods."""

from __future__ import annotations

from ...ir.nodes import Instr
from ...peek import CONTAINERS, MISSING, PLAIN_TYPES, Kinds, class_name, home_of
from ...runtime.operations import NAMES
from ..domain.machine import Machine
from ..domain.state import Frame
from ..domain.values import (
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Generator,
    Inst,
    Known,
    Lazy,
    Plain,
    Top,
    Value,
    join,
    only,
    origins_of,
)
from .clocks import difference, passed
from .contents import path_at_end
from .data import element_of
from .handed import carried

COMPARE = {  # what a comparison may call of either operand: its own method, the reflected one, and elements' equality
    "Eq": ("__eq__",),
    "NotEq": ("__ne__", "__eq__"),
    "Lt": ("__lt__", "__gt__", "__eq__"),
    "LtE": ("__le__", "__ge__", "__eq__"),
    "Gt": ("__gt__", "__lt__", "__eq__"),
    "GtE": ("__ge__", "__le__", "__eq__"),
}
TEXT = ("__str__", "__repr__", "__int__", "__index__", "__float__")  # what `%` may call
OF_SETS = ("Sub", "BitAnd", "BitOr", "BitXor")  # what views of dictionaries have


def _builtin(abstract: Abstract) -> bool:
    return isinstance(abstract, Plain) or (isinstance(abstract, Inst | Fresh) and abstract.cls in CONTAINERS)


def operate(self: Machine, node: Instr, uses: tuple[Value, ...], frame: Frame) -> Value:
    """The value of unary, binary, in-place and comparison operators."""
    name = node.name
    if node.op in ("compare", "chain") and name in ("Is", "IsNot"):
        return _identity(self, node, uses)
    if name == "Not":
        answer = self.truth(uses[0], frame, node)
        return only(Plain(bool) if answer is None else Plain(bool, frozenset(), not answer))
    operands = [a for value in uses[:2] for a in value]
    for abstract in operands:
        if isinstance(abstract, Top):
            return self.unknown(frame, node, abstract.why)
        self.read(abstract, frame, node, "[]", deep=not isinstance(abstract, Plain))
    if node.op in ("compare", "chain"):
        if name in ("In", "NotIn"):
            for abstract in uses[1]:
                _contains(self, abstract, uses[0], frame, node)
        else:
            for abstract in operands:
                for method in COMPARE[name]:
                    self.protocol(abstract, method, frame, node)
        return passed(self, only(Plain(bool)), *uses[:2])
    if node.op == "unary":
        for abstract in uses[0]:
            if not _builtin(abstract):
                return self.method(abstract, f"__{NAMES[name]}__", [], frame, node)
        found = join(NOTHING, *(only(Plain(a.cls if isinstance(a, Plain) else None)) for a in uses[0]))
        return carried(self, found, uses[0])
    result = NOTHING
    for left in uses[0]:
        if node.name == "Add" and getattr(left, "cls", None) is str and path_at_end(uses[1]):
            result = join(result, only(Plain(str, endpoint=path_at_end(uses[1]))))
            continue
        if _builtin(left) and all(_builtin(right) for right in uses[1]):
            found = _combine(self, node, left, uses[1], frame)
            if node.name == "Sub":
                found = difference(self, found, only(left), uses[1])
            elif self.clocks:
                found = passed(self, found, *uses[:2])
            result = join(result, found if _grows(node, left, uses[1]) else carried(self, found, *uses[:2]))
            continue
        if isinstance(left, Lazy) and node.op == "binary" and node.name in OF_SETS:
            result = join(result, _of_view(self, node, left, uses[1], frame))
            continue
        result = join(result, _special(self, node, left, uses[1], frame))
    return result


def _grows(node: Instr, left: Abstract, right: Value) -> bool:
    """Whether a text gets longer: it is a new one."""
    return node.name == "Add" and any(isinstance(a, Plain) and type(a.const) is str and a.const for a in (left, *right))


def _identity(self: Machine, node: Instr, uses: tuple[Value, ...]) -> Value:
    """What `is` gives, where types tell: an object is None or is not."""
    if any(isinstance(a, Inst) and a.path in self.changed for side in uses[:2] for a in side):
        return only(Plain(bool))
    if node.op == "compare" and any(_none(side) is True for side in uses[:2]):
        left, right = (_none(side) for side in uses[:2])
        if left is not None and right is not None:
            return only(Plain(bool, frozenset(), (left and right) == (node.name == "Is")))
    return only(Plain(bool))


def _none(value: Value) -> bool | None:
    """Whether a value is None; None where that is not known."""
    found = {_is_none(abstract) for abstract in value}
    return found.pop() if len(found) == 1 else None


def _is_none(abstract: Abstract) -> bool | None:
    match abstract:
        case Plain(cls=cls):
            return None if cls is None else cls is type(None)
        case Inst() | Fresh() | Known() | Closure() | Bound():
            return False
        case _:
            return None


def _contains(self: Machine, abstract: Abstract, sought: Value, frame: Frame, node: Instr) -> None:
    """What a membership test runs."""
    if isinstance(abstract, Lazy | Generator):
        self.unknown(frame, node, "a membership test that uses up an iterator")
    elif _builtin(abstract):
        for member in [*sought, *self.iterate(abstract, frame, node)]:
            self.protocol(member, "__eq__", frame, node)
            self.protocol(member, "__hash__", frame, node)
    elif self.class_lookup(getattr(abstract, "cls", None) or object, "__contains__") is MISSING:
        self.iterate(abstract, frame, node)
    else:
        self.method(abstract, "__contains__", [sought], frame, node)


SCALARS = Kinds((int, str, float, bool, bytes))
NUMBERS = Kinds((int, float, bool))
COMBINED = Kinds((list, tuple, set, dict, frozenset))


def _combine(self: Machine, node: Instr, left: Abstract, right: Value, frame: Frame) -> Value:
    if node.op == "inplace":
        mutable = isinstance(left, Inst | Fresh) or (
            isinstance(left, Plain) and left.origins and left.cls not in SCALARS
        )
        if mutable:
            self.write(left, frame, node, "[]", "an element")
            for abstract in right:
                self.keep(left, join(self.iterate(abstract, frame, node), element_of(self, abstract, frame, node)))
            if isinstance(left, Fresh) and left.cls is not list:
                self.memory(left).shuffle()
            return only(left)
    if node.name == "Mod" and isinstance(left, Plain) and (left.cls is None or left.cls is str or left.cls is bytes):
        inside = join(right, *(self.iterate(a, frame, node) for a in right if getattr(a, "cls", None) is tuple))
        for abstract in inside:
            for method in TEXT:
                self.protocol(abstract, method, frame, node)
    every = [left.cls if isinstance(left, Plain | Inst | Fresh) else None, *(getattr(a, "cls", None) for a in right)]
    kinds = {id(cls): cls for cls in every}
    origins = frozenset(o for a in (left, *right) for o in origins_of(a))
    if None in every or any(cls in COMBINED for cls in every):
        if isinstance(left, Plain) and all(isinstance(a, Plain) for a in right):
            only_kind = every[0] if len(kinds) == 1 else None
            return only(Plain(only_kind, origins))
        key = frame.made_at(node)
        memory = self.contents(key)
        for abstract in (left, *right):
            memory.element = join(memory.element, self.iterate(abstract, frame, node))
        cls = next((k for k in (list, tuple, set, dict) if id(k) in kinds), list)
        if cls is dict:
            memory.element = join(memory.element, only(Top("a merged dictionary", origins)))
        return only(Fresh(key, cls))
    if node.name == "Div":
        return only(Plain(float if NUMBERS.ids.issuperset(kinds) else None))
    if len(kinds) == 1:
        return only(Plain(every[0]))
    return only(Plain(float if NUMBERS.ids.issuperset(kinds) and id(float) in kinds else None))


def _of_view(self: Machine, node: Instr, left: Lazy, right: Value, frame: Frame) -> Value:
    """What `keys() - others` and the like give: a new set; of another iterator, a TypeError."""
    if not all(_builtin(abstract) or isinstance(abstract, Lazy) for abstract in right):
        return self.unknown(frame, node, f"the operator {node.name}")
    key = frame.made_at(node)
    memory = self.contents(key)
    memory.element = join(memory.element, *(self.iterate(a, frame, node) for a in (left, *right)))
    for abstract in memory.element:
        for method in ("__hash__", "__eq__"):
            self.protocol(abstract, method, frame, node)
    return carried(self, only(Fresh(key, set)), only(left), right)


def _special(self: Machine, node: Instr, left: Abstract, right: Value, frame: Frame) -> Value:
    base = NAMES.get(node.name)
    if base is None:
        return self.unknown(frame, node, f"the operator {node.name}")
    if node.name in ("Add", "Sub") and _of_moment(left, right):
        return self.method(left, "__add__", [right], frame, node)  # it answers by itself, taken away or added
    result = NOTHING
    names = ([f"__i{base}__"] if node.op == "inplace" else []) + [f"__{base}__"]
    for name in names:
        cls = getattr(left, "cls", None)
        if isinstance(left, Inst | Fresh) and cls is not None and self.class_lookup(cls, name) is not MISSING:
            result = join(result, self.method(left, name, [right], frame, node))
            break
    for abstract in right:
        if (
            isinstance(abstract, Inst | Fresh)
            and abstract.cls not in PLAIN_TYPES
            and self.class_lookup(abstract.cls, f"__r{base}__") is not MISSING
        ):
            result = join(result, self.method(abstract, f"__r{base}__", [only(left)], frame, node))
    if not result:
        return self.unknown(frame, node, f"the operator {node.name}")
    return result


def _of_moment(left: Abstract, right: Value) -> bool:
    """Whether a duration is added to a moment or a day, or taken away: of the standard library's own classes."""
    kinds = [a.cls if isinstance(a, Inst | Fresh) else object for a in (left, *right)]
    named = [class_name(kind) if home_of(kind) == "datetime" else "" for kind in kinds]
    return named[0] in ("date", "datetime") and set(named[1:]) == {"timedelta"}
