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
    """The last statements of a run, from the first on, that are such calls, by their places.

    of: whose methods are asked for, those of the first parameter where their answer is kept; others: names that mean no
    function of the module.
    """
    found: dict[object, int] = {}
    for place in range(first, len(run)):
        name, own = _called(run[place])
        kept = not own and of is not None and name in of[0] and isinstance(run[place], ast.Assign)
        if kept or (own and name not in others):
            found[place] = place
        elif of is not None and not own and name in of[1]:
            found.pop(name, None)  # it may be filled by several calls, of which the last one uses it
            found[name] = place
    return [*found.values()][-LAST:]


def divided(run: Sequence[ast.stmt], of: Receivers) -> int:
    """The place in a run behind what makes the objects whose methods it calls afterwards; 0: it isn't divided.

    Such an object is made of what a call before has given: what its methods do can't be told before it is there, and
    nothing is lost, as they wait for that call. One that is made of other things may ask beside the calls before.
    """
    asked = [name if not own and name in of[1] else "" for name, own in map(_called, run)]
    names = frozenset(asked) - {""}
    making = [place for place, statement in enumerate(run) if _made(statement) in names]
    using = [place for place, name in enumerate(asked) if name]
    if not making or making[-1] > using[0] or not _rests_on_calls(run, frozenset(making)):
        return 0
    return making[-1] + 1


def _rests_on_calls(run: Sequence[ast.stmt], places: frozenset[int]) -> bool:
    """Whether a statement at one of these places reads what an earlier one of the run has from a call."""
    given: set[str] = set()
    for place, statement in enumerate(run[: max(places) + 1]):
        nodes = list(trees.walk(statement))
        names = [n for n in nodes if isinstance(n, ast.Name)]
        if place in places and not given.isdisjoint(n.id for n in names):
            return True
        if any(isinstance(n, ast.Call) for n in nodes):
            given.update(n.id for n in names if isinstance(n.ctx, ast.Store))
    return False


def _called(statement: ast.stmt) -> tuple[str, bool]:
    """The function that a statement calls, by its name, and True; or the variable of whose value it is a method."""
    match getattr(statement, "value", None):
        case ast.Call(func=ast.Name(id=name)) if not name[0].isupper():
            return name, True
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method not in PLAIN_METHODS:
            return name, False
    return "", False


def _made(node: ast.AST) -> str:
    """The variable that is set to what a class gives, as it looks."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made) | ast.Attribute(attr=made))):
            return name if made[0].isupper() else ""
    return ""


__all__ = ["Receivers", "divided", "handing_over", "receivers"]
