"""`global` and `nonlocal` statements go to the head of an emitted function.

They hold for the whole of it, wherever they stand, and must come before each use of the name: in an emitted function,
where the statements of a region are there twice, the first of them would not.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..front.lower.scope import INNER
from .instrument import copied

DECLARATIONS = (ast.Global, ast.Nonlocal)


class _Lift(ast.NodeTransformer):
    """Takes declarations out of a copy of statements; inner functions and classes keep theirs."""

    def __init__(self) -> None:
        self.found: list[ast.stmt] = []

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, DECLARATIONS):
            self.found.append(node)
            return ast.copy_location(ast.Pass(), node)
        if isinstance(node, INNER) or not isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            return node
        return self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = copied(node)
        for name, old in ast.iter_fields(node):
            if isinstance(old, list):
                setattr(node, name, [self.visit(e) if isinstance(e, ast.AST) else e for e in old])
        return node


def lifted(body: Sequence[ast.stmt]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The declarations in a function's body, and the body without them; the very body if there are none."""
    lift = _Lift()
    rest = [lift.visit(statement) for statement in body]
    return (lift.found, rest) if lift.found else ([], list(body))  # type: ignore[return-value]


__all__ = ["lifted"]
