"""Compares the plain and the decorated run of one generated program in everything the promise names."""

from __future__ import annotations

import sys
import types
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

from tests.observe import Observation, observe
from tests.permuting import Order
from xcs.entry.effort import effort

SPARE = 3600.0  # seconds for decisions: each program is decided as if it were the first one of its process


@dataclass(frozen=True)
class Comparison:
    """Empty `differences`: the same program. `tasks`: how many calls were started early."""

    differences: tuple[str, ...]
    tasks: int


def compare(path: Path, names: frozenset[str], quiet: frozenset[str], order: Order = "threads") -> Comparison:
    """`names` are the callees whose calls are counted, `quiet` those that may be made in excess after a failure."""
    effort.wasted = effort.waited = effort.vain = -SPARE
    plain = observe(path, plain=True, count=names)
    made = observe(path, plain=False, count=names, order=order)
    found = []
    for field in fields(Observation):
        mine, theirs = getattr(plain.observation, field.name), getattr(made.observation, field.name)
        if mine != theirs:
            found.append(f"{field.name}: {first_difference(mine, theirs)}")
    if made.mispredictions:
        found.append(f"mispredictions: {made.mispredictions}")
    missing = plain.calls - made.calls
    extra = made.calls - plain.calls
    if missing:
        found.append(f"calls not made: {listed(missing)}")
    dropped = all(name in quiet for name, _ in extra) and (failed(plain.observation) or left_within(path, names))
    if extra and not dropped:
        found.append(f"calls in excess: {listed(extra)}")
    return Comparison(tuple(found), made.tasks)


def first_difference(plain: object, made: object) -> str:
    """The innermost differing parts of two portraits."""
    if isinstance(plain, dict) and isinstance(made, dict):
        plain, made = list(plain.items()), list(made.items())
    if isinstance(plain, (list, tuple)) and isinstance(made, (list, tuple)) and len(plain) == len(made):
        for mine, theirs in zip(plain, made, strict=True):
            if mine != theirs:
                return first_difference(mine, theirs)
    return f"plain {plain}\n  jit {made}".replace("\\n", "\n    ")


def listed(calls: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{count} x {name}{arguments}" for (name, arguments), count in calls.items())


def left_within(path: Path, names: frozenset[str]) -> bool:
    """Whether a decorated function that is called within the program, none of `names`, leaves by an exception there."""
    text = path.read_text().split("\n")
    failing, left = set[types.FrameType](), set[str]()

    def traced(frame: types.FrameType, event: str, arg: object) -> object:
        code = frame.f_code
        if code.co_filename != str(path) or code.co_name in names:
            return None
        if event == "return" and arg is None and frame in failing and text[code.co_firstlineno - 1].strip() == "@jit":
            left.add(code.co_name)
        if event == "exception":
            failing.add(frame)
        return traced

    before = sys.gettrace()
    sys.settrace(traced)  # type: ignore[arg-type]
    try:
        observe(path, plain=True)
    finally:
        sys.settrace(before)
    return bool(left)


def failed(seen: Observation) -> bool:
    """Whether the function left by an exception, also if `main` handled it."""
    return seen.error is not None or "'left'" in repr(seen.value)
