"""Models of pydantic that a text defines by fields alone: made as they are, so that what is known of models holds.

class Ticket(BaseModel):
    id: int
    tags: list[str] = Field(default_factory=list)
"""

from __future__ import annotations

import ast
import types
import typing
from collections.abc import Callable

from ..peek import class_qualname, function_home, home_of, is_class, mro_of, qualname_of

SCALARS: tuple[object, ...] = (str, int, float, bool, bytes)
COMPOSED: tuple[object, ...] = (list, dict, set, tuple, frozenset)
LISTED: tuple[object, ...] = (*COMPOSED, *(vars(typing)[n] for n in ("List", "Dict", "Set", "Tuple")))
FORMS: tuple[object, ...] = (typing.Optional, typing.Union, typing.Literal)
STATED = frozenset({"default", "description", "title", "ge", "le", "gt", "lt", "min_length", "max_length"})

Resolve = Callable[[ast.expr], object]


class Unclear(Exception):
    """What a field's annotation or default means isn't seen."""


def is_model(cls: object) -> bool:
    """Whether something is pydantic's `BaseModel`, or derived from it."""
    classes = mro_of(cls) if is_class(cls) else ()
    return any(home_of(c) == "pydantic.main" and class_qualname(c) == "BaseModel" for c in classes)


def made_model(node: ast.ClassDef, base: object, body: dict[str, object], resolve: Resolve) -> type | None:
    """The class of a definition of fields and methods; None where it says more. body: what the text's methods are."""
    annotations: dict[str, object] = {}
    made = {name: found for name, found in body.items() if name.startswith("__") and name != "__annotations__"}
    try:
        for statement in node.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith(("_", "model_")):
                    annotations[name] = _kind(statement.annotation, resolve)
                    if statement.value is not None:
                        made[name] = _default(statement.value, resolve)
                case ast.FunctionDef(name=name, decorator_list=[]) if not name.startswith(("_", "model_")):
                    made[name] = body[name]
                case ast.Pass() | ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    return None
        made["__annotations__"] = annotations
        return types.new_class(node.name, (typing.cast(type, base),), {}, lambda namespace: namespace.update(made))
    except Exception:
        return None  # pydantic refuses it, or it isn't seen what it is


def _kind(node: ast.expr, resolve: Resolve) -> object:
    """The object that an annotation is. Raises: Unclear."""
    match node:
        case ast.Constant(value=None):
            return None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return typing.Union[_kind(left, resolve), _kind(right, resolve)]  # noqa: UP007
        case ast.Subscript(value=value, slice=inside):
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            found = resolve(value)
            if found is typing.Literal and all(isinstance(p, ast.Constant) for p in parts):
                return typing.Literal[tuple(p.value for p in parts if isinstance(p, ast.Constant))]
            if any(found is known for known in (*LISTED, *FORMS)):
                kinds = tuple(... if _is_ellipsis(p) else _kind(p, resolve) for p in parts)
                return typing.cast(typing.Any, found)[kinds if len(kinds) > 1 else kinds[0]]
        case ast.Name() | ast.Attribute():
            found = resolve(node)
            if any(found is known for known in (*SCALARS, *LISTED)) or is_model(found):
                return found
        case _:
            pass
    raise Unclear(ast.unparse(node))


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _default(node: ast.expr, resolve: Resolve) -> object:
    """A field's default, or what `Field` makes of what is written out. Raises: Unclear, ValueError."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            field = resolve(func)
            if function_home(field) != "pydantic.fields" or qualname_of(field) != "Field" or len(args) > 1:
                raise Unclear(ast.unparse(node))
            given: dict[str, object] = {}
            for keyword in keywords:
                if keyword.arg == "default_factory":
                    given["default_factory"] = _kind(keyword.value, resolve)
                elif keyword.arg in STATED:
                    given[keyword.arg] = ast.literal_eval(keyword.value)
                else:
                    raise Unclear(ast.unparse(node))
            return typing.cast(typing.Any, field)(*map(ast.literal_eval, args), **given)
        case _:
            return ast.literal_eval(node)


__all__ = ["is_model", "made_model"]
