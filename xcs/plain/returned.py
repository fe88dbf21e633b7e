"""The statements of a worker, with what it returns wherever it ends, and what it notes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst

from .assigned import assigned
from .futures import Work
from .mentions import bound_alone, value_of
from .said import Said
from .tree import swap

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
Node = TypeVar("Node", bound=cst.CSTNode)


@dataclass(frozen=True, slots=True)
class Returned:
    """outside: whether something outside the loop mentions one of these names."""

    work: Work
    said: Said
    outside: Callable[[set[str]], bool]

    def worker(
        self, chain: list[Statement], guards: list[Statement], extracted: cst.BaseExpression | None, names: list[str]
    ) -> list[cst.BaseStatement]:
        """The statements of the worker, with what it returns wherever it ends."""
        made = self.returning(chain, guards, extracted, names)
        changes = self.said.changes() if self.said.any else {}
        return [swap(statement, changes) for statement in made] if changes else made

    def returning(
        self, chain: list[Statement], guards: list[Statement], extracted: cst.BaseExpression | None, names: list[str]
    ) -> list[cst.BaseStatement]:
        tree = self.work.tree
        made: list[cst.BaseStatement] = []
        known: list[Statement] = []
        for statement in chain[:-1]:
            if statement not in guards:
                made.append(statement)
                known.append(statement)
                continue
            assert isinstance(statement, cst.If)
            now = self.assigned(known)
            if any(n not in now for n in names) and self.outside(set(names) - now):
                raise self.work.refuse("what is read behind the loop, and not always bound", self.work.frame)
            values = [n if n in now else "None" for n in names] + (["None"] if extracted is not None else [])
            test = self.work.one_line(statement.test)
            made.append(tree.block(f"if {test}:", [tree.parse(f"return {', '.join(values)}")]))
        if extracted is None:
            known.append(chain[-1])
        if set(names) - self.assigned(known):
            raise self.work.refuse("what isn't always bound", self.work.frame)
        if extracted is None and names and names == bound_alone(chain[-1]):
            value = value_of(chain[-1])
            assert value is not None
            last = tree.parse(f"return {tree.code(self.changed(value))}")
            assert isinstance(chain[-1], cst.SimpleStatementLine)
            kept = {"leading_lines": chain[-1].leading_lines, "trailing_whitespace": chain[-1].trailing_whitespace}
            made.append(last.with_changes(**kept))
            return made
        made += [self.changed(chain[-1])] if extracted is None else []
        values = [*names, *([tree.code(self.changed(extracted))] if extracted is not None else [])]
        if not values:
            return made
        return [*made, tree.parse(f"return {', '.join(values)}")]

    def changed(self, node: Node) -> Node:
        """With what a call is given to note things in."""
        return swap(node, given) if self.said.any and (given := self.said.given()) else node

    def assigned(self, statements: Sequence[cst.CSTNode]) -> set[str]:
        found = assigned(ast.parse(self.work.tree.code(*statements)).body)
        return set(found or ())


__all__ = ["Returned", "Statement"]
