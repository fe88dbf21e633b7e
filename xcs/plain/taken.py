"""Where a future's result is taken: in the place of a variable that is read once, or in a line of its own.

answer = future.result()
out.append(answer)               out.append(future.result())

In its place only where nothing can happen before it that didn't, had the call failed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import libcst as cst

from .divided import Parts
from .futures import Work
from .mentions import names_in
from .tree import becomes, swap


def take(
    work: Work, loop: cst.For, parts: Parts, body: Sequence[cst.BaseStatement], future: str
) -> list[cst.BaseStatement]:
    """The statements that the loop has left, with the result of a future for what the worker returns."""
    taken = f"{future}.result()"
    if not parts.names:
        return [work.tree.parse(taken), *body]
    place = _read_once(work, loop, parts, body[0]) if body and len(parts.names) == 1 else None
    if place is not None:
        return [swap(body[0], {place: becomes(work.tree.expression(taken))}), *body[1:]]
    return [work.tree.parse(f"{', '.join(parts.names)} = {taken}"), *body]


def _read_once(work: Work, loop: cst.For, parts: Parts, first: cst.BaseStatement) -> cst.Name | None:
    """Where a simple statement reads the one result before all else, if nothing else does."""
    name = parts.names[0]
    left = [*parts.rest, *([parts.block] if parts.block is not None else [])]
    found = [n for s in left for n in names_in(s) if n.value == name]
    if len(found) != 1 or not isinstance(first, cst.SimpleStatementLine) or len(first.body) != 1:
        return None
    if parts.result:
        return found[0]  # it stands where the call stood
    around = work.tree.function_of(loop)
    every, own = (sum(n.value == name for n in names_in(part)) for part in (around, loop))
    leads = _leads(ast.parse(work.tree.code(first).strip()).body[0], name)
    return found[0] if every == own and leads else None


def _leads(statement: ast.stmt, name: str) -> bool:
    """Whether a statement reads a name before it does anything else."""
    match statement:
        case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
            pass
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value, target=ast.Name()):
            pass
        case ast.AugAssign(target=ast.Name(), value=value):
            pass
        case _:
            return False
    for node in _evaluated(value):
        if isinstance(node, ast.Name) and node.id == name:
            return True
        if not isinstance(node, ast.Name | ast.Constant | ast.Attribute):
            return False
    return False


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Expressions in the order in which they are evaluated; what may not be evaluated stands for itself."""
    if isinstance(
        node, ast.Lambda | ast.IfExp | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.NamedExpr
    ):
        yield node
        return
    if isinstance(node, ast.BoolOp):
        yield from _evaluated(node.values[0])
        yield node
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.keyword):
            yield from _evaluated(child)
    if not isinstance(node, ast.keyword):
        yield node


__all__ = ["take"]
