"""Simple statements in the plain form: each call is submitted as soon as what it needs is there, and taken in place.

with ThreadPoolExecutor(max_workers=2) as executor:
    a_future = executor.submit(f, x)
    b_future = executor.submit(g, y)
    a = a_future.result()
    b = b_future.result()
return h(a, b)
"""

from __future__ import annotations

import libcst as cst

from ..ir.nodes import For, walk
from ..remarks import Bailout
from .futures import Item, Nest, SubmittedCall, Work, flat, made
from .loop import ended, spaced, workers
from .nest import check_nest, fails_apart, nest_code, take_changes, target_text, unpacks
from .submit import both, call_code, conditions_of, covered, expression_places, expression_submission, submit
from .thread_counts import threads
from .tree import bound_in, inside, swap


def rewrite_block(work: Work, lines: list[cst.SimpleStatementLine], pool: str) -> list[cst.BaseStatement]:
    """The statements that replace a run of simple ones: `lines` with one of `work.statements` each. Raises: Bailout."""
    items = _settle(work)
    places = {id(item): _place(work, item) for item in items}
    homes = [_index(work, site.call) for site in flat(items)]
    first, last = min(places.values()), max(homes)
    changes = take_changes(work, items)
    body: list[cst.BaseStatement] = []
    for index in range(first, last + 1):
        for item in items:
            if places[id(item)] == index:
                name = item.future if isinstance(item, SubmittedCall) else item.futures
                code = item.code if isinstance(item, SubmittedCall) else nest_code(work, item)
                body.append(work.tree.parse(made(work, work.statements[index], name, code)))
        (small,) = lines[index].body
        assert isinstance(small, cst.BaseSmallStatement)
        statement = swap(work.statements[index], changes).with_changes(semicolon=small.semicolon)
        line = lines[index].with_changes(body=[statement])
        body.append(line.with_changes(leading_lines=[]) if index == first else line)
    many = any(isinstance(item, Nest) for item in items)
    count = workers(work, items) if many else threads([s.plan for s in flat(items)], len(items))
    new: list[cst.BaseStatement]
    if many:
        new = [work.tree.parse(count.made(pool, work.executor)), ended(work, body)]
    else:
        new = [work.tree.block(count.opened(pool, work.executor), body)]
    if work.workers:
        new = [*map(spaced, [*work.workers, new[0]]), *new[1:]]
    new[0] = new[0].with_changes(leading_lines=lines[first].leading_lines)
    return [*lines[:first], *new, *lines[last + 1 :]]


def _alone(work: Work, items: list[Item]) -> list[int]:
    """The calls that would be taken where they are submitted, beside no other, and that no other waits for."""
    places = [_place(work, item) for item in items]
    waited_for = {ident for site in flat(items) for ident in site.plan.results}
    return [
        item.plan.node.id
        for item, place in zip(items, places, strict=True)
        if isinstance(item, SubmittedCall) and len(items) > 1 and places.count(place) == 1
        and place == _index(work, item.call) and item.plan.node.id not in waited_for
    ]  # fmt: skip


def _index(work: Work, node: cst.CSTNode) -> int:
    place = work.tree.range(node)
    return next(i for i, s in enumerate(work.statements) if inside(place, work.tree.range(s)))


def _settle(work: Work) -> list[Item]:
    """The items whose submission can be written, after dropping those where it can't."""
    names = work.name.taken.copy()
    while True:
        work.name.taken = names.copy()
        work.workers.clear()
        work.drop_dependents()
        work.check_gain()
        work.collect()
        failed = False
        for ident, site in work.sites.items():
            try:
                site.path = work.loops(ident)
            except Bailout as bailout:
                work.dropped[ident], failed = bailout, True
        if failed:
            continue
        items = work.arrange(work.sites.values())
        for site in flat(items):
            site.future = work.future_name(site.call)
        for item in items:
            try:
                _write(work, item)
            except Bailout as bailout:
                failed = True
                for site in flat([item]):
                    work.dropped[site.plan.node.id] = bailout
        alone = [] if failed else _alone(work, items)
        work.dropped.update(dict.fromkeys(alone, work.refuse("a call that nothing runs beside", work.frame)))
        if not failed and not alone:
            return items


