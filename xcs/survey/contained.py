"""What the elements of a container stand for: of a list that is spelled out, or that an annotation describes."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence

from .kinds import Data, Given, Made, OfClass, OfFunction, Origin
from .modules import Function
from .services import category, is_client, of_role

SAME = frozenset({"list", "tuple", "set", "sorted", "reversed", "iter"})  # they give what they are given
OF_ONE = frozenset({
    "list", "List", "Sequence", "Iterable", "Iterator", "Collection", "set", "Set", "tuple", "Tuple", "AsyncIterator",
    "Generator", "frozenset",
})  # fmt: skip
OF_TWO = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"})
DEEPEST = 12
UNKNOWN = Given("an element")


class Contained(ABC):
    """The names of a scope, as far as they hold containers."""

    __slots__ = ()
    function: Function | None
    bound: dict[str, list[ast.expr | None]]

    @abstractmethod
    def origin(self, node: ast.expr, depth: int = 0) -> Origin: ...

    @abstractmethod
    def within(self, depth: int, most: int) -> bool:
        """Whether a search may go on that deep down."""

    @abstractmethod
    def first(self, values: Sequence[ast.expr | None], depth: int) -> Origin: ...

    @abstractmethod
    def annotated(self, node: ast.expr, depth: int = 0) -> Origin | None: ...

    @abstractmethod
    def defining(self, name: str) -> Contained:
        """The scope, this or one around it, which a name is a variable of."""

    @abstractmethod
    def binding(self, name: str) -> Contained:
        """The scope, of this module or another, in which what a name stands for is assigned."""

    @abstractmethod
    def assignments(self, holder: OfClass, name: str) -> list[tuple[ast.expr | None, Contained]]:
        """What an attribute is assigned, each with the scope in which that stands."""

    @abstractmethod
    def attributes(self, holder: OfClass, name: str) -> list[tuple[ast.expr | None, Contained]]:
        """The annotations of an attribute, each with the scope in which it stands."""

    def element(self, node: ast.expr, depth: int) -> Origin:
        """What an element of a container is; nothing is known of most."""
        if not self.within(depth, DEEPEST):
            return UNKNOWN
        match node:
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                return self.first([e for e in elts if not isinstance(e, ast.Starred)], depth)
            case ast.ListComp(elt=elt, generators=[first, *_]) | ast.GeneratorExp(elt=elt, generators=[first, *_]):
                same = isinstance(elt, ast.Name) and isinstance(first.target, ast.Name) and elt.id == first.target.id
                return self.element(first.iter, depth + 1) if same else self.origin(elt, depth + 1)
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in SAME | of_role("progress"):
                return self.element(first, depth + 1)
            case ast.Call(func=ast.Attribute(value=held, attr="values" | "items"), args=[]):
                return self.described(held, depth) or self.in_table(held, depth) or UNKNOWN
            case ast.Name() | ast.Attribute():
                stated = self.described(node, depth) or self.spelled_out(node, depth)
                if stated is not None:
                    return stated
        found = self.origin(node, depth + 1)
        if isinstance(found, Made) and category(found.origin) == "client":
            return Made(found.origin, f"{found.chain}[]", found.stated)
        return UNKNOWN

    def table(self, node: ast.expr, depth: int) -> tuple[ast.Dict, Contained] | None:
        """The dictionary that is spelled out for a name or an attribute, with the scope in which it stands."""
        if isinstance(node, ast.Dict):
            return node, self
        if isinstance(node, ast.Name):
            scope = self.binding(node.id)
            values = scope.bound.get(node.id, [])
            return (values[0], scope) if len(values) == 1 and isinstance(values[0], ast.Dict) else None
        holder = self.origin(node.value, depth + 1) if isinstance(node, ast.Attribute) else None
        if not isinstance(node, ast.Attribute) or not isinstance(holder, OfClass):
            return None
        held = self.assignments(holder, node.attr)
        return (held[0][0], held[0][1]) if len(held) == 1 and isinstance(held[0][0], ast.Dict) else None

    def spelled_out(self, node: ast.expr, depth: int) -> Origin | None:
        """The elements of the list that a name is assigned in the text."""
        if not isinstance(node, ast.Name):
            return None
        scope = self.defining(node.id)
        for value in scope.bound.get(node.id, ()):
            if isinstance(value, ast.List | ast.ListComp | ast.Tuple):
                found = scope.element(value, depth + 1)
                if not isinstance(found, Data | Given):
                    return found
        return None

    def in_table(self, node: ast.expr, depth: int) -> Origin | None:
        """The values of a dictionary that is spelled out, where they are functions or classes."""
        spelled = self.table(node, depth)
        if spelled is None:
            return None
        held = [v for v in spelled[0].values if isinstance(v, ast.Name | ast.Attribute)]
        found = spelled[1].first(held, depth + 1)
        return found if isinstance(found, OfFunction | OfClass) else None

    def described(self, node: ast.expr, depth: int) -> Origin | None:
        """The elements as an annotation tells of them: of a parameter, of an attribute."""
        if isinstance(node, ast.Name):
            scope = self.defining(node.id)
            arg = scope.function.named().get(node.id) if scope.function is not None else None
            return scope.stated(arg.annotation if arg is not None else None, depth)
        holder = self.origin(node.value, depth + 1) if isinstance(node, ast.Attribute) else None
        if not isinstance(node, ast.Attribute) or not isinstance(holder, OfClass):
            return None
        told = (scope.stated(annotation, depth) for annotation, scope in self.attributes(holder, node.attr))
        return next((found for found in told if found is not None), None)

    def stated(self, node: ast.expr | None, depth: int) -> Origin | None:
        if isinstance(node, ast.BinOp):
            return self.stated(node.left, depth) or self.stated(node.right, depth)
        if not isinstance(node, ast.Subscript):
            return None
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Optional":
            return self.stated(node.slice, depth)
        of = inside[0] if name in OF_ONE else inside[-1] if name in OF_TWO else None
        found = self.annotated(of, depth + 1) if of is not None else None
        return found if isinstance(found, OfClass | Made) else None

    def joined(self, node: ast.BinOp, depth: int) -> Origin:
        """What `prompt | model | parser` stands for: the model, which is what waits."""
        found = [self.origin(side, depth + 1) for side in (node.left, node.right)]
        models = (f for f in found if isinstance(f, Made) and category(f.origin) == "inference")
        return next((f for f in models if is_client(f.origin, annotated=False)), Data())
