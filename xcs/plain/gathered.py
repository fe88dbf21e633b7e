"""Several calls of each item: all are submitted, item by item, and taken where they stand.

for doc in docs:                  futures = [(executor.submit(mood, doc), executor.submit(brief, doc)) for doc in docs]
    feeling = mood(doc)           for doc, (feeling_future, future) in zip(docs, futures):
    print(doc, feeling)               feeling = feeling_future.result()
    out.append(brief(doc))            print(doc, feeling)
                                      out.append(future.result())

An inner loop has a list of futures for each item: `[[(model, submit(ask, q, model)) for model in models] for q in qs]`.
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from ..analysis.domain.values import NOTHING, Bound, Plain
from ..ir.nodes import Instr
from ..peek import CONTAINERS
from .divided import Parts
from .futures import Nest, SubmittedCall, Work, filled, flat
from .items import heading, needed
from .iterables import called, header, together, twice
from .leftover import without_unread
from .loop import ended, settle, spaced, workers
from .nest import nest_code, take_changes, target_text, unpacks
from .tree import VIEWS, bound_in, free_names, inside, swap


def rewrite_gathered(work: Work, loop: cst.For, pool: str) -> list[cst.BaseStatement]:
    """The statements that replace a loop. Raises: Bailout."""
    assert work.frame is not None
    if work.region.exits(work.frame.id) or not isinstance(loop.body, cst.IndentedBlock):
        raise work.refuse("leaving the loop", work.frame)
    items = settle(work, loop.body.body, None)
    nests = [i for i in items if isinstance(i, Nest)]
    if any(s.prior for s in flat(items)) or not all(certain(work, nest) for nest in nests):
        raise work.refuse("calls of an item that need each other", work.frame)
    futures = _named(work, loop, nests)
    codes = [i.code if isinstance(i, SubmittedCall) else nest_code(work, i) for i in items]
    targets = bound_in(f"for {target_text(work, loop)} in (): pass")
    read = set().union(*(free_names(f"({code}\n)") for code in codes)) & targets
    found = header(work, loop, read)
    if found is None:
        raise work.refuse("what the loop goes through", work.frame)
    if found.unpack and unpacks(found.given[0], loop.target):  # each item is taken apart where its calls are submitted
        made = work.tree.parse("; ".join(codes) + "\n")
        found = replace(found, parameters=(work.fitting(found.unpack, [made]),), unpack="")
        read -= bound_in(f"{found.parameters[0]} = 0")
    if found.unpack or not read <= set(found.parameters):
        raise work.refuse("what the loop goes through", work.frame)
    new = swap(loop, take_changes(work, items))
    assert isinstance(new, cst.For) and isinstance(new.body, cst.IndentedBlock)
    names = [i.future if isinstance(i, SubmittedCall) else i.futures for i in items]
    new = without_unread(work, loop, new, list(flat(items)))
    left = Parts([], [], [s for s in new.body.body if isinstance(s, cst.BaseStatement)], set(), set())
    with_items = found.always or needed(work, loop, left, found.number)
    taken = names[0] if len(names) == 1 else f"({', '.join(names)})"
    bare = ", ".join(names) if not found.number else taken
    target = found.targets(taken) if with_items else f"{found.number}, {taken}" if found.number else bare
    if not (with_items or found.number):
        head = f"for {bare} in {futures}:"
    else:
        beside = [*(found.over if with_items else ()), futures]
        numbered = [together(beside, found.strict), *([found.numbered.removeprefix(", ")] if found.numbered else [])]
        apart = ["strict=True"] if found.strict else []
        call = ("enumerate", numbered) if found.number else ("zip", [*beside, *apart])
        head = heading(work, loop, target, *call)
    taking = work.tree.parse(f"{head}\n    pass\n").with_changes(body=new.body, orelse=new.orelse, leading_lines=[])
    executor = work.tree.parse(workers(work, items).made(pool, work.executor))
    filled = work.tree.parse(_submitted(work, loop, futures, codes, found.parameters, found.given))
    before = [*map(work.tree.parse, found.before), executor]
    before[0] = spaced(before[0]) if work.workers else before[0]
    return [*work.workers, *before, ended(work, [filled, taking])]


def certain(work: Work, nest: Nest) -> bool:
    """Whether going through an inner loop's header, and those below it, can't fail: it is evaluated early."""
    if nest.fails and not known(work, nest):
        return False
    nest.fails = False
    return all(certain(work, item) for item in nest.items if isinstance(item, Nest))


def known(work: Work, nest: Nest) -> bool:
    """Whether an inner loop goes through a container, or a dictionary's views, by what stands there."""
    over = work.region.facts.operands.get(nest.node.id, (NOTHING,))[0]
    match nest.loop.iter:
        case cst.Call(func=cst.Attribute(value=cst.Name(), attr=cst.Name(value=name)), args=[]) if name in VIEWS:
            over = frozenset(m.receiver for m in called(work, nest.loop.iter) if isinstance(m, Bound))
        case _:
            place, nodes = work.tree.range(nest.loop.iter), work.region.nodes.values()
            below = (n for n in nodes if isinstance(n, Instr) and inside(work.tree.of(n.span), place))
            if any(work.region.may_fail(n.id) for n in below):
                return False
    return twice(over) and not any(isinstance(a, Plain) and a.cls not in CONTAINERS for a in over)


def _named(work: Work, loop: cst.For, nests: list[Nest]) -> str:
    """The name of the list of all futures; those of inner loops are called by their items, or by what has them."""
    for nest in nests:
        work.name.taken.discard(nest.futures)
    futures = work.name("futures")
    for nest in nests:
        targets = [t.value for t in (nest.loop.target, loop.target) if isinstance(t, cst.Name)]
        nest.futures = work.name(f"{targets[0]}_futures" if targets else "inner")
    return futures


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
