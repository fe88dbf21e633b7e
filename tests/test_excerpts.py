"""A function cut out of a long text is the one that the whole text has."""

from __future__ import annotations

import argparse
import ast
import inspect
import logging
import types
import typing
import unittest.mock
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from xcs.front import source
from xcs.front.excerpts import LONG, cut_out, imports_of

pytestmark = pytest.mark.once
MODULES = (argparse, inspect, logging, typing, unittest.mock)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_it_is_the_tree_that_the_whole_text_has(module: types.ModuleType) -> None:
    name = str(module.__file__)
    lines = source.getlines(name)
    assert len(lines) > LONG
    whole = source._functions(ast.parse("".join(lines)))
    code = compile("".join(lines), name, "exec", dont_inherit=True)
    functions = [c for c in source._nested(code) if c.co_flags & inspect.CO_NEWLOCALS]
    asked = [c for c in functions if not c.co_name.startswith("<")][::7]
    found = 0
    for one in asked:
        cut = source._cut_out(one, lines)
        if cut is not None:
            found += 1
            every = whole[one.co_firstlineno]
            assert ast.dump(cut.node, include_attributes=True) in [
                ast.dump(node, include_attributes=True) for node, _ in every
            ]
    assert found > 0.9 * len(asked)


TEXT = '''\
import os, json
from typing import (
    Any,
    Iterator,
)
try:
    import fast
except ImportError:
    import slow as fast


def outer(x):
    import inner
    text = """
def outer(y):
    """
    return os.path, json.dumps(x), fast.run(text)


class Held(
    dict,
):
    def method(
        self,
        x,
    ):
        def below():
            return self.__hidden
        return below
    # behind it

    if True:
        async def chosen(self): return fast.run(1)
''' + "\n" * LONG


def test_forms(tmp_path: Path) -> None:
    path = tmp_path / "forms.py"
    path.write_text(TEXT)
    code = SourceFileLoader("forms", str(path)).get_code("forms")
    assert code is not None
    lines = source.getlines(str(path))
    codes = {c.co_name: c for c in source._nested(code)}
    for name in ("outer", "method", "below", "chosen"):
        cut = source._cut_out(codes[name], lines)
        assert cut is not None and cut.node.name == name, name  # type: ignore[union-attr]
        assert cut.class_name == (None if name == "outer" else "Held")
    assert [ast.unparse(s) for s in imports_of(str(path), lines, codes["outer"])] == [
        "import os, json", "import fast", "import slow as fast",
    ]  # fmt: skip


def test_a_text_that_has_changed_is_not_its_source(tmp_path: Path) -> None:
    path = tmp_path / "changed.py"
    path.write_text(TEXT)
    code = SourceFileLoader("changed", str(path)).get_code("changed")
    assert code is not None
    lines = [line.replace("json.dumps(x)", "json.loads(x)") for line in source.getlines(str(path))]
    codes = {c.co_name: c for c in source._nested(code)}
    assert source._cut_out(codes["outer"], lines) is None
    assert cut_out(lines, codes["chosen"].replace(co_firstlineno=10_000)) is None


def test_the_first_functions_of_a_short_text_are_cut_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until so many were asked for that all of it is parsed; what is found is the same."""
    monkeypatch.setattr(source, "_files", {})
    monkeypatch.setattr(source, "_asked", {})
    few = 4
    text = "\n\n".join(f"def f{n}(xs):\n    return [x + {n} for x in xs]\n" for n in range(few * source.EACH // 4))
    file = tmp_path / "several.py"
    file.write_text(text)
    module: dict[str, object] = {}
    exec(compile(text, str(file), "exec"), module)
    codes = [made.__code__ for made in module.values() if type(made) is types.FunctionType]
    found = []
    for code in codes[: few + 2]:
        found.append(source.locate_code(code, module))
        assert (str(file) in source._files) == (len(found) > few - 1)
    whole = {line: node for line, [(node, _)] in source._functions(ast.parse(text)).items()}
    for one in found:
        expected = ast.dump(whole[one.code.co_firstlineno], include_attributes=True)
        assert ast.dump(one.node, include_attributes=True) == expected and one.class_name is None
