"""The simplest plain form: `list(executor.map(model, items))`, as a person would write it.

    [model(x) for x in items]                    list(executor.map(model, items))
    sum(model(x) for x in items)                 sum(executor.map(model, items))
    {x: model(x) for x in items}                 dict(zip(items, executor.map(model, items)))
    for x in items: out.append(model(x))         out.extend(executor.map(model, items))

A `StopIteration` that leaves a callee would end up as a RuntimeError in `map`: files that deal in them get futures.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from ..remarks import Bailout
from .futures import Nest, SubmittedCall, Work
from .nest import fails_apart
from .submit import call_code, conditions_of, covered, expression_places
from .thread_counts import threads
from .tree import becomes, bound_in, free_names, swap

Names = Callable[[str, str], str]


def map_block(work: Work, lines: list[cst.SimpleStatementLine], name_of: Names) -> list[cst.BaseStatement] | None:
    """The block whose only sites are the calls of one comprehension that consists of them; None: another form."""
    site = _only(work)
    if site is None or len(site.path) != 1:
        return None
    loop = work.loop(site.path[0])
    if not isinstance(loop, cst.CompFor) or loop.ifs or loop.inner_for_in is not None or loop.asynchronous:
        return None
    if fails_apart(loop.iter):
        return None
    comp = work.tree.parents[loop]
    mapped = _mapped(work, site, loop.target, work.one_line(loop.iter))
    if mapped is None:
        return None
    new = _collected(work, comp, site.call, mapped, work.one_line(loop.iter), loop)
    if new is None:
        return None
    assert isinstance(comp, cst.BaseExpression)
    index = next(i for i, s in enumerate(work.statements) if s is work.tree.statement(comp))
    line = lines[index].with_changes(body=[swap(work.statements[index], {comp: becomes(new)})], leading_lines=[])
    block = _with(work, site, [line], name_of).with_changes(leading_lines=lines[index].leading_lines)
    return [*lines[:index], block, *lines[index + 1 :]]


def _only(work: Work) -> SubmittedCall | None:
    """The region's site if it has one alone, absorbed ones left out."""
    if work.contextual or not {"StopIteration", "next"}.isdisjoint(work.tree.names):
        return None
    work.collect()
    if len(work.sites) != 1 or work.dropped:
        return None
    (ident, site) = next(iter(work.sites.items()))
    try:
        site.path = work.loops(ident)
        needs, _ = work.region.closure(ident, work.frame.id if work.frame is not None else 0)
        home = work.tree.range(work.tree.statement(site.call))
        places = [*expression_places(work, site)]
        if work.frame is not None:
            places.append(work.tree.range(work.loop(work.frame).target))
            covered(work, site, needs - {work.frame.id}, places)
        else:
            own = [i for i in needs if home[0] <= work.tree.of(work.region.nodes[i].span)[0] <= home[1]]
            covered(work, site, own, places)
        if conditions_of(work, site, {}):
            return None
    except Bailout:
        return None
    return site


def _mapped(work: Work, site: SubmittedCall, target: cst.BaseExpression, header: str) -> str | None:
    """`executor.map(f, items)`, with a lambda where the arguments are more than the item."""
    if not isinstance(target, cst.Name):
        return None
    call = site.call
    own = bound_in(f"{target.value} = 0")
    code = call_code(work, site, {})
    plain = [a for a in call.args if a.keyword is None and not a.star and isinstance(a.value, cst.Name)]
    function = work.one_line(call.func)
    if "super" in free_names(f"({code}\n)"):
        return None
    alone = len(call.args) == 1 and plain and work.one_line(plain[0].value) == target.value
    if alone and work.safe(function) and target.value not in free_names(f"({function}\n)"):
        return f"{work.executor}.map({function}, {header})"
    if work.frame is not None and set(work.parameters(f"({code}\n)")) - own:
        return None
    early = work.bound_early(free_names(f"({code}\n)") - {target.value})
    return f"{work.executor}.map(lambda {', '.join([target.value, *early])}: {code}, {header})"


def _collected(
    work: Work, comp: cst.CSTNode, call: cst.Call, mapped: str, header: str, loop: cst.CompFor
) -> cst.BaseExpression | None:
    shadowed = work.tree.names & {"list", "set", "dict", "zip"} & work.tree.bound
    match comp:
        case cst.ListComp(elt=elt) if elt is call and "list" not in shadowed:
            return work.tree.expression(f"list({mapped})")
        case cst.SetComp(elt=elt) if elt is call and "set" not in shadowed:
            return work.tree.expression(f"set({mapped})")
        case cst.GeneratorExp(elt=elt) if elt is call:
            return work.tree.expression(mapped)
        case cst.DictComp(key=cst.Name(value=key), value=value) if value is call and not shadowed:
            simple = isinstance(loop.iter, cst.Name) and isinstance(loop.target, cst.Name) and loop.target.value == key
            return work.tree.expression(f"dict(zip({header}, {mapped}))") if simple else None
        case _:
            return None


