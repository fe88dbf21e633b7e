"""Where the variables of a function get their values: which have none when some of its statements begin.

    for task in tasks:
        for attempt in range(3):
            answer = ask(task)       # bound here alone, so that
        done[task] = answer          # when the outer loop begins, `answer` has no value yet
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence

from .. import trees

BINDING = frozenset((
    ast.arg, ast.ExceptHandler, ast.alias, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global,
    ast.Nonlocal, ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.For, ast.While, ast.AsyncFor,
))  # fmt: skip


class Bindings:
    """The bindings of a function's variables: by assignment, how many of each; names that are bound otherwise; what
    stands in a loop."""

    def __init__(self, function: ast.AST) -> None:
        self.assigned: Counter[str] = Counter()
        self.otherwise: set[str] = set()
        self.repeated: set[int] = set()  # by identity: the tree lives as long
        for node in trees.walk(function):
            kind = type(node)
            if kind is ast.Name:
                if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                    self.assigned[node.id] += 1  # type: ignore[attr-defined]
                continue
            if kind not in BINDING:
                continue
            match node:
                case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)) | ast.alias(asname=str(name)):
                    self.otherwise.add(name)
                case ast.alias(name=name):
                    self.otherwise.add(name.partition(".")[0])
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    self.otherwise.add(name)
                case ast.Global(names=names) | ast.Nonlocal(names=names):
                    self.otherwise.update(names)
                case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                    self.otherwise.add(name)
                case ast.For() | ast.While() | ast.AsyncFor():
                    self.repeated.update(id(below) for part in (*node.body, *node.orelse) for below in trees.walk(part))

    def without_value(self, statements: Sequence[ast.stmt]) -> frozenset[str]:
        """The variables that have no value when the statements begin: they are bound in these alone, and the statements
        are run once. Not those that are read where a failure, as of having no value, may be handled."""
        if any(id(statement) in self.repeated for statement in statements):
            return frozenset()
        inside: Counter[str] = Counter()
        for statement in statements:
            inside += _assigned(statement)
        names = {name for name, count in inside.items() if count == self.assigned[name]} - self.otherwise
        tries = (n for s in statements for n in trees.walk(s) if isinstance(n, ast.Try | ast.With) and names)
        return frozenset(names.difference(n.id for t in tries for n in trees.walk(t) if isinstance(n, ast.Name)))


def _assigned(tree: ast.AST) -> Counter[str]:
    found = [n.id for n in trees.walk(tree) if type(n) is ast.Name and type(n.ctx) is not ast.Load]
    return Counter(found)
