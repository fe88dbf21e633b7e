"""Which argument of a call a knowledge entry means."""

from __future__ import annotations

from ...knowledge import CallFacts
from ..domain.state import Call
from ..domain.values import NOTHING, Plain, Value, join, only

UNPACKED = 8  # places that unpacked arguments are taken to fill, at most


def argument(facts: CallFacts, which: str, call: Call) -> Value | None:
    """The argument that a knowledge file names: a position, a parameter name, `self` or `*`."""
    args, named = call.args, call.named
    if which == "self":
        return only(call.receiver) if call.receiver is not None else (args[0] if args else None)
    if which == "*":
        return join(NOTHING, *args, *named.values())
    if which.isdigit():
        index = int(which)
        if index < len(args):
            return args[index]
        name = facts.params[index] if index < len(facts.params) else None
        return named.get(name) if name is not None else None
    if which in named:
        return named[which]
    if which in facts.params and facts.params.index(which) < len(args):
        return args[facts.params.index(which)]
    return named.get("**")


def placed(facts: CallFacts, call: Call) -> list[Value]:
    """The arguments by position: named ones at their parameter's place, unpacked ones wherever they may be."""
    placed, named = list(call.args), call.named
    for name in facts.params[len(placed) :]:
        if name not in named and "**" not in named:
            break
        placed.append(named[name] if name in named else named["**"])
    if "*" in named:
        rest = join(named["*"], *placed[len(call.args) :])
        placed = [*call.args, *([rest] * UNPACKED)]
    return placed


def is_none(value: Value) -> bool:
    return all(isinstance(a, Plain) and a.cls is type(None) for a in value)
