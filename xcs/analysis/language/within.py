"""What values hold, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain.machine import Machine
from ..domain.values import Abstract, Bound, Closure, Fresh, Generator, Lazy, Value, only


def parts(self: Machine, values: Iterable[Value]) -> set[Abstract]:
    """Values, and all that they hold."""
    todo = [a for value in values for a in value]
    seen = set(todo)
    while todo:
        for value in inside(self, todo.pop()):
            todo.extend(value - seen)
            seen |= value
    return seen


def inside(self: Machine, abstract: Abstract) -> list[Value]:
    """What a value holds, as far as it is known."""
    match abstract:
        case Fresh():
            memory = self.memory(abstract)
            return [memory.element, memory.keys, *memory.entries.values(), *memory.attrs.values()]
        case Lazy(element=element, given=given):
            return [element, *given]
        case Bound(receiver=receiver):
            return [only(receiver)]
        case Closure(env=env, defaults=defaults):
            return [*env.values(), *(value for _, value in defaults)]
        case Generator(parameters=parameters):
            return [value for _, value in parameters]
        case _:
            return []
