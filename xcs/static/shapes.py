"""What the use of a parameter shows of it, where nothing else does: a list of dictionaries, into which results go.

def label(rows):
    for row in rows:
        row["label"] = ask(row["text"])
"""

from __future__ import annotations

import ast

from ..analysis.domain.values import PLAIN
from ..front.lower import FunctionNode
from .stand_in import Assumed


def rows_of(node: FunctionNode, name: str) -> list[dict[str, object]] | None:
    """A stand-in for a parameter whose items get entries by constant keys; None: it isn't used like that."""
    found: dict[str, object] = {}
    stores = False
    for below in ast.walk(node):
        if isinstance(below, ast.Name) and below.id == name and isinstance(below.ctx, ast.Store):
            return None
        if not isinstance(below, ast.For):
            continue
        item = _item(below, name)
        if item is None:
            continue
        for used in ast.walk(below):
            match used:
                case ast.Name(id=bound, ctx=ast.Store()) if bound == item and used not in ast.walk(below.target):
                    return None
                case ast.Subscript(value=ast.Name(id=held), slice=ast.Constant(value=str() as key), ctx=context):
                    if held == item:
                        found[key] = Assumed(PLAIN)
                        stores |= isinstance(context, ast.Store)
    return [found] if stores else None


def mentioned(tree: ast.AST) -> frozenset[str]:
    """Every name and attribute of a text."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return frozenset(names | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)})


def _item(loop: ast.For, name: str) -> str | None:
    """The variable that holds the items of `name` in a loop."""
    match loop:
        case ast.For(target=ast.Name(id=item), iter=ast.Name(id=held)) if held == name:
            return item
        case ast.For(
            target=ast.Tuple(elts=[_, ast.Name(id=item)]),
            iter=ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=held), *_]),
        ) if held == name:
            return item
        case _:
            return None


__all__ = ["mentioned", "rows_of"]
