"""Building blocks of lowering: numbered instructions appended to the block at hand, and the names of a scope."""

from __future__ import annotations

import ast
from typing import Any

from ... import trees
from ...ir.nodes import Block, Instr, Node, Op, Operand, Var
from ...remarks import Span
from .scope import Scope, bound_names


def span_of(node: ast.AST) -> Span:
    """Where a node stands."""
    with_end: Any = node
    try:
        end_line, end_column = with_end.end_lineno, with_end.end_col_offset
        if end_line is not None and end_column is not None:
            return Span(with_end.lineno, with_end.col_offset, end_line, end_column)
    except AttributeError:
        pass
    line = getattr(node, "lineno", 0)
    column = getattr(node, "col_offset", 0)
    return Span(
        line, column, getattr(node, "end_lineno", line) or line, getattr(node, "end_col_offset", column) or column
    )


class Builder:
    """The block that is being built, in one scope."""

    def __init__(self, scope: Scope, filename: str, built_in: frozenset[str] = frozenset()) -> None:
        self.scope, self.filename, self.built_in = scope, filename, built_in
        self.count = 0
        self.block: list[Node] = []
        self.errors: list[ast.ExceptHandler] = []  # the handlers around, in the same loop, innermost last
        self.renamed: list[dict[str, str]] = []  # variables of the comprehensions around, innermost last

    def new_id(self) -> int:
        self.count += 1
        return self.count

    def temp(self) -> str:
        return f"%{self.new_id()}"

    def emit(
        self, op: Op, node: ast.AST, *uses: Operand, target: str | None = None, name: str = "", **more: object
    ) -> Var:
        """Appends an instruction that defines `target`, or a temporary."""
        into = self.temp() if target is None else target
        self.block.append(Instr(self.new_id(), op, span_of(node), into, uses, name, **more))  # type: ignore[arg-type]
        return Var(into)

    def effect(self, op: Op, node: ast.AST, *uses: Operand, name: str = "", **more: object) -> None:
        """Appends an instruction that defines nothing."""
        self.block.append(Instr(self.new_id(), op, span_of(node), None, uses, name, **more))  # type: ignore[arg-type]

    def opaque(self, node: ast.AST, what: str) -> Var:
        """Syntax that is not known: reads and binds the variables that it names."""
        names = sorted({n.id for n in trees.walk(node) if isinstance(n, ast.Name) and self.local(n.id)})
        stored = tuple(sorted(self.resolve(n) for n in bound_names(node) if self.local(n)))
        uses = tuple(Var(self.resolve(n)) for n in names)
        return self.emit("opaque", node, *uses, name=what, more=stored)

    def begin(self) -> list[Node]:
        """Begins an inner block; gives the outer one, for `end`."""
        outer, self.block = self.block, []
        return outer

    def end(self, outer: list[Node]) -> Block:
        built, self.block = tuple(self.block), outer
        return built

    # -- names

    def local(self, name: str) -> bool:
        return name in self.scope.locals or (bool(self.renamed) and any(name in frame for frame in self.renamed))

    def means(self, name: str) -> bool:
        """Whether a name means the built-in function of that name."""
        return name in self.built_in and not self.local(name) and name not in self.scope.cells

    def resolve(self, name: str) -> str:
        for frame in reversed(self.renamed):
            if name in frame:
                return frame[name]
        return name

    def store_name(self, node: ast.AST, name: str, value: Operand) -> None:
        if self.local(name):
            self.emit("copy", node, value, target=self.resolve(name))
            if name in self.scope.captured and not any(name in frame for frame in self.renamed):
                self.effect("store_cell", node, value, name=name)
        elif name in self.scope.cells:
            self.effect("store_cell", node, value, name=name)
        else:
            self.effect("store_global", node, value, name=name)

    def load_kept(self, node: ast.AST, name: str) -> Operand:
        """The value of a name, also where the variable is rebound before it is used (`x, (x := 2)`)."""
        loaded = self.load_name(node, name)
        return self.emit("copy", node, loaded) if self.scope.rebinds and self.local(name) else loaded

    def load_name(self, node: ast.AST, name: str) -> Operand:
        if self.local(name):
            return Var(self.resolve(name))
        return self.emit("cell" if name in self.scope.cells else "global", node, name=name)
