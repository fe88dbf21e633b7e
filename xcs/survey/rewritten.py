"""Loops that read a file which the iteration before wrote: their requests go one after another, decorated or not."""

from __future__ import annotations

import ast

from ..trees import called_name

READS = frozenset({"read_text", "read_bytes"})
WRITES = frozenset({"write_text", "write_bytes"})


def rewrites(loop: ast.AST) -> bool:
    """Whether a loop reads a file and writes one of the same name, which is the same in each iteration."""
    bound = {n.id for n in ast.walk(loop) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    read: set[str] = set()
    written: set[str] = set()
    for node in ast.walk(loop):
        if not isinstance(node, ast.Call):
            continue
        name, file = called_name(node), _file(node)
        if file is None or any(isinstance(n, ast.Name) and n.id in bound for n in ast.walk(file)):
            continue
        if name == "open":
            (written if set(_mode(node)) & set("wax+") else read).add(ast.unparse(file))
        elif name in READS | WRITES:
            (written if name in WRITES else read).add(ast.unparse(file))
    return not read.isdisjoint(written)


def _file(node: ast.Call) -> ast.expr | None:
    """What a call that opens, reads or writes a file names it by."""
    if isinstance(node.func, ast.Attribute) and called_name(node) in READS | WRITES | {"open"}:
        return node.func.value
    return node.args[0] if isinstance(node.func, ast.Name) and node.args else None


def _mode(node: ast.Call) -> str:
    place = 1 if isinstance(node.func, ast.Name) else 0
    named = next((k.value for k in node.keywords if k.arg == "mode"), None)
    given = node.args[place] if len(node.args) > place else named
    return str(given.value) if isinstance(given, ast.Constant) else "r"
