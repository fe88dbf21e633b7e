"""Built-in functions that call a function of the program for each element.

list(map(ask, xs))                        is lowered as (ask(x) for x in xs), used up by `list`
list(map(lambda x: ask(x, n), xs))        as (ask(x, n) for x in xs)
for a in map(ask, xs): ...                as a loop over xs whose body begins with a = ask(x)
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass

CONSUMERS = frozenset({"list", "tuple", "set", "frozenset", "dict", "sum", "sorted", "max", "min"})
INSIDE = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)  # bind or suspend: not in a lambda's body here

Means = Callable[[str], bool]  # whether a name means the built-in function of that name


@dataclass(frozen=True, slots=True)
class Callback:
    """A call of a built-in function with the function that it calls for each element of `sources`."""

    node: ast.Call
    function: ast.expr
    sources: tuple[ast.expr, ...]

    @property
    def body(self) -> ast.Lambda | None:
        """The function, where it is a lambda: its body stands for the call of it."""
        return self.function if isinstance(self.function, ast.Lambda) else None


def mapped(node: ast.AST, means: Means) -> Callback | None:
    """`map(function, source, ...)`, if there may be something to gain by following it."""
    match node:
        case ast.Call(func=ast.Name(id="map"), args=[function, *sources], keywords=[]) if sources and means("map"):
            spread = any(isinstance(a, ast.Starred) for a in node.args)
            return (
                None
                if spread or not _followed(function, len(sources), means)
                else Callback(node, function, tuple(sources))
            )
    return None


def consumed(node: ast.Call, means: Means) -> Callback | None:
    """The `map` that a call goes through to its end."""
    if node.args and isinstance(node.func, ast.Name) and node.func.id in CONSUMERS and means(node.func.id):
        return mapped(node.args[0], means)
    return None


def _followed(function: ast.expr, count: int, means: Means) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name)):
            return not (hasattr(builtins, name) and means(name))  # `str`, `str.strip`
        case ast.Attribute():
            return True
        case ast.Lambda(args=args, body=body):
            plain = not (args.defaults or args.kwonlyargs or args.vararg or args.kwarg)
            own = len(args.posonlyargs) + len(args.args) == count
            return plain and own and not any(isinstance(n, INSIDE) for n in ast.walk(body))
        case _:
            return False


__all__ = ["Callback", "Means", "consumed", "mapped"]
