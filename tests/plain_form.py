"""Plain forms of a file's decorated functions, from the plans that running them made."""

from __future__ import annotations

import contextlib
import sys
import threading
import types
from collections.abc import Iterator

from xcs.jit import _states
from xcs.plan import Plan, make_plan
from xcs.transform.plain import PlainRegion, Rewritten, rewrite


@contextlib.contextmanager
def planned() -> Iterator[list[Plan]]:
    """The plans made inside, with their regions: decisions don't keep these. Seen by a profile function."""
    plans: list[Plan] = []

    def seen(frame: types.FrameType, event: str, arg: object) -> None:
        if event == "return" and frame.f_code is make_plan.__code__ and isinstance(arg, Plan):
            plans.append(arg)

    threading.setprofile(seen)
    sys.setprofile(seen)
    try:
        yield plans
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def regions(module: types.ModuleType, made: list[Plan]) -> list[PlainRegion]:
    """What the runs so far have decided for the functions of a module, one plan for each region."""
    found: list[PlainRegion] = []
    for state in list(_states.values()):
        if state.module is not vars(module) or state.emitted is None:
            continue
        for code in state.emitted.regions:
            verdicts = state.verdicts.get(code.number)
            kept = [d.plan for d in verdicts.kept if d.plan.sites] if verdicts is not None else []
            if kept:
                found.append(PlainRegion(next(plan for plan in made if plan.sites is kept[0].sites), code))
    return found


def plain_form(text: str, module: types.ModuleType, made: list[Plan]) -> Rewritten:
    return rewrite(text, regions(module, made))