def _write(work: Work, item: Item) -> None:
    for site in flat([item]):
        _check(work, site)
    if isinstance(item, SubmittedCall):
        item.code = expression_submission(work, item, {})
        return
    loop = item.loop
    assert isinstance(loop, cst.CompFor)
    for parent in work.tree.ancestors(loop):
        if isinstance(parent, cst.IfExp | cst.BooleanOperation | cst.Comparison):
            raise work.refuse("a comprehension under a condition", item.node)
    header = work.one_line(loop.iter)
    if fails_apart(loop.iter):
        raise work.refuse("items side by side that may not be as many", item.node)
    if not work.safe(header) and not _leads(work, item):
        raise work.refuse("a comprehension over an expression that may fail", item.node)
    taken_apart = not isinstance(loop.target, cst.Name) and not unpacks(header, loop.target)
    if taken_apart:
        if len(item.items) > 1 or isinstance(item.items[0], Nest):
            raise work.refuse("an inner loop over parts of an item", item.node)
        _take_apart(work, item, item.items[0])
        return
    for site in flat([item]):
        site.code = expression_submission(work, site, {})
    for inner in item.items:
        if isinstance(inner, Nest):
            check_nest(work, inner, True)


def _leads(work: Work, nest: Nest) -> bool:
    """Whether a comprehension's header may be evaluated when its statement begins: nothing is taken before it."""
    start = work.tree.range(nest.loop.iter)[0]
    home = _index(work, nest.loop)
    comp = work.tree.range(next(n for n in work.tree.ancestors(nest.loop) if isinstance(n, cst.BaseComp)))
    others = [work.tree.range(s.call) for s in work.sites.values()]
    early = [r for r in others if not inside(r, comp) and r[0] < start and _index_of(work, r[0]) == home]
    return not early


def _index_of(work: Work, place: tuple[int, int]) -> int:
    return next(
        (i for i, s in enumerate(work.statements) if work.tree.range(s)[0] <= place <= work.tree.range(s)[1]), -1
    )


def _take_apart(work: Work, nest: Nest, site: SubmittedCall) -> None:
    """`[submit(call, item) for item in items]`, the item unpacked by the worker: it may not fit."""
    item = work.name("item")
    call = call_code(work, site, {})
    conditions = conditions_of(work, site, {})
    target = target_text(work, nest.loop)
    own = bound_in(f"{target} = 0")
    others = [
        n for n in work.parameters(f"({call}, {', '.join(conditions)})" if conditions else f"({call})") if n not in own
    ]
    if others:
        raise work.refuse("such arguments beside parts of an item", nest.node)
    returned = work.tree.parse(f"return {call}")
    lines = [work.tree.parse(f"{target} = {item}")]
    if conditions:
        returned = work.tree.block(f"if {both(conditions)}:", [returned])
    name = work.name("call")
    work.workers.append(work.tree.block(f"def {name}({item}):", [*lines, returned]))
    site.code = submit(work, name, item)
    nest.head = item


def _check(work: Work, site: SubmittedCall) -> None:
    """Whether all that the call needs is evaluated before it is submitted, or with it."""
    needs, _ = work.region.closure(site.plan.node.id, 0)
    home = _index(work, site.call)
    place = work.tree.range(work.statements[home])
    own = {i for i in needs if inside(work.tree.of(work.region.nodes[i].span), place)}
    inner = own & work.sites.keys() - {site.plan.node.id}
    if inner:
        raise work.refuse(f"`{site.plan.node.text}(...)`, which needs results of its own statement", site.plan.node)
    covered(work, site, own, expression_places(work, site))
    for loop in site.path:
        defined = {t for n in walk(loop.body) for t in (getattr(n, "targets", ()) or ())}
        if work.region.closure(site.plan.node.id, loop.id)[1] & defined:
            raise work.refuse(
                f"`{site.plan.node.text}(...)`, whose arguments depend on earlier iterations", site.plan.node
            )


def _place(work: Work, item: Item) -> int:
    """The first statement before which all that an item's submission reads is there."""
    home = min(_index(work, s.call) for s in flat([item]))
    if isinstance(item, Nest) and not work.safe(work.one_line(item.loop.iter)):
        return home
    place = 0
    for site in flat([item]):
        for ident in work.region.closure(site.plan.node.id, 0)[0]:
            node = work.region.nodes[ident]
            if isinstance(node, For) and node.id in {n.id for n in site.path}:
                continue
            start = work.tree.of(node.span)[0]
            index = _index_of(work, start)
            if index != home:
                place = max(place, index + 1)
    return place


__all__ = ["rewrite_block"]
