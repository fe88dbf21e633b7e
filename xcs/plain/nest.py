"""Inner loops in the plain form: their futures are lists, filled when their call sites are submitted."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import libcst as cst

from ..ir.nodes import For
from ..remarks import Bailout
from .futures import Item, Nest, SubmittedCall, Work, flat
from .tree import Change, Loop, becomes, bound_in


def nest_code(work: Work, nest: Nest) -> str:
    """`[(y, submit(...)) for y in ys]`, without `y` where only the futures are wanted."""
    variable = nest.head or grouped(work, nest.loop)
    parts = [variable] if keeps_items(work, nest) else []
    parts += [item.code if isinstance(item, SubmittedCall) else nest_code(work, item) for item in nest.items]
    element = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    return f"[{element} for {nest.head or target_text(work, nest.loop)} in {work.one_line(nest.loop.iter)}]"


def grouped(work: Work, loop: Loop) -> str:
    text = target_text(work, loop)
    return f"({text})" if isinstance(loop.target, cst.Tuple) else text


def target_text(work: Work, loop: Loop) -> str:
    text = work.one_line(
        loop.target.with_changes(lpar=[], rpar=[]) if isinstance(loop.target, cst.Tuple) else loop.target
    )
    if not isinstance(loop.target, cst.Name | cst.Tuple | cst.List):
        raise Bailout("syntax", f"`{text}` as a loop's variable, in the plain form,")
    return text


def fails_apart(node: cst.CSTNode) -> bool:
    """Whether a text goes through iterables side by side, and fails where one of them has more."""
    match node:
        case cst.Arg(keyword=cst.Name(value="strict"), value=value):
            return not (isinstance(value, cst.Name) and value.value == "False")
        case _:
            return any(map(fails_apart, node.children))


def check_nest(work: Work, nest: Nest, inner: bool, ahead: bool = False) -> None:
    """A header that fails would fail too early: unless the caller sees to that (`inner` False).

    ahead: the nest's calls are submitted iterations before they are taken. In a block, where they are submitted in
    the statement that takes them, going through an inner header is taken not to fail (docs/assumptions.md).
    """
    header = work.one_line(nest.loop.iter)
    if fails_apart(nest.loop.iter):
        raise work.refuse("items side by side that may not be as many", nest.node)
    if inner and not (iterates(header) if ahead else work.safe(header)):
        raise work.refuse("an inner loop whose header may fail", nest.node)
    if not isinstance(nest.loop.target, cst.Name) and not unpacks(work.one_line(nest.loop.iter), nest.loop.target):
        raise work.refuse("an inner loop whose unpacking may fail", nest.node)
    if not parameters_known(work, header, nest):
        raise work.refuse("an inner loop over what the region computes", nest.node)
    for item in nest.items:
        if isinstance(item, Nest):
            check_nest(work, item, True, ahead)


def iterates(header: str) -> bool:
    """Whether going through a header certainly works: a display, a range of numbers."""
    match ast.parse(f"({header}\n)", mode="eval").body:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return all(isinstance(e, ast.Constant | ast.Name) for e in elements)
        case ast.Constant(value=str() | bytes()):
            return True
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            return all(isinstance(a, ast.Constant) and type(a.value) is int and a.value > 0 for a in arguments)
        case _:
            return False


def parameters_known(work: Work, header: str, nest: Nest) -> bool:
    """Whether the names in a nest's header are those of outer loops, or none of the region's."""
    names = set(work.parameters(f"({header}\n)"))
    for node in (*([work.frame] if work.frame else []), *work.region.parents[nest.node.id]):
        if isinstance(node, For):
            names -= bound_in(f"for {work.one_line(work.loop(node).target)} in (): pass")
    return not names


def take_changes(work: Work, items: Iterable[Item]) -> dict[cst.CSTNode, Change]:
    """Changes to the statements in their place: results for calls, futures for the items of inner loops."""
    changes: dict[cst.CSTNode, Change] = {}
    for item in items:
        if isinstance(item, SubmittedCall):
            changes[item.call] = becomes(work.tree.expression(f"{item.future}.result()"))
        else:
            changes.update(take_changes(work, item.items))
            changes[item.loop] = taken(work, item)
    return changes


def taken(work: Work, nest: Nest) -> Change:
    """The loop over its items with their futures; over the items alone where submitting has failed."""
    inner = [i.future if isinstance(i, SubmittedCall) else i.futures for i in nest.items]
    names = [grouped(work, nest.loop), *inner] if keeps_items(work, nest) else inner
    source = f"{nest.futures} if {nest.futures} is not None else {work.one_line(nest.loop.iter)}"
    made = cst.parse_expression(f"[0 for {', '.join(names)} in ({source if nest.fails else nest.futures})]")
    assert isinstance(made, cst.ListComp)
    iterable = made.for_in.iter
    if not (nest.fails and isinstance(nest.loop, cst.CompFor)):  # there a conditional expression needs parentheses
        iterable = iterable.with_changes(lpar=[], rpar=[])
    new_target = made.for_in.target

    def change(loop: Loop) -> Loop:
        return loop.with_changes(target=new_target, iter=iterable)

    return change


def keeps_items(work: Work, nest: Nest) -> bool:
    """Whether the loop needs its items where its calls are taken."""
    return not isinstance(nest.loop, cst.CompFor) or read_in_place(work, nest)


def read_in_place(work: Work, nest: Nest) -> bool:
    """Whether a comprehension's variables are still read when its calls are taken from futures."""
    comp = next(n for n in work.tree.ancestors(nest.loop) if isinstance(n, cst.BaseComp))
    variables = bound_in(f"for {work.one_line(nest.loop.target)} in (): pass")
    calls = {item.call for item in flat(nest.items)}
    todo: list[cst.CSTNode] = [comp]
    while todo:
        node = todo.pop()
        if node in calls or node is nest.loop.target:
            continue
        if isinstance(node, cst.Name) and node.value in variables:
            return True
        todo.extend(node.children)
    return False


def unpacks(header: str, target: cst.BaseExpression) -> bool:
    """Whether items of a header certainly fit a target: pairs of `enumerate`, of a view, of rows, of a `zip`."""
    if not isinstance(target, cst.Tuple) or not all(isinstance(e, cst.Element) for e in target.elements):
        return False
    if not all(isinstance(e.value, cst.Name) for e in target.elements):
        return False
    made = cst.parse_expression(header)
    match made:
        case cst.Call(func=cst.Name(value="enumerate")):
            return len(target.elements) == 2
        case cst.Call(func=cst.Name(value="zip"), args=args):
            return len(target.elements) == sum(a.keyword is None for a in args) and not any(a.star for a in args)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="items" | "iterrows")), args=[]):
            return len(target.elements) == 2
        case _:
            return False
