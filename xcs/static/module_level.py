"""Module level as functions: each run of statements between definitions and imports, and what `__main__` does.

if __name__ == "__main__":        def main():              names that no function of the file shares are its own
    for item in items:                for item in items:   variables: nobody else sees them while it runs
        ...                               ...
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as File

from ..front.source import quiet

DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global)
NAME = "<module>"


@dataclass(frozen=True, slots=True)
class Run:
    """Statements of a module as the body of a function. `guarded`: only a file that is run comes to them."""

    node: ast.FunctionDef
    code: types.CodeType
    guarded: bool


def runs(tree: ast.Module, file: File) -> Iterator[Run]:
    """The runs of statements of a module in which something is called in a loop or one after another."""
    shared = _mentioned_in_functions(tree, file)
    for statements, guarded in _runs(tree.body, False):
        if not any(isinstance(n, ast.Call) for s in statements for n in ast.walk(s)):
            continue
        made = _function(statements, shared)
        code = _compiled(made, file)
        if code is not None:
            yield Run(made, code, guarded)


def _runs(body: Sequence[ast.stmt], guarded: bool) -> Iterator[tuple[list[ast.stmt], bool]]:
    run: list[ast.stmt] = []
    for statement in body:
        if is_main(statement):
            assert isinstance(statement, ast.If)
            if run:
                yield run, guarded
            run = []
            yield from _runs(statement.body, True)
        elif any(isinstance(n, DEFINING) for n in ast.walk(statement)):
            if run:
                yield run, guarded
            run = []
        else:
            run.append(statement)
    if run:
        yield run, guarded


def is_main(statement: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__":`, without an `else`."""
    match statement:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
            ),
            orelse=[],
        ):
            return True
        case _:
            return False


def _mentioned_in_functions(tree: ast.Module, file: File) -> set[str]:
    """Names that are not a function's own where functions and classes of the file mention them: module level shares
    them."""
    with quiet():
        code = compile(tree, str(file), "exec", dont_inherit=True)
    return {name for below in nested_codes(code) for name in below.co_names}


def _function(statements: list[ast.stmt], shared: set[str]) -> ast.FunctionDef:
    first, last = statements[0], statements[-1]
    bound = {n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name) and _stores(n)}
    body = list(statements)
    if bound & shared:
        body.insert(0, ast.copy_location(ast.Global(sorted(bound & shared)), first))
    made = ast.FunctionDef(NAME, ast.arguments([], [], None, [], [], None, []), body, [])
    if hasattr(made, "type_params"):
        made.type_params = []
    made.lineno, made.col_offset = first.lineno, first.col_offset
    made.end_lineno, made.end_col_offset = last.end_lineno, last.end_col_offset
    return made


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


def _compiled(node: ast.FunctionDef, file: File) -> types.CodeType | None:
    """The function's code; None where what stands there can't be in a function."""
    try:
        with quiet():
            module = compile(ast.Module([node], []), str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return next((c for c in module.co_consts if isinstance(c, types.CodeType) and c.co_name == NAME), None)


def is_type_checking(test: ast.expr) -> bool:
    """Whether a condition holds for type checkers alone."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def nested_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code objects in a code object, all the way down."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from nested_codes(constant)


__all__ = ["NAME", "Run", "is_main", "is_type_checking", "nested_codes", "runs"]
