"""Plain forms of a file's decorated functions, from the plans that running them made."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from unittest import mock

import xcs.plan.plan
from xcs.analysis.interpret import Interpreter
from xcs.ir.regions import RegionCode
from xcs.jit import _states
from xcs.plain.planned_region import PlannedRegion
from xcs.plain.rewrite import Rewritten, rewrite
from xcs.plan.plan import Plan

Plans = dict[int, tuple[RegionCode, Plan]]  # by the identity of the region's code


def of_a_text(interpreter: Callable[[Mapping[str, object]], Interpreter], roots: Mapping[str, object]) -> Interpreter:
    facts = interpreter(roots)
    facts.settles = False  # nothing guards what is printed
    return facts


@contextlib.contextmanager
def recorded() -> Iterator[Plans]:
    """What is decided while this is active, one plan for each region: decisions don't keep all of it."""
    plans: Plans = {}
    make = xcs.plan.plan.make_plan

    def recording(code: RegionCode, *args: Any, **kwargs: Any) -> Plan:
        roots, module, function, filename, interpreter, *more = args
        plan = make(code, roots, module, function, filename, partial(of_a_text, interpreter), *more, **kwargs)
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
