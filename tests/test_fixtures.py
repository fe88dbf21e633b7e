"""Each fixture behaves decorated as it does plain, and runs something early exactly when its marks say so.

The cases of `attack/` say nothing about what runs early: only that nobody can tell.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from tests.observe import Observation, observe
from tests.permuting import ORDERS, Order

FIXTURES = Path(__file__).parent.parent / "fixtures"
PRINTED = ("plain", "printed", "transform")  # read by `test_plain`, `test_printed` and `test_transform`
CASES = sorted(path for path in FIXTURES.glob("*/*.py") if path.parent.name not in PRINTED)
MARK = re.compile(r"#! (applied|missed)(?:: ([a-z-]+))?$", re.MULTILINE)


@functools.cache
def plain(path: Path) -> Observation:
    return observe(path, plain=True).observation


def marks(path: Path) -> list[tuple[int, str, str]]:
    """(line, kind, code) of every mark; no code given is an empty code."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := MARK.search(line):
            found.append((number, match[1], match[2] or ""))
    return found


# Not under typeguard: it minds callees that are given what they don't take, and asks objects for their class.
NOT_BOUND = {"tools_unpacked", "class_property_counts"}
# What starts nothing has no order of what was started.
RUNS = [
    pytest.param(
        path, order, marks=pytest.mark.uninstrumented if path.parent.name == "attack" or path.stem in NOT_BOUND else ()
    )
    for path in CASES
    for order in (ORDERS if path.parent.name != "sequential" else ORDERS[:1])
]


@pytest.mark.parametrize(
    "path, order", RUNS, ids=lambda given: f"{given.parent.name}/{given.stem}" if isinstance(given, Path) else given
)
def test_fixture(path: Path, order: Order) -> None:
    run = observe(path, plain=False, order=order)
    assert run.observation == plain(path)
    assert run.mispredictions == 0
    if path.parent.name == "attack":
        return
    said = "\n".join(map(str, run.remarks))
    assert (run.tasks > 0) == any(kind == "applied" for _, kind, _ in marks(path)), said
    found = {(r.line, r.kind, code) for r in run.remarks for code in ("", r.code)}
    assert found.issuperset(marks(path)), said


def test_marks_agree_with_the_topic() -> None:
    for path in (path for path in CASES if path.parent.name != "attack"):
        kinds = {kind for _, kind, _ in marks(path)}
        assert kinds <= ({"missed"} if path.parent.name == "sequential" else {"applied", "missed"}), path
        assert path.parent.name not in ("parallel", "open") or "applied" in kinds, path
