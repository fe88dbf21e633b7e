"""A loop whose iterations are handed to `executor.map` as functions of their items; what remains is done in order.

def process_task(task):
    ...
    return history

with ThreadPoolExecutor(max_workers=32) as executor:
    for task, history in zip(tasks, executor.map(process_task, tasks)):
        print(task, history[-1])

Where the calls stand in a `try` block, results are taken in it, from futures.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from .divided import Parts
from .futures import Work, filled
from .iterables import Header, header, together
from .loop import ended, spaced
from .map import appends_alone, made_before
from .nest import target_text
from .parts import Splitter
from .taken import take
from .thread_counts import Threads, threads
from .tree import bound_in, free_names

SHORT = 60  # of a lambda

Made = tuple[cst.SimpleStatementLine | None, list[cst.BaseStatement]]


def rewrite_items(
    work: Work, loop: cst.For, local: frozenset[str], pool: str, wait: str = "", split: Splitter | None = None,
    lean: bool = False,
) -> Made:  # fmt: skip
    """The statements that replace a loop, and the one before it that they replace as well.

    wait: a function of the name waits for futures; empty: nothing is said between calls. split: takes the iteration
    apart in another way than usual. lean: the function does nothing that its calls don't need. Raises: Bailout.
    """
    assert work.frame is not None
    if work.contextual or not {"StopIteration", "next"}.isdisjoint(work.tree.names):
        raise work.refuse("an iteration as a function", work.frame)
    if work.region.exits(work.frame.id):
        raise work.refuse("leaving the loop", work.frame)
    parts = (split or Splitter(work, loop, local, bool(wait))).parts()
    check_seen(work, loop, parts)
    if lean and parts.more:
        raise work.refuse("more than the calls need", work.frame)
    found = header(work, loop, parts.reads)
    if found is None:
        raise work.refuse("what the loop goes through", work.frame)
    call = _direct(work, parts, found)
    function, worker = ("", []) if call else _function(work, loop, parts, found)
    call = call or ", ".join([function, *found.parameters, *(parts.said.lists() if parts.said is not None else [])])
    count = threads(work.plan.sites)
    before = [*map(work.tree.parse, found.before)]
    if parts.said is not None:
        made = _in_jobs(work, loop, parts, found, (call, pool, wait), count)
        return None, [*worker, *_apart([*before, *made], bool(worker))]
    if parts.block is not None or parts.lead:
        made = _in_futures(work, loop, parts, found, call, pool, count)
        return None, [*worker, *_apart([*before, *made], bool(worker))]
    mapped = f"{work.executor}.map({function}, {', '.join(found.given)})"
    opening = count.opened(pool, work.executor)
    listed = None if found.always else _listed(work, loop, parts)
    if listed is not None:
        line = listed.with_changes(
            body=[listed.body[0].with_changes(value=work.tree.expression(f"list({mapped})"))], leading_lines=[]
        )
        block = work.tree.block(opening, [line])
        block = block.with_changes(leading_lines=listed.leading_lines if not worker and not before else [])
        return listed, [*worker, *_apart([*before, block], bool(worker))]
    extended = None if found.always else _extended(work, loop, parts)
    if extended is not None:
        block = work.tree.block(opening, [work.tree.parse(f"{extended}.extend({mapped})")])
        return None, [*worker, *_apart([*before, block], bool(worker))]
    block = work.tree.block(opening, [_loop(work, loop, parts, found, [mapped])])
    return None, [*worker, *_apart([*before, block], bool(worker))]


def check_seen(work: Work, loop: cst.For, parts: Parts) -> None:
    """Where a `try` block stands around the loop, or a function is made that has them, its variables must not be seen
    when an iteration has failed."""
    function = work.tree.function_of(loop)
    if parts.block is not None:
        return
    names = bound_in(f"for {target_text(work, loop)} in (): pass") | parts.bound
    around = itertools.takewhile(lambda a: a is not function, work.tree.ancestors(loop))
    tried = any(isinstance(a, cst.Try) for a in around) and work.tree.beyond(loop, names)
    if tried or (isinstance(function, cst.FunctionDef) and names & _held(work, function.body)):
        raise work.refuse("variables that are seen when an iteration has failed", work.frame)


def _held(work: Work, node: cst.CSTNode) -> set[str]:
    """The variables that functions which are made in a node see."""
    match node:
        case cst.FunctionDef():
            return free_names(work.tree.code(node.with_changes(leading_lines=[])))
        case cst.Lambda():
            return free_names(f"({work.tree.code(node)}\n)")
        case _:
            return set[str]().union(*(_held(work, child) for child in node.children))


def _apart(statements: list[cst.BaseStatement], apart: bool) -> list[cst.BaseStatement]:
    """With an empty line above, where a function stands before them."""
    return [spaced(statements[0]), *statements[1:]] if statements and apart else statements


def _function(work: Work, loop: cst.For, parts: Parts, found: Header) -> tuple[str, list[cst.BaseStatement]]:
    """What the executor runs for an item, and the function that is defined for it."""
    own = [*found.parameters, *(parts.said.lists() if parts.said is not None else [])]
    taken_apart = bound_in(f"{found.unpack} = 0") if found.unpack else set()
    parameters = ", ".join([*own, *work.bound_early(parts.reads.difference(own, taken_apart))])
    single = parts.single if parts.said is None else None
    if single is not None and not found.unpack:
        code = work.one_line(single)
        func = called(work, found, single)
        if func is not None:
            return func, []
        if len(code) <= SHORT and "\n" not in code:
            return f"lambda {parameters}: {code}", []
    name = work.name(function_name(loop, found))
    body = [work.apart(found.unpack, found.parameters[0], parts.chain)] if found.unpack else []
    chain = list(parts.chain)
    if chain and not body:
        chain[0] = _begins(chain[0])
    defined = work.tree.block(f"def {name}({parameters}):", [*body, *chain])
    return name, [spaced(defined)]


def _direct(work: Work, parts: Parts, found: Header) -> str:
    """Arguments of `submit` where the worker makes one call, and nothing fails before it; else empty.

    Where things are said, the call's last argument is the list for that.
    """
    if found.unpack:
        return ""
    call = parts.single
    if parts.said is not None:
        match parts.chain:
            case [cst.SimpleStatementLine(body=[cst.Return(value=value) | cst.Expr(value=value)])]:
                call = value
            case _:
                return ""
    elif parts.block is None and not parts.lead:
        return ""
    if not isinstance(call, cst.Call) or not work.safe(work.one_line(call.func)):
        return ""
    given, lists = list(call.args), [f"{name}.append" for name in parts.said.lists()] if parts.said is not None else []
    if lists and (not given or work.one_line(given.pop().value) not in lists):
        return ""
    if any(a.star or not work.safe(work.one_line(a.value)) for a in given):
        return ""
    shown = [work.one_line(a.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for a in call.args]
    return ", ".join([work.one_line(call.func), *shown])


def called(work: Work, found: Header, value: cst.BaseExpression) -> str | None:
    """The function that an expression calls with what is mapped and nothing else."""
    if not isinstance(value, cst.Call) or not work.safe(work.one_line(value.func)):
        return None
    given = [work.one_line(a.value) for a in value.args if a.keyword is None and not a.star]
    func = work.one_line(value.func)
    alone = given == list(found.parameters) and len(given) == len(value.args)
    return func if alone and not free_names(f"({func}\n)") & set(found.parameters) else None


def _begins(statement: cst.BaseStatement) -> cst.BaseStatement:
    """Without empty lines above: it begins a block."""
    lead = list(getattr(statement, "leading_lines", ()))
    while lead and lead[0].comment is None:
        lead.pop(0)
    return statement.with_changes(leading_lines=lead)


def function_name(loop: cst.For, found: Header) -> str:
    """Of the function of one item."""
    target = found.target if found.target.isidentifier() else ""
    if isinstance(loop.target, cst.Name):
        target = loop.target.value
    return f"process_{target.strip('_') if len(target.strip('_')) > 1 else 'item'}"


def _results(parts: Parts) -> str:
    return parts.names[0] if len(parts.names) == 1 else f"({', '.join(parts.names)})"


def needed(work: Work, loop: cst.For, parts: Parts, number: str = "") -> bool:
    """Whether the loop that takes the results still needs its items, beside their numbers."""
    names = bound_in(f"for {target_text(work, loop)} in (): pass") - {*parts.names, number}
    kept = [*parts.lead, *parts.rest, *([parts.block] if parts.block is not None else [])]
    inside = any(names & _mentioned(s) for s in kept)
    return inside or work.tree.beyond(loop, names)


def _mentioned(node: cst.CSTNode) -> set[str]:
    found = {node.value} if isinstance(node, cst.Name) else set()
    return found.union(*(_mentioned(child) for child in node.children))


def _loop(work: Work, loop: cst.For, parts: Parts, found: Header, mapped: Sequence[str]) -> cst.BaseStatement:
    """The loop that takes the results."""
    parts = _taken_apart(parts)
    with_items = found.always or needed(work, loop, parts, found.number)
    results = _results(parts)

    taken = results[1:-1] if results[0] == "(" and not found.number else results
    target = found.targets(results) if with_items else f"{found.number}, {results}" if found.number else taken
    text = heading(work, loop, target, *found.pieces(mapped, with_items))
    new = work.tree.parse(f"{text}\n    pass\n")
    assert isinstance(new, cst.For)
    return new.with_changes(body=body_of(loop, parts.rest), orelse=loop.orelse)


def _taken_apart(parts: Parts) -> Parts:
    """Where all that is done with the one result is to take it apart, the loop's header does."""
    if len(parts.names) != 1 or not parts.rest:
        return parts
    match parts.rest[0]:
        case cst.SimpleStatementLine(
            body=[
                cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=targets))], value=cst.Name(value=name))
            ],
            leading_lines=[],
            trailing_whitespace=cst.TrailingWhitespace(comment=None),
        ) if name == parts.names[0]:
            names = [e.value.value for e in targets if isinstance(e, cst.Element) and isinstance(e.value, cst.Name)]
            alone = not any(name in _mentioned(statement) for statement in parts.rest[1:])
            if alone and parts.result and 1 < len(names) == len(targets):
                return replace(parts, names=names, rest=parts.rest[1:])
        case _:
            pass
    return parts


