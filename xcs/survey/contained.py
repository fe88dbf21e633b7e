"""What the elements of a container stand for: of a list that is spelled out, or that an annotation describes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .kinds import Data, Given, Made, OfClass, Origin
from .services import category, is_client, of_role

if TYPE_CHECKING:
    from .origins import Scope

SAME = frozenset({"list", "tuple", "set", "sorted", "reversed", "iter"})  # they give what they are given
OF_ONE = frozenset({
    "list", "List", "Sequence", "Iterable", "Iterator", "Collection", "set", "Set", "tuple", "Tuple", "AsyncIterator",
    "Generator", "frozenset",
})  # fmt: skip
OF_TWO = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"})
DEEPEST = 12


def element(scope: Scope, node: ast.expr, depth: int) -> Origin:
    """What an element of a container is; nothing is known of most."""
    if depth > DEEPEST:
        return Given("an element")
    match node:
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
            return scope.first([e for e in elts if not isinstance(e, ast.Starred)], depth)
        case ast.ListComp(elt=elt, generators=[first, *_]) | ast.GeneratorExp(elt=elt, generators=[first, *_]):
            same = isinstance(elt, ast.Name) and isinstance(first.target, ast.Name) and elt.id == first.target.id
            return element(scope, first.iter, depth + 1) if same else scope.origin(elt, depth + 1)
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in SAME | of_role("progress"):
            return element(scope, first, depth + 1)
        case ast.Call(func=ast.Attribute(value=held, attr="values" | "items"), args=[]):
            return described(scope, held, depth) or Given("an element")
        case ast.Name() | ast.Attribute():
            stated = described(scope, node, depth) or assigned(scope, node, depth)
            if stated is not None:
                return stated
    found = scope.origin(node, depth + 1)
    if isinstance(found, Made) and category(found.origin) == "client":
        return Made(found.origin, f"{found.chain}[]", found.stated)
    return Given("an element")


def assigned(scope: Scope, node: ast.expr, depth: int) -> Origin | None:
    """The elements of the list that a name is assigned in the text."""
    if not isinstance(node, ast.Name):
        return None
    while scope.function is not None and not scope.is_local(node.id):
        scope = scope.outer()
    for value in scope.bound.get(node.id, ()):
        if isinstance(value, ast.List | ast.ListComp | ast.Tuple):
            found = element(scope, value, depth + 1)
            if not isinstance(found, Data | Given):
                return found
    return None


def described(scope: Scope, node: ast.expr, depth: int) -> Origin | None:
    """The elements as an annotation tells of them: of a parameter, of an attribute."""
    if isinstance(node, ast.Name):
        while scope.function is not None and not scope.is_local(node.id):
            scope = scope.outer()
        arg = scope.function.named().get(node.id) if scope.function is not None else None
        return _stated(scope, arg.annotation if arg is not None else None, depth)
    if not isinstance(node, ast.Attribute):
        return None
    holder = scope.origin(node.value, depth + 1)
    if not isinstance(holder, OfClass):
        return None
    for _value, annotation, method in holder.cls.attributes.get(node.attr, ()):
        inside = scope.of(scope.program, holder.cls.module, method, {})
        found = _stated(inside, annotation, depth)
        if found is not None:
            return found
    return None


def _stated(scope: Scope, node: ast.expr | None, depth: int) -> Origin | None:
    if isinstance(node, ast.BinOp):
        return _stated(scope, node.left, depth) or _stated(scope, node.right, depth)
    if not isinstance(node, ast.Subscript):
        return None
    name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Optional":
        return _stated(scope, node.slice, depth)
    of = inside[0] if name in OF_ONE else inside[-1] if name in OF_TWO else None
    found = scope.annotated(of, depth + 1) if of is not None else None
    return found if isinstance(found, OfClass | Made) else None


def joined(scope: Scope, node: ast.BinOp, depth: int) -> Origin:
    """What `prompt | model | parser` stands for: the model, which is what waits."""
    found = [scope.origin(side, depth + 1) for side in (node.left, node.right)]
    models = (f for f in found if isinstance(f, Made) and category(f.origin) == "inference")
    return next((f for f in models if is_client(f.origin, annotated=False)), Data())
