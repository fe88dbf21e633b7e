"""Which names a run of statements has certainly bound when it ends: the rules of definite assignment."""

from __future__ import annotations

import ast
from collections.abc import Sequence

Names = frozenset[str]


class Assigned:
    """Follows statements; `breaks` and `continues` hold what is bound where a loop is left, or begun again, early."""

    def __init__(self) -> None:
        self.breaks: list[list[Names]] = []

    def block(self, statements: Sequence[ast.stmt], known: Names) -> Names | None:
        """What is bound after statements before which `known` is; None: they don't come to an end."""
        now: Names | None = known
        for statement in statements:
            if now is None:
                return None
            now = self.statement(statement, now)
        return now

    def statement(self, node: ast.stmt, known: Names) -> Names | None:
        match node:
            case ast.Return() | ast.Raise() | ast.Continue():
                return None
            case ast.Break():
                if self.breaks:
                    self.breaks[-1].append(known)
                return None
            case ast.If(test=test, body=body, orelse=orelse):
                known |= _bound(test)
                return _met(self.block(body, known), self.block(orelse, known))
            case ast.While(test=test, body=body):
                return self.loop(known | _bound(test), body, node.orelse, _certain(test), _certain(test))
            case ast.For(target=target, body=body):
                inside = known | _bound(node.iter)
                once = _has_items(node.iter)
                return self.loop(inside, body, node.orelse, once, False, _bound(target))
            case ast.With(items=items, body=body):
                return self.block(body, known.union(*(_bound(i) for i in items)))
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                done = self.block(body, known)
                ends = [self.block(orelse, done) if done is not None else None]
                ends += [self.block(h.body, known) for h in handlers]
                after = _met(*ends)
                last = self.block(final, known)
                return None if after is None or last is None else after | last
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                return known | {name}
            case ast.Match():
                return known
            case ast.Delete():
                return known - _bound(node)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                return known | {(a.asname or a.name).split(".")[0] for a in names}
            case _:
                return known | _bound(node)

    def loop(
        self, known: Names, body: list[ast.stmt], orelse: list[ast.stmt], once: bool, endless: bool,
        targets: Names = frozenset(),
    ) -> Names | None:  # fmt: skip
        """once: the body begins at least once; endless: the loop is left by `break` alone."""
        self.breaks.append([])
        done = self.block(body, known | targets)
        again = _continues(body)
        left = self.breaks.pop()
        if endless:
            return _met(*left)
        through = known if not once or again or done is None else done
        if once and done is None and not again:  # every round leaves the loop in the middle
            return _met(*left)
        return _met(self.block(orelse, through), *left)


def _continues(body: Sequence[ast.stmt]) -> bool:
    """Whether a round may end early, or in a `match`, where little is known."""
    return any(isinstance(n, ast.Continue | ast.Match) for s in body for n in ast.walk(s))


def _met(*ends: Names | None) -> Names | None:
    reached = [e for e in ends if e is not None]
    return frozenset.intersection(*reached) if reached else None


def _certain(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _has_items(node: ast.expr) -> bool:
    """Whether a header certainly has a first item."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int() as stop)]):
            return stop > 0
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return any(not isinstance(e, ast.Starred) for e in elements)
        case _:
            return False


def _bound(node: ast.AST) -> Names:
    """Names that a node binds for certain when it has been evaluated as a whole, inner scopes left out."""
    found: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        below = todo.pop()
        if isinstance(below, ast.Name):
            if isinstance(below.ctx, ast.Store | ast.Del):
                found.add(below.id)
            continue
        if isinstance(below, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(below, ast.IfExp | ast.BoolOp | ast.Compare):
            continue  # a walrus in there may not be come to
        todo.extend(ast.iter_child_nodes(below))
    return frozenset(found)


def assigned(statements: Sequence[ast.stmt]) -> Names | None:
    """What is certainly bound after statements; None: they don't come to an end."""
    return Assigned().block(statements, frozenset())


__all__ = ["assigned"]
