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
    """all: the text with every function printed; decorated: with the decorated ones; shown: whether a plan for one of
    these has a plain form."""

    all: str
    decorated: str
    shown: bool


@cache
def printed(path: Path) -> Printed:
    text = path.read_text("utf-8")
    plans = plan_file(path)
    decorated = [plan for plan in plans if plan.decorated]
    shown = any(not region.apart(region.plan) for plan in decorated for region in plan.chosen())
    every = _printed(text, plans, plans)
    alike = all(plan.decorated or not plan.chosen() for plan in plans)
    return Printed(every, every if alike else _printed(text, plans, decorated), shown)


def _printed(text: str, plans: Sequence[FunctionPlan], chosen: Sequence[FunctionPlan]) -> str:
    names = tuple(plan.qualname for plan in chosen)
    return printing.printed(text, plans, printing.Choice(names or ("",))).text
