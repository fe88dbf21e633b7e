"""Several loops of a block that run one after the other: one executor for all of them.

with ThreadPoolExecutor(max_workers=32) as executor:        with ThreadPoolExecutor(max_workers=32) as executor:
    users = list(executor.map(user, ids))                       users = list(executor.map(user, ids))
names = [u["name"] for u in users]                              names = [u["name"] for u in users]
with ThreadPoolExecutor(max_workers=32) as executor:            orders = list(executor.map(order, names))
    orders = list(executor.map(order, names))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import libcst as cst

MOST_BETWEEN = 8  # lines that stand between two loops, and are moved


@dataclass(frozen=True, slots=True)
class Pool:
    """An executor that a printed loop has made: where in the block, and what runs with it."""

    first: int
    last: int
    made: cst.Call
    name: str
    why: cst.TrailingWhitespace
    body: tuple[cst.BaseStatement, ...]
    ends: cst.Finally | None  # what withdraws calls when the loop fails, where `with` doesn't do

    @property
    def lead(self) -> Sequence[cst.EmptyLine]:
        return getattr(self.body[0], "leading_lines", ())


def shared(statements: list[cst.BaseStatement], printed: Sequence[bool]) -> list[cst.BaseStatement]:
    """The statements of a block. printed: which of them stand for a loop."""
    pools = [p for i in range(len(statements)) if printed[i] and (p := pool_at(statements, i)) is not None]
    for start in range(len(pools)):
        group = [pools[start]]
        for before, after in pairwise(pools[start:]):
            between = [statements[i] for i in range(before.last + 1, after.first) if not printed[i]]
            if not _alike(before, after) or _lines(between) > MOST_BETWEEN:
                break
            group.append(after)
        if len(group) > 1 and not _suspends(statements[group[0].first : group[-1].last + 1]):
            return _joined(statements, group)
    return statements


def pool_at(statements: Sequence[cst.BaseStatement], index: int) -> Pool | None:
    """The executor that a statement, or it and the next one, makes for what is printed."""
    match statements[index : index + 2]:
        case [
            cst.With(
                items=[cst.WithItem(item=cst.Call() as made, asname=cst.AsName(name=cst.Name(value=name)))]
            ) as block,
            *_,
        ] if isinstance(block.body, cst.IndentedBlock):
            lead, body = block.leading_lines, block.body
            return Pool(index, index, made, name, body.header, _under(lead, body), None) if _counts(made) else None
        case [
            cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as made)]
            ) as line,
            cst.Try(handlers=[], finalbody=cst.Finally() as ends) as block,
        ] if isinstance(block.body, cst.IndentedBlock):
            lead, body = line.leading_lines, block.body
            why = line.trailing_whitespace
            return Pool(index, index + 1, made, name, why, _under(lead, body), ends) if _counts(made) else None
        case _:
            return None


def _led(statement: cst.BaseStatement, lead: Sequence[cst.EmptyLine]) -> cst.BaseStatement:
    return statement.with_changes(leading_lines=lead)


def _counts(made: cst.Call) -> bool:
    """`ThreadPoolExecutor(max_workers=32)`"""
    match made.args:
        case [cst.Arg(keyword=cst.Name(value="max_workers"), value=cst.Integer())]:
            return True
        case _:
            return False


def _under(lead: Sequence[cst.EmptyLine], body: cst.IndentedBlock) -> tuple[cst.BaseStatement, ...]:
    """The statements of a block, with what stood above it above the first of them."""
    first, *others = (s for s in body.body if isinstance(s, cst.BaseStatement))
    return (_led(first, [*lead, *getattr(first, "leading_lines", ())]), *others)


def _alike(one: Pool, other: Pool) -> bool:
    """Whether they are made in the same way."""
    return one.name == other.name and (
        one.made.deep_equals(other.made) and one.why.deep_equals(other.why)
        if one.why.comment or other.why.comment
        else one.made.func.deep_equals(other.made.func)
    )


def _lines(statements: Sequence[cst.BaseStatement]) -> int:
    return sum(len(cst.Module([]).code_for_node(s).strip().splitlines()) for s in statements)


def _suspends(statements: Sequence[cst.CSTNode]) -> bool:
    """Whether the function may be left in the middle, and gone on with."""
    for node in statements:
        if isinstance(node, cst.Yield | cst.Await):
            return True
        if not isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef) and _suspends(node.children):
            return True
    return False


def _joined(statements: list[cst.BaseStatement], group: Sequence[Pool]) -> list[cst.BaseStatement]:
    """The statements with one executor for a group of loops."""
    first, last = group[0], group[-1]
    body: list[cst.BaseStatement] = [_led(first.body[0], []), *first.body[1:]]
    known = {line.comment.value for line in first.lead if line.comment is not None}
    for before, after in pairwise(group):
        body += statements[before.last + 1 : after.first]
        lead = [line for line in after.lead if line.comment is None or line.comment.value not in known]
        body += [_led(after.body[0], lead), *after.body[1:]]
    most = max(group, key=lambda p: int(p.made.args[0].value.value))  # type: ignore[attr-defined]
    ends = next((p.ends for p in group if p.ends is not None), None)
    block = cst.IndentedBlock(body=body)
    if ends is None:
        item = cst.WithItem(most.made, asname=cst.AsName(cst.Name(first.name)))
        made: list[cst.BaseStatement] = [
            cst.With([item], block.with_changes(header=most.why), leading_lines=first.lead)
        ]
    else:
        line = cst.Assign([cst.AssignTarget(cst.Name(first.name))], most.made)
        made = [
            cst.SimpleStatementLine([line], leading_lines=first.lead, trailing_whitespace=most.why),
            cst.Try(block, finalbody=ends),
        ]
    return [*statements[: first.first], *made, *statements[last.last + 1 :]]


__all__ = ["shared"]
