"""The callee itself has an effect whose place matters, or a part of the slice has.

Codes: writes, command, thread-bound, memoised, pacing, unknown, handled (an error handler of the callee's).
"""

from __future__ import annotations

from ..analysis.effects import CODES, ORDERED, Effect
from ..ir import Instr, Node, Try, With
from ..remarks import Bailout
from ..retries import ATTEMPTS
from .candidate import REMOTE, Candidate


def of_call(candidate: Candidate) -> Bailout | None:
    """The call changes something, or its order can be seen."""
    around = candidate.region.callee(candidate.node.id)
    if around is not None and around.function is ATTEMPTS:
        return candidate.obstacle("handled", "a call that a library makes again")
    effects = candidate.region.effects(candidate.node.id)
    for effect in sorted(effects, key=lambda e: (e.kind, e.detail)):
        if effect.kind in ORDERED or effect.kind == "write":
            what = f"{candidate.name}: {effect.detail or effect.kind}" if effect.kind == "unknown" else candidate.name
            ends = (effect.where,) if effect.where is not None and effect.where.line else ()
            return candidate.obstacle(CODES[effect.kind], what, *ends)
    return None


def in_slice(candidate: Candidate, below: Node) -> Bailout | None:
    """A slice is evaluated early, elsewhere and twice: it may read, and write what it makes itself."""
    if isinstance(below, With | Try):  # their parts are asked one by one
        return None
    for effect in sorted(candidate.region.effects(below.id), key=lambda e: (e.kind, e.detail)):
        if effect.kind in ("read", "stops") or _own_write(candidate, effect):
            continue
        waits = below.id in candidate.sites and effect.kind in ("blocks", "sleep", *REMOTE)
        code = "carried" if waits else CODES.get(effect.kind, "arguments")
        return candidate.obstacle(code, "", candidate.located(f"after `{_shown(below)}`", below.id))
    return None


def _shown(node: Node) -> str:
    return node.text or node.op if isinstance(node, Instr) else type(node).__name__.lower()


def _own_write(candidate: Candidate, effect: Effect) -> bool:
    root = effect.loc.root if effect.kind == "write" and effect.loc is not None else None
    return isinstance(root, tuple) and root[0] in candidate.needs and root[0] not in candidate.accepted
