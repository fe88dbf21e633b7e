"""The JIT form as text, for people: what `@jit` runs, with names that Python accepts and the function does not use."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..emit.entry_tests import MARKER
from ..emit.slices import compile_slice
from ..reasons import INTERNAL
from ..remarks import failed

if TYPE_CHECKING:
    from ..emit.entry_tests import Emitted
    from ..static.plans import FunctionPlan

HEAD = """\
# what @jit runs: `{entry}` decides each region with the objects it is entered with,
# and answers None to run it as written"""


class _Readable(ast.NodeTransformer):
    """Gives what has no name in Python one: `@region0`, and the constant for the entry."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.names: dict[str, str] = {}
        self.entry = self.free("entry")

    def free(self, base: str) -> str:
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.copy_location(ast.Name(self.entry, ast.Load()), node) if node.value == MARKER else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not node.id.startswith("@"):
            return node
        name = self.names.get(node.id) or self.names.setdefault(node.id, self.free(node.id[1:]))
        return ast.copy_location(ast.Name(name, node.ctx), node)


def _names(tree: ast.AST) -> Iterator[str]:
    """Every name that a function binds or reads, in the forms that the syntax has for it."""
    for node in ast.walk(tree):
        for field in ("id", "arg", "name", "asname", "rest"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield value.split(".")[0]
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names


def jit_form(plan: FunctionPlan) -> str:
    """The emitted function, and the run-ahead slice of each region that the text alone lets start early."""
    if plan.emitted is None:
        return f"# {plan.qualname} runs as it is written"
    try:
        return _printed(plan, plan.emitted)
    except Exception as error:
        return f"# {plan.qualname}: {INTERNAL.sentence(failed(error).what)}"


def _printed(plan: FunctionPlan, emitted: Emitted) -> str:
    tree = copy.deepcopy(emitted.node)
    if not isinstance(tree, ast.Lambda):
        tree.decorator_list = []
    readable = _Readable(set(_names(tree)))
    parts = [HEAD.format(entry=readable.entry), ast.unparse(readable.visit(tree))]
    for region in plan.chosen():
        made = compile_slice(region.plan, given=region.code.values)
        parts.append(f"# the slice of region {region.code.number}, line {region.code.span.line}\n{made.text.rstrip()}")
    return "\n\n".join(parts)
