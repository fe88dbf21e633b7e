"""Functions that decorators of a text make, without running these.

def retry(times=3):                 # of such decorators, and of those that are given something first
    def decorator(fn):
        @functools.wraps(fn)
        def wrapper(*args, **kwargs):
            ...
        return wrapper
    return decorator

They do nothing but define a function and return it: it is made from its code, with what they are given in its cells.
"""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Callable, Mapping, Sequence

from ..peek import MISSING

Named = Callable[[ast.expr], object]


def wrapped(
    decorator: types.FunctionType, node: ast.FunctionDef, given: Sequence[object], named: Mapping[str, object],
    name: Named,
) -> object:  # fmt: skip
    """What a function of the text gives that only defines another one; MISSING where it does more. name: what a name of
    its module means."""
    inner = _defined(node)
    values = _bound(decorator, node, given, named)
    if inner is None or values is None or inner.name in values:
        return MISSING
    held = zip(decorator.__code__.co_freevars, decorator.__closure__ or (), strict=True)
    values = {**{n: cell.cell_contents for n, cell in held}, **values}
    code = next((c for c in decorator.__code__.co_consts if isinstance(c, types.CodeType) and _is(c, inner)), None)
    defaults = [*inner.args.defaults, *(d for d in inner.args.kw_defaults if d is not None)]
    if code is None or not all(isinstance(d, ast.Constant) for d in defaults):
        return MISSING
    if not {*values, inner.name}.issuperset(code.co_freevars):
        return MISSING
    own = types.CellType()
    cells = tuple(own if n == inner.name else types.CellType(values[n]) for n in code.co_freevars)
    made = types.FunctionType(code, decorator.__globals__, inner.name, _constants(inner.args.defaults), cells)
    kept = zip(inner.args.kwonlyargs, inner.args.kw_defaults, strict=True)
    made.__kwdefaults__ = {a.arg: d.value for a, d in kept if isinstance(d, ast.Constant)} or None
    made.__module__ = decorator.__module__
    made.__qualname__ = f"{decorator.__qualname__}.<locals>.{inner.name}"
    own.cell_contents = made
    for above in inner.decorator_list:
        shown = _wraps(above, values, name)
        if not isinstance(shown, types.FunctionType):
            return MISSING
        functools.update_wrapper(made, shown)
    return made


def _defined(node: ast.FunctionDef) -> ast.FunctionDef | None:
    """The function that is all that a body defines, and what it returns."""
    match node.body:
        case [ast.Expr(value=ast.Constant()), *rest]:
            pass
        case rest:
            pass
    match rest:
        case [ast.FunctionDef() as inner, ast.Return(value=ast.Name(id=found))] if found == inner.name:
            return inner
        case _:
            return None


def _is(code: types.CodeType, node: ast.FunctionDef) -> bool:
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return code.co_name == node.name and code.co_firstlineno == first


def _constants(nodes: Sequence[ast.expr]) -> tuple[object, ...]:
    return tuple(n.value for n in nodes if isinstance(n, ast.Constant))


def _bound(
    function: types.FunctionType, node: ast.FunctionDef, given: Sequence[object], named: Mapping[str, object]
) -> dict[str, object] | None:
    """What the parameters hold."""
    if node.args.vararg is not None or node.args.kwarg is not None:
        return None
    places = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    if len(given) > len(places):
        return None
    defaults = function.__defaults__ or ()
    values = dict(zip(places[len(places) - len(defaults) :], defaults, strict=True)) | (function.__kwdefaults__ or {})
    values |= dict(zip(places, given, strict=False)) | dict(named)
    every = {*places, *(a.arg for a in node.args.kwonlyargs)}
    return values if values.keys() == every and not set(places[: len(given)]) & named.keys() else None


def _wraps(decorator: ast.expr, values: Mapping[str, object], name: Named) -> object:
    """What `@functools.wraps(...)` is given."""
    match decorator:
        case ast.Call(func=called, args=[ast.Name(id=found)], keywords=[]) if name(called) is functools.wraps:
            return values.get(found, MISSING)
        case _:
            return MISSING


__all__ = ["wrapped"]
