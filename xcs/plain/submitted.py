"""A callee that prints, logs, counts or handles errors: its request is submitted ahead, the rest of it runs in order.

def answer(question):                       def answer(question, future=None):
    print("asking", question)                   print("asking", question)
    return ask(question)                        return ask(question) if future is None else future.result()

for q in questions:                         futures = [executor.submit(ask, q) for q in questions]
    out.append(answer(q))                   for q, future in zip(questions, futures):
                                                out.append(answer(q, future=future))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

import libcst as cst

from ..ir.nodes import For, Inline, Try
from ..remarks import Span
from .futures import Work, filled
from .imports import dotted
from .items import function_name
from .iterables import Header, header
from .loop import ended, spaced
from .requests import Given, request, steps
from .thread_counts import threads
from .tree import Change, Namer, Tree, becomes, bound_in, every_parameter, free_names, inside, swap


@dataclass(frozen=True, slots=True)
class Opened:
    """`changes`: to the callee. `call`: the one in the loop; `future`: the parameter that the callee gets."""

    function: cst.FunctionDef
    leaf: cst.Call
    call: cst.Call
    code: str  # the leaf's call with what the loop gives for the callee's parameters
    future: str
    request: tuple[cst.BaseStatement, ...] = ()  # the body of a function of an item that makes it, where that is needed


def find(work: Work, filename: str) -> Opened:
    """The one call in the one callee that can be submitted ahead. Raises: Bailout."""
    region, tree = work.region, work.tree
    if len(work.plan.sites) != 1:
        raise work.refuse("several calls in functions that run in place")
    (site,) = work.plan.sites
    inlines = [p for p in region.parents[site.node.id] if isinstance(p, Inline)]
    if len(inlines) != 1:
        raise work.refuse("a call deeper inside functions that run in place")
    (inline,) = inlines
    around = region.parents[inline.id]
    inner = region.parents[site.node.id][len(around) + 1 :]
    if any(not isinstance(p, Try) for p in inner):
        raise work.refuse("a call under a condition, or in a loop, of a function that runs in place")
    if sum(isinstance(p, For) for p in around) != 1 or any(not isinstance(p, For | Try) for p in around):
        raise work.refuse("a function that runs in place, where it stands")
    code = inline.function.__code__
    if code.co_filename != filename:
        raise work.refuse("a function of another file that runs in place")
    function = next((f for f in tree.functions.values() if _is(tree, f, code.co_firstlineno, code.co_name)), None)
    call = tree.calls.get(tree.of(inline.span))
    assert isinstance(site.node.payload, Span)
    leaf = tree.calls.get(tree.of(site.node.payload))
    if function is None or call is None or leaf is None or not inside(tree.range(leaf), tree.range(function)):
        raise work.refuse("the place of a function that runs in place")
    if work.binds(leaf) or work.binds(call):
        raise work.refuse("what a call binds", work.frame)
    if function.decorators or function.asynchronous or inside(tree.range(call), tree.range(function)):
        raise work.refuse("a decorated function that runs in place")
    if not is_seen(tree, function, call):
        raise work.refuse("a function that another one makes and that runs in place")
    given = _given(work, function, call)
    future = Namer(work.name.taken | tree.variables_of(function))("future")
    work.name.taken.add(future)
    of_loop, of_callee = steps(work, inline, site.needs, call, leaf)
    if of_loop or of_callee or _needs_names(work, leaf, given):
        made = request(work, of_loop, of_callee, leaf, given)
        return Opened(function, leaf, call, "", future, tuple(made))
    text = _substituted(work, function, leaf, given)
    return Opened(function, leaf, call, text, future)


def is_seen(tree: Tree, function: cst.FunctionDef, call: cst.Call) -> bool:
    """Whether a call stands where what a function's own text names is seen, too."""
    around = tree.function_of(function)
    return around is tree.module or any(around is a for a in tree.ancestors(call))


def _is(tree: Tree, function: cst.FunctionDef, line: int, name: str) -> bool:
    return function.name.value == name and tree.range(function)[0][0] == line


def _given(work: Work, function: cst.FunctionDef, call: cst.Call) -> dict[str, cst.BaseExpression]:
    """What a call gives for each parameter of a function. Raises: Bailout."""
    parameters = function.params
    if isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg is not None:
        raise work.refuse("a function with `*` parameters that runs in place")
    names = [p.name.value for p in (*parameters.posonly_params, *parameters.params)]
    named = [p.name.value for p in parameters.kwonly_params]
    given: dict[str, cst.BaseExpression] = {}
    if isinstance(call.func, cst.Attribute) and is_method(work.tree, function):
        given[names.pop(0)] = call.func.value
    for argument in call.args:
        if argument.star or (argument.keyword is None and not names):
            raise work.refuse("unpacked arguments of a function that runs in place")
        name = argument.keyword.value if argument.keyword is not None else names[0]
        if name in named:
            named.remove(name)
        elif name in names:
            names.remove(name)
        else:
            raise work.refuse("the arguments of a function that runs in place")
        given[name] = argument.value
    for parameter in every_parameter(function):
        if parameter.name.value in (*names, *named) and parameter.default is not None:
            given[parameter.name.value] = parameter.default
    return given


