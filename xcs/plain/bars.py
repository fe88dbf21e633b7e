"""Progress bars in the plain form: the bar goes through what was submitted, and advances as results are taken.

for item in tqdm(items):          for item, future in tqdm(submitted(), total=len(items)):
for item in bar:                  for item, future in zip(bar, futures):
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

import libcst as cst

from ..analysis.domain.values import Value
from ..analysis.library.shown_items import attribute_of
from ..ir.nodes import Instr
from ..remarks import Span
from .futures import Work
from .tree import Range, Tree, becomes, bound_by, inside, swap


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


def goes_through(work: Work, over: cst.BaseExpression, value: Value) -> str:
    """The variable that a bar made before goes through, where the loop goes through the bar's: `bar = tqdm(items)`."""
    if not isinstance(over, cst.Name) or not value or not all(map(attribute_of, value)):
        return ""
    function = work.tree.function_of(work.statements[0])
    if any(not _told(work, n) for s in work.statements for n in _mentions(s, over.value) if n is not over):
        return ""  # how far it is may be asked
    made = [call for name, call in _made_in(function) if name == over.value]
    if len(made) != 1 or not made[0].args or made[0].args[0].star or made[0].args[0].keyword is not None:
        return ""
    first = made[0].args[0].value
    if not isinstance(first, cst.Name) or any(_bound(work, function, n) > 1 for n in (first.value, over.value)):
        return ""
    return first.value


def _mentions(node: cst.CSTNode, name: str) -> Iterator[cst.Name]:
    if isinstance(node, cst.Name) and node.value == name:
        yield node
    for child in node.children:
        yield from _mentions(child, name)


def _told(work: Work, name: cst.Name) -> bool:
    """Whether all that is done with a variable is to call a method, as a statement: `bar.set_postfix(...)`."""
    above = list(itertools.islice(work.tree.ancestors(name), 3))
    match above:
        case [cst.Attribute(value=value) as attribute, cst.Call(func=func) as call, cst.Expr(value=whole)]:
            return value is name and func is attribute and whole is call
        case _:
            return False


def _made_in(node: cst.CSTNode) -> Iterator[tuple[str, cst.Call]]:
    """The variables that are given what a call makes, with the call."""
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as call):
            yield name, call
        case cst.WithItem(item=cst.Call() as call, asname=cst.AsName(name=cst.Name(value=name))):
            yield name, call
        case _:
            for child in node.children:
                yield from _made_in(child)


def _bound(work: Work, function: cst.CSTNode, name: str) -> int:
    """In how many places a variable gets a value."""
    return sum(name in bound_by(n) for n in ast.walk(ast.parse(work.tree.code(_alone(function)))))


def _alone(function: cst.CSTNode) -> cst.CSTNode:
    return function.with_changes(leading_lines=[]) if isinstance(function, cst.FunctionDef) else function


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


__all__ = ["around", "bar_of", "goes_through", "is_header", "without"]