def heading(work: Work, loop: cst.For, target: str, call: str, arguments: Sequence[str]) -> str:
    """`for target in call(arguments):`, broken as formatters do where it is too long.

    The iterators of `executor.map` have no names: they end with the loop, and withdraw what has not begun.

    Raises:
        Bailout: it is too long for that.
    """
    room = work.tree.width - 4 * (work.tree.depth(loop) + 1)
    whole = f"for {target} in {call}({', '.join(arguments)}):"
    if len(whole) <= room:
        return whole
    body = ", ".join(arguments)
    if len(f"for {target} in {call}(") <= room and len(body) + 4 <= room:
        return f"for {target} in {call}(\n    {body}\n):"
    if len(f"for {target} in {call}(") > room or any(len(a) + 5 > room for a in arguments):
        raise work.refuse("such a long line", work.frame)
    return f"for {target} in {call}(\n" + "".join(f"    {a},\n" for a in arguments) + "):"


def body_of(loop: cst.For, rest: list[cst.BaseStatement]) -> cst.IndentedBlock:
    """What remains of a loop's body."""
    left = rest or [cst.SimpleStatementLine([cst.Pass()])]
    assert isinstance(loop.body, cst.IndentedBlock)
    return loop.body.with_changes(body=[_begins(left[0]), *left[1:]])


