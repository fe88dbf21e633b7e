"""The JIT form as text, for people: what `@jit` runs, with names that Python accepts."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from ..emit import MARKER
from .slices import compile_slice

if TYPE_CHECKING:
    from ..pipeline import FunctionPlan

HEAD = "# what @jit runs: `entry` decides each region at its entry, with live objects; None: it runs as written"


class _Readable(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.copy_location(ast.Name("entry", ast.Load()), node) if node.value == MARKER else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(node.id.lstrip("@"), node.ctx), node)


def jit_form(plan: FunctionPlan) -> str:
    """The emitted function, and the run-ahead slice of each region that the text alone lets start early."""
    if plan.emitted is None:
        return f"# {plan.qualname} runs as it is written"
    tree = copy.deepcopy(plan.emitted.node)
    if not isinstance(tree, ast.Lambda):
        tree.decorator_list = []
    parts = [HEAD, ast.unparse(_Readable().visit(tree))]
    for region in plan.chosen():
        made = compile_slice(region.plan)
        parts.append(f"# the slice of region {region.code.number}, line {region.code.span.line}\n{made.text}")
    return "\n\n".join(parts)
