"""A loop that awaits: an iteration is a coroutine function of its item, run as tasks, awaited in order.

for name in names:                     limit = asyncio.Semaphore(32)
    thing = await fetch(name)
    print(thing)                       async def process_name(name):
                                           async with limit:
                                               return await fetch(name)

                                       tasks = [asyncio.create_task(process_name(name)) for name in names]
                                       try:
                                           for task in tasks:
                                               thing = await task
                                               print(thing)
                                       finally:
                                           for task in tasks:
                                               task.cancel()
                                           await asyncio.gather(*tasks, return_exceptions=True)

The last line waits until what was cancelled has ended, and takes failures that nobody asked for.
"""

from __future__ import annotations

import libcst as cst

from .divided import Parts
from .futures import Work, filled
from .items import Made, body_of, check_seen, function_name, needed
from .iterables import header
from .loop import spaced
from .nest import fails_apart
from .parts import Splitter
from .submit import covered, expression_places
from .thread_counts import threads
from .tree import Range, swap


def rewrite_tasks(work: Work, loop: cst.For, local: frozenset[str], asyncio: str) -> Made:
    """The statements that replace a loop. Raises: Bailout."""
    assert work.frame is not None
    if work.contextual or work.region.exits(work.frame.id):
        raise work.refuse("leaving the loop", work.frame)
    parts = Splitter(work, loop, local, False, awaited=True).parts()
    check_seen(work, loop, parts)
    found = header(work, loop, parts.reads)
    if found is None or found.bar:
        raise work.refuse("what the loop goes through", work.frame)
    tree = work.tree
    limit, tasks, task = work.name("limit"), work.name("tasks"), work.name("task")
    name = work.name(function_name(loop, found))
    unpacked = [tree.parse(f"{found.unpack} = {found.parameters[0]}")] if found.unpack else []
    inner = tree.block(f"async with {limit}:", [*unpacked, *parts.chain])
    defined = tree.block(f"async def {name}({', '.join(found.parameters)}):", [inner])
    count = threads(work.plan.sites)
    over = found.given[0] if len(found.given) == 1 else f"zip({', '.join(found.given)})"
    given = ", ".join(found.parameters)
    element = f"{asyncio}.create_task({name}({given}))"
    started = tree.parse(filled(work, tree.parents[loop], tasks, element, f"for {given} in {over}"))
    with_items = found.strict or needed(work, loop, parts)
    target = found.targets(task) if with_items else f"{found.number}, {task}" if found.number else task
    new = tree.parse(f"for {target} in {found.source(tasks, with_items)}:\n    pass\n")
    assert isinstance(new, cst.For)
    new = new.with_changes(body=body_of(loop, taken(work, parts, task)), orelse=loop.orelse)
    first = [*map(tree.parse, found.before), tree.parse(f"{limit} = {asyncio}.Semaphore({count.count}){count.why}")]
    return None, [*first, spaced(defined), spaced(started), ended(work, asyncio, task, tasks, new)]


def ended(work: Work, asyncio: str, task: str, tasks: str, statement: cst.BaseStatement) -> cst.BaseStatement:
    """A statement that awaits tasks; what is left of them when it fails is cancelled."""
    text = f"try:\n    pass\nfinally:\n    for {task} in {tasks}:\n        {task}.cancel()\n"
    made = work.tree.parse(f"{text}    await {asyncio}.gather(*{tasks}, return_exceptions=True)\n")
    return made.with_changes(body=cst.IndentedBlock(body=[statement]))


