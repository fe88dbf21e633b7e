"""Which functions of a printed text are planned again: changed ones, and who may come to what lost its decorator."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..front.texts import shared_tree

Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines_again(old: str, new: str, unmarked: frozenset[str]) -> list[int] | None:
    """Lines of what `new` has and `old` has not, and of what mentions functions of these names, or others that do.

    unmarked: names of functions that `@jit` decorated in `old` and no longer does: their callers may open them now.
    Returns None for all lines: such a function is handed on, and who gets it doesn't mention it.
    """
    before = {_shape(node) for node in _parts(shared_tree(old))}
    parts = [(node, _loaded(node)) for node in _parts(shared_tree(new))]
    names, size = unmarked, -1
    while len(names) > size:
        size = len(names)
        names = names.union(*(_defined(node) for node, loaded in parts if not names.isdisjoint(loaded)))
    again = [node for node, loaded in parts if _shape(node) not in before or not names.isdisjoint(loaded)]
    if any(_hands_on(node, names) for node in again):
        return None
    return sorted({n.lineno for node in again for n in _first_lines(node)})


def _parts(tree: ast.Module) -> Iterator[ast.stmt]:
    """The functions of a module, wherever they stand, classes, and the other statements of module level."""
    yield from (n for n in ast.walk(tree) if isinstance(n, Function | ast.ClassDef))
    yield from (n for n in tree.body if not isinstance(n, Function | ast.ClassDef))


def _first_lines(node: ast.stmt) -> Iterator[ast.stmt]:
    """Statements on whose lines a function stands, or a run of statements of module level."""
    if isinstance(node, Function):
        yield node
    elif not isinstance(node, ast.ClassDef):
        yield from (n for n in ast.walk(node) if isinstance(n, ast.stmt))


def _shape(node: ast.stmt) -> str:
    """The text of a statement; of a function, without its decorators."""
    if isinstance(node, Function):
        return " ".join([node.name, ast.dump(node.args), *map(ast.dump, node.body)])
    return "" if isinstance(node, ast.ClassDef) else ast.dump(node)


def _defined(node: ast.stmt) -> set[str]:
    """The names by which others come to a function or class, or to what a statement keeps."""
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _loaded(node: ast.stmt) -> set[str]:
    return {_name(n) for n in ast.walk(node)}


def _name(node: ast.AST) -> str:
    """What is read by a name, of a variable or an attribute."""
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        return node.id if isinstance(node, ast.Name) else node.attr
    return ""


def _hands_on(node: ast.stmt, names: frozenset[str]) -> bool:
    """Whether one of these is used otherwise than by calling it."""
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    return any(_name(n) in names and id(n) not in called for n in ast.walk(node))


__all__ = ["lines_again"]
