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
    scope: Scope, statements: Sequence[ast.stmt], filename: str, built_in: frozenset[str] = frozenset()
) -> Block:
    """The IR of some statements of a function's body, in the function's scope."""
    return Lowering(scope, filename, built_in).nested(statements)


__all__ = ["FunctionNode", "Scope", "below", "lower_function", "lower_statements", "span_of"]
