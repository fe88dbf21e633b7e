"""A function of one item that makes the request of a callee which runs in place, where an expression won't do.

def answer(question):                        def request_row(row):
    messages = [{"content": question}]           text = row["text"].strip()
    print("asking", question)                    question = f"what is {text}?"
    return ask(messages)                         messages = [{"content": question}]
                                                 return ask(messages)
for row in rows:
    text = row["text"].strip()
    out.append(answer(f"what is {text}?"))

The loop and the callee compute all of it again in its place: what fails there fails as it did.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

import libcst as cst

from ..ir.nodes import For, If, Inline, Jump, Try, walk
from .futures import Work
from .leftover import only_read
from .tree import bound_in, free_names, inside

Steps = list[cst.SimpleStatementLine]


def steps(work: Work, inline: Inline, needs: frozenset[int], call: cst.Call, leaf: cst.Call) -> tuple[Steps, Steps]:
    """The assignments that a request rests on beside its own text, and what the callee is given: of the loop, and of
    the callee. Raises: Bailout, where it rests on something else."""
    assert work.frame is not None
    tree, found = work.tree, (Steps(), Steps())
    binding = {n.id for n in walk(inline.binding)}
    places = [tree.range(n) for n in (leaf, call, work.loop(work.frame).target)]
    for ident in sorted(needs & frozenset(work.region.below(work.frame.id)), key=work.region.order.__getitem__):
        node = work.region.nodes[ident]
        if ident in binding or node is inline or isinstance(node, For | If | Try):
            continue
        place = tree.of(node.span)
        if not isinstance(node, Jump) and any(inside(place, p) for p in places):
            continue
        for part, end in zip(found, (call, leaf), strict=True):
            step = None if isinstance(node, Jump) else _step(work, place, end)
            if step is not None:
                if step not in part:
                    part.append(step)
                break
        else:
            raise work.refuse(f"a call that rests on line {node.span.line} of a function that runs in place")
    return found


def _step(work: Work, place: tuple[tuple[int, int], tuple[int, int]], end: cst.Call) -> cst.SimpleStatementLine | None:
    """The assignment of a variable that holds a place, in a block around a call and before it."""
    child: cst.CSTNode = end
    for parent in work.tree.ancestors(end):
        if isinstance(parent, cst.IndentedBlock):
            held = next((s for s in parent.body if s is child or inside(place, work.tree.range(s))), child)
            if held is not child:
                alone = isinstance(held, cst.SimpleStatementLine) and len(held.body) == 1 and _names_one(held.body[0])
                return held if alone and isinstance(held, cst.SimpleStatementLine) else None
        if isinstance(parent, cst.FunctionDef | cst.For | cst.While | cst.If | cst.With):
            return None
        child = parent
    return None


def _names_one(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name())]):
            return True
        case _:
            return False


def request(
    work: Work, of_loop: Steps, of_callee: Steps, leaf: cst.Call, given: Mapping[str, cst.BaseExpression]
) -> Sequence[cst.BaseStatement]:
    """The body of the function. Raises: Bailout, where a name means something else in the loop than in the callee."""
    tree = work.tree
    code = work.one_line(leaf)
    inner = "".join(tree.code(bare(s)) for s in of_callee) + f"return {code}\n"
    read, own = free_names(inner), bound_in(tree.code(*of_callee))
    if "super" in read or bound_in(f"({code}\n)"):
        raise work.refuse("a call on what a function that runs in place computes", work.frame)
    here = tree.function_of(work.loop(work.frame)) if work.frame is not None else tree.module
    around = bound_in(tree.code(here)) if isinstance(here, cst.FunctionDef) else set()
    texts = {n: work.one_line(given[n]) for n in given if n in read}
    plain = {n: given[n] for n in texts if isinstance(given[n], cst.Name) and n not in own}  # the loop's own variable
    bound = {n: text for n, text in texts.items() if n not in plain}
    if (read - given.keys()) & around or (own | bound.keys()) & around:
        raise work.refuse("a name that means something else there", work.frame)
    if any(free_names(f"({text}\n)") & (own | bound.keys()) for text in texts.values()):
        raise work.refuse("a name that means something else there", work.frame)
    _check_order(work, [*of_loop, *[tree.parse(f"({text})") for text in texts.values()]])
    binding = [tree.parse(f"{name} = {text}") for name, text in bound.items()]
    rest = [*map(bare, of_callee), tree.parse(f"return {code}")]
    made = [*map(bare, of_loop), *binding, *(s.visit(Given(plain)) for s in rest)]
    return only_read(work, made)  # type: ignore[arg-type]


class Given(cst.CSTTransformer):
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


def _check_order(work: Work, statements: Sequence[cst.BaseStatement]) -> None:
    """Whether what the loop computes is computed before it is read: nothing comes from an earlier item."""
    assert work.frame is not None
    known = bound_in(f"for {work.one_line(work.loop(work.frame).target)} in (): pass")
    for statement in statements:
        code = work.tree.code(statement)
        read = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        if read & work.assigned - known:
            raise work.refuse("a call on what the loop computes", work.frame)
        known |= bound_in(code)


def bare(statement: cst.SimpleStatementLine) -> cst.SimpleStatementLine:
    """Without the comments that stay where it stood."""
    return statement.with_changes(leading_lines=[], trailing_whitespace=cst.TrailingWhitespace())


__all__ = ["request", "steps"]
