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
    ast.Nonlocal, ast.For, ast.While, ast.AsyncFor,
))  # fmt: skip


class Bindings:
    """The bindings of a function's variables: by assignment and by patterns, how many of each; names that are bound
    otherwise; what stands in a loop."""

    def __init__(self, function: ast.AST) -> None:
        self.assigned: Counter[str] = Counter()
        self.otherwise: set[str] = set()
        self.repeated: set[int] = set()  # by identity: the tree lives as long
        for node in trees.walk(function):
            kind = type(node)
            if kind is ast.Name and type(node.ctx) is ast.Load:  # type: ignore[attr-defined]
                continue
            if (name := _bound_by(node)) is not None:
                self.assigned[name] += 1
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
                case ast.For() | ast.While() | ast.AsyncFor():
                    self.repeated.update(id(below) for part in (*node.body, *node.orelse) for below in trees.walk(part))

    def without_value(self, statements: Sequence[ast.stmt], handled: bool) -> frozenset[str]:
        """The variables that have no value when the statements begin: they are bound in these alone, and the statements
        are run once. Not those that are read, perhaps before they are bound, where a failure may be handled: in all of
        the statements (`handled`), or in blocks in them."""
        if any(id(statement) in self.repeated for statement in statements):
            return frozenset()
        inside: Counter[str] = Counter()
        for statement in statements:
            inside += _assigned(statement)
        names = {name for name, count in inside.items() if count == self.assigned[name]} - self.otherwise
        protected = [n for s in statements for n in trees.walk(s) if names and isinstance(n, ast.Try | ast.With)]
        for blocks in [statements] if handled else [[block] for block in protected]:
            names -= _perhaps_without(blocks, set())
        return frozenset(names)


def _bound_by(node: ast.AST) -> str | None:
    """The name that a node gives a value, or takes it from."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return name
        case _:
            return None


def _assigned(tree: ast.AST) -> Counter[str]:
    return Counter(name for n in trees.walk(tree) if (name := _bound_by(n)) is not None)


def _perhaps_without(statements: Sequence[ast.AST], bound: set[str]) -> set[str]:
    """The names that these may read before they have bound them; `bound`: those that have a value, more in the end."""
    found: set[str] = set()
    for statement in statements:
        blocks = trees.blocks(statement)
        inner = {id(below) for block in blocks for below in block}
        todo = [statement]
        while todo:
            node = todo.pop()
            if type(node) is ast.Name and type(node.ctx) is not ast.Store and node.id not in bound:
                found.add(node.id)
            todo += [below for below in trees.children(node) if id(below) not in inner]
        behind: set[str] = bound
        for block in blocks:
            goes_on = isinstance(statement, ast.Try) and block is statement.orelse  # where the body has come to its end
            begins = set(behind if goes_on else bound)
            found |= _perhaps_without(block, begins)
            behind = begins
        if isinstance(statement, ast.Assign) or (isinstance(statement, ast.AnnAssign) and statement.value is not None):
            bound.update(_assigned(statement))
        elif isinstance(statement, ast.Delete):
            bound.difference_update(_assigned(statement))
    return found
