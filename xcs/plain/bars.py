"""Progress bars in the plain form: the bar goes through what was submitted, and advances as results are taken.

for item in tqdm(items):          for item, future in tqdm(submitted(), total=len(items)):
"""

from __future__ import annotations

import ast

import libcst as cst

from ..ir.nodes import Instr
from ..remarks import Span
from .futures import Work
from .tree import Range, Tree, becomes, inside, swap


def is_header(tree: Tree, span: Span, region: Range) -> bool:
    """Whether a call stands in the header of the loop that a region is."""
    first = tree.statements.get(region[0])
    return isinstance(first, cst.For) and inside(tree.of(span), tree.range(first.iter))


def bar_of(work: Work, loop: cst.For) -> cst.Call | None:
    """The call in a loop's header that shows how far it is.

    Raises:
        Bailout: there is one whose length can't be told from what it is given.
    """
    header = work.tree.range(loop.iter)
    for node in work.region.nodes.values():
        if isinstance(node, Instr) and node.op == "call" and work.region.through(node.id) is not None:
            call = work.tree.calls.get(work.tree.of(node.span))
            if call is not None and inside(work.tree.range(call), header):
                if not call.args or call.args[0].star or call.args[0].keyword is not None:
                    raise work.refuse("a bar that counts by itself", node)
                return call
    return None


def without(work: Work, loop: cst.For, bar: cst.Call) -> cst.For:
    """The loop over what its bar goes through."""
    return loop.with_changes(iter=swap(loop.iter, {bar: becomes(bar.args[0].value)}))


def around(work: Work, bar: cst.Call, source: str) -> cst.BaseExpression:
    """The bar around `source`, as long as it was.

    Raises:
        Bailout: its length can't be told.
    """
    over = work.one_line(bar.args[0].value)
    first = bar.args[0].with_changes(value=work.tree.expression(source))
    named = {a.keyword.value for a in bar.args if a.keyword is not None}
    if "total" in named or _unsized(over):
        return bar.with_changes(args=[first, *bar.args[1:]])
    if not work.safe(over) or _used_up(over):
        raise work.refuse("a bar over what is computed in the loop's header", work.frame)
    rest = list(bar.args[1:])
    place = next((i for i, a in enumerate(rest) if a.keyword is not None or a.star), len(rest))
    total = work.tree.expression(f"f(total=len({over}))")
    assert isinstance(total, cst.Call)
    args = [first, *rest[:place], total.args[0], *rest[place:]]
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    spaced = [a.with_changes(comma=comma) for a in args[:-1]]
    return bar.with_changes(args=[*spaced, args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)])


def _unsized(header: str) -> bool:
    """Whether what is gone through has no length in the first place."""
    node = ast.parse(f"({header}\n)", mode="eval").body
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("enumerate", "zip")


def _used_up(header: str) -> bool:
    """Whether asking for the length may use up what is gone through: `list(reader)`."""
    calls = [n.func for n in ast.walk(ast.parse(f"({header}\n)", mode="eval")) if isinstance(n, ast.Call)]
    return not all(isinstance(called, ast.Name) and called.id == "range" for called in calls)


__all__ = ["around", "bar_of", "is_header", "without"]
