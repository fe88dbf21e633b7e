"""What xcs uses of `ast` that is written in Python, on its own built-ins."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from copy import deepcopy as _deepcopy
from typing import TypeVar

from .bound import own

if hasattr(ast, "_Unparser"):
    own(ast._Unparser)

iter_fields = own(ast.iter_fields)
iter_child_nodes = own(ast.iter_child_nodes)
parse = own(ast.parse)
unparse = own(ast.unparse)
deepcopy = own(_deepcopy)


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each class of nodes that may hold nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = () if kind is ast.Constant else tuple(name for name in kind._fields if name != "ctx")
        return self[kind]


FIELDS = _Fields()


PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")
Node = TypeVar("Node", bound=ast.AST)


def copy_location(new: Node, old: ast.AST) -> Node:
    """Gives a node the place of another. (That of `ast` looks more closely, and takes far longer.)"""
    place = vars(old)
    vars(new).update([(name, place[name]) for name in PLACE if name in place])
    return new


def children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes directly below one, but for contexts of names."""
    for name in FIELDS[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            yield from [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            yield value


def called_name(node: ast.Call) -> str:
    """The name of the variable, or of the attribute, that is called; empty: it is something else."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def blocks(statement: ast.AST) -> list[list[ast.AST]]:
    """Its body and other blocks, handlers and cases, but for those that are empty: the body and its `else` first."""
    found = (getattr(statement, name, None) for name in ("body", "orelse", "handlers", "finalbody", "cases"))
    return [block for block in found if type(block) is list and block]


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a tree, but for contexts of names. (`ast.walk` imports something at each call.)"""
    todo = deque([tree])
    while todo:
        node = todo.popleft()
        for name in FIELDS[type(node)]:
            value = getattr(node, name, None)
            if type(value) is list:
                todo.extend([item for item in value if isinstance(item, ast.AST)])
            elif isinstance(value, ast.AST):
                todo.append(value)
        yield node
