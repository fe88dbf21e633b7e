"""Entering a region: what its slice is given, and what must be so beside the guards."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

from .analysis.values import CONTAINERS, IMMUTABLE, instance_dict
from .guards import values_at
from .runtime import Begun, Counters, Region

if TYPE_CHECKING:
    from .decisions import Decision
    from .plan import Plan


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
        owners = {id(v) for v in values_at(write, roots)}
        todo = list(values_at(read, roots))
        seen: set[int] = set()
        budget = 20_000
        while todo:
            item = todo.pop()
            if type(item) in IMMUTABLE or id(item) in seen:
                continue
            if id(item) in owners:
                return False
            seen.add(id(item))
            budget -= 1
            if budget < 0:
                return False
            if not deep:
                continue
            if type(item) in CONTAINERS:
                todo.extend([*item.keys(), *item.values()] if isinstance(item, dict) else list(item))  # type: ignore[call-overload]
            else:
                below = instance_dict(item)
                if below is not None and not issubclass(type(item), (type, types.ModuleType, types.FunctionType)):
                    todo.extend(below.values())
    return True
