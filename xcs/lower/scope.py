"""How the names of a function are bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)  # begin a scope of their own


def bound_names(node: ast.AST) -> set[str]:
    """Names that a statement list's own scope binds (nested functions' bodies left out)."""
    found: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        item = todo.pop()
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
        todo.extend(ast.iter_child_nodes(item))
    return found


def own_nodes(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Everything below, except what stands in inner functions and classes."""
    todo = list(nodes)
    while todo:
        item = todo.pop()
        if not isinstance(item, INNER):
            yield item
            todo.extend(ast.iter_child_nodes(item))


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
        for statement in body:
            names |= bound_names(statement)
            for item in ast.walk(statement):
                if isinstance(item, ast.Global):
                    declared |= set(item.names)
                elif isinstance(item, ast.Nonlocal):
                    shared |= set(item.names)
                elif isinstance(item, INNER):
                    inner |= {n.id for n in ast.walk(item) if isinstance(n, ast.Name)}
        nonlocals = {name for item in own_nodes(body) if isinstance(item, ast.Nonlocal) for name in item.names}
        # A variable that an inner function rebinds is memory, not a register.
        self.cells = frozenset((names & shared) | nonlocals | (enclosing - names))
        first = [*args.posonlyargs, *args.args]
        self.first = first[0].arg if first else None
        self.captured = frozenset(inner & names)  # inner functions read these: rebinding one is a write to memory
        self.locals = frozenset(names - declared - self.cells)
        self.all_bound = frozenset(names | enclosing)


def is_generator(node: FunctionNode) -> bool:
    """Whether calling it makes a generator or coroutine instead of running the body."""
    if isinstance(node, ast.AsyncFunctionDef):
        return True
    body: Sequence[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
    return any(isinstance(item, ast.Yield | ast.YieldFrom | ast.Await) for item in own_nodes(body))
