"""A `for` statement in the plain form: a local generator submits calls ahead, the loop takes their results in place.

def submitted():
    window = deque()
    for x in items:
        window.append((x, executor.submit(model, x)))
        if len(window) == 256:
            yield window.popleft()
    yield from window

executor = ThreadPoolExecutor(max_workers=32)
try:
    for x, future in submitted():
        results.append(future.result())
finally:
    executor.shutdown(wait=False, cancel_futures=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

import libcst as cst

from ..analysis.domain.values import NOTHING
from ..analysis.library.shown_items import attribute_of
from ..ir.nodes import Jump
from ..remarks import Bailout
from .bars import around, bar_of, without
from .futures import Item, Nest, SubmittedCall, Work, flat
from .leftover import without_unread
from .nest import check_nest, fails_apart, grouped, iterates, nest_code, take_changes, target_text, unpacks
from .thread_counts import WORKERS, Threads, threads
from .tree import bound_in, free_names, inside, swap
from .worker import worker

WINDOW = 256
DOC = f'"""Yields each item with its futures, submitted up to {WINDOW} items ahead."""'
CAUGHT = "except Exception:  # noqa: BLE001 (raised again in its place)"
INNER = 8  # calls of an inner loop are made so many times more often


def rewrite_loop(work: Work, loop: cst.For, pool: str, queue: str) -> list[cst.BaseStatement]:
    """The statements that replace a loop. Raises: Bailout."""
    body: Sequence[cst.CSTNode] = loop.body.body if isinstance(loop.body, cst.IndentedBlock) else [loop.body]
    assert work.frame is not None
    bar = bar_of(work, loop)
    if any(map(attribute_of, work.region.facts.operands.get(work.frame.id, (NOTHING,))[0])):
        raise work.refuse("a bar that would show what is submitted", work.frame)
    header = work.one_line(loop.iter if bar is None else without(work, loop, bar).iter)
    target = target_text(work, loop)
    item: str | None = None
    if not isinstance(loop.target, cst.Name) and not unpacks(header, loop.target):
        item = work.name("item")
    items = settle(work, body, None if item is None else (item, target))
    stops, before = _stops(work, body, items, item)
    generator = work.name("submitted")
    window = work.name("window")
    lines = _generator(work, items, (item or grouped(work, loop)), stops, before, window)
    source = work.name("source") if free_names(f"({header}\n)") & bound_in(f"for {target} in (): pass") else ""
    text = f"def {generator}({source}):\n    {DOC}\n    {window} = {queue}()\n"
    through = f"for {item or target} in {source or header}:\n" + "".join(f"    {line}\n" for line in lines)
    through += f"    if len({window}) == {WINDOW}:\n        yield {window}.popleft()\n"
    if fails_apart(loop.iter):  # what was there before that is taken first
        through = f"try:\n{indent(through, '    ')}except ValueError:\n    yield from {window}\n    raise\n"
    text += indent(f"{through}yield from {window}\n", "    ")
    names = [i.future if isinstance(i, SubmittedCall) else i.futures for i in items]
    made = cst.parse_expression(
        f"[0 for {', '.join([grouped(work, loop), *names])} in {generator}({header if source else ''})]"
    )
    assert isinstance(made, cst.ListComp)
    new = swap(loop, take_changes(work, items)).with_changes(
        target=made.for_in.target,
        iter=made.for_in.iter if bar is None else around(work, bar, work.one_line(made.for_in.iter)),
        leading_lines=[],
    )
    new = without_unread(work, loop, new, list(flat(items)))
    return [
        *map(spaced, [*work.workers, work.tree.parse(text)]),
        spaced(work.tree.parse(workers(work, items).made(pool, work.executor))),
        ended(work, [new]),
    ]


def _inner(work: Work, site: SubmittedCall) -> bool:
    return len(site.path) > (0 if work.frame is not None else 1)


def spaced(statement: cst.BaseStatement) -> cst.BaseStatement:
    """With an empty line above."""
    return statement.with_changes(leading_lines=[cst.EmptyLine(indent=False)])


def ended(work: Work, body: list[cst.BaseStatement]) -> cst.BaseStatement:
    """`try: ... finally:` with the calls that have not begun withdrawn."""
    made = work.tree.parse(f"try:\n    pass\nfinally:\n    {work.executor}.shutdown(wait=False, cancel_futures=True)\n")
    return made.with_changes(body=cst.IndentedBlock(body=body))


def workers(work: Work, items: list[Item]) -> Threads:
    """Threads for each call of an iteration: calls that wait for others do so in threads of their own."""
    sites = flat(items)
    wanted = min(sum(WORKERS * (INNER if _inner(work, s) else 1) for s in sites), WINDOW)
    return threads([s.plan for s in sites], wanted)


def settle(work: Work, body: Sequence[cst.CSTNode], unpack: tuple[str, str] | None) -> list[Item]:
    """The items whose submission can be written, after dropping those where it can't."""
    names, known = work.name.taken.copy(), len(work.workers)
    while True:
        work.name.taken = names.copy()
        del work.workers[known:]
        work.drop_dependents()
        work.check_gain()
        work.collect()
        failed: Bailout | None = None
        for ident, site in sorted(work.sites.items(), key=lambda pair: work.region.order[pair[0]]):
            try:
                site.path = work.loops(ident)
            except Bailout as bailout:
                work.dropped[ident], failed = bailout, bailout
        if failed is None:
            items = work.arrange(work.sites.values())
            for site in flat(items):
                if failed is not None:
                    break
                try:
                    site.future = work.future_name(site.call)
                    site.code = worker(work, site, body, unpack)
                except Bailout as bailout:
                    work.dropped[site.plan.node.id], failed = bailout, bailout
            for item in items:
                if failed is None and isinstance(item, Nest):
                    failed = _check(work, item, unpack)
            if failed is None:
                return items


