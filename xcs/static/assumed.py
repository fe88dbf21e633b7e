"""What a printed region rests on that `@jit` checks when it enters it: which objects differ, what is plain data."""

from __future__ import annotations

from ..plan.plan import Plan
from .plans import FunctionPlan, RegionPlan

MOST = 3  # of one kind that are named


def assumptions(function: FunctionPlan, region: RegionPlan, plan: Plan | None = None) -> tuple[str, ...]:
    """Sentences that complete "assumes"; none where the text shows all."""
    imported = ["that this file is run, not imported"] if function.imported else []
    answers = ["plain data in what the calls give"] if any(s.data for s in (plan or region.plan).sites) else []
    clients = any(s.clients for s in (plan or region.plan).sites)
    cookies = ["that no answer sets cookies which later requests carry"] if clients else []
    return (*imported, *answers, *cookies, *_plain(function, region), *_different(region, plan or region.plan))


def _plain(function: FunctionPlan, region: RegionPlan) -> list[str]:
    """Parameters that neither an annotation nor a call in the text says anything of."""
    said = []
    names = [name for name in (*function.taken_as_plain, *region.options) if name in region.code.values]
    rows = [name for name in function.taken_as_rows if name in region.code.values]
    if names:
        said.append("plain data in " + ", ".join(names[:MOST]) + (" and others" if len(names) > MOST else ""))
    if rows:
        said.append("lists of dictionaries in " + ", ".join(rows))
    return said


def _different(region: RegionPlan, plan: Plan) -> list[str]:
    """Objects that are written, which must be no part of what the calls read."""
    found: dict[str, dict[str, None]] = {}
    for write, read_ in sorted(region.apart(plan), key=str):
        found.setdefault(str(write), {})[str(read_)] = None
    said = [f"{written} is no part of {_or(list(others))}" for written, others in sorted(found.items())]
    return said[:MOST] + (["the like of others"] if len(said) > MOST else [])


def _or(names: list[str]) -> str:
    kept = names[:MOST] + (["others"] if len(names) > MOST else [])
    return " or ".join(kept)


__all__ = ["assumptions"]
