"""The code that has a worker make one call, where an expression is enough, and what the call needs."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import libcst as cst

from ..ir.nodes import For, If, Jump, Try
from .futures import SubmittedCall, Work
from .tree import Change, Range, becomes, free_names, inside, swap


def submit(work: Work, callable_: str, arguments: str) -> str:
    inner = ", ".join(part for part in (callable_, arguments) if part)
    if work.contextual:
        return f"{work.executor}.submit(copy_context().run, {inner})"
    return f"{work.executor}.submit({inner})"


def call_code(work: Work, site: SubmittedCall, changes: dict[cst.CSTNode, Change]) -> str:
    """The call with the results that it needs, on one line where no comment is lost."""
    return work.one_line(swap(site.call, changes) if changes else site.call)


def results(work: Work, site: SubmittedCall, needs: frozenset[int]) -> dict[cst.CSTNode, Change]:
    """Replacements of the calls whose futures a worker waits for; fills in the site's chain."""
    changes: dict[cst.CSTNode, Change] = {}
    prior = {i for i in needs & work.sites.keys() if i != site.plan.node.id}
    for ident in prior:
        other = work.sites[ident]
        if other.path or not other.future:
            raise work.refuse(f"`{site.plan.node.text}(...)`, which needs all results of a loop", site.plan.node)
        changes[other.call] = becomes(work.tree.expression(f"{other.future}.result()"))
    site.prior = frozenset(prior)
    site.depth = 1 + max((work.sites[i].depth for i in prior), default=0)
    return changes


def conditions_of(work: Work, site: SubmittedCall, changes: dict[cst.CSTNode, Change]) -> list[str]:
    """What must hold for the call to be made, as far as its own expression says, with the results that it needs."""

    def text(test: cst.BaseExpression) -> str:
        return work.one_line(swap(test, changes) if changes else test)

    found: list[str] = []
    child: cst.CSTNode = site.call
    statement = work.tree.statement(site.call)
    for parent in work.tree.ancestors(site.call):
        match parent:
            case cst.IfExp() if child is parent.body:
                found.append(text(parent.test))
            case cst.IfExp() if child is parent.orelse:
                found.append(f"not ({text(parent.test)})")
            case cst.BooleanOperation() if child is parent.right:
                raise work.refuse("a call after `and` or `or`", site.plan.node)
            case cst.Comparison() if child is not parent.left and child is not parent.comparisons[0]:
                raise work.refuse("a call in a chain of comparisons", site.plan.node)
            case cst.Assert() if child is parent.msg:
                raise work.refuse("a call in an assertion's message", site.plan.node)
            case cst.BaseComp() if child is not parent.for_in:
                found.extend(map(text, filters(parent.for_in)))
            case cst.CompIf():
                clause = work.tree.parents[parent]
                assert isinstance(clause, cst.CompFor)
                found.extend(text(t.test) for t in clause.ifs[: list(clause.ifs).index(parent)])
            case cst.CompFor() if child is parent.inner_for_in:
                found.extend(text(t.test) for t in parent.ifs)
            case _:
                pass
        if parent is statement:
            break
        child = parent
    found.reverse()
    return found


def filters(clause: cst.CompFor | None) -> list[cst.BaseExpression]:
    tests: list[cst.BaseExpression] = []
    while clause is not None:
        tests.extend(t.test for t in clause.ifs)
        clause = clause.inner_for_in
    return tests


def covered(work: Work, site: SubmittedCall, needs: Iterable[int], places: list[Range]) -> None:
    """Checks that everything the call needs stands in a place that the plain form evaluates."""
    for ident in needs:
        node = work.region.nodes[ident]
        if isinstance(node, For | If | Try) or ident in {n.id for n in site.path}:
            continue
        if isinstance(node, Jump) and node.kind == "continue":
            continue
        if not any(inside(work.tree.of(node.span), place) for place in places):
            raise work.refuse(f"`{site.plan.node.text}(...)` because of line {node.span.line}", site.plan.node)


def expression_places(work: Work, site: SubmittedCall) -> list[Range]:
    """The call itself, its conditions, and the headers of its loops."""
    places = [work.tree.range(site.call)]
    for node in site.path:
        loop = work.loop(node)
        places += [work.tree.range(loop.target), work.tree.range(loop.iter)]
    for parent in work.tree.ancestors(site.call):
        if isinstance(parent, cst.IfExp):
            places.append(work.tree.range(parent.test))
        if isinstance(parent, cst.BaseComp):
            clause: cst.CompFor | None = parent.for_in
            while clause is not None:
                places += [work.tree.range(t.test) for t in clause.ifs]
                clause = clause.inner_for_in
        if isinstance(parent, cst.BaseStatement | cst.BaseSmallStatement):
            break
    return places


def expression_submission(work: Work, site: SubmittedCall, changes: dict[cst.CSTNode, Change]) -> str:
    """`submit(f, x)` where nothing in it can fail, else `submit(lambda x: f(x.text), x)`, failing where it is taken."""
    conditions = conditions_of(work, site, changes)
    call = call_code(work, site, changes)
    if not conditions and not changes and plain_call(work, site.call) and "#" not in call:
        arguments = [work.one_line(a.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for a in site.call.args]
        return submit(work, work.one_line(site.call.func), ", ".join(arguments))
    body = f"{call} if {both(conditions)} else None" if conditions else call
    free = free_names(f"({body}\n)")
    names = [*work.parameters(f"({body}\n)"), *(work.sites[i].future for i in sorted(site.prior))]
    if "super" in free:
        raise work.refuse("super()", site.plan.node)
    own = ", ".join([*names, *work.bound_early(free.difference(names))])
    return submit(work, f"lambda {own}: {body}" if own else f"lambda: {body}", ", ".join(names))


def plain_call(work: Work, call: cst.Call) -> bool:
    return work.safe(work.one_line(call.func)) and all(
        not a.star and work.safe(work.one_line(a.value)) for a in call.args
    )


def both(conditions: Iterable[str]) -> str:
    """A condition that holds where all of them do."""
    return " and ".join(map(_operand, conditions))


def _operand(condition: str) -> str:
    simple = isinstance(
        ast.parse(condition, mode="eval").body, ast.Name | ast.Compare | ast.Call | ast.Attribute | ast.UnaryOp
    )
    return condition if simple else f"({condition})"
