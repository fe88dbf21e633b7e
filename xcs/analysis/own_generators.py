"""Generators that only make something of what there is: a slice makes one of its own, and goes through that.

    def batches(xs, n):
        batch = []
        for x in xs:
            batch.append(x)
            if len(batch) == n:
                yield batch
                batch.clear()        # what a call was given is changed behind it: the slice takes copies

The items of the slice's are copies, as deep as the generator has made them; what it found there is the program's own.
"""

from __future__ import annotations

from collections import deque

from ..ir.nodes import For
from ..peek import IMMUTABLE, Kinds
from .domain.holding import inside, parts
from .domain.values import NOTHING, Fresh, FreshKey, Generator, Inst, Known, Lazy, Plain, Value, moved_by, origins_of
from .interpret import Interpreter
from .observed import Observed

COPIED = Kinds((list, tuple, dict, deque))  # no sets: a copy goes through them in an order of its own
DEEPEST = 3  # containers in containers


def levels_made(region: Observed, loop: For) -> int | None:
    """How deep the items of a loop are made by the generator that it goes through, by itself or by `enumerate` and
    `zip`: a slice can make one, too, as it changes nothing but itself and what it has made, and nobody else does.

    None: there is no such generator.
    """
    source = tuple(region.facts.operands.get(loop.id, (NOTHING,))[0])
    if len(source) != 1 or not isinstance(source[0], Generator | Lazy):
        return None
    # It may go through generators that it is given, and those through others.
    held = parts((frozenset(source),), region.facts.heap.get)
    moved = moved_by(source[0]).union(a.key for a in held if isinstance(a, Generator))
    keys = frozenset(key[:-1] if key[-1] == -1 else key for key in moved)
    makers = {key[0] for key in keys}
    moving = {loop.id, *makers}
    if not keys or (isinstance(source[0], Lazy) and source[0].readable) or not makers <= region.nodes.keys():
        return None
    for ident in region.nodes:
        for effect in region.effects(ident):
            own = effect.kind == "write" and effect.loc is not None and _below(effect.loc.root, keys)
            if (effect.kind != "read" and not own) if ident in moving else own:
                return None
    return _levels(region.facts, region.facts.results.get(loop.id, NOTHING), keys)


def _levels(facts: Interpreter, value: Value, keys: frozenset[FreshKey], depth: int = 0) -> int | None:
    """How many levels of containers a generator has made of a value; None: not all in the same way."""
    made = [a for a in value if any(_below(o, keys) for o in origins_of(a))]
    rest = [a for a in value if a not in made]
    if not made:
        return 0 if all(isinstance(a, Plain | Known | Inst | Fresh) for a in rest) else None
    copied = all(isinstance(a, Fresh) and a.cls in COPIED for a in made)
    if not copied or depth == DEEPEST or not all(isinstance(a, Plain) and a.cls in IMMUTABLE for a in rest):
        return None
    below = NOTHING.union(*(held for a in made for held in inside(a, facts.heap.get)))
    deeper = _levels(facts, below, keys, depth + 1)
    return None if deeper is None else deeper + 1


def _below(origin: object, keys: frozenset[FreshKey]) -> bool:
    return type(origin) is tuple and any(origin[: len(key)] == key for key in keys)
