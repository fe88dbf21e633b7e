"""What the use of a variable shows of it, where nothing else does: a list of dictionaries, into which results go.

def label(rows):
    for row in rows:
        row["label"] = ask(row["text"])
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ..analysis.domain.places import Path
from ..analysis.domain.values import PLAIN, Abstract, Plain, Value, origins_of
from ..front.lower import FunctionNode
from ..trees import walk
from .stand_in import Assumed


def rows_of(node: FunctionNode, name: str, stored: int = 0) -> list[dict[str, object]] | None:
    """A stand-in for a variable whose items get entries by constant keys; None: it isn't used like that.

    stored: how often it is assigned; a parameter is not.
    """
    found: dict[str, object] = {}
    stores = False
    for below in ast.walk(node):
        if isinstance(below, ast.Name) and below.id == name and isinstance(below.ctx, ast.Store):
            stored -= 1
        if not isinstance(below, ast.For):
            continue
        item = _item(below, name)
        if item is None:
            continue
        for used in ast.walk(below):
            match used:
                case ast.Name(id=bound, ctx=ast.Store()) if bound == item and used not in ast.walk(below.target):
                    return None
                case ast.Subscript(value=ast.Name(id=held), slice=ast.Constant(value=str() as key), ctx=context):
                    if held == item:
                        found[key] = Assumed(PLAIN)
                        stores |= isinstance(context, ast.Store)
    return [found] if stores and stored == 0 else None


def loaded(node: FunctionNode, name: str, value: Value, known: object) -> list[dict[str, object]] | None:
    """A stand-in for a variable that holds what a call has read (`rows = json.load(f)`), by its use; None: it doesn't.

    value, known: what is known of it otherwise, and the stand-in for that.
    """
    if type(known) is list:
        parts = [a for part in known if type(part) is Assumed for a in part.value]
        data = len(known) == 1 and bool(parts) and all(isinstance(a, Plain) and a.cls in (None, dict) for a in parts)
    else:
        data = all(isinstance(a, Plain) and a.cls is None and not _of_given(a) for a in value)
    return rows_of(node, name, stored=1) if data and _is_read(node, name) else None


def _of_given(abstract: Abstract) -> bool:
    """Whether a value may be a part of something that the function was given."""
    return any(isinstance(origin, Path) for origin in origins_of(abstract))


def _is_read(node: FunctionNode, name: str) -> bool:
    """Whether a variable is assigned what a call or a list comprehension gives."""
    return any(
        isinstance(n, ast.Assign)
        and isinstance(n.value, ast.Call | ast.ListComp)
        and any(isinstance(t, ast.Name) and t.id == name for t in n.targets)
        for n in ast.walk(node)
    )


LOOKING = frozenset({"get", "items", "keys", "values", "copy"})  # methods that put nothing into a dictionary


def owns_items(node: FunctionNode, parents: Mapping[ast.AST, ast.AST], name: str) -> bool:
    """Whether all that a dictionary of a function holds is made for it: lists and the like."""
    for used in (n for n in parents if isinstance(n, ast.Name) and n.id == name):
        match parents[used]:
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value) if isinstance(used.ctx, ast.Store):
                if not _makes_new(value):
                    return False
            case ast.Attribute(attr=method) if method not in LOOKING:
                return False
            case ast.Subscript(ctx=ast.Load()) | ast.Attribute() | ast.Return() | ast.Call() | ast.For():
                pass
            case ast.Compare():
                pass
            case _:
                return False
    return True


def _makes_new(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id="defaultdict"), args=[ast.Name(id="list" | "dict" | "set" | "int")]):
            return True
        case ast.Dict(values=parts) | ast.List(elts=parts):
            return all(map(_is_new, parts))
        case ast.DictComp(value=part) | ast.ListComp(elt=part):
            return _is_new(part)
        case _:
            return False


def _is_new(part: ast.expr) -> bool:
    match part:
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Constant():
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set"), args=[], keywords=[]):
            return True
        case _:
            return False


def mentioned(tree: ast.AST) -> frozenset[str]:
    """Every name and attribute of a text."""
    found: set[str] = set()
    for node in walk(tree):
        if node.__class__ is ast.Name:
            found.add(node.id)
        elif node.__class__ is ast.Attribute:
            found.add(node.attr)
    return frozenset(found)


def _item(loop: ast.For, name: str) -> str | None:
    """The variable that holds the items of `name` in a loop."""
    match loop:
        case ast.For(target=ast.Name(id=item), iter=ast.Name(id=held)) if held == name:
            return item
        case ast.For(
            target=ast.Tuple(elts=[_, ast.Name(id=item)]),
            iter=ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=held), *_]),
        ) if held == name:
            return item
        case _:
            return None


__all__ = ["loaded", "mentioned", "owns_items", "rows_of"]
