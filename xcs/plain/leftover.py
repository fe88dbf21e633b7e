"""Variables of a loop that only served to compute what its calls are given, where workers do that: they go.

for item in items:                         for item, future in zip(items, futures):
    prompt = f"what is {item}"                 answer = future.result()
    answer = ask(prompt)                       print(item, answer)
    print(item, answer)

What may fail is computed only by the worker where its error comes out in the same place: the next statement takes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import libcst as cst

from .futures import SubmittedCall, Work
from .imports import dotted
from .tree import inside, mentioned


class _Unread(cst.CSTTransformer):
    """Takes assignments away, or of `name = future.result()` the name."""

    def __init__(self, work: Work, names: Collection[str], takes: Collection[str], fed: dict[str, set[str]]) -> None:
        super().__init__()
        self.work, self.names, self.takes, self.fed = work, names, takes, fed

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign | cst.Expr:
        match updated_node:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call(func=function) as call
            ) if name in self.names and dotted(function) in self.takes:
                return cst.Expr(call)
            case _:
                return updated_node

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        kept: list[cst.BaseStatement] = []
        for statement in reversed(updated_node.body):
            if not (kept and self.goes(statement, kept[-1])):
                kept.append(statement)
                continue
            after = kept[-1]
            lead = [*statement.leading_lines, *after.leading_lines]  # type: ignore[attr-defined]
            kept[-1] = after.with_changes(leading_lines=lead)
        return updated_node.with_changes(body=kept[::-1])

    def goes(self, statement: cst.BaseStatement, after: cst.BaseStatement) -> bool:
        """Whether nobody misses a statement. after: the one behind it."""
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)],
                trailing_whitespace=cst.TrailingWhitespace(comment=None),
            ) if name in self.fed and name in self.names:
                return _harmless(self.work, value) or _takes_first(after, self.fed[name])
            case _:
                return False


def _harmless(work: Work, value: cst.BaseExpression) -> bool:
    """Whether an expression certainly has a value, and does nothing else."""
    match value:
        case cst.Dict(elements=elements):
            pairs = [e for e in elements if isinstance(e, cst.DictElement)]
            texts = all(isinstance(e.key, cst.SimpleString | cst.Integer) for e in pairs)
            return texts and len(pairs) == len(elements) and all(_harmless(work, e.value) for e in pairs)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return all(isinstance(e, cst.Element) and _harmless(work, e.value) for e in elements)
        case _:
            return work.safe(work.one_line(value))


def _takes_first(statement: cst.BaseStatement, takes: Collection[str]) -> bool:
    """Whether a statement begins with one of these calls: nothing that it does before may fail, or be seen."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value) | cst.Return(value=value) | cst.Expr(value=value)]):
            pass
        case cst.SimpleStatementLine(body=[cst.AugAssign(target=cst.Name(), value=value)]):
            pass
        case _:
            return False
    while value is not None:
        match value:
            case cst.Call(func=function) if dotted(function) in takes:
                return True
            case cst.Call(func=cst.Attribute(value=cst.Name()), args=[cst.Arg(value=first, star=""), *_]):
                value = first
            case cst.Call(func=cst.Name(), args=[cst.Arg(value=first, star=""), *_]):
                value = first
            case cst.Subscript(value=inner) | cst.Attribute(value=inner):
                value = inner
            case cst.Call(func=cst.Attribute(value=inner)):
                value = inner
            case _:
                return False
    return False


def without_unread(work: Work, old: cst.For, new: cst.For, sites: Sequence[SubmittedCall]) -> cst.For:
    """The loop without variables that only served to compute arguments: workers do that."""
    function = work.tree.function_of(old)
    if not isinstance(function, cst.FunctionDef):
        return new
    own = [n for n in work.assigned if work.tree.count(old, n) > 1 and not work.tree.beyond(old, [n])]
    takes = {f"{site.future}.result" for site in sites}
    fed = {name: found for name in own if (found := set(_fed(work, old, name, sites)))}
    while True:
        names = {n for n in own if work.tree.count(new, n) == 1}
        left = new.visit(_Unread(work, names, takes, fed))
        assert isinstance(left, cst.For)
        if left.deep_equals(new):
            return new
        new = left


def _fed(work: Work, loop: cst.For, name: str, sites: Sequence[SubmittedCall]) -> Iterator[str]:
    """The takes of calls whose workers compute a variable that is assigned in one place."""
    places = [work.tree.range(s) for s in _assignments(loop, name)]
    if len(places) != 1:
        return
    for site in sites:
        needs = (work.tree.of(work.region.nodes[i].span) for i in site.plan.needs)
        if any(inside(place, places[0]) for place in needs):
            yield f"{site.future}.result"


def _assignments(node: cst.CSTNode, name: str) -> Iterator[cst.Assign]:
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=found))]) if found == name:
            yield node
        case _:
            for child in node.children:
                yield from _assignments(child, name)


def only_read(work: Work, statements: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Statements without variables that none of them reads: what may fail is computed all the same."""
    found: list[cst.BaseStatement] = []
    for statement in statements:
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)]
            ) if not any(name in mentioned(work.tree.code(s)) for s in statements if s is not statement):
                if not _harmless(work, value):
                    found.append(statement.with_changes(body=[cst.Expr(value)]))
            case _:
                found.append(statement)
    return found


__all__ = ["only_read", "without_unread"]
