"""Conditions as one writes them: what is not so, and one test in another."""

from __future__ import annotations

import ast

import libcst as cst

from .tree import Tree

OTHERWISE: dict[type[ast.cmpop], str] = {ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is"}


def negated(test: str) -> str:
    """The opposite of a test."""
    if "\n" in test or "#" in test:
        return f"not ({test})"
    match ast.parse(test, mode="eval").body:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OTHERWISE:
            sides = (ast.get_source_segment(test, left), ast.get_source_segment(test, right))
            whole = test == f"{sides[0]} {_written(op)} {sides[1]}"
            return f"{sides[0]} {OTHERWISE[type(op)]} {sides[1]}" if whole else f"not ({test})"
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call():
            return f"not {test}"
        case ast.UnaryOp(op=ast.Not()) if test.startswith("not "):
            return test.removeprefix("not ")
        case _:
            return f"not ({test})"


def _written(op: ast.cmpop) -> str:
    return {ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"}[type(op)]


def tested(tree: Tree, test: str, body: list[cst.BaseStatement]) -> cst.BaseStatement:
    """`if test:` around statements; with the test of an `if` that they consist of."""
    match body:
        case [cst.If(orelse=None, body=cst.IndentedBlock() as inner, leading_lines=[]) as only]:
            both = f"{_operand(test)} and {_operand(tree.one_line(only.test))}"
            if "\n" not in both and "#" not in both and len(both) <= LONGEST:
                return tree.block(f"if {both}:", [s for s in inner.body if isinstance(s, cst.BaseStatement)])
        case _:
            pass
    return tree.block(f"if {test}:", body)


LONGEST = 60  # of a test made of two


def _operand(test: str) -> str:
    node = ast.parse(f"({test}\n)", mode="eval").body
    loose = isinstance(node, ast.IfExp | ast.Lambda | ast.NamedExpr) or (
        isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or)
    )
    return f"({test})" if loose else test


__all__ = ["negated", "tested"]
