"""Statements that stand by themselves as regions, since what they call may have a loop in it.

    args = parser.parse_args()      # can't be foreseen: nor can the run of statements as a whole
    runner = Runner(args)
    rows = runner.run(items)        # decided with the runner that is there by then
    report(rows)
"""

from __future__ import annotations

import ast
import io
from collections import deque
from collections.abc import Sequence

from .. import trees
from ..front.lower import FunctionNode

LAST = 3  # such statements of a run
# Of what is no object of the program's, as it looks.
PLAIN_METHODS = frozenset(n for cls in (list, deque, set, str, dict, io.TextIOWrapper) for n in dir(cls))
Receivers = tuple[frozenset[str], frozenset[str]]  # the first parameter; variables that hold what is made of a class


def receivers(node: FunctionNode) -> Receivers:
    """The variables of a function whose methods may have loops in them."""
    first = [a.arg for a in (*node.args.posonlyargs, *node.args.args)[:1]]
    statements = node.body if isinstance(node.body, list) else []
    made = {_made(s) for statement in statements for s in trees.walk(statement)}
    return frozenset(first), frozenset(made - {"", *first})


def handing_over(run: Sequence[ast.stmt], first: int, of: Receivers | None, others: frozenset[str]) -> list[int]:
    """The last statements of a run, from the first on, that are such calls, by their places. of: whose methods are
    asked for; others: names that mean no function of the module."""
    found: dict[object, int] = {}
    for place in range(first, len(run)):
        match getattr(run[place], "value", None):
            case ast.Call(func=ast.Name(id=name)) if name not in others and not name[0].isupper():
                found[place] = place
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                if of is not None and method not in PLAIN_METHODS and (name in of[0] or name in of[1]):
                    # What is made of a class may be filled by several calls, of which the last one uses it.
                    key = place if name in of[0] else name
                    found.pop(key, None)
                    found[key] = place
    return [*found.values()][-LAST:]


def _made(node: ast.AST) -> str:
    """The variable that is set to what a class gives, as it looks."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made) | ast.Attribute(attr=made))):
            return name if made[0].isupper() else ""
    return ""


__all__ = ["Receivers", "handing_over", "receivers"]