def _in_futures(
    work: Work, loop: cst.For, parts: Parts, found: Header, call: str, pool: str, count: Threads
) -> list[cst.BaseStatement]:
    """The results taken where the calls stood, in a `try` block; calls that have not begun are withdrawn at the end."""
    futures, future = work.name("futures"), work.name("future")
    given = ", ".join(found.parameters)
    over = together(found.given)
    item = given
    submitted = filled(work, loop, futures, f"{work.executor}.submit({call})", f"for {item} in {over}")
    with_items = found.always or needed(work, loop, parts, found.number)
    source = found.source(futures, with_items)
    target = found.targets(future) if with_items else f"{found.number}, {future}" if found.number else future
    new = work.tree.parse(f"for {target} in {source}:\n    pass\n")
    assert isinstance(new, cst.For)
    if parts.block is None:
        body = body_of(loop, [*parts.lead, *take(work, loop, parts, parts.rest, future)])
    else:
        block = parts.block
        assert isinstance(block.body, cst.IndentedBlock)
        inner = take(work, loop, parts, [i for i in block.body.body if isinstance(i, cst.BaseStatement)], future)
        inner[0] = _begins(inner[0])
        block = block.with_changes(body=block.body.with_changes(body=inner))
        body = body_of(loop, [*parts.lead, block, *parts.rest])
    lines = [work.tree.parse(submitted), new.with_changes(body=body, orelse=loop.orelse)]
    return [work.tree.parse(count.made(pool, work.executor)), ended(work, lines)]