def _with(work: Work, site: SubmittedCall, body: list[cst.BaseStatement], name_of: Names) -> cst.BaseStatement:
    pool = name_of("concurrent.futures", "ThreadPoolExecutor")
    return work.tree.block(threads([site.plan]).opened(pool, work.executor), body)


def map_loop(
    work: Work, loop: cst.For, name_of: Names
) -> tuple[cst.SimpleStatementLine | None, list[cst.BaseStatement]] | None:
    """The loop that does nothing but append its calls' results; with the statement before it that makes the list."""
    site = _only(work)
    if site is None or site.path or loop.orelse is not None or not isinstance(loop.target, cst.Name):
        return None
    if fails_apart(loop.iter):
        return None
    added = _appended(loop)
    if added is None or added[1] is not site.call:
        return None
    function = next((a for a in work.tree.ancestors(loop) if isinstance(a, cst.FunctionDef)), None)
    if function is None or work.tree.beyond(loop, [loop.target.value]):
        return None
    mapped = _mapped(work, site, loop.target, work.one_line(loop.iter))
    if mapped is None:
        return None
    made = made_before(work, function, loop, added[0])
    if made is not None:
        line = made.with_changes(body=[_listed(work, made, mapped)], leading_lines=[])
        block = _with(work, site, [line], name_of)
        return made, [block.with_changes(leading_lines=[*made.leading_lines, *_comments(loop)])]
    if appends_alone(work):
        extended = work.tree.parse(f"{added[0]}.extend({mapped})")
        return None, [_with(work, site, [extended], name_of).with_changes(leading_lines=loop.leading_lines)]
    result = work.name("result")
    body = swap(loop, {site.call: becomes(cst.Name(result))})
    new = body.with_changes(target=cst.Name(result), iter=work.tree.expression(mapped), leading_lines=[])
    return None, [_with(work, site, [new], name_of).with_changes(leading_lines=loop.leading_lines)]


def appends_alone(work: Work) -> bool:
    """Whether the region writes nothing but elements at the end of lists, beside what its own iterators keep."""
    written = [e for i in work.region.nodes for e in work.region.effects(i) if e.kind == "write"]
    others = [e for e in written if not e.detail.startswith("builtins.list.append")]
    own = all(e.detail == "an iterator" and e.loc is not None and isinstance(e.loc.root, tuple) for e in others)
    return len(others) < len(written) and own


def _listed(work: Work, made: cst.SimpleStatementLine, mapped: str) -> cst.BaseSmallStatement:
    statement = made.body[0]
    return statement.with_changes(value=work.tree.expression(f"list({mapped})"))


def _comments(loop: cst.For) -> list[cst.EmptyLine]:
    return [e for e in loop.leading_lines if e.comment is not None]


def _appended(loop: cst.For) -> tuple[str, cst.BaseExpression] | None:
    """(list's name, what is appended) of a body that is one `name.append(value)`."""
    body = loop.body
    lines = [body] if isinstance(body, cst.SimpleStatementSuite) else list(body.body)
    match lines:
        case [
            cst.SimpleStatementLine(
                body=[
                    cst.Expr(
                        value=cst.Call(
                            func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="append")),
                            args=[cst.Arg(value=value, keyword=None, star="")],
                        )
                    )
                ]
            )
        ]:
            return name, value
        case _:
            return None


def made_before(work: Work, function: cst.FunctionDef, loop: cst.For, name: str) -> cst.SimpleStatementLine | None:
    """The statement `name = []` right before the loop, if nobody can see the list when the loop fails."""
    parent = work.tree.parents[loop]
    if not isinstance(parent, cst.IndentedBlock) or parent.body[0] is loop or "list" in work.tree.bound:
        return None
    if loop not in parent.body:
        return None  # a comprehension that is written as a loop
    before = parent.body[list(parent.body).index(loop) - 1]
    match before:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=found))], value=cst.List(elements=[]))]
        ) if found == name:
            pass
        case _:
            return None
    for above in work.tree.ancestors(loop):
        if above is function:
            break
        if isinstance(above, cst.Try | cst.With | cst.For | cst.While):
            return None
    if _shared(work, function, name) or name in free_names(f"({work.one_line(loop.iter)}\n)"):
        return None
    return before


def _shared(work: Work, function: cst.FunctionDef, name: str) -> bool:
    """Whether inner functions or declarations make a variable more than a local one."""
    todo: list[cst.CSTNode] = [function.body]
    while todo:
        node = todo.pop()
        hides = isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.Global | cst.Nonlocal)
        if hides and work.tree.count(node, name):
            return True
        todo.extend(node.children)
    return False


__all__ = ["Nest", "appends_alone", "made_before", "map_block", "map_loop"]
