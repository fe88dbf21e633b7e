"""Plain forms of a file's decorated functions, from the plans that running them made."""

from __future__ import annotations

import types

from xcs.jit import _states
from xcs.transform.plain import PlainRegion, Rewritten, rewrite


def regions(module: types.ModuleType) -> list[PlainRegion]:
    """What the runs so far have decided for the functions of a module, one plan for each region."""
    found: list[PlainRegion] = []
    for state in list(_states.values()):
        if state.module is not vars(module) or state.emitted is None:
            continue
        for code in state.emitted.regions:
            verdicts = state.verdicts.get(code.number)
            plans = [d.plan for d in verdicts.kept if d.plan.sites] if verdicts is not None else []
            if plans:
                found.append(PlainRegion(plans[0], code))
    return found


def plain_form(text: str, module: types.ModuleType) -> Rewritten:
    return rewrite(text, regions(module))