def rewrite_listed(work: Work, lines: list[cst.SimpleStatementLine], asyncio: str) -> list[cst.BaseStatement]:
    """The statements of a block of which one has a list comprehension of awaited calls. Raises: Bailout."""
    work.collect()
    sites = list(work.sites.items())
    if len(sites) != 1 or work.dropped or work.contextual:
        raise work.refuse("several calls that are awaited")
    ident, site = sites[0]
    site.path = work.loops(ident)
    loop = work.loop(site.path[0]) if len(site.path) == 1 else None
    awaiting = work.tree.parents[site.call]
    comp = None if loop is None else work.tree.parents[loop]
    match loop, comp:
        case cst.CompFor(ifs=[], inner_for_in=None, asynchronous=None, target=cst.Name()), cst.ListComp(elt=elt) if (
            elt is awaiting and isinstance(elt, cst.Await)
        ):
            pass
        case _:
            raise work.refuse("what is awaited here", site.plan.node)
    if fails_apart(loop.iter):
        raise work.refuse("items side by side that may not be as many", site.plan.node)
    tree = work.tree
    home = tree.range(tree.statement(site.call))
    needs, _ = work.region.closure(ident, 0)
    covered(work, site, [i for i in needs if _within(work, i, home)], expression_places(work, site))
    limit, tasks, task, name = (work.name(n) for n in ("limit", "tasks", "task", "process_item"))
    target, count = tree.code(loop.target), threads([site.plan])
    inner = tree.block(f"async with {limit}:", [tree.parse(f"return {tree.code(elt)}")])
    defined = tree.block(f"async def {name}({target}):", [inner])
    element = f"{asyncio}.create_task({name}({target}))"
    started = tree.parse(filled(work, comp, tasks, element, f"for {target} in {work.one_line(loop.iter)}"))
    index = next(i for i, s in enumerate(work.statements) if s is tree.statement(comp))
    taken = swap(work.statements[index], {comp: lambda _: tree.expression(f"[await {task} for {task} in {tasks}]")})
    line = lines[index].with_changes(body=[taken], leading_lines=[])
    begun = tree.parse(f"{limit} = {asyncio}.Semaphore({count.count}){count.why}")
    begun = begun.with_changes(leading_lines=lines[index].leading_lines)
    made = [begun, spaced(defined), spaced(started), ended(work, asyncio, task, tasks, line)]
    return [*lines[:index], *made, *lines[index + 1 :]]


def _within(work: Work, ident: int, home: Range) -> bool:
    return home[0] <= work.tree.of(work.region.nodes[ident].span)[0] <= home[1]


def taken(work: Work, parts: Parts, task: str) -> list[cst.BaseStatement]:
    """The body of the loop that awaits the tasks."""
    result = f"{', '.join(parts.names)} = await {task}"
    if parts.block is None:
        first = parts.rest[0] if parts.rest else None
        if len(parts.names) == 1 and first is not None and parts.result:
            return [_in_place(first, parts.names[0], work.tree.expression(f"(await {task})")), *parts.rest[1:]]
        return [work.tree.parse(result), *parts.rest]
    block = parts.block
    assert isinstance(block.body, cst.IndentedBlock)
    inner = list(block.body.body)
    if len(parts.names) == 1 and inner and parts.result and isinstance(inner[0], cst.BaseStatement):
        inner[0] = _in_place(inner[0], parts.names[0], work.tree.expression(f"(await {task})"))
    else:
        inner.insert(0, work.tree.parse(result))
    return [block.with_changes(body=block.body.with_changes(body=inner), leading_lines=[]), *parts.rest]


class _InPlace(cst.CSTTransformer):
    """Puts what is awaited in the place of a name; without parentheses where it stands alone."""

    def __init__(self, name: str, awaited: cst.BaseExpression) -> None:
        super().__init__()
        self.name, self.awaited = name, awaited

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self.awaited if updated_node.value == self.name else updated_node

    def alone(self, value: cst.BaseExpression | None) -> bool:
        return value is self.awaited

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        bare = self.awaited.with_changes(lpar=[], rpar=[])
        return updated_node.with_changes(value=bare) if self.alone(updated_node.value) else updated_node

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        bare = self.awaited.with_changes(lpar=[], rpar=[])
        return updated_node.with_changes(value=bare) if self.alone(updated_node.value) else updated_node


def _in_place(statement: cst.BaseStatement, name: str, awaited: cst.BaseExpression) -> cst.BaseStatement:
    made = statement.visit(_InPlace(name, awaited))
    assert isinstance(made, cst.BaseStatement)
    return made


__all__ = ["rewrite_listed", "rewrite_tasks"]
