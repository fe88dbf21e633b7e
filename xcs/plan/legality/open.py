"""The call gives an open file or connection: the slice would read what the program is to read."""

from __future__ import annotations

import io
from collections.abc import Iterator

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.holding import inside, within
from ...analysis.domain.values import Abstract, Fresh, Generator, Plain, Value
from ...ir.nodes import Instr, With
from ...knowledge import lookup
from ...knowledge.stated import read_in_turn
from ...peek import CONTAINERS, MISSING, class_lookup
from ...reasons import Reason
from ...remarks import Bailout
from .candidate import Candidate

OBSTACLE = Reason(
    code="open",
    number="XCS320",
    text="{what} gives an open connection or file, which is read in the region",
    hint="read it in the function that makes the call",
    meaning=(
        "The call gives an open connection or file, which the region reads: what is read early would be "
        "read twice."
    ),
    what_to_do="Read it in the function that makes the call, and return what was read.",
)


def of_call(candidate: Candidate) -> Bailout | None:
    """The call's result is open, and isn't read in turn."""
    if holds_open(candidate) and not _read_in_turn(candidate):
        return candidate.obstacle("open", candidate.name)
    return None


def of_slice(candidate: Candidate) -> Bailout | None:
    """The slice needs what another call has opened: it would read that before the program does."""
    opened = (e for i in candidate.needs - {candidate.node.id} for e in candidate.region.effects(i))
    if any(e.kind == "opens" and not e.inner for e in opened):
        return candidate.obstacle("open", candidate.name)
    return None


def holds_open(candidate: Candidate) -> bool:
    """Whether the result may hold an open file or connection, of which there would be many at once."""
    opened = [e for e in candidate.region.effects(candidate.node.id) if e.kind == "opens"]
    if opened and (not all(e.inner for e in opened) or any(map(_may_be_open, within_result(candidate)))):
        return True
    return any(isinstance(a, Fresh) and _is_open(a.cls) for a in within_result(candidate))


def _may_be_open(abstract: Abstract) -> bool:
    """Whether a value may be an answer that a function has opened, and not read."""
    return not isinstance(abstract, Plain) and not (isinstance(abstract, Fresh) and abstract.cls in CONTAINERS)


def _read_in_turn(candidate: Candidate) -> bool:
    """Whether answers to requests are open, each read where it was asked for: a few of them may be open ahead."""
    held = {a.cls for a in within_result(candidate) if isinstance(a, Fresh) and _is_open(a.cls)}
    in_turn = all(map(read_in_turn, held)) and candidate.region.facts.repeats
    return in_turn and _looked_into(candidate.region, candidate.node.id)


def _looked_into(region: LinkedRegion, made: int) -> bool:
    """Whether nothing is done with what a node gives but to look into it, and to enter it."""
    loops = region.loops(made)
    for ident, uses in region.whole.uses.items():
        if not any(made in definitions for definitions in uses.values()):
            continue
        node = region.nodes[ident]
        if region.loops(ident)[: len(loops)] != loops:
            return False
        copied = isinstance(node, Instr) and node.op == "copy" and _looked_into(region, ident)
        if not copied and not isinstance(node, With) and not (isinstance(node, Instr) and node.op in ("attr", "item")):
            return False
    return True


def _is_open(cls: type) -> bool:
    """Whether objects of a class are files, or streams of a library's that are still to be read."""
    step = class_lookup(cls, "__next__")
    streamed = step is not MISSING and lookup(step) is not None
    return streamed or (issubclass(cls, io.IOBase) and not issubclass(cls, io.BytesIO | io.StringIO))


def within_result(candidate: Candidate) -> Iterator[Abstract]:
    """The abstract values of the call's result, and of what it holds."""
    facts = candidate.region.facts

    def step(abstract: Abstract) -> list[Value]:
        return inside(abstract, facts.heap.get) if isinstance(abstract, Generator | Fresh) else []

    return within([facts.results.get(candidate.node.id, frozenset())], step)
