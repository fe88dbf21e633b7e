"""Statements -> IR, and whole functions."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ... import trees
from ...ir.nodes import (
    ROUNDS,
    Block,
    Const,
    For,
    FunctionIR,
    Handler,
    If,
    Jump,
    JumpKind,
    Operand,
    Try,
    Var,
    While,
    With,
)
from . import patterns
from .build import span_of
from .expressions import Expressions
from .higher_order import mapped
from .scope import FunctionNode, Scope


class Lowering(Expressions):
    """Builds the IR of one function or of a list of its statements."""

    rounds: ast.While | None = None  # the loop whose rounds are counted like items

    def nested(self, statements: Sequence[ast.stmt]) -> Block:
        outer = self.begin()
        for statement in statements:
            self.statement(statement)
        return self.end(outer)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=value):
                self.expr(value)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Delete():
                self.binding(node)
            case ast.Return() | ast.Break() | ast.Continue() | ast.Raise() | ast.Assert():
                self.leaving(node)
            case ast.If(test=test, body=body, orelse=orelse):
                condition = self.expr(test)
                self.block.append(If(self.new_id(), span_of(test), condition, self.nested(body), self.nested(orelse)))
            case ast.For():
                self.for_loop(node)
            case ast.While():
                self.while_loop(node)
            case ast.Try():
                self.try_block(node)
            case ast.With():
                self.with_block(node)
            case ast.Match(cases=cases) if all(patterns.understood(c.pattern, self) for c in cases):
                self.cases(cases, self.emit("copy", node.subject, self.expr(node.subject)))
            case ast.Import() | ast.ImportFrom():
                self.importing(node)
            case ast.FunctionDef(decorator_list=decorators):
                made = self.function(node)
                for decorator in reversed(decorators):
                    made = self.emit("call", node, self.expr(decorator), made, stars=(False,))
                self.store_name(node, node.name, made)
            case ast.Pass() | ast.Global() | ast.Nonlocal():
                pass
            case _:
                self.opaque(node, type(node).__name__)

    # -- assignments

    def binding(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Delete) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                result = self.expr(value)
                for target in targets:
                    self.assign(target, result)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.assign(target, self.expr(value))
            case ast.AugAssign():
                self.augmented(node)
            case ast.Delete(targets=targets):
                for doomed in targets:
                    self.delete(doomed)

    def augmented(self, node: ast.AugAssign) -> None:
        op = type(node.op).__name__
        match node.target:
            case ast.Name(id=name):
                old = self.load_kept(node.target, name)
                self.store_name(node, name, self.emit("inplace", node, old, self.expr(node.value), name=op))
            case ast.Attribute(value=value, attr=attr):
                obj = self.expr(value)
                old = self.emit("attr", node.target, obj, name=attr)
                new = self.emit("inplace", node, old, self.expr(node.value), name=op)
                self.effect("setattr", node, obj, new, name=attr)
            case ast.Subscript(value=value, slice=key):
                obj, index = self.expr(value), self.expr(key)
                old = self.emit("item", node.target, obj, index)
                new = self.emit("inplace", node, old, self.expr(node.value), name=op)
                self.effect("setitem", node, obj, index, new)

    def delete(self, target: ast.expr) -> None:
        match target:
            case ast.Name(id=name) if self.local(name):
                self.emit("delete", target, target=self.resolve(name))
            case ast.Attribute(value=obj, attr=attr):
                self.effect("delattr", target, self.expr(obj), name=attr)
            case ast.Subscript(value=obj, slice=key):
                self.effect("delitem", target, self.expr(obj), self.expr(key))
            case _:
                self.opaque(target, "del")

    def importing(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.name if alias.asname is not None else alias.name.split(".")[0]
                loaded = self.emit("import", node, name=name, payload=alias.name)
                self.store_name(node, alias.asname or name, loaded)
            elif alias.name == "*":
                self.opaque(node, "import *")
            else:
                loaded = self.emit("import_from", node, name=alias.name, payload=(node.module or "", node.level))
                self.store_name(node, alias.asname or alias.name, loaded)

    # -- control

    def leaving(self, node: ast.Return | ast.Break | ast.Continue | ast.Raise | ast.Assert) -> None:
        match node:
            case ast.Return(value=value):
                result = Const(None) if value is None else self.expr(value)
                self.block.append(Jump(self.new_id(), span_of(node), "return", result))
            case ast.Break() | ast.Continue():
                self.forgotten(self.errors)
                kind: JumpKind = "break" if isinstance(node, ast.Break) else "continue"
                self.block.append(Jump(self.new_id(), span_of(node), kind))
            case ast.Raise(exc=exc, cause=cause):
                uses = tuple(self.expr(e) for e in (exc, cause) if e is not None)
                self.effect("raise", node, *uses)
            case ast.Assert(test=test, msg=msg):
                condition = self.expr(test)
                outer = self.begin()
                if msg is not None:
                    self.expr(msg)
                self.effect("raise", node, name="assert")
                failed = self.end(outer)
                self.block.append(If(self.new_id(), span_of(test), condition, (), failed))

    def for_loop(self, node: ast.For) -> None:
        callback = mapped(node.iter, self.means)
        iterable, each = self.source(node.iter, callback)
        item = self.temp()
        outer = self.begin()
        self.assign(node.target, each(Var(item)))
        self.rounds_of(node.body)
        inner = self.end(outer)
        self.block.append(
            For(
                self.new_id(), span_of(node.iter), item, iterable, inner, self.nested(node.orelse), "for",
                callback is not None,
            )
        )  # fmt: skip

    def while_loop(self, node: ast.While) -> None:
        outer = self.begin()
        condition = self.expr(node.test)
        if node is self.rounds:
            end = Jump(self.new_id(), span_of(node.test), "break")
            self.block.append(If(self.new_id(), span_of(node.test), condition, (), (end,)))
            self.rounds_of(node.body)
            body = self.end(outer)
            self.block.append(For(self.new_id(), span_of(node.test), self.temp(), ROUNDS, body, (), "for"))
            return
        header = self.end(outer)
        ident = self.new_id()
        outer = self.begin()
        self.rounds_of(node.body)
        body, orelse = self.end(outer), self.nested(node.orelse)
        self.block.append(While(ident, span_of(node.test), header, condition, body, orelse))

    def rounds_of(self, body: Sequence[ast.stmt]) -> None:
        """The body of a loop; a jump of its own ends no handler around the loop."""
        around, self.errors = self.errors, []
        for statement in body:
            self.statement(statement)
        self.errors = around

    def try_block(self, node: ast.Try) -> None:
        self.block.append(
            Try(
                self.new_id(),
                span_of(node),
                self.nested(node.body),
                tuple(self.handler(h) for h in node.handlers),
                self.nested(node.orelse),
                self.nested(node.finalbody),
            )
        )

    def handler(self, node: ast.ExceptHandler) -> Handler:
        outer = self.begin()
        kind: Operand | None = None if node.type is None else self.expr(node.type)
        types = self.end(outer)
        outer = self.begin()
        if node.name is not None and not self.local(node.name):
            self.opaque(node, "except ... as a shared variable")
        self.errors.append(node)
        for statement in node.body:
            self.statement(statement)
        self.errors.pop()
        if not isinstance(node.body[-1], ast.Return | ast.Break | ast.Continue | ast.Raise):
            self.forgotten([node])
        return Handler(types, kind, node.name, self.end(outer))

    def forgotten(self, handlers: Sequence[ast.ExceptHandler]) -> None:
        """Handlers end: their errors' variables have no value any more."""
        for node in reversed(handlers):
            if node.name in self.scope.ended:
                self.delete(trees.copy_location(ast.Name(node.name, ast.Del()), node))

    def with_block(self, node: ast.With) -> None:
        item, *rest = node.items
        manager = self.expr(item.context_expr)
        entered = self.temp()
        outer = self.begin()
        if item.optional_vars is not None:
            self.assign(item.optional_vars, Var(entered))
        if rest:
            self.statement(trees.copy_location(ast.With(items=rest, body=node.body), node))
        else:
            for statement in node.body:
                self.statement(statement)
        inner = self.end(outer)
        self.block.append(With(self.new_id(), span_of(item.context_expr), manager, entered, inner))

    def cases(self, cases: Sequence[ast.match_case], subject: Operand) -> None:
        """The first of these that matches."""
        if not cases:
            return
        case, *others = cases
        bound: patterns.Bound = []
        matches = patterns.tested(self, case.pattern, subject, bound)
        outer = self.begin()
        for name, value in bound:
            self.store_name(case.pattern, name, value)
        if case.guard is not None:
            into = self.temp()
            self.emit("copy", case.guard, self.expr(case.guard), target=into)
            guarded = self.end(outer)
            if matches is None:
                self.block.extend(guarded)
            else:
                self.emit("copy", case.pattern, Const(False), target=into)
                self.block.append(If(self.new_id(), span_of(case.pattern), matches, guarded, ()))
            matches, outer = Var(into), self.begin()
            for name, value in bound:  # as it was bound before the guard: here it surely is
                if self.local(name):
                    self.emit("copy", case.pattern, value, target=self.resolve(name))
        for statement in case.body:
            self.statement(statement)
        body = self.end(outer)
        if matches is None:
            self.block.extend(body)
            return
        outer = self.begin()
        self.cases(others, subject)
        rest = self.end(outer)
        self.block.append(If(self.new_id(), span_of(case.pattern), matches, body, rest))

    # -- functions

    def function(self, node: ast.FunctionDef | ast.Lambda) -> Var:
        defaults = [self.expr(d) for d in node.args.defaults]
        named = [Const(None) if d is None else self.expr(d) for d in node.args.kw_defaults]
        inner = Lowering(Scope(node, self.scope.all_bound), self.filename, self.built_in)
        free = {n.id for n in trees.walk(node) if isinstance(n, ast.Name)} - inner.scope.locals
        captured = tuple(Var(self.resolve(n)) for n in sorted(free) if self.local(n))
        built = inner.whole(node)
        return self.emit(
            "function", node, *defaults, *named, *captured, name=built.name, payload=(built, len(defaults), len(named))
        )

    def whole(self, node: FunctionNode) -> FunctionIR:
        if isinstance(node, ast.Lambda):
            result = self.expr(node.body)
            self.block.append(Jump(self.new_id(), span_of(node.body), "return", result))
        else:
            for statement in node.body:
                self.statement(statement)
        args = node.args
        return FunctionIR(
            getattr(node, "name", "<lambda>"),
            self.filename,
            node.lineno,
            tuple(a.arg for a in (*args.posonlyargs, *args.args)),
            tuple(a.arg for a in args.kwonlyargs),
            args.vararg.arg if args.vararg else None,
            args.kwarg.arg if args.kwarg else None,
            tuple(self.block),
            self.scope.generator,
            isinstance(node, ast.FunctionDef) and self.scope.generator,
            self.scope.cells,
            node if isinstance(node, ast.Lambda) else None,
        )
