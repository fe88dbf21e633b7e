"""Built-in functions that call a function of the program for each element.

list(map(ask, xs))                        is lowered as (ask(x) for x in xs), used up by `list`
list(map(lambda x: ask(x, n), xs))        as (ask(x, n) for x in xs)
for a in map(ask, xs): ...                as a loop over xs whose body begins with a = ask(x)
column.apply(ask)                         as [ask(x) for x in column], where the column is one of a data frame
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from ... import trees
from ...bound import BUILT_INS
from ...records import dataclass
from ...remarks import Span
from .build import span_of

CONSUMERS = frozenset({"list", "tuple", "set", "frozenset", "dict", "sum", "sorted", "max", "min"})
KEYED = {"sorted": "reverse", "max": "default", "min": "default"}  # and what they take beside a key
APPLYING = frozenset({"apply", "map"})  # methods of a column
INSIDE = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)  # bind or suspend: not in a lambda's body here

Means = Callable[[str], bool]  # whether a name means the built-in function of that name


@dataclass(frozen=True, slots=True)
class Callback:
    """A call of a built-in function with the function that it calls for each element of `sources`.

    `name`: map | filter | sorted | max | min; or the method, of what may be a column.
    """

    node: ast.Call
    name: str
    function: ast.expr
    sources: tuple[ast.expr, ...]

    @property
    def body(self) -> ast.Lambda | None:
        """The function, where it is a lambda: its body stands for the call of it."""
        return self.function if isinstance(self.function, ast.Lambda) else None

    @property
    def method(self) -> ast.Attribute | None:
        """What is called, where that may be a method of anything: the call is then a site of its own, too."""
        return self.node.func if isinstance(self.node.func, ast.Attribute) else None

    @property
    def site(self) -> Span:
        """Where the calls of the function stand, of which each is one of the same site."""
        return span_of(self.method or self.node)


def mapped(node: ast.AST, means: Means) -> Callback | None:
    """`map(function, source, ...)`, if there may be something to gain by following it."""
    return _lazy(node, "map", means)


def consumed(node: ast.Call, means: Means) -> Callback | None:
    """The `map` or `filter` that a call goes through to its end."""
    if node.args and isinstance(node.func, ast.Name) and node.func.id in CONSUMERS and means(node.func.id):
        return _lazy(node.args[0], "map", means) or _lazy(node.args[0], "filter", means)
    return None


def applied(node: ast.AST, means: Means) -> Callback | None:
    """`source.apply(function)`, which calls it for each element if the source is a column of a data frame."""
    match node:
        case ast.Call(func=ast.Attribute(value=source, attr=name), args=[function], keywords=[]) if name in APPLYING:
            return Callback(node, name, function, (source,)) if _followed(function, 1, means) else None
    return None


def keyed(node: ast.AST, means: Means) -> Callback | None:
    """`sorted(source, key=function)`, or `max` or `min`."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[source], keywords=keywords) if name in KEYED and means(name):
            key = next((k.value for k in keywords if k.arg == "key"), None)
            if key is None or isinstance(source, ast.Starred | ast.GeneratorExp) or consumed(node, means) is not None:
                return None
            known = all(k.arg in ("key", KEYED[name]) for k in keywords)
            return Callback(node, name, key, (source,)) if known and _followed(key, 1, means) else None
    return None


def _lazy(node: ast.AST, wanted: str, means: Means) -> Callback | None:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[function, *sources], keywords=[]) if name == wanted and sources:
            spread = any(isinstance(a, ast.Starred) for a in node.args)
            plain = not spread and (wanted == "map" or len(sources) == 1) and means(wanted)
            followed = plain and _followed(function, len(sources), means)
            return Callback(node, wanted, function, tuple(sources)) if followed else None
    return None


def _followed(function: ast.expr, count: int, means: Means) -> bool:
    match function:
        case ast.Name() | ast.Attribute():
            return not _built_in(function, means)
        case ast.Lambda(args=args, body=body):
            plain = not (args.defaults or args.kwonlyargs or args.vararg or args.kwarg)
            own = len(args.posonlyargs) + len(args.args) == count
            inside = list(trees.walk(body))
            calls = any(isinstance(n, ast.Call) and _may_wait(n, means) for n in inside)
            return plain and own and calls and not any(isinstance(n, INSIDE) for n in inside)
        case _:
            return False


def _may_wait(node: ast.Call, means: Means) -> bool:
    return not _built_in(node.func, means) or consumed(node, means) is not None or keyed(node, means) is not None


def _built_in(function: ast.expr, means: Means) -> bool:
    """`str`, `str.strip`"""
    name = function.value if isinstance(function, ast.Attribute) else function
    return isinstance(name, ast.Name) and name.id in BUILT_INS and means(name.id)


__all__ = ["Callback", "Means", "applied", "consumed", "keyed", "mapped"]