def _in_jobs(
    work: Work, loop: cst.For, parts: Parts, found: Header, names: tuple[str, str, str], count: Threads
) -> list[cst.BaseStatement]:
    """As futures, beside lists of what is said for each item: that is said first, in its turn, whatever comes of it."""
    call, pool, wait = names
    said, tree = parts.said, work.tree
    assert said is not None
    if said.logged():
        work.assumes.append("that log lines don't say where they were written")
    jobs, future = work.name("jobs"), work.name("future")
    given = ", ".join(found.parameters)
    over = together(found.given)
    around = tree.function_of(loop)
    annotated = isinstance(around, cst.FunctionDef) and around.returns is not None
    lists = ", ".join(said.lists())
    made = "".join(f"    {line}\n" for line in said.empty(annotated))
    submitted = tree.parse(
        f"for {given} in {over}:\n{made}    {jobs}.append(({lists}, {work.executor}.submit({call})))\n"
    )
    with_items = found.always or needed(work, loop, parts, found.number)
    pair = f"({lists}, {future})"
    target = found.targets(pair) if with_items else f"{found.number}, {pair}" if found.number else pair[1:-1]
    new = tree.parse(f"for {target} in {found.source(jobs, with_items)}:\n    pass\n")
    assert isinstance(new, cst.For)
    first: list[cst.BaseStatement] = [tree.parse(f"{wait}([{future}])"), *said.done()]
    if parts.block is not None:
        block = parts.block
        assert isinstance(block.body, cst.IndentedBlock)
        left = [s for s in block.body.body if isinstance(s, cst.BaseStatement)]
        inner = [*first, *take(work, loop, parts, left, future)]
        rest: list[cst.BaseStatement] = [
            block.with_changes(body=block.body.with_changes(body=inner), leading_lines=[]), *parts.rest
        ]  # fmt: skip
    else:
        rest = [*first, *take(work, loop, parts, parts.rest, future)]
    new = new.with_changes(body=body_of(loop, [*parts.lead, *rest]), orelse=loop.orelse)
    lines = [tree.parse(f"{jobs} = []"), submitted, new]
    return [tree.parse(count.made(pool, work.executor)), ended(work, lines)]


def _appended(parts: Parts) -> cst.BaseExpression | None:
    """What the one result is appended to, if that is all that remains of the loop's body."""
    if len(parts.names) != 1 or len(parts.rest) != 1:
        return None
    match parts.rest[0]:
        case cst.SimpleStatementLine(
            body=[
                cst.Expr(
                    value=cst.Call(
                        func=cst.Attribute(value=holder, attr=cst.Name(value="append")),
                        args=[cst.Arg(value=cst.Name(value=value), keyword=None, star="")],
                    )
                )
            ]
        ) if value == parts.names[0]:
            return holder
        case _:
            return None


def _extended(work: Work, loop: cst.For, parts: Parts) -> str | None:
    """The list that all results are appended to, and nothing else is done; its text."""
    holder = _appended(parts)
    simple = isinstance(holder, cst.Name) or (
        isinstance(holder, cst.Attribute) and isinstance(holder.value, cst.Name) and work.safe(work.one_line(holder))
    )
    if holder is None or not simple or loop.orelse is not None or needed(work, loop, parts):
        return None
    if work.tree.beyond(loop, parts.names):
        return None
    return work.one_line(holder) if appends_alone(work) else None


def _listed(work: Work, loop: cst.For, parts: Parts) -> cst.SimpleStatementLine | None:
    """The statement `results = []` before the loop, if all that remains of that is to append the one result."""
    holder = _appended(parts)
    if not isinstance(holder, cst.Name) or loop.orelse is not None:
        return None
    name = holder.value
    function = work.tree.function_of(loop)
    targets = bound_in(f"for {target_text(work, loop)} in (): pass") | set(parts.names)
    if not isinstance(function, cst.FunctionDef) or work.tree.beyond(loop, targets):
        return None
    return made_before(work, function, loop, name)


__all__: Sequence[str] = [
    "Made",
    "body_of",
    "called",
    "check_seen",
    "function_name",
    "heading",
    "needed",
    "rewrite_items",
]
