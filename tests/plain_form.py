"""Plain forms of a file's decorated functions, from the plans that running them made."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Iterator
from typing import Any

import xcs.plan
from xcs.emit import RegionCode
from xcs.jit import _states
from xcs.plan import Plan
from xcs.transform.plain import PlainRegion, Rewritten, rewrite

Plans = list[tuple[RegionCode, Plan]]  # the code of a region, and a plan that starts calls early


@contextlib.contextmanager
def planned() -> Iterator[Plans]:
    """The plans that are made inside. The decisions themselves forget what they are made from."""

    def make_plan(code: RegionCode, *arguments: Any, **options: Any) -> Plan:
        plan = make(code, *arguments, **options)
        if plan.sites:
            found.append((code, plan))
        return plan

    found: Plans = []
    make = xcs.plan.make_plan
    xcs.plan.make_plan = make_plan
    try:
        yield found
    finally:
        xcs.plan.make_plan = make


def regions(module: types.ModuleType, plans: Plans) -> list[PlainRegion]:
    """What the runs so far have decided for the functions of a module, one plan for each region."""
    found: list[PlainRegion] = []
    for state in list(_states.values()):
        if state.module is not vars(module) or state.emitted is None:
            continue
        for code in state.emitted.regions:
            plan = next((plan for of, plan in plans if (of.number, of.span) == (code.number, code.span)), None)
            if plan is not None:
                found.append(PlainRegion(plan, code))
    return found


def plain_form(text: str, module: types.ModuleType, plans: Plans) -> Rewritten:
    return rewrite(text, regions(module, plans))
