"""Following one call's arguments through what it calls: whether its result is one of them, or holds one.

    def ask(text): return {"text": text, "answer": model(text)}      # holds it
    def ask(text): return model(text.strip())                        # does not

The argument carries a mark among its origins. What copies a value copies the mark. Operations that make new data of
old may give the old object (`text.strip()`, `x + 0`, `text[:]`), so their results carry it where the types allow it.
"""

from __future__ import annotations

from ...peek import CONTAINERS, IMMUTABLE, class_name
from ...records import replace
from ..domain.holding import parts
from ..domain.machine import Machine
from ..domain.values import NOTHING, Abstract, Fresh, FreshKey, Inst, Lazy, Plain, Top, Value, join, only
from .clocks import passed

HANDED = -6  # in the key that is the mark, after the node of the call
STABLE = (bool, type(None))  # equal values are one object

Kinds = tuple[type | None, ...]  # None: any


def mark_of(ident: int) -> FreshKey:
    """The mark of the arguments of a node's call."""
    return ident, HANDED


def carried(self: Machine, result: Value, *sources: Value) -> Value:
    """The result of an operation that may be one of its operands."""
    if self.clocks:
        result = passed(self, result, *sources)
    if not self.handed:
        return result
    found = [getattr(a, "cls", None) for a in parts(sources, self.contents) if is_marked(self, a)]
    kinds = tuple({id(cls): cls for cls in found}.values())
    return frozenset(_marked(self, a, kinds) for a in result) if kinds else result


def apart(self: Machine, result: Value) -> Value:
    """What a service answers: new data."""
    mark = self.handed
    if not mark:
        return result
    found = (replace(a, origins=a.origins - {mark}) if isinstance(a, Plain | Top) else a for a in result)
    return frozenset(found)


def with_mark(abstract: Abstract, mark: FreshKey) -> Abstract:
    """The value as one that may be the argument; only data can be told so."""
    if isinstance(abstract, Top) or (isinstance(abstract, Plain) and abstract.cls not in STABLE):
        return replace(abstract, origins=abstract.origins | {mark})
    return abstract


def is_marked(self: Machine, abstract: Abstract) -> bool:
    return isinstance(abstract, Plain | Top | Lazy) and self.handed in abstract.origins


def _marked(self: Machine, abstract: Abstract, kinds: Kinds) -> Abstract:
    """A result of an operation on values of these kinds."""
    mark = self.handed
    match abstract:
        case Plain(cls=cls):
            whole = any(k is None or k in CONTAINERS for k in kinds)
            scalar = cls in IMMUTABLE and cls is not None
            return with_mark(abstract, mark) if whole or not scalar or any(cls is k for k in kinds) else abstract
        case Top():
            return with_mark(abstract, mark)
        case Fresh():
            memory = self.memory(abstract)
            memory.element = join(memory.element, only(Plain(None, frozenset({mark}))))
        case Lazy(element=element, origins=origins):
            element = frozenset(_marked(self, a, kinds) for a in element)
            return replace(abstract, element=element or NOTHING, origins=origins | {mark})
        case Inst(cls=cls, path=None):
            return Top(f"a {class_name(cls)}", frozenset({mark}))
    return abstract
