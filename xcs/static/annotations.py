"""What an annotation says about a value."""

from __future__ import annotations

import ast
from collections.abc import Callable

from ..analysis.domain.values import NONE, NOTHING, PLAIN, Inst, Plain, Top, Value, join, only
from .stand_in import Assumed

SCALARS = {"str": str, "int": int, "float": float, "bool": bool, "bytes": bytes, "complex": complex, "range": range}
SEQUENCES = frozenset(
    {"list", "List", "Sequence", "MutableSequence", "Iterable", "Collection", "Container", "Reversible"}
)
MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "DefaultDict"})
TUPLES = frozenset({"tuple", "Tuple"})
SETS = {"set": set, "Set": set, "frozenset": frozenset, "FrozenSet": frozenset, "AbstractSet": set, "MutableSet": set}
THROUGH = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"})


class Annotations:
    """Reads annotations of one module. `resolve` gives the object that a name or dotted name means there."""

    def __init__(self, resolve: Callable[[ast.expr], object], instance: Callable[[type], object]) -> None:
        self.resolve, self.instance = resolve, instance

    def stand_in(self, node: ast.expr | None) -> object | None:
        """A stand-in for a value so annotated; None where the annotation says nothing."""
        if node is None:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self.stand_in(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                return None
        if isinstance(node, ast.Constant) and node.value is None:
            return Assumed(NONE)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.union([node.left, node.right])
        if isinstance(node, ast.Subscript):
            inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return self.generic(_last(node.value), list(inside))
        if isinstance(node, ast.Name | ast.Attribute):
            return self.named(node)
        return None

    def named(self, node: ast.expr) -> object | None:
        name = _last(node)
        if name in SCALARS:
            return Assumed(only(Plain(SCALARS[name])))
        if name in SEQUENCES | TUPLES | MAPPINGS | SETS.keys():
            return self.generic(name, [])
        if name == "None":
            return Assumed(NONE)
        if name in ("Callable", "Iterator", "Generator", "AsyncIterator"):
            return Assumed(only(Top(f"a value annotated as {name}")))
        found = self.resolve(node)
        return self.instance(found) if isinstance(found, type) else found if isinstance(found, Assumed) else None

    def union(self, parts: list[ast.expr]) -> object | None:
        found = [self.stand_in(p) for p in parts]
        if any(f is None for f in found):  # of a data frame, `==` is one
            return None
        return Assumed(join(NOTHING, *map(_value, found)))

    def generic(self, name: str, inside: list[ast.expr]) -> object | None:
        if name == "Optional":
            return self.union([*inside, ast.Constant(None)])
        if name == "Union":
            return self.union(inside)
        if name in THROUGH:
            return self.stand_in(inside[0])
        if name == "Literal":
            return Assumed(PLAIN)
        parts = [self.stand_in(p) for p in inside if not (isinstance(p, ast.Constant) and p.value is Ellipsis)]
        plain = all(p is None or _is_plain(p) for p in parts)
        if name in SEQUENCES:
            return Assumed(only(Plain(list))) if plain else [parts[0]]
        if name in MAPPINGS:
            return (
                Assumed(only(Plain(dict)))
                if plain
                else {parts[0] if _is_plain(parts[0]) else Assumed(PLAIN): parts[-1]}
            )
        if name in TUPLES:
            return (
                Assumed(only(Plain(tuple))) if plain else tuple(p if p is not None else Assumed(PLAIN) for p in parts)
            )
        if name in SETS:
            return Assumed(only(Plain(SETS[name]))) if plain else SETS[name]([_boxed(parts[0])])
        if name in ("type", "Type", "Callable", "Iterator", "Generator"):
            return Assumed(only(Top(f"a value annotated as {name}")))
        return None


def _value(stand_in: object) -> Value:
    if isinstance(stand_in, Assumed):
        return stand_in.value
    return only(Inst(type(stand_in), None, id(stand_in), stand_in))


def _boxed(stand_in: object) -> Assumed:
    """The same, without running a `__hash__` of the text's."""
    return stand_in if isinstance(stand_in, Assumed) else Assumed(_value(stand_in))


def _is_plain(stand_in: object) -> bool:
    return isinstance(stand_in, Assumed) and all(isinstance(a, Plain) for a in stand_in.value)


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
