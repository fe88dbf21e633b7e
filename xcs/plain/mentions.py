"""Questions about a few statements of a text: what they mention, what they bind, and how they end."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

import libcst as cst

from .tree import bound_in


def names_read(node: cst.CSTNode) -> set[str]:
    return {n.value for n in names_in(node)}


def names_in(node: cst.CSTNode) -> Iterator[cst.Name]:
    """The variables that are mentioned, in the order of the text."""
    match node:
        case cst.Name():
            yield node
        case cst.Attribute(value=value):
            yield from names_in(value)
        case cst.Arg(value=value):
            yield from names_in(value)
        case cst.Param(default=default):
            if default is not None:
                yield from names_in(default)
        case _:
            for child in node.children:
                yield from names_in(child)


def inner_names(code: str) -> set[str]:
    """Names that only comprehensions, lambdas and functions in the code bind."""
    table = symtable.symtable(code, "<plain>", "exec")
    return bound_in(code) - {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def bound_on_the_way(code: str) -> set[str]:
    """Names that an expression binds in the scope where it stands (`:=`)."""
    found = set[str]()
    level: list[ast.AST] = [ast.parse(f"({code}\n)")]
    while level:
        below = [n for node in level for n in ast.iter_child_nodes(node)]
        level = [n for n in below if not isinstance(n, ast.Lambda)]
        found |= {n.target.id for n in below if isinstance(n, ast.NamedExpr)}
    return found


def value_of(statement: cst.BaseStatement) -> cst.BaseExpression | None:
    """What a statement gives to a name, if that is all that it does."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name())], value=value)]
            | cst.AnnAssign(target=cst.Name(), value=cst.BaseExpression() as value)
        ):
            return value
        case _:
            return None


def given_to(statement: cst.BaseStatement, value: cst.BaseExpression) -> str:
    """The variable that a statement gives a value to, if that is all that stands there; else empty."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=found)],
            leading_lines=[],
            trailing_whitespace=cst.TrailingWhitespace(comment=None),
        ) if found is value:
            return name
        case _:
            return ""


def names_only(statement: cst.BaseStatement) -> bool:
    """Whether all that a statement does is to give something to names."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=every))])]):
            return all(isinstance(e.value, cst.Name) for e in every)
        case _:
            return value_of(statement) is not None


def bound_alone(statement: cst.BaseStatement) -> list[str]:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])]) | (
            cst.SimpleStatementLine(body=[cst.AnnAssign(target=cst.Name(value=name))])
        ):
            return [name]
        case _:
            return []


def continues(block: cst.BaseSuite) -> bool:
    """Whether a block of simple statements ends in `continue`."""
    last = block.body[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Continue)


def jumps(block: cst.BaseSuite) -> bool:
    """Whether a block ends in a jump."""
    last = block.body[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(
        last.body[-1], cst.Continue | cst.Raise | cst.Return | cst.Break
    )


def leaves(node: cst.CSTNode, inner: bool = False) -> bool:
    """Whether a statement holds a jump out of itself."""
    if isinstance(node, cst.Return):
        return True
    if isinstance(node, cst.Break | cst.Continue):
        return not inner
    if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
        return False
    if isinstance(node, cst.For | cst.While):
        after = [node.orelse] if node.orelse is not None else []
        return leaves(node.body, True) or any(leaves(n, inner) for n in after)
    return any(leaves(child, inner) for child in node.children)


__all__ = [
    "bound_alone", "bound_on_the_way", "continues", "given_to", "inner_names", "jumps", "leaves", "names_in",
    "names_only", "names_read", "value_of",
]  # fmt: skip