def _check(work: Work, nest: Nest, unpack: tuple[str, str] | None) -> Bailout | None:
    try:
        check_nest(work, nest, False, ahead=True)
        nest.fails = not iterates(work.one_line(nest.loop.iter))
        read = set(work.parameters(f"({nest_code(work, nest)}\n)"))
        if unpack is not None and read & bound_in(f"{unpack[1]} = 0"):
            raise work.refuse("an inner loop over parts of an item", nest.node)
        if any(s.prior for s in flat([nest])):
            raise work.refuse("a chain of calls in an inner loop", nest.node)
    except Bailout as bailout:
        for site in flat([nest]):
            work.dropped[site.plan.node.id] = bailout
        return bailout
    return None


def _stops(work: Work, body: Sequence[cst.CSTNode], items: list[Item], item: str | None) -> tuple[list[str], bool]:
    """(conditions on which the loop is left early, whether they are tested before the iteration's calls)."""
    assert work.frame is not None
    tests: list[tuple[int, str]] = []
    for site in flat(items):
        for ident in work.region.closure(site.plan.node.id, work.frame.id)[0]:
            node = work.region.nodes[ident]
            if isinstance(node, Jump) and node.kind != "continue" and _leaves(work, node):
                test = _stop(work, body, node)
                if test not in tests:
                    tests.append(test)
    if not tests:
        return [], False
    places = [_index(work, body, s.call) for s in flat(items)]
    before = all(index < min(places) for index, _ in tests)
    after = all(index > max(places) for index, _ in tests)
    if not (before or after) or item is not None:
        raise work.refuse("leaving the loop between its calls", work.frame)
    return [text for _, text in sorted(tests)], before


def _leaves(work: Work, node: Jump) -> bool:
    loops = work.region.loops(node.id)
    if node.kind == "break" and loops[-1] is not work.frame:
        raise work.refuse("leaving an inner loop", node)
    return True


def _index(work: Work, body: Sequence[cst.CSTNode], node: cst.CSTNode) -> int:
    place = work.tree.range(node)
    return next(i for i, s in enumerate(body) if inside(place, work.tree.range(s)))


def _stop(work: Work, body: Sequence[cst.CSTNode], jump: Jump) -> tuple[int, str]:
    """The condition of a jump that stands in an `if` of the loop's body."""
    place = work.tree.of(jump.span)
    for index, statement in enumerate(body):
        if inside(place, work.tree.range(statement)):
            if isinstance(statement, cst.If) and inside(place, work.tree.range(statement.body)):
                lines = (
                    [statement.body] if isinstance(statement.body, cst.SimpleStatementSuite) else statement.body.body
                )
                simple = all(isinstance(x, cst.SimpleStatementLine | cst.SimpleStatementSuite) for x in lines)
                test = work.one_line(statement.test)
                assert work.frame is not None
                own = bound_in(f"for {work.one_line(work.loop(work.frame).target)} in (): pass")
                if simple and not set(work.parameters(f"({test}\n)")) - own:
                    return index, test
            break
    raise work.refuse("this way to leave the loop", jump)


def _generator(work: Work, items: list[Item], target: str, stops: list[str], before: bool, window: str) -> list[str]:
    """The lines of the generator's loop."""
    lines: list[str] = []
    waited = {i for s in flat(items) for i in s.prior}
    whole = ", ".join([target, *(item.code for item in items if isinstance(item, SubmittedCall))])
    assert work.frame is not None
    indent = 4 * (work.tree.depth(work.loop(work.frame)) + 2)
    apart = len(f"{window}.append(({whole}))") + indent > work.tree.width
    parts = [target]
    for item in items:
        code = item.code if isinstance(item, SubmittedCall) else nest_code(work, item)
        name = item.future if isinstance(item, SubmittedCall) else item.futures
        if isinstance(item, Nest) and item.fails:
            caught = "except TypeError:  # raised again in its place"
            caught = caught if work.safe(work.one_line(item.loop.iter)) else CAUGHT
            lines += ["try:", f"    {name} = {code}", caught]
            lines.append(f"    {name} = None")
        elif isinstance(item, Nest) or item.plan.node.id in waited or apart:
            lines.append(f"{name} = {code}")
        else:
            name = code
        parts.append(name)
    append = f"{window}.append(({', '.join(parts)}))"
    ending = f"{window}.append(({', '.join([target, *['None'] * len(items)])}))"
    if not stops:
        return [*lines, append]
    condition = " or ".join(stops) if len(stops) == 1 else " or ".join(f"({s})" for s in stops)
    if all(work.safe(s) for s in stops):
        test = [f"if {condition}:"]
    else:
        stop = work.name("stop")
        test = [
            "try:",
            f"    {stop} = {condition}",
            CAUGHT,
            f"    {stop} = True",
        ]
        test.append(f"if {stop}:")
    if before:
        return [*test, f"    {ending}", "    break", *lines, append]
    return [*lines, append, *test, "    break"]
