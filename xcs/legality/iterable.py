"""The items can't be read ahead: going through them twice could be seen."""

from __future__ import annotations

from ..analysis.values import CONTAINERS, STREAMS, Fresh, Inst, Known, Lazy, Plain, own_enum
from ..ir import For, Node
from ..remarks import Bailout
from .candidate import Candidate


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """A loop around the call goes through something else than built-in data."""
    if isinstance(below, For):
        source = candidate.region.facts.operands.get(below.id, (frozenset(),))[0]
        if not all(_readable(abstract) for abstract in source):
            what = f"line {below.span.line} goes through an iterator or object"
            return candidate.obstacle("iterable", what, span=below.span)
    return None


def _readable(abstract: object) -> bool:
    match abstract:
        case Plain():
            return True
        case Known(obj=obj):
            return own_enum(obj)
        case Inst(cls=cls) | Fresh(cls=cls):
            return cls in CONTAINERS or (cls in STREAMS and isinstance(abstract, Fresh))
        case Lazy(readable=readable):
            return readable
        case _:
            return False
