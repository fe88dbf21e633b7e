"""`ast` -> IR. Syntax that is not known becomes an `opaque` instruction, never dropped."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ...ir.nodes import Block, FunctionIR
from .build import span_of
from .scope import FunctionNode, Scope, below
from .statements import Lowering


def lower_function(
    node: FunctionNode, filename: str, free: frozenset[str], built_in: frozenset[str] = frozenset()
) -> FunctionIR:
    """The IR of a whole function.

    free: its free variables (names of enclosing functions); built_in: names in it that mean built-in functions.
    """
    return Lowering(Scope(node, free), filename, built_in).whole(node)


def lower_statements(
    scope: Scope, statements: Sequence[ast.stmt], filename: str, built_in: frozenset[str] = frozenset(),
    rounds: ast.While | None = None,
) -> Block:  # fmt: skip
    """The IR of some statements of a function's body, in the function's scope; `rounds`: the loop among them whose
    rounds are counted like items."""
    work = Lowering(scope, filename, built_in)
    work.rounds = rounds
    return work.nested(statements)


__all__ = ["FunctionNode", "Scope", "below", "lower_function", "lower_statements", "span_of"]
