"""The verifiers refuse what no stage may hand on; what kinds there are is said once."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.observe import observe
from xcs.analysis.domain.effects import EFFECT_KINDS, ORDERED
from xcs.analysis.steps import STEPS
from xcs.emit import slices
from xcs.ir.def_use import chains
from xcs.ir.nodes import OPS, Block, Const, For, If, Instr, Jump, Var
from xcs.ir.regions import RegionCode
from xcs.ir.structure import Structure
from xcs.ir.verify import OPERANDS, Malformed, verify_block, verify_graph, verify_numbers, verify_region
from xcs.knowledge.facts import STATED_KINDS
from xcs.knowledge.load import effect
from xcs.plan.legality.ordered import CODES
from xcs.plan.plan import Plan
from xcs.records import replace
from xcs.remarks import Span

load = importlib.import_module("xcs.knowledge.load")  # a function of the package has that name, too
pytestmark = pytest.mark.once
SPAN = Span(1, 0, 1, 9)
CALL = Instr(2, "call", SPAN, "%1", (Var("f"), Var("x")), stars=(False,), payload=SPAN)
GOOD: Block = (
    Instr(1, "copy", SPAN, "x", (Const(1),)),
    For(4, SPAN, "y", Var("xs"), (CALL, If(3, SPAN, Var("%1"), (Jump(5, SPAN, "break"),), ())), (), "for"),
    Jump(6, SPAN, "return", Var("x")),
)
BAD: dict[str, Block] = {
    "one number": (GOOD[0], Instr(1, "copy", SPAN, "y", (Const(2),))),
    "the entry": (Instr(0, "copy", SPAN, "x", (Const(1),)),),
    "not an operation": (Instr(1, "jump", SPAN, "x", ()),),  # type: ignore[arg-type]
    "number of operands": (Instr(1, "copy", SPAN, "x", (Const(1), Const(2))),),
    "without its name": (Instr(1, "attr", SPAN, "x", (Const(1),)),),
    "aren't those": (Instr(1, "call", SPAN, "x", (Var("f"), Const(1))),),
    "that gives something": (Instr(1, "raise", SPAN, "x", (Const(1),)),),
    "outside of loops": (Jump(1, SPAN, "break"),),
    "no open callee": (Jump(1, SPAN, "leave"),),
    "nothing defines": (Instr(1, "copy", SPAN, "x", (Var("%7"),)),),
    "ends before": (Instr(1, "copy", Span(2, 0, 1, 0), "x", (Const(1),)),),
}


def region(**changes: object) -> RegionCode:
    made: dict[str, object] = {
        "number": 0, "span": SPAN, "block": GOOD, "values": ("f", "xs"), "cells": frozenset(), "sites": {SPAN: 0},
        "loops": {(SPAN, "for"): 0},
    }  # fmt: skip
    return RegionCode(**{**made, **changes})  # type: ignore[arg-type]


def test_what_is_right_is_taken() -> None:
    verify_region(region())
    verify_numbers(GOOD, {2: 0}, [4], ())
    verify_graph(Structure(GOOD), chains(GOOD), [0, 2, 4])


CHAINED = """
import time
from xcs import jit

def ask(x):
    time.sleep(0.001)
    return x

@jit
def subject(items):
    for x in items:
        ask(ask(x))

def main():
    subject([1, 2, 3])
"""


def test_no_slice_makes_a_call_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chained.py"
    path.write_text(CHAINED)
    assert observe(path, plain=False).tasks == 6
    compiled = slices.compile_slice

    def with_one_less(plan: Plan, *given: Any) -> slices.Compiled:
        return compiled(replace(plan, sites=plan.sites[1:]), *given)

    monkeypatch.setattr(slices, "compile_slice", with_one_less)
    assert "Malformed: strand0 makes a call that waits" in observe(path, plain=False).observation.report


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_named(what: str) -> None:
    with pytest.raises(Malformed, match=what):
        verify_block(BAD[what])


@pytest.mark.parametrize(
    "changes",
    [
        {"sites": {SPAN: 1}},
        {"inside": frozenset({3})},
        {"values": ("xs", "f")},
        {"values": ("%1",)},
        {"cells": frozenset({"z"})},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_regions_that_break_a_rule(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        verify_region(region(**changes))


def test_sites_are_calls_and_loops_are_loops() -> None:
    for sites, loops, opens in (({1: 0}, [4], ()), ({2: 0}, [2], ()), ({2: 0}, [4], (0,)), ({2: 0}, [4], (5,))):
        with pytest.raises(Malformed):
            verify_numbers(GOOD, sites, loops, opens)


def test_a_graph_is_that_of_its_block() -> None:
    for spoil in ("order", "parents", "around"):
        graph = Structure(GOOD)
        del getattr(graph, spoil)[2]
        with pytest.raises((Malformed, KeyError)):
            verify_graph(graph, chains(GOOD), [])
    with pytest.raises(Malformed, match="not there"):
        verify_graph(Structure(GOOD), chains(GOOD), [9])


def test_each_operation_has_its_step() -> None:
    assert STEPS.keys() == OPS
    assert OPERANDS.keys() <= OPS


def test_kinds_of_effects() -> None:
    assert STATED_KINDS <= EFFECT_KINDS
    assert ORDERED | CODES.keys() <= EFFECT_KINDS
    with pytest.raises(ValueError, match="'telepathy"):
        effect("telepathy(net)")


def test_what_breaks_the_grammar_is_placed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "libraries").mkdir()
    text = "[library]\nname = 'acme'\n\n[of.acme]\n'{}' = 'ask'\n"
    monkeypatch.setattr(load, "HERE", str(tmp_path))
    for wrong in ("telepathy(net) -> int", "pure -> int; sings loudly"):
        (tmp_path / "libraries" / "acme.toml").write_text(text.format(wrong))
        with pytest.raises(ValueError, match=r"acme\.toml, line 5: "):
            load.facts_of(wrong, "acme.ask", load.Library("acme", ("acme",), (), ()))
