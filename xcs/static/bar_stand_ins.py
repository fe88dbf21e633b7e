"""Progress bars that a text makes before it goes through them: `bar = tqdm(items)`, then `for item in bar`.

Their stand-ins are bars that show nothing, which go through the stand-ins of the items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..analysis.domain.state import Call
from ..analysis.domain.values import NOTHING, Abstract, Known, Lazy, Value
from ..knowledge import lookup
from ..peek import CONTAINERS, MISSING


class Bar(NamedTuple):
    """What a bar is made of: its class, the name of the attribute with what it goes through, and that."""

    cls: type
    name: str
    over: Value


def bars_of(func: Value, call: Call, made: Value) -> Mapping[Abstract, Bar]:
    """The bars that a call makes, by the iterators that stand for them."""
    callees = [a.obj for a in func if isinstance(a, Known) and isinstance(a.obj, type)]
    facts = lookup(callees[0]) if len(callees) == len(func) == 1 else None
    if facts is None or facts.result != "through(0)":
        return {}
    over = call.args[0] if call.args else call.named.get(facts.params[0], NOTHING)
    return {a: Bar(callees[0], facts.params[0], over) for a in made if isinstance(a, Lazy)}


def stand_in(bar: Bar, of: Callable[[Value], object]) -> object:
    """A stand-in for a bar; MISSING where nothing is known of the items."""
    over = of(bar.over)
    if type(over) not in CONTAINERS and type(over) is not range:
        return MISSING
    try:
        made: object = object.__new__(bar.cls)
        vars(made).update({bar.name: over, "disable": True})
    except TypeError:
        return MISSING
    return made


__all__ = ["Bar", "bars_of", "stand_in"]
