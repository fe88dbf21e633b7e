"""Functions of notebooks: each statement of a cell is compiled by itself, and cells are redefined."""

from __future__ import annotations

import ast
import linecache
import types
from typing import Any

import pytest

from xcs.front.source import locate_code
from xcs.remarks import Bailout


def run_cell(text: str, name: str, namespace: dict[str, Any]) -> None:
    """Runs a cell as IPython does: statement by statement, with its text where tracebacks look for it."""
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    for statement in ast.parse(text).body:
        exec(compile(ast.Module([statement], []), name, "exec"), namespace)


CELL = "import time\ndef ask(x):\n    time.sleep(0.001)\n    return x\n"


def test_imports_of_the_same_cell() -> None:
    names: dict[str, Any] = {}
    run_cell(CELL, "<cell 1>", names)
    assert locate_code(names["ask"].__code__, names).code is names["ask"].__code__


def test_imports_of_the_same_text() -> None:
    names: dict[str, Any] = {}
    linecache.cache["<text>"] = (len(CELL), None, CELL.splitlines(True), "<text>")
    exec(compile(CELL, "<text>", "exec"), names)
    assert locate_code(names["ask"].__code__, names).code is names["ask"].__code__


def test_redefined_cells() -> None:
    names: dict[str, Any] = {}
    run_cell(CELL, "<cell 1>", names)
    first = names["ask"].__code__
    run_cell(CELL.replace("return x", "return x + 1"), "<cell 2>", names)
    sources = [locate_code(code, names) for code in (first, names["ask"].__code__)]
    assert [ast.unparse(s.node.body[-1]) for s in sources] == ["return x", "return x + 1"]


def test_other_text() -> None:
    names: dict[str, Any] = {}
    run_cell(CELL, "<cell 3>", names)
    changed = CELL.replace("return x", "return x + 1")
    linecache.cache["<cell 3>"] = (len(changed), None, changed.splitlines(True), "<cell 3>")
    with pytest.raises(Bailout):
        locate_code(names["ask"].__code__, names)


def test_runs_early_in_a_cell() -> None:
    names: dict[str, Any] = types.ModuleType("__main__").__dict__
    loop = "@jit\ndef every(items):\n    return [ask(x) for x in items]\nfound = every([1, 2, 3])\n"
    run_cell("from xcs import jit\n" + CELL + loop, "<cell 4>", names)
    assert names["found"] == [1, 2, 3]
    assert names["every"].stats().tasks > 0
