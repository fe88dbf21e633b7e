"""Containers and the data in them: what they hold, copies of them, and whether a value is data all through."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from types import GeneratorType

from ...ir.nodes import Instr
from ...peek import CONTAINERS, MISSING, Kinds, is_function
from ..domain.machine import Machine
from ..domain.places import ITERATED, Path
from ..domain.state import Call, Frame
from ..domain.values import (
    NOTHING,
    PLAIN,
    Abstract,
    Closure,
    Fresh,
    FreshKey,
    Generator,
    Inst,
    Known,
    Lazy,
    Plain,
    Value,
    join,
    only,
    origins_of,
)

COPIED = Kinds((dict, OrderedDict, defaultdict))  # of which another dictionary is made without running code
# Of a `defaultdict`: they run no code.
FACTORIES = Kinds((list, dict, set, int, float, str, bool, tuple, frozenset, deque, Counter, OrderedDict))


def all_plain(self: Machine, abstract: Abstract, call: Call, depth: int) -> bool:
    """Whether a value is built-in data, as far as it is looked into."""
    if isinstance(abstract, Plain):
        return True
    inside = isinstance(abstract, Inst | Fresh) and (abstract.cls in CONTAINERS or abstract.cls is GeneratorType)
    if depth > 4 or not (inside or isinstance(abstract, Lazy | Generator)):
        return False
    members = join(self.iterate(abstract, call.frame, call.node), element_of(self, abstract, call.frame, call.node))
    return all(all_plain(self, below, call, depth + 1) for below in members)


def element_of(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> Value:
    """The elements of a container (the values of a dictionary)."""
    if isinstance(abstract, Fresh) and issubclass(abstract.cls, dict):
        return self.memory(abstract).element
    if (
        isinstance(abstract, Inst)
        and issubclass(abstract.cls, dict)
        and abstract.cls in ITERATED
        and abstract.live is not MISSING
    ):
        return self.members(abstract.live, abstract.path, values=True)
    return self.iterate(abstract, frame, node)


def container(self: Machine, cls: type, call: Call) -> Value:
    """What `list(...)`, `tuple(...)`, `set(...)`, `frozenset(...)`, `dict(...)` and the like make."""
    memory, keyed = self.contents(call.made), issubclass(cls, dict)
    for abstract in call.args[0] if call.args else NOTHING:
        if not keyed:
            memory.element = join(memory.element, self.iterate(abstract, call.frame, call.node))
        elif isinstance(abstract, Plain):
            memory.element = join(memory.element, only(Plain(None, abstract.origins)))
            memory.keys = join(memory.keys, PLAIN)
        elif isinstance(abstract, Fresh) and abstract.cls in COPIED:
            below = self.memory(abstract)
            memory.keys = join(memory.keys, below.keys)
            memory.copy(below)
        elif issubclass(getattr(abstract, "cls", None) or object, dict):
            exact = getattr(abstract, "cls", None) in ITERATED
            if exact and (isinstance(abstract, Fresh) or getattr(abstract, "live", MISSING) is not MISSING):
                held = element_of(self, abstract, call.frame, call.node)
            else:
                held = self.unknown(call.frame, call.node, "the copy of a class of dictionaries")
            memory.element = join(memory.element, held)
            memory.keys = join(memory.keys, self.iterate(abstract, call.frame, call.node))
        else:
            pair = self.iterate(abstract, call.frame, call.node)
            memory.element = join(memory.element, *(self.iterate(a, call.frame, call.node) for a in pair))
            memory.keys = join(memory.keys, memory.element)
    for name, value in call.named.items() if keyed else ():
        memory.keys = join(memory.keys, only(Plain(str) if name == "**" else Plain(str, frozenset(), name)))
        if name == "**":
            memory.scatter(value)
        else:
            memory.place(name, value)
    if cls is set or cls is frozenset:
        for abstract in memory.element:
            self.protocol(abstract, "__hash__", call.frame, call.node)
    return only(Fresh(call.made, cls))


def origins_among(value: Value) -> frozenset[Path | FreshKey]:
    return frozenset(o for a in value for o in origins_of(a))


def _makes_items(factory: Abstract) -> bool:
    """Whether it is one of `FACTORIES`, or a function of the program's."""
    if isinstance(factory, Known):
        return factory.obj in FACTORIES or is_function(factory.obj)
    return isinstance(factory, Closure)


def default_dict(self: Machine, call: Call) -> Value:
    """A new `defaultdict`, empty, of a factory that is understood."""
    factories = call.args[0] if len(call.args) == 1 and not call.named else NOTHING
    if not factories or not all(map(_makes_items, factories)):
        return self.unknown(call.frame, call.node, "a defaultdict with a factory that is not understood")
    self.contents(call.made).attrs[".factory"] = factories
    return only(Fresh(call.made, defaultdict))
