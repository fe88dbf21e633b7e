"""The tests in front of regions: what stands in a `try` of theirs runs nothing that could raise for the program."""

from __future__ import annotations

import ast
import time

from xcs.emit.entry_tests import emit
from xcs.front.source import locate_code


def asked(x: int) -> int:
    time.sleep(0)
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
    guards = [n for n in ast.walk(emitted.node) if isinstance(n, ast.Try) and n.handlers]
    assert guards
    for guard in guards:
        below = [n for statement in guard.body for n in ast.walk(statement)]
        assert not any(isinstance(n, ast.Call | ast.Attribute | ast.Subscript) for n in below)
        assert any(isinstance(n, ast.Call) for statement in guard.orelse for n in ast.walk(statement))
