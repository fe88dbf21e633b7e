"""Nodes of trees, faster than `ast` walks them: most of a survey's time goes there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

SKIPPED = frozenset({"ctx", "op", "ops", "type_comment", "kind", "id", "attr", "arg", "name", "level", "simple"})
LEAVES = frozenset({ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal})
CLOSED = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, *LEAVES})
MOST_SHOWN = 80  # characters of an expression
SIFTED = frozenset({"keys", "kw_defaults", "names", "kwd_attrs"})  # lists that may hold something else, too

FIELDS: dict[type[ast.AST], tuple[tuple[str, bool], ...]] = {}  # of each kind of node


def _fields(kind: type[ast.AST]) -> tuple[tuple[str, bool], ...]:
    """The fields that hold nodes which say something: whether something is read or stored is no such."""
    found = FIELDS[kind] = tuple((name, name in SIFTED) for name in kind._fields if name not in SKIPPED)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes below a node, in the order of the text; no operators, no contexts."""
    found: list[ast.AST] = []
    kind = node.__class__
    if kind in LEAVES:
        return found
    for name, sifted in FIELDS.get(kind) or _fields(kind):
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [below for below in value if isinstance(below, ast.AST)] if sifted else value
        elif value is not None and isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        if node.__class__ not in LEAVES:
            todo += children(node)


def own(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the functions and classes in it."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        if node.__class__ not in CLOSED:
            todo += children(node)


def ends(body: Sequence[ast.stmt]) -> bool:
    """Whether what stands after a block is not reached from it."""
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def names_read(body: Sequence[ast.stmt]) -> set[str]:
    """The names that statements read."""
    return {n.id for s in body for n in walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def of_error(node: ast.expr) -> bool:
    """Whether a condition holds only for what failed: `isinstance(answer, SomeError)`."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return any(of_error(value) for value in node.values)
    if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "isinstance" or len(node.args) != 2:
        return False
    kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
    names = [getattr(kind, "attr", getattr(kind, "id", "")) for kind in kinds]
    return all(name.endswith(("Error", "Exception")) for name in names)


def raises(body: Sequence[ast.stmt]) -> bool:
    """Whether a block ends by raising something."""
    return bool(body) and isinstance(body[-1], ast.Raise)


def text(node: ast.expr) -> str:
    """An expression as it is written, the beginning of a long one."""
    if isinstance(node, ast.Name):
        return node.id[:MOST_SHOWN]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        return f"{text(node.value)}.{node.attr}"[:MOST_SHOWN]
    try:
        found = ast.unparse(node)
    except (RecursionError, ValueError):
        return "a value"
    if len(found) > MOST_SHOWN and isinstance(node, ast.Attribute):  # which method it is counts most
        return f"{found[: max(0, MOST_SHOWN - 2 - len(node.attr))]}….{node.attr}"
    return found[:MOST_SHOWN]