def is_method(tree: Tree, function: cst.FunctionDef) -> bool:
    return any(isinstance(a, cst.ClassDef) for a in list(tree.ancestors(function))[:2])


def takes_future(function: cst.FunctionDef) -> bool:
    """Whether a function has got a parameter for what was submitted ahead."""
    names = {f"{p.name.value}.result" for p in every_parameter(function) if p.default is not None}
    return any(isinstance(n, cst.Attribute) and dotted(n) in names for n in _nodes(function.body))


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for child in node.children:
        yield child
        yield from _nodes(child)


def _substituted(work: Work, function: cst.FunctionDef, leaf: cst.Call, given: dict[str, cst.BaseExpression]) -> str:
    """The call inside the function as the loop would write it."""
    tree = work.tree
    parameters = {p.name.value for p in every_parameter(function)}
    own = bound_in(tree.code(*function.body.body)) if isinstance(function.body, cst.IndentedBlock) else set()
    code = work.one_line(leaf)
    read = free_names(f"({code}\n)")
    if read & own or bound_in(f"({code}\n)") or "super" in read or not read & parameters <= given.keys():
        raise work.refuse("a call on what a function that runs in place computes", work.frame)
    here = tree.function_of(work.loop(work.frame)) if work.frame is not None else tree.module
    shadowed = bound_in(tree.code(here)) if isinstance(here, cst.FunctionDef) else set()
    if (read - parameters) & shadowed:
        raise work.refuse("a name that means something else there", work.frame)
    made = leaf.visit(Given({n: given[n] for n in read & parameters}))
    assert isinstance(made, cst.Call)
    return work.one_line(made)


def _needs_names(work: Work, leaf: cst.Call, given: dict[str, cst.BaseExpression]) -> bool:
    """Whether what is given can't stand where the call has parameters: it would be computed twice, or is too much for a
    replacement field, which before Python 3.12 has no backslash and no quotes of its own text."""
    mentioned = [n for n in _nodes(leaf) if isinstance(n, cst.Name) and n.value in given]
    counts = Counter(n.value for n in mentioned)
    for name in mentioned:
        value = given[name.value]
        above = takewhile(lambda a: a is not leaf, work.tree.ancestors(name))
        shown = any(isinstance(a, cst.FormattedString) for a in above)
        simple = isinstance(value, cst.Name | cst.Integer) or (isinstance(value, cst.SimpleString) and not shown)
        if not simple and (shown or counts[name.value] > 1):
            return True
    return False


def with_parameter(tree: Tree, text: str) -> Change:
    """The parameters of a function with one more at their end."""
    made = tree.parse(f"def f({text}): pass")
    assert isinstance(made, cst.FunctionDef)
    added = made.params.params[0]

    def widened(old: cst.Parameters) -> cst.Parameters:
        if old.kwonly_params or isinstance(old.star_arg, cst.Param):
            return old.with_changes(kwonly_params=[*old.kwonly_params, added])
        return old.with_changes(params=[*old.params, added])

    return widened


def changes(work: Work, opened: Opened, typed: str) -> dict[cst.CSTNode, Change]:
    """What becomes of the callee."""
    tree, leaf, name = work.tree, opened.leaf, opened.future
    parent = tree.parents[leaf]
    chosen = f"{tree.code(leaf)} if {name} is None else {name}.result()"
    alone = isinstance(parent, cst.Assign | cst.AnnAssign | cst.Return | cst.Expr) or (
        isinstance(parent, cst.Arg) and not parent.star
    )
    taken = tree.expression(_broken(work, leaf, name) or (chosen if alone else f"({chosen})"))
    annotated = any(p.annotation is not None for p in every_parameter(opened.function))
    more = f"{name}: {typed} | None = None" if annotated else f"{name}=None"
    return {leaf: becomes(taken), opened.function.params: with_parameter(tree, more)}


def _broken(work: Work, leaf: cst.Call, name: str) -> str:
    """The choice in three lines, as formatters write it, where one would be too long; else empty."""
    tree, code = work.tree, work.one_line(leaf)
    statement = tree.statement(leaf)
    whole = tree.code(statement)
    longest = max(map(len, whole.splitlines())) + len(f" if {name} is None else {name}.result()")
    if longest + 4 * tree.depth(statement) <= tree.width or "\n" in code or "\n" in whole.strip():
        return ""
    lines = [code, f"if {name} is None", f"else {name}.result()"]
    return "(\n" + "".join(f"{tree.module.default_indent}{line}\n" for line in lines) + ")"


