"""What emission adds to a function's tree: where it stands, and the forms of statements that are there once more."""

from __future__ import annotations

import ast

from .. import trees


def alone(block: ast.With) -> ast.With:
    """A `with` statement in which nothing stands."""
    items = [ast.withitem(item.context_expr, None) for item in block.items]
    return trees.copy_location(ast.With(items, [trees.copy_location(ast.Pass(), block)]), block)


def peel(loop: ast.stmt, name: str, first: list[ast.stmt]) -> None:
    """Lets a rewritten loop choose its body in each iteration."""
    assert isinstance(loop, ast.For)
    test = ast.Attribute(ast.Name(name, ast.Load()), "ahead", ast.Load())
    choice = ast.If(test, loop.body, first)
    locate(choice, first[0])
    loop.body = [choice]


def locate(tree: ast.AST, at: ast.stmt) -> None:
    """Gives nodes that have no position the line of `at`; below one that has, all have."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if hasattr(node, "lineno"):
            continue
        if "lineno" in node._attributes:
            node.lineno, node.col_offset = at.lineno, at.col_offset  # type: ignore[attr-defined]
            node.end_lineno, node.end_col_offset = at.lineno, at.col_offset  # type: ignore[attr-defined]
        todo.extend(trees.iter_child_nodes(node))
