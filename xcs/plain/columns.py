"""Several calls of each item that need nothing of each other: each is mapped, and the loop takes all their results.

for doc in docs:                         with ThreadPoolExecutor(max_workers=64) as executor:
    mood = sentiment(doc)                    moods = executor.map(sentiment, docs)
    text = summary(doc)                      texts = executor.map(summary, docs)
    print(doc, mood, text)                   for doc, mood, text in zip(docs, moods, texts):
                                                 print(doc, mood, text)
"""

from __future__ import annotations

import libcst as cst

from .futures import WORKERS, Work
from .headers import Header, header
from .items import SHORT, Made, body_of, called, check_seen, needed
from .loop import WINDOW
from .parts import Parts, Splitter
from .statements import names_in, value_of


def rewrite_columns(work: Work, loop: cst.For, local: frozenset[str], pool: str) -> Made:
    """The statements that replace a loop. Raises: Bailout."""
    assert work.frame is not None
    if work.contextual or not {"StopIteration", "next"}.isdisjoint(work.tree.names):
        raise work.refuse("an iteration as a function", work.frame)
    if work.region.exits(work.frame.id):
        raise work.refuse("leaving the loop", work.frame)
    splitter = Splitter(work, loop, local)
    parts = splitter.parts()
    check_seen(work, loop, parts)
    columns = _columns(work, parts)
    found = header(work, loop, parts.reads)
    if found is None or found.unpack or (found.number and not found.over) or parts.block is not None:
        raise work.refuse("what the loop goes through", work.frame)
    made = [_mapped(work, found, name, value) for name, value in columns]
    taken = ", ".join(name for name, _ in columns)
    with_items = found.bar or needed(work, loop, parts)
    over = [*(found.over if with_items else ()), *(name for name, _ in made)]
    target = f"{found.target}, {taken}" if with_items else taken
    source = f"zip({', '.join(over)})"
    if found.number:
        target, source = f"{found.number}, ({target})", f"enumerate({source}{found.numbered})"
    head = f"for {target} in {source}:"
    if 4 * (work.tree.depth(loop) + 1) + len(head) > work.tree.width:
        raise work.refuse("so many calls of an item", work.frame)
    new = work.tree.parse(f"{head}\n    pass\n").with_changes(body=body_of(loop, parts.rest), orelse=loop.orelse)
    limits = [s.limit for s in work.plan.sites if s.limit is not None]
    count = min([WORKERS * len(columns), WINDOW, *limits])
    lines = [work.tree.parse(text) for _, text in made]
    block = work.tree.block(f"with {pool}(max_workers={count}) as {work.executor}:", [*lines, new])
    return None, [*map(work.tree.parse, found.before), block]


def _columns(work: Work, parts: Parts) -> list[tuple[str, cst.BaseExpression]]:
    """The variables and the calls that give them, in order. Raises: Bailout."""
    *assigned, last = parts.chain
    values: dict[str, cst.BaseExpression] = {}
    for statement in assigned:
        value, target = value_of(statement), next(iter(_assigned(statement)), "")
        if value is None or not isinstance(value, cst.Call) or target in values:
            raise work.refuse("calls of an item that are more than calls", work.frame)
        if any(n.value in values for n in names_in(value)):
            raise work.refuse("calls of an item that need each other", work.frame)
        values[target] = value
    match last:
        case cst.SimpleStatementLine(body=[cst.Return(value=cst.Tuple(elements=elements))]):
            pass
        case _:
            raise work.refuse("calls of an item that are more than calls", work.frame)
    columns: list[tuple[str, cst.BaseExpression]] = []
    for name, element in zip(parts.names, elements, strict=True):
        expression = values.get(name, element.value)
        if not isinstance(expression, cst.Call) or any(n.value in values for n in names_in(expression)):
            raise work.refuse("calls of an item that need each other", work.frame)
        columns.append((name, expression))
    if len(columns) < 2 or [*values] != [n for n, _ in columns][: len(values)]:
        raise work.refuse("calls of an item whose results nobody reads", work.frame)
    return columns


def _assigned(statement: cst.BaseStatement) -> list[str]:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])]):
            return [name]
        case _:
            return []


def _mapped(work: Work, found: Header, name: str, value: cst.BaseExpression) -> tuple[str, str]:
    """(the variable of a column, the statement that makes it)"""
    function = called(work, found, value)
    if function is None:
        code = work.one_line(value)
        if len(code) > SHORT or "\n" in code:
            raise work.refuse("long calls of an item", work.frame)
        function = f"lambda {', '.join(found.parameters)}: {code}"
    variable = work.name(f"{name}s")
    text = f"{variable} = {work.executor}.map({function}, {', '.join(found.given)})"
    return variable, text


__all__ = ["rewrite_columns"]
