"""The tests in front of regions: what stands in a `try` of theirs runs nothing that could raise for the program."""

from __future__ import annotations

import argparse
import ast
import calendar
import tarfile
import textwrap
import time
import types
from collections.abc import Callable, Iterator

import pytest

from xcs.emit.entry_tests import emit
from xcs.front.glance import calls_little, mentions
from xcs.front.site_numbers import REFUSED
from xcs.front.source import locate_code
from xcs.ir.nodes import With
from xcs.remarks import Bailout


def asked(x: int) -> int:
    time.sleep(1e-6)
    return x


def several(xs: list[int], late: bool) -> list[int]:
    out = []
    for x in xs:
        out.append(asked(x))
    if late:
        more = asked(2), asked(3)
        out.extend(more)
    return out


def test_a_name_error_of_a_signal_handler_is_the_programs() -> None:
    """Only the variables' values are looked up where a NameError means that a variable has none yet."""
    emitted = emit(locate_code(several.__code__, globals()), globals())
    tries = [n for n in ast.walk(emitted.node) if isinstance(n, ast.Try)]
    guards = [n for n in tries if any("unbound" in ast.unparse(h) for h in n.handlers)]
    assert guards
    for guard in guards:
        below = [n for statement in guard.body for n in ast.walk(statement)]
        assert not any(isinstance(n, ast.Call | ast.Attribute | ast.Subscript) for n in below)
        assert any(isinstance(n, ast.Call) for statement in guard.orelse for n in ast.walk(statement))


def functions_of(module: types.ModuleType) -> Iterator[types.FunctionType]:
    for value in vars(module).values():
        for found in vars(value).values() if isinstance(value, type) else [value]:
            if isinstance(found, types.FunctionType) and found.__globals__ is vars(module):
                yield found


@pytest.mark.parametrize("module", [argparse, calendar, textwrap, tarfile])
def test_what_makes_one_call_has_no_region(module: types.ModuleType) -> None:
    """By its instructions as by its text."""
    glanced = [f for f in functions_of(module) if calls_little(f.__code__) and not mentions(f.__code__, REFUSED)]
    assert glanced
    for function in glanced:
        with pytest.raises(Bailout) as found:
            emit(locate_code(function.__code__, vars(module)), vars(module))
        assert found.value.code == "no-gain", function


def once(ask: Callable[[int], int]) -> int:
    return ask(1)


def twice(ask: Callable[[int], int]) -> int:
    return ask(1) + ask(2)


def repeated(ask: Callable[[int], int], xs: list[int]) -> None:
    for x in xs:
        ask(x)


def ordered(ask: Callable[[int], int], xs: list[int]) -> list[int]:
    return sorted(xs, key=ask)


def comprehended(ask: Callable[[int], int], xs: list[int]) -> list[int]:
    return [ask(x) for x in xs]


def test_what_may_make_more_is_read() -> None:
    assert calls_little(once.__code__)
    assert not any(calls_little(f.__code__) for f in (twice, repeated, ordered, comprehended))


def reading(path: str, asked: Callable[[str], str]) -> list[str]:
    found = []
    with asked("client"), open(path) as file:  # type: ignore[attr-defined]
        for line in file:
            found.append(asked(line))
    return found


def writing(path: str, items: list[str], asked: Callable[[str], str]) -> None:
    with asked("client"), open(path, "w") as file:  # type: ignore[attr-defined]
        for item in items:
            file.write(asked(item))


@pytest.mark.parametrize("function, blocks", [(reading, 1), (writing, 0)])
def test_only_a_file_that_may_be_read_makes_a_region_of_its_block(function: Callable[..., object], blocks: int) -> None:
    """A block is decided as a whole, with what else it enters, for the sake of what a loop in it goes through."""
    emitted = emit(locate_code(function.__code__, globals()), globals())
    whole = [r for r in emitted.regions if isinstance(r.block[-1], With)]
    assert len(whole) == blocks
