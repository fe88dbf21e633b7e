"""What an iteration comes apart into."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from .said import Said


@dataclass(slots=True)
class Parts:
    """`chain`: what the worker does, ending in what it returns; `names`: what the loop calls that; `rest`: its body."""

    chain: list[cst.BaseStatement]
    names: list[str]
    rest: list[cst.BaseStatement]
    reads: set[str]  # what the worker reads of the function
    bound: set[str]  # what it binds
    single: cst.BaseExpression | None = None  # the worker is this expression alone
    block: cst.Try | None = None  # the `try` block in which results are taken
    said: Said | None = None  # what the worker notes, for the loop to say
    lead: list[cst.BaseStatement] = field(default_factory=list)  # what is said in order before a result is taken
    more: bool = False  # the worker does more than its calls need
    result: bool = False  # the last of `names` stands where a call stood


__all__ = ["Parts"]
