"""The callee itself has an effect whose place matters, or a part of the slice has.

One walk for seven obstacles, as it is decided for all of their effects together which is told: each of their modules
names its effects.
"""

from __future__ import annotations

import os
import sys
from typing import Final

from ...analysis.domain.effects import LOCAL, ORDERED, OUTPUTS, Effect, EffectKind
from ...analysis.domain.places import Path
from ...analysis.domain.values import Bound, Inst, Known, Lazy, Value
from ...analysis.library import shown_items
from ...analysis.library.lazy import LAZY
from ...analysis.pauses import paces_after_failure
from ...analysis.silences import asked_first
from ...ir.nodes import For, Instr, Node, Try, With
from ...knowledge import lookup
from ...knowledge.retries import ATTEMPTS
from ...peek import class_name
from ...remarks import Bailout
from . import command, handled, memoised, pacing, thread_bound, unknown, writes
from .candidate import REMOTE, Candidate

ENVIRONMENT = type(os.environ)
CODES: Final[dict[EffectKind, str]] = {
    kind: obstacle.OBSTACLE.code
    for obstacle in (writes, command, thread_bound, memoised, pacing, unknown, handled)
    for kind in obstacle.EFFECTS
}


def of_call(candidate: Candidate) -> Bailout | None:
    """The call changes something, or its order can be seen."""
    around = candidate.region.callee(candidate.node.id)
    if around is not None and around.function is ATTEMPTS:
        return candidate.obstacle("handled", "a call that a library makes again")
    effects = candidate.region.effects(candidate.node.id)
    # What a callee handles is the least of it: it can run in place, its own calls early.
    for effect in sorted(effects, key=lambda e: (e.kind == "catches", e.order)):
        kept_by_callee = effect.kind == "remembers" and effect.inner
        if paces_after_failure(candidate.region, candidate.node.id, effect):
            continue
        if effect.kind in ORDERED or effect.kind == "write" or kept_by_callee:
            what = f"{candidate.name}: {effect.detail or effect.kind}" if effect.kind == "unknown" else candidate.name
            ends = (effect.where,) if effect.where is not None and effect.where.line else ()
            return candidate.obstacle(CODES[effect.kind], what, *ends)
    return None


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """A slice is evaluated early, elsewhere and twice: it may read, and write what it makes itself."""
    if isinstance(below, With | Try):  # their parts are asked one by one
        return None
    if isinstance(below, Instr) and below.op == "twin":
        return None  # what it writes the program does, to the item
    for effect in sorted(candidate.region.effects(below.id), key=lambda e: e.order):
        if candidate.region.fills(below.id, effect) or _shows(candidate, below, effect):
            continue
        again = asks_again(candidate, below, effect)
        again |= not candidate.flow and asked_first(candidate.region, below.id, effect)
        if effect.kind in ("read", "stops") or _own_write(candidate, effect) or again:
            continue
        waits = below.id in candidate.sites and effect.kind in ("blocks", "sleep", *REMOTE)
        code = "carried" if waits else CODES.get(effect.kind, "arguments")
        after = candidate.located(f"after `{_shown(below)}`", below.id)
        called = isinstance(below, Instr) and below.op == "call" and effect.detail
        what = f"`{below.text}(...)`: {effect.detail}" if code == "unknown" and called else ""  # type: ignore[union-attr]
        return candidate.obstacle(code, what, after)
    return None


def _shows(candidate: Candidate, below: Node, effect: Effect) -> bool:
    """Whether it is what a bar shows, which slices don't go through: of what shows nothing itself."""
    if effect.kind != "command" or effect.detail not in OUTPUTS or not isinstance(below, For | Instr):
        return False
    callees, *given = candidate.region.facts.operands.get(below.id, (frozenset(),))
    if isinstance(below, For):
        return bool(callees) and all(map(shown_items.readable, callees))
    pairs = below.op == "call" and all(isinstance(a, Known) and (a.obj is enumerate or a.obj is zip) for a in callees)
    return pairs and any(shown_items.readable(a) for value in given for a in value)


def asks_again(candidate: Candidate, below: Node, effect: Effect) -> bool:
    """Whether the slice may ask the file system or the environment for itself: what does so is the standard library's,
    called by the region. The runtime sees to it that only plain files are read twice."""
    if effect.kind != "query" or effect.detail not in LOCAL or effect.inner:
        return False
    if isinstance(below, For):
        return True
    if not isinstance(below, Instr):
        return False
    used = candidate.region.facts.operands[below.id][0]
    if below.op == "attr":  # `reader.fieldnames`, which reads the first line
        return bool(used) and all(isinstance(a, Lazy) for a in used)
    return _standard(used) if below.op == "call" else below.op == "item" and _of_environment(used)


def _of_environment(subscripted: Value) -> bool:
    """Whether `os.environ` is subscripted, or its like for bytes."""
    return bool(subscripted) and all(isinstance(a, Inst) and a.cls is ENVIRONMENT for a in subscripted)


def _standard(callees: Value) -> bool:
    """Whether functions of the standard library are called, and nothing else."""
    called = [a.func if isinstance(a, Bound) else a for a in callees]
    facts = [lookup(a.obj) for a in called if isinstance(a, Known) and a.obj not in LAZY]
    known = all(isinstance(a, Known) for a in called)
    return bool(called) and known and all(f is not None and f.library in sys.stdlib_module_names for f in facts)


def _shown(node: Node) -> str:
    return node.text or node.op if isinstance(node, Instr) else class_name(type(node)).lower()


def _own_write(candidate: Candidate, effect: Effect) -> bool:
    root = effect.loc.root if effect.kind == "write" and effect.loc is not None else None
    if isinstance(root, Path):
        return root.kind == "local" and root.name in candidate.region.copies
    if not isinstance(root, tuple) or root[0] not in candidate.needs or root[0] in candidate.accepted:
        return False
    return not isinstance(candidate.region.nodes[root[0]], Try)  # what an error holds is the program's, too
