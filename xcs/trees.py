"""What xcs uses of `ast` that is written in Python, on its own built-ins."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from copy import deepcopy as _deepcopy

from .bound import own

if hasattr(ast, "_Unparser"):
    own(ast._Unparser)

iter_fields = own(ast.iter_fields)
iter_child_nodes = own(ast.iter_child_nodes)
copy_location = own(ast.copy_location)
parse = own(ast.parse)
unparse = own(ast.unparse)
deepcopy = own(_deepcopy)


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a tree. (`ast.walk` imports something at each call.)"""
    todo = deque([tree])
    while todo:
        node = todo.popleft()
        todo.extend(iter_child_nodes(node))
        yield node
