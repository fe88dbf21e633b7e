"""What values hold, as far as it is known: the walks over the abstract heap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from .memory import Memory
from .values import Abstract, Bound, Closure, Fresh, FreshKey, Generator, Lazy, Super, Value, only, origins_of

Contents = Callable[[FreshKey], Memory | None]  # of a fresh object


def inside(abstract: Abstract, contents: Contents) -> list[Value]:
    """What a value itself holds."""
    match abstract:
        case Fresh(key=key):
            memory = contents(key)
            return memory.values() if memory is not None else []
        case Lazy(element=element, given=given):
            return [element, *given]
        case Bound(receiver=receiver) | Super(receiver=receiver):
            return [only(receiver)]
        case Closure(env=env, defaults=defaults):
            return [*env.values(), *defaults.values()]
        case Generator(parameters=parameters):
            return [value for _, value in parameters]
        case _:
            return []


def within(values: Iterable[Value], step: Callable[[Abstract], Iterable[Value]]) -> Iterator[Abstract]:
    """Values, and all that they hold, each once; step: what one of them holds."""
    todo = [abstract for value in values for abstract in value]
    seen = set(todo)
    while todo:
        abstract = todo.pop()
        yield abstract
        for value in step(abstract):
            todo.extend(value - seen)
            seen |= value


def parts(values: Iterable[Value], contents: Contents) -> set[Abstract]:
    """Values, and all that they hold."""
    return set(within(values, lambda abstract: inside(abstract, contents)))


def below(origins: Iterable[object], heap: Mapping[FreshKey, Memory]) -> Iterator[Abstract]:
    """What can be reached from fresh objects, each object being looked into once."""
    todo = list(origins)
    seen = set(todo)
    while todo:
        origin = todo.pop()
        memory = heap.get(origin) if type(origin) is tuple else None
        for value in memory.values() if memory is not None else ():
            for abstract in value:
                yield abstract
                found = origins_of(abstract) - seen
                todo.extend(found)
                seen |= found


__all__ = ["below", "inside", "parts", "within"]
