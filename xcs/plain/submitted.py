"""A callee that prints, logs, counts or handles errors: its request is submitted ahead, the rest of it runs in order.

def answer(question):                       def answer(question, future=None):
    print("asking", question)                   print("asking", question)
    return ask(question)                        return ask(question) if future is None else future.result()

for q in questions:                         futures = [executor.submit(ask, q) for q in questions]
    out.append(answer(q))                   for q, future in zip(questions, futures):
                                                out.append(answer(q, future=future))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst

from ..ir.nodes import For, If, Inline, Jump, Node, Try, walk
from ..remarks import Span
from .futures import Work, filled
from .iterables import Header, header
from .loop import ended
from .thread_counts import threads
from .tree import Change, Range, Tree, becomes, bound_in, every_parameter, free_names, inside, swap


@dataclass(frozen=True, slots=True)
class Opened:
    """`changes`: to the callee. `call`: the one in the loop; `future`: the parameter that the callee gets."""

    function: cst.FunctionDef
    leaf: cst.Call
    call: cst.Call
    code: str  # the leaf's call with what the loop gives for the callee's parameters
    future: str


def find(work: Work, filename: str, future: str) -> Opened:
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
    _check_needs(work, inline, site.needs, [tree.range(leaf), tree.range(call)])
    given = _given(work, function, call)
    text = _substituted(work, function, leaf, given)
    return Opened(function, leaf, call, text, future)


def _is(tree: Tree, function: cst.FunctionDef, line: int, name: str) -> bool:
    return function.name.value == name and tree.range(function)[0][0] == line


def _check_needs(work: Work, inline: Inline, needs: frozenset[int], places: list[Range]) -> None:
    """Whether all that the call rests on is its own text, and what the callee is given."""
    binding = {n.id for n in walk(inline.binding)}
    assert work.frame is not None
    below = work.region.below(work.frame.id)
    target = work.tree.range(work.loop(work.frame).target)
    for ident in needs & frozenset(below):
        node: Node = work.region.nodes[ident]
        if ident in binding or node is inline or isinstance(node, For | If | Try):
            continue
        if isinstance(node, Jump) or not any(inside(work.tree.of(node.span), p) for p in [*places, target]):
            raise work.refuse(f"a call that rests on line {node.span.line} of a function that runs in place")


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


class _Given(cst.CSTTransformer):
    """Puts what is given in the place of parameters."""

    def __init__(self, given: Mapping[str, cst.BaseExpression]) -> None:
        super().__init__()
        self.given = given

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        found = self.given.get(original_node.value)
        if found is None or found is original_node:
            return updated_node
        simple = isinstance(found, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.SimpleString)
        simple = (
            simple or isinstance(found, cst.FormattedString | cst.Integer | cst.List | cst.Dict) or bool(found.lpar)
        )
        return found if simple else found.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        value = updated_node.value
        if isinstance(original_node.value, cst.Name) and isinstance(value, cst.BinaryOperation | cst.Comparison):
            value = value.with_changes(lpar=[], rpar=[])
        return updated_node.with_changes(keyword=original_node.keyword, value=value)


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
    for name in read & parameters:
        simple = isinstance(given[name], cst.Name | cst.SimpleString | cst.Integer)
        if not simple and _mentions(leaf, name) > 1:
            raise work.refuse("an argument that is computed twice", work.frame)
    made = leaf.visit(_Given({n: given[n] for n in read & parameters}))
    assert isinstance(made, cst.Call)
    return work.one_line(made)


def _mentions(node: cst.CSTNode, name: str) -> int:
    own = int(isinstance(node, cst.Name) and node.value == name)
    return own + sum(_mentions(c, name) for c in node.children)


def with_parameter(tree: Tree, text: str) -> Change:
    """The parameters of a function with one more at their end."""
    made = tree.parse(f"def f({text}): pass")
    assert isinstance(made, cst.FunctionDef)
    added = made.params.params[0]

    def widened(old: cst.Parameters) -> cst.Parameters:
        if old.kwonly_params:
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
    taken = tree.expression(chosen if alone else f"({chosen})")
    annotated = any(p.annotation is not None for p in every_parameter(opened.function))
    more = f"{name}: {typed} | None = None" if annotated else f"{name}=None"
    return {leaf: becomes(taken), opened.function.params: with_parameter(tree, more)}


def rewrite_opened(work: Work, loop: cst.For | cst.CompFor, opened: Opened, pool: str) -> list[cst.BaseStatement]:
    """The statements that replace the loop, or the statement of a comprehension. Raises: Bailout."""
    assert work.frame is not None
    if work.contextual or work.region.exits(work.frame.id):
        raise work.refuse("leaving the loop", work.frame)
    shown = loop if isinstance(loop, cst.For) else cst.For(loop.target, loop.iter, cst.SimpleStatementSuite([]))
    target = bound_in(f"for {work.one_line(loop.target)} in (): pass")
    read = free_names(f"({opened.code}\n)") & target
    if set(work.parameters(f"({opened.code}\n)")) - target and isinstance(loop, cst.For):
        raise work.refuse("a call on what the loop computes", work.frame)
    found = header(work, shown, read)
    if found is None or (isinstance(loop, cst.CompFor) and (loop.ifs or loop.inner_for_in or found.number)):
        raise work.refuse("what the loop goes through", work.frame)
    futures = work.name("futures")
    submitted = _submitted(work, opened, found)
    named = cst.Arg(cst.Name(opened.future), keyword=cst.Name(opened.future), equal=tight())
    call = opened.call.with_changes(args=with_argument(opened.call, named))
    statement = swap(
        work.tree.statement(opened.call) if isinstance(loop, cst.CompFor) else loop,
        {opened.call: lambda _: call, **_over(work, loop, found, futures, opened.future)},
    )
    lines: list[cst.BaseStatement] = [work.tree.parse(t) for t in found.before]
    element, _, clause = submitted.rpartition(" for ")
    line = filled(work, work.tree.statement(opened.call), futures, element, f"for {clause}")
    if isinstance(statement, cst.BaseSmallStatement):
        made: cst.BaseStatement = cst.SimpleStatementLine([statement.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
    else:
        assert isinstance(statement, cst.For)
        made = statement.with_changes(leading_lines=[])
    executor = work.tree.parse(threads(work.plan.sites).made(pool, work.executor))
    return [*lines, executor, ended(work, [work.tree.parse(line), made])]


def _submitted(work: Work, opened: Opened, found: Header) -> str:
    call = cst.parse_expression(opened.code)
    assert isinstance(call, cst.Call)
    given = ", ".join(found.parameters)
    over = found.given[0] if len(found.given) == 1 else f"zip({', '.join(found.given)})"
    if found.unpack:
        raise work.refuse("items that are taken apart", work.frame)
    parts = [work.tree.code(a.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for a in call.args]
    certain = not any(a.star for a in call.args) and all(work.safe(work.one_line(a.value)) for a in call.args)
    if certain and work.safe(work.one_line(call.func)):
        inner = ", ".join([work.one_line(call.func), *parts])
    else:
        inner = f"lambda {given}: {opened.code}, {given}"
    return f"{work.executor}.submit({inner}) for {given} in {over}"


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
    "Opened", "changes", "every_parameter", "find", "is_method", "rewrite_opened", "tight", "with_argument",
    "with_parameter",
]  # fmt: skip
