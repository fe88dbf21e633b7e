"""What the decorators of retry libraries make of functions of a text: the library's own objects, made of constants.

@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))
def ask(prompt): ...

What stands there calls the library alone, which makes objects and runs nothing of the text; nothing that waits is
called.
"""

from __future__ import annotations

import ast
import logging
import operator
import types
from collections.abc import Callable

from ..knowledge import lookup
from ..knowledge.index import may_wait
from ..knowledge.retries import retried
from ..knowledge.stated import wrappers
from ..peek import MISSING, function_home, home_of

OPERATORS: dict[type[ast.operator], Callable[[object, object], object]] = {
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.Add: operator.add,
}  # fmt: skip


def made_by_library(
    decorator: object, node: ast.expr, function: object, name: Callable[[ast.expr], object]
) -> object:
    """What a retry library's decorator makes of a function; MISSING where it is none, or isn't understood."""
    package = function_home(decorator).partition(".")[0]
    if not package or type(function) is not types.FunctionType or not wrappers(package):
        return MISSING
    try:
        made = _value(node, package, name)(function)  # type: ignore[operator]
    except Exception:
        return MISSING
    return made if retried(made) is not None else MISSING


def _value(node: ast.expr, package: str, name: Callable[[ast.expr], object]) -> object:
    """What an expression gives that consists of constants, exceptions, loggers and what the library makes.

    Raises: ValueError, where it has something else.
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=elts):
            return tuple(_value(e, package, name) for e in elts)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, package, name), _value(right, package, name))
        case ast.Call(func=func, args=args, keywords=keywords):
            called = _value(func, package, name)
            facts = lookup(called)
            if not _of(called, package) or (facts is not None and may_wait(facts)):
                raise ValueError
            named = {k.arg: _value(k.value, package, name) for k in keywords if k.arg is not None}
            if len(named) < len(keywords):
                raise ValueError
            return called(*[_value(a, package, name) for a in args], **named)  # type: ignore[operator]
        case ast.Name() | ast.Attribute():
            found = name(node)
            error = isinstance(found, type) and issubclass(found, BaseException)
            if error or type(found) in (int, float, str, logging.Logger) or _of(found, package):
                return found
    raise ValueError


def _of(found: object, package: str) -> bool:
    """Whether something is a function, or class, of the library."""
    home = home_of(found) if isinstance(found, type) else function_home(found)
    return home.partition(".")[0] == package


__all__ = ["made_by_library"]
