"""Entering a region: what its slice is given, and what must be so beside the guards."""

from __future__ import annotations

import sys
import types
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from .analysis.values import CONTAINERS, IMMUTABLE, instance_dict, slot_of
from .guards import values_at
from .runtime import Begun, Counters, Region

if TYPE_CHECKING:
    from .decisions import Decision
    from .plan import Plan


REACHED = 200_000  # objects; an entry at which there are more is not looked at


def activation(
    chosen: Decision, roots: dict[str, object], module: dict[str, object], counters: Counters, begun: Begun | None
) -> Region | None:
    """A region that starts calls early; `begun`: after its loop's first iteration. None: not with these objects."""
    if not _separate(chosen.plan, roots) or any(_importing(name) for name in chosen.plan.modules):
        return None
    given = [roots[n] for n in chosen.compiled.locals]
    given.extend(_global(p, module) for p in chosen.compiled.globals)
    given.extend(roots[p.name] if p.function is None else _shared(p) for p in chosen.compiled.cells)
    return Region(
        chosen.compiled.build(*given),
        anchors=chosen.anchors,
        sites=chosen.infos,
        counters=counters,
        loggers=chosen.loggers,
        opens=chosen.opens,
        begun=begun,
    )


def initializing(module: dict[str, object]) -> bool:
    """Whether the module with these globals is still being imported."""
    return bool(getattr(module.get("__spec__"), "_initializing", False))


def _importing(name: str) -> bool:
    return initializing(getattr(sys.modules.get(name), "__dict__", {}))


def _global(place: Any, module: dict[str, object]) -> object:
    """What a global name means now, in the decorated function's module or in an open callee's."""
    names = module if place.function is None else place.function.__globals__
    if place.name in names:
        return names[place.name]
    builtins = names.get("__builtins__", {})
    return builtins[place.name] if isinstance(builtins, dict) else vars(builtins)[place.name]


def _shared(place: Any) -> object:
    """What a shared variable of an open callee holds now."""
    function = place.function
    return function.__closure__[function.__code__.co_freevars.index(place.name)].cell_contents


def _separate(plan: Plan, roots: dict[str, object]) -> bool:
    """Whether what the region writes is not a part of what its early calls read (entry condition)."""
    for write, read, deep in (*plan.separate, *plan.namespaces):
        parts = bool(write.steps) and write.steps[-1][0] == "parts"
        owners = _objects(values_at(write, roots), parts)
        asked = _objects(values_at(read, roots), deep)
        if owners is None or asked is None or not owners.isdisjoint(asked):
            return False
    return True


def _objects(found: Iterable[object], deep: bool) -> set[int] | None:
    """The identities of mutable objects; `deep`: with all that can be reached from them. None: too many."""
    todo = list(found)
    seen: set[int] = set()
    while todo:
        item = todo.pop()
        if type(item) in IMMUTABLE or id(item) in seen:
            continue
        seen.add(id(item))
        if len(seen) > REACHED:
            return None
        if not deep:
            continue
        if type(item) in CONTAINERS or type(item) is defaultdict:
            todo.extend([*item.keys(), *item.values()] if isinstance(item, dict) else list(item))  # type: ignore[call-overload]
        elif not issubclass(type(item), (type, types.ModuleType, types.FunctionType)):
            below = instance_dict(item)
            todo.extend(below.values() if below is not None else ())
            todo.extend(_hidden(item))
    return seen


def _hidden(item: object) -> list[object]:
    """What an object refers to that is not in a dictionary of its own: slots, the object of a method, a partial's."""
    if type(item) is types.MethodType:
        return [item.__self__]
    if type(item) is partial:
        return [item.func, *item.args, *item.keywords.values()]
    slots = (found for cls in type.__dict__["__mro__"].__get__(type(item)) for found in vars(cls).values())
    return [slot_of(slot, item) for slot in slots if type(slot) is types.MemberDescriptorType]
