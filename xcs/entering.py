"""Entering a region: what its slice is given, and what must be so beside the guards."""

from __future__ import annotations

import sys
import types
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from .analysis.values import CONTAINERS, IMMUTABLE, built_in_names, dict_of, instance_dict, mro_of, slot_of
from .guards import values_at
from .remarks import Bailout
from .runtime import Begun, Counters, Region

if TYPE_CHECKING:
    from .decisions import Decision
    from .plan import Plan


REACHED = 200_000  # objects; an entry at which there are more is not looked at


def activation(
    chosen: Decision, roots: dict[str, object], module: dict[str, object], counters: Counters, begun: Begun | None
) -> Region:
    """A region that starts calls early; `begun`: after its loop's first iteration.

    Raises:
        Bailout: not with these objects, or not yet.
    """
    _separate(chosen.plan, roots)
    importing = next((name for name in sorted(chosen.plan.modules) if _importing(name)), None)
    if importing is not None:
        raise Bailout("not-entered", f"the module {importing} was still being imported")
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
    return names[place.name] if place.name in names else built_in_names(names)[place.name]


def _shared(place: Any) -> object:
    """What a shared variable of an open callee holds now."""
    function = place.function
    return function.__closure__[function.__code__.co_freevars.index(place.name)].cell_contents


def _separate(plan: Plan, roots: dict[str, object]) -> None:
    """
    Raises:
        Bailout: what the region writes is a part of what its early calls read.
    """
    for write, read, deep in (*plan.separate, *plan.namespaces):
        parts = bool(write.steps) and write.steps[-1][0] == "parts"
        owners = _objects(values_at(write, roots), parts)
        asked = _objects(values_at(read, roots), deep)
        if owners is None or asked is None:
            raise Bailout("not-entered", f"`{write}` and `{read}` hold too many objects to compare")
        if not owners.isdisjoint(asked):
            raise Bailout("not-entered", f"`{write}`, which is written, was a part of `{read}`, which its calls read")


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
    slots = (found for cls in mro_of(type(item)) for found in dict_of(cls).values())
    return [slot_of(slot, item) for slot in slots if type(slot) is types.MemberDescriptorType]
