"""A sleep beside requests keeps a rate: it and what it paces stay in order."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..analysis.dependence import Region
from ..analysis.effects import paced
from ..analysis.values import Known
from ..ir import Instr
from ..remarks import Bailout, Located


def of_region(region: Region, candidates: Sequence[Instr], filename: str) -> Bailout | None:
    """One of the candidates is `time.sleep` itself, and something in the region is paced by it."""
    sleep = next((n for n in candidates if _is_sleep(region, n)), None)
    if sleep is None:
        return None
    for other, node in region.nodes.items():
        if any(paced(effect) for effect in region.effects(other)):
            beside = Located("beside this", filename, node.span.line)
            return Bailout("pacing", f"`{sleep.text}(...)`", sleep.span, (beside,))
    return None


def _is_sleep(region: Region, node: Instr) -> bool:
    callee = region.facts.operands.get(node.id, (frozenset(),))[0]
    return any(isinstance(a, Known) and a.obj is time.sleep for a in callee)
