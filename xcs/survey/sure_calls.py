"""A quick look at whether calls may lead to what surely waits, before anything is noted of what they need.

Blocks are told only of calls of which nothing is assumed. Most statements lead to none: for those it is enough to know
what is called, and what those functions call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from .found_before import FoundBefore
from .kinds import Built, Made, OfClass, OfFunction, Origin, Symbol
from .local_names import APPLYING
from .modules import Function
from .origins import Scope
from .services import of_method, of_name
from .summaries import DEEPEST
from .tree_walks import children
from .uses import reads_address

SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
SURE = frozenset({"inference", "query"})
Direct = tuple[int, tuple[Function, ...]]  # calls that surely wait, and the functions that are called


class SureCalls:
    """What functions call, found once each. More may be taken to wait than does, nothing less."""

    def __init__(self) -> None:
        self.origins = FoundBefore()
        self.direct: dict[tuple[int, bool], Direct] = {}
        self.known: dict[tuple[int, bool, int], bool] = {}

    def count(self, statements: Iterable[ast.stmt], scope: Scope) -> int:
        """How many calls of statements may lead to what surely waits; two stand for more."""
        program = scope.program
        kept, program.origins = program.origins, self.origins  # what is found may rest on what was asked before
        try:
            return self._count(statements, scope)
        finally:
            program.origins = kept

    def _count(self, statements: Iterable[ast.stmt], scope: Scope) -> int:
        found, callees = _called(_below(statements), scope)
        for callee in callees:
            if found > 1:
                break
            found += self._leads(scope.inside(callee), callee, DEEPEST)
        return found

    def _leads(self, scope: Scope, function: Function, left: int) -> bool:
        if not left:
            return False
        key = (id(function), bool(scope.calls))
        known = self.known.get((*key, left))
        if known is not None:
            return known
        direct = self.direct.get(key)
        if direct is None:
            direct = self.direct[key] = _called(_below(function.node.body), scope)
        found, callees = direct
        leads = bool(found) or any(self._leads(scope.inside(callee), callee, left - 1) for callee in callees)
        self.known[(*key, left)] = leads
        return leads


def _below(body: Iterable[ast.AST]) -> Iterator[ast.Call]:
    """The calls in statements, those in lambdas too; none of the functions and classes in them."""
    todo = list(body)
    while todo:
        node = todo.pop()
        kind = node.__class__
        if kind is ast.Call:
            yield node  # type: ignore[misc]
        if kind not in SCOPES:
            todo += children(node)


def _called(calls: Iterable[ast.Call], scope: Scope) -> Direct:
    found = 0
    callees: list[Function] = []
    for node in calls:
        origin = scope.origin(node.func)
        found += _surely(origin, node)
        function = _function(origin)
        if function is not None:
            callees.append(function)
        if isinstance(origin, OfFunction | OfClass) or (isinstance(origin, Built) and origin.name in APPLYING):
            for value in (*node.args, *(k.value for k in node.keywords)):  # it may call what it is given
                if isinstance(value, ast.Name | ast.Attribute):
                    given = scope.origin(value)
                    found += _surely(given, node)
                    function = _function(given)
                    if function is not None:
                        callees.append(function)
    return found, tuple(callees)


def _function(origin: Origin) -> Function | None:
    """The function of the program that a call runs."""
    if isinstance(origin, OfFunction):
        return origin.function
    return origin.called if isinstance(origin, OfClass) else None


def _surely(origin: Origin, node: ast.Call) -> bool:
    """Whether a call may wait without anything that is assumed; what sends something, too: it may be sent by `GET`."""
    if isinstance(origin, Symbol):
        kind, sure = of_name(origin.dotted)
        return kind == "command" or (sure and kind in SURE) or reads_address(origin.dotted, node)
    if isinstance(origin, Made):
        method = origin.chain.rpartition(".")[2].removesuffix("()").removesuffix("[]")
        kind, sure = of_method(origin.origin, method, False, origin.chain)
        return kind == "command" or (sure and kind in SURE)
    return False
