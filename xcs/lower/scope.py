"""How the names of a function are bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
UNBINDING = frozenset((
    ast.Attribute, ast.Call, ast.Constant, ast.BinOp, ast.Compare, ast.Subscript, ast.Expr, ast.Assign, ast.If,
    ast.Return, ast.JoinedStr, ast.FormattedValue, ast.List, ast.Tuple, ast.Dict, ast.keyword, ast.BoolOp, ast.For,
))  # fmt: skip
YIELDING = (ast.Yield, ast.YieldFrom, ast.Await)
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)  # begin a scope of their own


def below(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below one, without those that say nothing (`Load()`); `ast.iter_child_nodes`, but fast."""
    found: list[ast.AST] = []
    for value in vars(node).values():
        if isinstance(value, list):
            found.extend([item for item in value if isinstance(item, ast.AST)])
        elif isinstance(value, ast.AST) and vars(value):
            found.append(value)
    return found


def bound_names(node: ast.AST) -> set[str]:
    """Names that a statement list's own scope binds (nested functions' bodies left out)."""
    found: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        item = todo.pop()
        if type(item) in UNBINDING:
            todo.extend(below(item))
            continue
        match item:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(item.name)
                continue
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                found |= {n.target.id for n in ast.walk(item) if isinstance(n, ast.NamedExpr)}
                continue
            case ast.Name(ctx=ast.Store() | ast.Del()):
                found.add(item.id)
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
            case ast.alias():
                found.add((item.asname or item.name).split(".")[0])
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
        todo.extend(below(item))
    return found


def own_nodes(nodes: Sequence[ast.AST], inner: bool = False, everything: bool = False) -> Iterator[ast.AST]:
    """Everything below, except what stands in inner functions and classes; `inner`: with these themselves."""
    todo = list(nodes)
    while todo:
        item = todo.pop()
        if everything or not isinstance(item, INNER):
            yield item
            todo.extend(below(item))
        elif inner:
            yield item


class Scope:
    """How the names of one function are bound: local variable, cell, or global."""

    def __init__(self, node: FunctionNode, enclosing: frozenset[str]) -> None:
        args = node.args
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        names = {a.arg for a in every if a is not None}
        body: Sequence[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
        declared: set[str] = set()
        shared: set[str] = set()
        inner: set[str] = set()
        nonlocals: set[str] = set()
        for statement in body:
            names |= bound_names(statement)
        self.yields = False
        for item in own_nodes(body, inner=True):
            if isinstance(item, YIELDING):
                self.yields = True
            elif isinstance(item, ast.Global):
                declared |= set(item.names)
            elif isinstance(item, ast.Nonlocal):
                shared |= set(item.names)
                nonlocals |= set(item.names)
            elif isinstance(item, INNER):
                for n in own_nodes([item], everything=True):
                    if isinstance(n, ast.Name):
                        inner.add(n.id)
                    elif isinstance(n, ast.Global):
                        declared |= set(n.names)
                    elif isinstance(n, ast.Nonlocal):
                        shared |= set(n.names)
        # A variable that an inner function rebinds is memory, not a register.
        self.cells = frozenset((names & shared) | nonlocals | (enclosing - names))
        first = [*args.posonlyargs, *args.args]
        self.first = first[0].arg if first else None
        self.captured = frozenset(inner & names)  # inner functions read these: rebinding one is a write to memory
        self.locals = frozenset(names - declared - self.cells)
        self.all_bound = frozenset(names | enclosing)
        self.generator = self.yields or isinstance(node, ast.AsyncFunctionDef)  # calling it does not run the body
