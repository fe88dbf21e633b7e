"""What `xcs-transform` makes of a fixture's text, once for all tests: planning a text is most of their time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xcs.cli import printed as printing
from xcs.static.plans import FunctionPlan, plan_file


@dataclass(frozen=True, slots=True)
class Printed:
    """all: the text with every function printed; alike: so it is with the decorated ones alone; shown: whether a plan
    for one of these has a plain form."""

    all: str
    alike: bool
    shown: bool


@cache
def printed(path: Path) -> Printed:
    plans = plan_file(path)
    decorated = [plan for plan in plans if plan.decorated]
    shown = any(not region.apart(region.plan) for plan in decorated for region in plan.chosen())
    alike = all(plan.decorated or not plan.chosen() for plan in plans)
    return Printed(_printed(path.read_text("utf-8"), plans, plans), alike, shown)


def decorated(path: Path) -> str:
    """The text with the decorated functions printed."""
    made = printed(path)
    if made.alike:
        return made.all
    plans = plan_file(path)
    return _printed(path.read_text("utf-8"), plans, [plan for plan in plans if plan.decorated])


def _printed(text: str, plans: Sequence[FunctionPlan], chosen: Sequence[FunctionPlan]) -> str:
    names = tuple(plan.qualname for plan in chosen)
    return printing.printed(text, plans, printing.Choice(names or ("",))).text
