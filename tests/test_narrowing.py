"""What branches know of a variable that was asked for None."""

from __future__ import annotations

import pytest

from xcs.analysis.domain.values import Plain, Value
from xcs.analysis.narrowing import NONE, narrowed
from xcs.ir.nodes import Const, If, Instr, Op, Operand, Var
from xcs.remarks import Span

AT = Span(1, 0, 1, 0)
TEXT, NOTHING_THERE = Plain(str), Plain(NONE)
EITHER: Value = frozenset((TEXT, NOTHING_THERE))


def step(number: int, op: Op, target: str, *uses: Operand, name: str = "") -> Instr:
    return Instr(number, op, AT, target, uses, name)


ASKED = step(1, "compare", "t", Var("x"), Const(None), name="Is")
DENIED = step(2, "unary", "u", Var("t"), name="Not")
MADE = step(3, "copy", "x", Var("made"))
BOUND_AGAIN = step(4, "copy", "x", Var("other"))


@pytest.mark.parametrize(
    ("before", "test", "holds", "fails"),
    [
        ((ASKED,), "t", {"x": {NOTHING_THERE}}, {"x": {TEXT}}),
        ((ASKED, DENIED), "u", {"x": {TEXT}}, {"x": {NOTHING_THERE}}),
        ((MADE, ASKED), "t", {"x": {NOTHING_THERE}, "made": {NOTHING_THERE}}, {"x": {TEXT}, "made": {TEXT}}),
        ((), "x", {"x": {TEXT}}, {"x": set(EITHER)}),
        ((MADE,), "x", {"x": {TEXT}, "made": {TEXT}}, {"x": set(EITHER), "made": set(EITHER)}),
        ((ASKED, BOUND_AGAIN), "t", {}, {}),
        ((ASKED, BOUND_AGAIN, DENIED), "u", {}, {}),
        ((MADE, BOUND_AGAIN, ASKED), "t", {"x": {NOTHING_THERE}, "other": {NOTHING_THERE}},
         {"x": {TEXT}, "other": {TEXT}}),
        ((), "y", {}, {}),
    ],
)  # fmt: skip
def test_a_branch_drops_what_leads_to_the_other(
    before: tuple[Instr, ...], test: str, holds: dict[str, set[object]], fails: dict[str, set[object]]
) -> None:
    asking = If(9, AT, Var(test), (), ())
    block = (*before, asking)
    env: dict[str, Value] = {"x": EITHER, "made": EITHER, "other": EITHER, "y": frozenset((TEXT,))}
    assert narrowed(block, len(before), asking.test, env) == (holds, fails)
