"""Plain forms of a file's decorated functions, from the plans that running them made."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Iterator
from typing import Any
from unittest import mock

import xcs.plan.plan
from xcs.ir.regions import RegionCode
from xcs.jit import _states
from xcs.plain.planned_region import PlannedRegion
from xcs.plain.rewrite import Rewritten, rewrite
from xcs.plan.plan import Plan

Plans = dict[int, tuple[RegionCode, Plan]]  # by the identity of the region's code


@contextlib.contextmanager
def recorded() -> Iterator[Plans]:
    """What is decided while this is active, one plan for each region: decisions don't keep all of it."""
    plans: Plans = {}
    make = xcs.plan.plan.make_plan

    def recording(code: RegionCode, *args: Any, **kwargs: Any) -> Plan:
        plan = make(code, *args, **kwargs)
        if plan.sites:
            plans.setdefault(id(code), (code, plan))
        return plan

    with mock.patch.object(xcs.plan.plan, "make_plan", recording):
        yield plans


def regions(module: types.ModuleType, plans: Plans) -> list[PlannedRegion]:
    """The plans of the functions of a module."""
    return [
        PlannedRegion(plans[id(code)][1], code)
        for state in list(_states.values())
        if state.emitted.module is vars(module)
        for code in state.emitted.regions
        if id(code) in plans
    ]


def plain_form(text: str, module: types.ModuleType, plans: Plans) -> Rewritten:
    return rewrite(text, regions(module, plans))
