"""Plans of which there is no plain form, whatever the text, and what they say.

A call that is made for the exceptions it raises is one of the reasons: what stands behind it waits until it has let it.

    guard(message)          # raises Blocked
    reply = llm(message)    # is not sent where the guard says no
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter

import libcst as cst

from ..analysis.domain.values import NOTHING
from ..analysis.library.shown_items import attribute_of
from ..front.texts import shared_tree
from ..ir.nodes import For
from ..plan.legality.conflict import changed_behind
from ..plan.plan import Plan
from ..remarks import Bailout, Span
from .apply import Edit
from .bars import is_header
from .imports import dotted
from .planned_region import PlannedRegion
from .tree import Range, Tree, bound_by, named


def check_plan(region: PlannedRegion) -> None:
    """Raises: Bailout, where a plan needs what only `@jit` does."""
    plan = region.plan
    linked, sites = plan.region, plan.sites
    assert linked is not None
    if plan.opens and any(site.site in region.code.inside for site in sites):
        raise Bailout("plain-form", "a built-in function makes the calls")
    if any(site.flow is not None for site in sites):
        raise Bailout("plain-form", "an item needs what the calls of earlier ones give")
    if any(site.noted or site.telling or site.held for site in sites):
        raise Bailout("plain-form", "files that the loop writes say which calls it makes")
    if any(site.memo for site in sites):
        raise Bailout("plain-form", "what the loop has kept so far says which calls it makes")
    if any(linked.read_back(n) is not None for site in sites for n in site.needs):
        raise Bailout("plain-form", "an attribute that the iteration stores is what its calls are given")
    if any(loop.id in linked.cut for site in sites for loop in linked.loops(site.node.id)):
        raise Bailout("plain-form", "whether its loop goes on is known once its calls have been made")
    ahead = frozenset[int]().union(*(site.needs for site in sites))
    if any(changed_behind(linked, site.node.id, site.needs, ahead) for site in sites):
        raise Bailout("plain-form", "what its calls are made of changes from item to item")
    if region.awaited and plan.opens:
        raise Bailout("plain-form", "effects stand in what is awaited")


def check_text(tree: Tree, plan: Plan, place: Range) -> None:
    """Raises: Bailout, where the text of a region, whose callees run in workers, has no plain form."""
    linked = plan.region
    assert linked is not None
    bars = [n for s in plan.sites for n in s.needs if linked.through(n) is not None]
    if any(not is_header(tree, linked.nodes[n].span, place) for n in bars):
        raise Bailout("plain-form", "a bar shows how far the loop is")
    if any(isinstance(n, For) and goes_on_a_bar(plan, n) and linked.loops(i) for i, n in linked.nodes.items()):
        raise Bailout("plain-form", "a bar shows how far the loop is")
    gate = gates(tree, plan)
    if gate and not isinstance(tree.statements.get(place[0]), cst.For):
        raise Bailout("plain-form", f"`{gate}(...)` raises where what follows is not to be done")


def check_names(tree: Tree, edit: Edit) -> None:
    """Raises: Bailout, where what is printed needs a built-in function whose name the file gives to something else."""
    new, old = (Counter(named("\n".join(map(tree.code, statements)))) for statements in (edit.new, edit.old))
    added = (new - old).keys() & tree.bound & vars(builtins).keys()
    hidden = sorted(added & seen_in(shared_tree("\n".join(tree.lines)))) if added else []
    if hidden:
        raise Bailout("plain-form", f"`{hidden[0]}` is something else in this file")


def goes_on_a_bar(plan: Plan, loop: For) -> bool:
    """Whether a loop goes through a bar that was made before."""
    over = plan.region.facts.operands.get(loop.id, (NOTHING,))[0] if plan.region is not None else NOTHING
    return any(map(attribute_of, over))


def seen_in(node: ast.AST) -> set[str]:
    """The names that a text binds where its functions see them: methods, and attributes of classes, are not."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        hidden = isinstance(node, ast.ClassDef) and isinstance(child, ast.stmt)
        if not hidden:
            found |= bound_by(child)
        if not hidden or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found |= seen_in(child)
    return found


def gates(tree: Tree, plan: Plan) -> str:
    """The call that decides by an exception whether another call of its iteration, or block, is made; else empty."""
    assert plan.region is not None
    order = plan.region.order
    last = max(order[site.node.id] for site in plan.sites)
    for site in plan.sites:
        call = tree.calls.get(tree.of(site.node.payload)) if isinstance(site.node.payload, Span) else None
        if call is None or order[site.node.id] == last or not isinstance(tree.parents[call], cst.Expr):
            continue
        if _is_gate(tree, call, frozenset()):
            return _called(call)
    return ""


def _called(call: cst.Call) -> str:
    return dotted(call.func).rpartition(".")[2]


def _is_gate(tree: Tree, call: cst.Call, known: frozenset[str]) -> bool:
    """Whether a function of the file is called that raises something by itself, or calls another one for that."""
    name = _called(call)
    bodies = [f.body for f in tree.functions.values() if f.name.value == name and name not in known]
    return any(_raises(tree, body, known | {name}) for body in bodies)


def _raises(tree: Tree, node: cst.CSTNode, known: frozenset[str]) -> bool:
    match node:
        case cst.Raise(exc=exc):
            return exc is not None  # not what is raised again
        case cst.Expr(value=cst.Call() as call):
            return _is_gate(tree, call, known)
        case cst.FunctionDef() | cst.ClassDef() | cst.Lambda():
            return False
        case _:
            return any(_raises(tree, child, known) for child in node.children)


__all__ = ["check_names", "check_plan", "check_text", "gates"]
