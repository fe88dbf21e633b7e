"""Several calls of each item: all are submitted, item by item, and taken where they stand.

for doc in docs:                  futures = [(executor.submit(mood, doc), executor.submit(brief, doc)) for doc in docs]
    feeling = mood(doc)           for doc, (feeling_future, future) in zip(docs, futures):
    print(doc, feeling)               feeling = feeling_future.result()
    out.append(brief(doc))            print(doc, feeling)
                                      out.append(future.result())
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from .divided import Parts
from .futures import SubmittedCall, Work, filled
from .items import heading, needed
from .iterables import header, together
from .loop import ended, settle, spaced, without_unread, workers
from .nest import take_changes, target_text, unpacks
from .tree import bound_in, free_names, swap


def rewrite_gathered(work: Work, loop: cst.For, pool: str) -> list[cst.BaseStatement]:
    """The statements that replace a loop. Raises: Bailout."""
    assert work.frame is not None
    if work.region.exits(work.frame.id) or not isinstance(loop.body, cst.IndentedBlock):
        raise work.refuse("leaving the loop", work.frame)
    items = settle(work, loop.body.body, None)
    sites = [i for i in items if isinstance(i, SubmittedCall)]
    if len(sites) < len(items) or any(s.prior for s in sites):
        raise work.refuse("calls of an item that need each other", work.frame)
    targets = bound_in(f"for {target_text(work, loop)} in (): pass")
    read = set().union(*(free_names(f"({s.code}\n)") for s in sites)) & targets
    found = header(work, loop, read)
    if found is None:
        raise work.refuse("what the loop goes through", work.frame)
    if found.unpack and unpacks(found.given[0], loop.target):  # each item is taken apart where its calls are submitted
        codes = work.tree.parse("; ".join(s.code for s in sites) + "\n")
        found = replace(found, parameters=(work.fitting(found.unpack, [codes]),), unpack="")
        read -= bound_in(f"{found.parameters[0]} = 0")
    if found.unpack or not read <= set(found.parameters):
        raise work.refuse("what the loop goes through", work.frame)
    new = swap(loop, take_changes(work, items))
    assert isinstance(new, cst.For) and isinstance(new.body, cst.IndentedBlock)
    names = [s.future for s in sites]
    new = without_unread(work, loop, new, names)
    left = Parts([], [], [s for s in new.body.body if isinstance(s, cst.BaseStatement)], set(), set())
    with_items = found.bar or needed(work, loop, left)
    futures = work.name("futures")
    taken = names[0] if len(names) == 1 else f"({', '.join(names)})"
    bare = ", ".join(names) if not found.number else taken
    target = found.targets(taken) if with_items else f"{found.number}, {taken}" if found.number else bare
    if not (with_items or found.number):
        head = f"for {bare} in {futures}:"
    else:
        beside = [*(found.over if with_items else ()), futures]
        numbered = [together(beside), *([found.numbered.removeprefix(", ")] if found.numbered else [])]
        call = ("enumerate", numbered) if found.number else ("zip", beside)
        head = heading(work, loop, target, *call)
    made = work.tree.parse(f"{head}\n    pass\n").with_changes(body=new.body, orelse=new.orelse, leading_lines=[])
    executor = work.tree.parse(workers(work, items).made(pool, work.executor))
    filled = work.tree.parse(_submitted(work, loop, futures, [s.code for s in sites], found.parameters, found.given))
    before = [*map(work.tree.parse, found.before), executor]
    return [*work.workers, *([spaced(before[0]), *before[1:]] if work.workers else before), ended(work, [filled, made])]


def _submitted(
    work: Work, loop: cst.For, futures: str, codes: list[str], parameters: tuple[str, ...], given: tuple[str, ...]
) -> str:
    """The list of the futures of each item."""
    element = codes[0] if len(codes) == 1 else f"({', '.join(codes)})"
    over = together(given)
    room = work.tree.width - 4 * (work.tree.depth(loop) + 2)
    if len(element) > room and len(codes) > 1:
        lines = "".join(f"        {code},\n" for code in codes)
        return f"{futures} = [\n    (\n{lines}    )\n    for {', '.join(parameters)} in {over}\n]"
    return filled(work, loop, futures, element, f"for {', '.join(parameters)} in {over}")


__all__ = ["rewrite_gathered"]