def rewrite_opened(work: Work, loop: cst.For | cst.CompFor, opened: Opened, pool: str) -> list[cst.BaseStatement]:
    """The statements that replace the loop, or the statement of a comprehension. Raises: Bailout."""
    assert work.frame is not None
    if work.contextual or work.region.exits(work.frame.id):
        raise work.refuse("leaving the loop", work.frame)
    shown = loop if isinstance(loop, cst.For) else cst.For(loop.target, loop.iter, cst.SimpleStatementSuite([]))
    target = bound_in(f"for {work.one_line(loop.target)} in (): pass")
    code = work.tree.code(*opened.request) if opened.request else f"({opened.code}\n)"
    read = free_names(code) & target
    if set(work.parameters(code)) - target and isinstance(loop, cst.For):
        raise work.refuse("a call on what the loop computes", work.frame)
    found = header(work, shown, read)
    if found is not None and found.unpack:
        raise work.refuse("items that are taken apart", work.frame)
    if found is None or (isinstance(loop, cst.CompFor) and (loop.ifs or loop.inner_for_in or found.number)):
        raise work.refuse("what the loop goes through", work.frame)
    futures = work.name("futures")
    named = cst.Arg(cst.Name(opened.future), keyword=cst.Name(opened.future), equal=tight())
    call = opened.call.with_changes(args=with_argument(opened.call, named))
    statement = swap(
        work.tree.statement(opened.call) if isinstance(loop, cst.CompFor) else loop,
        {opened.call: lambda _: call, **_over(work, loop, found, futures, opened.future)},
    )
    lines: list[cst.BaseStatement] = [work.tree.parse(t) for t in found.before]
    if opened.request:
        name = work.name(function_name(shown, found).replace("process", "request", 1))
        submitted = f"{work.executor}.submit({', '.join([name, *found.parameters])}) for {_clause(found)}"
        lines.append(spaced(work.tree.block(f"def {name}({', '.join(found.parameters)}):", opened.request)))
    else:
        submitted = _submitted(work, opened, found)
    element, _, clause = submitted.rpartition(" for ")
    line = filled(work, work.tree.statement(opened.call), futures, element, f"for {clause}")
    if isinstance(statement, cst.BaseSmallStatement):
        made: cst.BaseStatement = cst.SimpleStatementLine([statement.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
    else:
        assert isinstance(statement, cst.For)
        made = statement.with_changes(leading_lines=[])
    executor = work.tree.parse(threads(work.plan.sites).made(pool, work.executor))
    executor = spaced(executor) if opened.request else executor
    return [*lines, executor, ended(work, [work.tree.parse(line), made])]


def _submitted(work: Work, opened: Opened, found: Header) -> str:
    call = cst.parse_expression(opened.code)
    assert isinstance(call, cst.Call)
    given = ", ".join(found.parameters)
    parts = [work.tree.code(a.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for a in call.args]
    certain = not any(a.star for a in call.args) and all(work.safe(work.one_line(a.value)) for a in call.args)
    if certain and work.safe(work.one_line(call.func)):
        inner = ", ".join([work.one_line(call.func), *parts])
    else:
        inner = f"lambda {given}: {opened.code}, {given}"
    return f"{work.executor}.submit({inner}) for {_clause(found)}"


def _clause(found: Header) -> str:
    over = found.given[0] if len(found.given) == 1 else f"zip({', '.join(found.given)})"
    return f"{', '.join(found.parameters)} in {over}"


def _over(
    work: Work, loop: cst.For | cst.CompFor, found: Header, futures: str, future: str
) -> dict[cst.CSTNode, Change]:
    """The loop with the futures beside its items."""
    made = cst.parse_expression(f"[0 for {found.targets(future)} in {found.source(futures, True)}]")
    assert isinstance(made, cst.ListComp)
    new = made.for_in
    return {loop: lambda old: old.with_changes(target=new.target, iter=new.iter)}


def with_argument(call: cst.Call, named: cst.Arg) -> list[cst.Arg]:
    """A call's arguments with one more, on a line of its own where each of the others has one."""
    if not call.args:
        return [named]
    *others, last = call.args
    if isinstance(last.comma, cst.Comma):
        between = others[-1].comma if others else cst.Comma(whitespace_after=call.whitespace_before_args)
        return [*others, last.with_changes(comma=between), named.with_changes(comma=last.comma)]
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return [*others, last.with_changes(comma=comma), named]


def tight() -> cst.AssignEqual:
    """The equals sign of an argument, without spaces."""
    return cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


__all__ = [
    "Opened", "changes", "every_parameter", "find", "is_method", "is_seen", "rewrite_opened", "takes_future", "tight",
    "with_argument", "with_parameter",
]  # fmt: skip
