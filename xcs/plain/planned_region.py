"""What is to be printed: a planned region of a file."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.regions import RegionCode
from ..plan.plan import Plan


@dataclass(frozen=True, slots=True)
class PlainRegion:
    """A planned region of a function of the file.

    `assumes`: what nobody checks in the printed form, as the comment above it says it. `local`: names that hold
    containers which nobody else has.
    """

    plan: Plan
    code: RegionCode
    assumes: tuple[str, ...] = ()
    local: frozenset[str] = frozenset()
    strict: bool = False  # nothing more may be assumed
    awaited: bool = False  # the calls are awaited
