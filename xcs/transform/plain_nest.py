"""Inner loops in the plain form: their futures are lists, filled when their call sites are submitted."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from ..ir import For
from ..remarks import Bailout
from .plain_sites import Item, Nest, Site, Work, flat
from .plain_tree import Change, Loop, becomes, bound_in


def nest_code(work: Work, nest: Nest) -> str:
    """`[submit(...) for y in ys]`."""
    inner = [item_code(work, item) for item in nest.items]
    element = inner[0] if len(inner) == 1 else f"({', '.join(inner)})"
    return f"[{element} for {nest.head or target_text(work, nest.loop)} in {work.one_line(nest.loop.iter)}]"


def item_code(work: Work, item: Item) -> str:
    return item.code if isinstance(item, Site) else nest_code(work, item)


def target_text(work: Work, loop: Loop) -> str:
    text = work.one_line(
        loop.target.with_changes(lpar=[], rpar=[]) if isinstance(loop.target, cst.Tuple) else loop.target
    )
    if not isinstance(loop.target, cst.Name | cst.Tuple | cst.List):
        raise Bailout("syntax", f"`{text}` as a loop's variable, in the plain form,")
    return text


def check_nest(work: Work, nest: Nest, inner: bool) -> None:
    """A header that may fail would fail too early: unless the caller sees to that (`inner` False)."""
    header = work.one_line(nest.loop.iter)
    if inner and not work.safe(header):
        raise work.refuse("an inner loop whose header may fail", nest.node)
    if not isinstance(nest.loop.target, cst.Name) and not unpacks(work.one_line(nest.loop.iter), nest.loop.target):
        raise work.refuse("an inner loop whose unpacking may fail", nest.node)
    if not parameters_known(work, header, nest):
        raise work.refuse("an inner loop over what the region computes", nest.node)
    for item in nest.items:
        if isinstance(item, Nest):
            check_nest(work, item, True)


def parameters_known(work: Work, header: str, nest: Nest) -> bool:
    """Whether the names in a nest's header are those of outer loops, or none of the region's."""
    names = set(work.parameters(f"({header}\n)"))
    for node in (*([work.frame] if work.frame else []), *work.region.parents[nest.node.id]):
        if isinstance(node, For):
            names -= bound_in(f"for {work.one_line(work.loop(node).target)} in (): pass")
    return not names


def take_changes(work: Work, items: Iterable[Item]) -> dict[cst.CSTNode, Change]:
    """Changes to the statements in their place: results for calls, zipped headers for inner loops."""
    changes: dict[cst.CSTNode, Change] = {}
    for item in items:
        if isinstance(item, Site):
            changes[item.call] = becomes(work.tree.expression(f"{item.future}.result()"))
        else:
            changes.update(take_changes(work, item.items))
            changes[item.loop] = zipped(work, item)
    return changes


def zipped(work: Work, nest: Nest) -> Change:
    inner = [i.future if isinstance(i, Site) else i.futures for i in nest.items]
    taken = inner[0] if len(inner) == 1 else f"({', '.join(inner)})"

    def change(loop: Loop) -> Loop:
        target, source = work.tree.code(loop.target), work.one_line(loop.iter)
        if isinstance(nest.loop.target, cst.Tuple) and not nest.loop.target.lpar:
            target = f"({target})"
        alone = isinstance(loop, cst.CompFor) and not read_in_place(work, nest)
        pair = taken.strip("()") if alone else f"{target}, {taken}"
        made = cst.parse_expression(f"[0 for {pair} in {nest.futures if alone else f'zip({source}, {nest.futures})'}]")
        assert isinstance(made, cst.ListComp)
        return loop.with_changes(target=made.for_in.target, iter=made.for_in.iter)

    return change


def read_in_place(work: Work, nest: Nest) -> bool:
    """Whether a comprehension's variables are still read when its calls are taken from futures."""
    comp = next(n for n in work.tree.ancestors(nest.loop) if isinstance(n, cst.BaseComp))
    variables = bound_in(f"for {work.one_line(nest.loop.target)} in (): pass")
    taken = {item.call for item in flat(nest.items)}
    todo: list[cst.CSTNode] = [comp]
    while todo:
        node = todo.pop()
        if node in taken or node is nest.loop.target:
            continue
        if isinstance(node, cst.Name) and node.value in variables:
            return True
        todo.extend(node.children)
    return False


def unpacks(header: str, target: cst.BaseExpression) -> bool:
    """Whether items of a header certainly fit a target: pairs of `enumerate`, of a view, of a `zip`."""
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
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="items")), args=[]):
            return len(target.elements) == 2
        case _:
            return False
