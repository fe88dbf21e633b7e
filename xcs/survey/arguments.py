"""What calls are given: the names that it rests on, callables that are applied, coroutines that are run."""

from __future__ import annotations

import ast
from dataclasses import replace

from .flow import Summarising
from .handing import runs_coroutine
from .kinds import Built, Given, Made, OfFunction, Origin, Symbol
from .local_names import APPLYING
from .origins import BUILT_IN, Scope
from .tree_walks import text, walk
from .walker import Walker


class Arguments(Walker):
    """A walker that knows what calls are given."""

    def __init__(self, scope: Scope, summaries: Summarising, filename: str) -> None:
        super().__init__(scope, summaries, filename)
        self.values: dict[int, set[str]] = {}  # what arguments rest on, by node
        self.given: set[str] = set()  # the parameters: what they hold is the caller's

    def arguments(self, node: ast.Call, origin: Origin) -> set[str]:
        """The names that the receiver and the arguments rest on. Functions that a built-in applies are called here."""
        if isinstance(node.func, ast.Name):
            found = self.expr(node.func) if isinstance(origin, Given) else set()
        else:
            found = self.expr(node.func.value if isinstance(node.func, ast.Attribute) else node.func)
        applies = isinstance(origin, Built) and origin.name in APPLYING
        for value in [*node.args, *(k.value for k in node.keywords)]:
            if isinstance(value, ast.Lambda) and not (applies or text(node.func).endswith(".sort")):
                continue
            self.values[id(value)] = self.run(value) if runs_coroutine(node, origin) else self.expr(value)
            found |= self.values[id(value)]
            if applies and isinstance(value, ast.Name | ast.Attribute):
                found |= self.applied(node, value)
        return found

    def run(self, value: ast.expr) -> set[str]:
        """What is given to a function that waits for it, as `asyncio.run` does: a call as if it were awaited."""
        if not isinstance(value, ast.Call):
            return self.expr(value)
        before = len(self.flow.sites)
        found = self.call(value, awaited=True)
        self.flow.sites[before:] = [replace(s, wait=replace(s.wait, awaited=False)) for s in self.flow.sites[before:]]
        return found

    def applied(self, node: ast.Call, value: ast.expr) -> set[str]:
        """A function that is given to a built-in which calls it."""
        if isinstance(self.scope.origin(value), OfFunction | Symbol | Made):
            return self.call(ast.copy_location(ast.Call(value, [], []), node), awaited=False)
        return set()

    def few(self, node: ast.Call) -> set[str]:
        """Calls that are spelled out to run together: those of all iterations still can."""
        before = len(self.flow.sites)
        found = set().union(*(self.call(a, awaited=True) for a in node.args if isinstance(a, ast.Call)))
        self.flow.sites[before:] = [replace(site, call=id(node)) for site in self.flow.sites[before:]]
        return found

    def others(self, node: ast.Call) -> set[str]:
        """Arguments of a call that runs things by itself: coroutines made for it don't wait here."""
        found: set[str] = set()
        for value in [*node.args, *(k.value for k in node.keywords)]:
            if not isinstance(value, ast.Lambda):
                found |= {self.location(n.id) for n in walk(value) if isinstance(n, ast.Name) and n.id not in BUILT_IN}
        return found

    def _is_renamed(self, node: ast.expr) -> bool:
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
        return isinstance(node, ast.Name) and any(node.id in names for names in self.renamed)
