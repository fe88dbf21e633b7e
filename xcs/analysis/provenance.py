"""Where the slice has the program's own object, and where it makes another one that is equal.

    for i, doc in enumerate(docs):      # `i` is made anew, `doc` is the program's
        f(doc["text"], f"{i}: {doc}")   # so is the item; the text is made anew

`docs` is there at entry, and both go through it: they find the same objects. What is computed is made twice.
"""

from __future__ import annotations

import itertools
import re
import types
from collections.abc import Mapping

from ..ir.nodes import Const, For, Instr, Operand, Var
from ..knowledge import lookup
from ..peek import MISSING, class_lookup, is_class, is_container, is_function, is_module
from ..records import dataclass, field
from .dependence import LinkedRegion
from .domain.values import NOTHING, Abstract, Bound, Fresh, Inst, Known, Lazy, Plain, Value
from .library import shown_items


@dataclass(frozen=True, slots=True)
class Same:
    """The program's own object."""


@dataclass(frozen=True, slots=True)
class New:
    """An object that is made anew, as is what it holds."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A container or iterator that is made anew; what it holds comes from elsewhere: by constant key, and the rest."""

    rest: Provenance
    known: tuple[tuple[object, Provenance], ...] = ()

    def part(self, key: object) -> Provenance:
        return next((p for k, p in self.known if type(k) is type(key) and k == key), self.rest)

    def any_part(self) -> Provenance:
        return both(self.rest, *(p for _, p in self.known))


LISTED = re.compile(r"listof\((\d)\)")  # what is known of a function that gives a list of an argument's elements
Provenance = Same | New | Holding
SAME, NEW = Same(), New()
# What gives the elements of its first argument in a new container, or one by one.
WHOLE = frozenset(
    map(
        id,
        (
            list, tuple, set, frozenset, dict, reversed, sorted, iter, list.copy, dict.copy, set.copy, dict.values,
            dict.keys,
        ),
    )
)  # fmt: skip
ADDING = frozenset(map(id, (list.append, set.add, list.insert, dict.setdefault)))
# What changes a container and puts nothing into it.
KEEPING = frozenset(map(id, (
    list.sort, list.reverse, list.pop, list.clear, list.remove, dict.pop, dict.clear, dict.popitem, set.discard,
    set.remove, set.clear, set.pop,
)))  # fmt: skip


def both(*found: Provenance) -> Provenance:
    """What is true of a value that comes from either."""
    different = set(found)
    if len(different) == 1:
        return different.pop()
    if NEW in different:
        return NEW
    # The program's own container is at least one that holds its own objects.
    holding = [p if isinstance(p, Holding) else Holding(SAME) for p in different]
    keys = {(type(key), key): key for p in holding for key, _ in p.known}.values()
    known = tuple([(key, both(*(p.part(key) for p in holding))) for key in keys])
    return Holding(both(*(p.rest for p in holding)), known)


@dataclass(slots=True)
class Origins:
    """The provenance of a region's values; `own`: calls that start early, and give the program what they give."""

    region: LinkedRegion
    own: frozenset[int] = frozenset()
    known: dict[tuple[int, str], Provenance | None] = field(default_factory=dict)  # None: being looked for

    def of(self, operand: Operand, user: int) -> Provenance:
        """The provenance of an operand of a node."""
        return self._found(operand, user) or NEW

    def _found(self, operand: Operand, user: int) -> Provenance | None:
        if isinstance(operand, Const):
            return SAME
        assert isinstance(operand, Var)
        definitions = self.region.whole.uses.get(user, {}).get(operand.name, frozenset())
        found = [p for d in definitions if (p := self._defined(d, operand.name)) is not None]
        if found:
            return both(*found)
        return None if definitions else NEW

    def _defined(self, ident: int, name: str) -> Provenance | None:
        if ident == 0:
            return self._copied(name) if name in self.region.copies else SAME
        key = ident, name
        if key not in self.known:
            self.known[key] = None
            self.known[key] = self._made(ident, name)
        return self.known[key]

    def _made(self, ident: int, name: str) -> Provenance | None:
        node = self.region.nodes[ident]
        if isinstance(node, For):
            return self._part(node.iterable, ident, self._operand(ident, 0))
        if not isinstance(node, Instr):
            return NEW
        match node.op:
            case "copy" | "narrow":
                return self._found(node.uses[0], ident)
            case "global" | "cell" | "default":
                return SAME
            case "receiver":
                return self._found(node.uses[0], ident)
            case "attr":
                return self._attribute(node)
            case "item":
                return self._item(node)
            case "part":
                return both(SAME, self._item(node) or NEW)
            case "unpack":
                index = node.more.index(name)
                part = self._part(node.uses[0], ident, self._operand(ident, 0), index)
                return Holding(part or NEW) if index == node.payload else part
            case "build":
                return self._with_added(self._display(node), ident)
            case "keyed":
                part = self._part(node.uses[1], ident, self._operand(ident, 1))
                return self._with_added(Holding(part or NEW), ident) if node.name == "sorted" else part
            case "call":
                return self._with_added(self._called(node), ident)
            case _:
                return NEW

    def _copied(self, name: str) -> Provenance:
        """What a variable holds at entry, of which the slice has a copy: the containers are made anew, so many levels
        of them."""
        added = [p for w in self.region.changes(name) for p in self._added(w)] if (0, name) not in self.known else []
        self.known[0, name] = None
        found: Provenance = both(SAME, *added)
        for _ in range(self.region.copies[name]):
            found = Holding(found)
        return found

    def _operand(self, ident: int, index: int) -> Value:
        operands = self.region.facts.operands.get(ident, ())
        return operands[index] if index < len(operands) else NOTHING

    def _part(self, operand: Operand, user: int, value: Value, key: object = MISSING) -> Provenance | None:
        """What going through a value gives, or its part of a constant key."""
        found = self._found(operand, user)
        if isinstance(found, Holding):
            return found.any_part() if key is MISSING else found.part(key)
        if found is None or found is NEW:
            return found
        return SAME if value and all(map(_gives_held, value)) else NEW

    def _attribute(self, node: Instr) -> Provenance | None:
        if (back := self.region.read_back(node.id)) is not None:
            return self._found(back[1], back[0])
        given = self.region.facts.results.get(node.id, NOTHING)
        stored = all(_stored(a, node.name) for a in self._operand(node.id, 0))
        if not stored or any(isinstance(a, Bound) for a in given):
            return NEW
        found = self._found(node.uses[0], node.id)
        return NEW if isinstance(found, Holding) else found

    def _item(self, node: Instr) -> Provenance | None:
        keys = self._operand(node.id, 1)
        held = self._operand(node.id, 0)
        if any(getattr(a, "cls", None) is slice for a in keys):
            return Holding(self._part(node.uses[0], node.id, held) or NEW)
        if held and all(isinstance(a, Plain) and a.cls is None for a in held):
            # Only a dictionary has an item by a text.
            found = self._found(node.uses[0], node.id)
            return found if found is SAME and all(getattr(a, "cls", None) is str for a in keys) else NEW
        key = node.uses[1].value if isinstance(node.uses[1], Const) else MISSING
        return self._part(node.uses[0], node.id, held, key)

    def _display(self, node: Instr) -> Provenance:
        """A display, as it is written."""
        if node.name in ("text", "slice"):
            return NEW
        if node.name == "dict":
            pairs = list(zip(node.uses[::2], node.uses[1::2], node.stars, strict=True))
            if any(double for _, _, double in pairs):
                return NEW
            keys = [self.of(key, node.id) for key, _, _ in pairs]
            known = [(k.value, self.of(v, node.id)) for k, v, _ in pairs if isinstance(k, Const)]
            others = [self.of(v, node.id) for k, v, _ in pairs if not isinstance(k, Const)]
            return Holding(both(SAME, *keys, *others), tuple(known))
        starred = [(n, u) for n, u in enumerate(node.uses) if node.stars[n]]
        spread = [self._part(u, node.id, self._operand(node.id, n)) or NEW for n, u in starred]
        plain = [self.of(u, node.id) for n, u in enumerate(node.uses) if not node.stars[n]]
        if spread or node.name in ("set", "generator"):
            return Holding(both(SAME, *spread, *plain))
        return Holding(SAME, tuple(enumerate(plain)))

    def _with_added(self, found: Provenance | None, ident: int) -> Provenance | None:
        """A container that a node makes, with what is put into it later."""
        writers = self.region.writers(ident) if isinstance(found, Holding) else []
        if not writers or not isinstance(found, Holding):
            return found
        return Holding(both(found.any_part(), *(p for w in writers for p in self._added(w))))

    def _added(self, ident: int) -> list[Provenance]:
        """What a node puts into a container."""
        node = self.region.nodes[ident]
        if not isinstance(node, Instr):
            return [NEW]
        called = self._operand(ident, 0) if node.op == "call" else NOTHING
        methods = {id(a.func.obj) if isinstance(a, Bound) and isinstance(a.func, Known) else 0 for a in called}
        if methods and methods <= KEEPING:
            return []
        adds = bool(methods) and methods <= ADDING
        return [self.of(u, ident) for u in node.uses[1:]] if adds or node.op in ("collect", "setitem") else [NEW]

    def _called(self, node: Instr) -> Provenance | None:
        if node.id in self.own:
            return SAME
        through = self.region.through(node.id)
        if through is not None:
            return self._found(through[0], node.id) if len(through) == 1 else NEW
        if any(node.stars) or None in node.keywords:
            return NEW
        found: list[Provenance] = []
        for callee in self._operand(node.id, 0):
            function = callee.func if isinstance(callee, Bound) else callee
            if not isinstance(function, Known):
                return NEW
            part = self._of_built_in(node, function.obj, isinstance(callee, Bound))
            if part is None:
                return None
            found.append(part)
        return both(*found) if found else NEW

    def _of_built_in(self, node: Instr, obj: object, bound: bool) -> Provenance | None:
        """What a built-in function gives that hands on what containers hold."""
        given = [self._part(u, node.id, self._operand(node.id, n)) for n, u in enumerate(node.uses) if n]
        if bound:
            receiver = self._receiver(node)
            given.insert(0, receiver)
        if None in given:
            return None
        parts: list[Provenance] = [p for p in given if p is not None]
        if not parts:
            return NEW
        if id(obj) in WHOLE:
            return Holding(parts[0])
        if not bound and (facts := lookup(obj)) is not None and (given_at := LISTED.fullmatch(facts.result or "")):
            index = int(given_at[1])
            return Holding(parts[index]) if index < len(node.uses) - 1 - len(node.keywords) else NEW
        if obj is enumerate:
            return Holding(Holding(NEW, ((1, parts[0]),)))
        if obj is zip:
            return Holding(Holding(both(*parts), tuple(enumerate(parts))))
        if obj is dict.items:
            return Holding(Holding(parts[0]))
        if obj is filter or obj is itertools.islice:
            return Holding(parts[1 if obj is filter else 0])
        if obj is dict.get:
            default = [self.of(u, node.id) for u in node.uses[2:3]]
            return both(parts[0], *default)
        if (obj is max or obj is min) and len(node.uses) == 2:
            return parts[0]
        return NEW

    def _receiver(self, node: Instr) -> Provenance | None:
        """What the object of the method that is called holds."""
        callees = self.region.whole.uses.get(node.id, {}).get(getattr(node.uses[0], "name", ""), frozenset())
        found: list[Provenance] = []
        for ident in callees:
            made = self.region.nodes.get(ident)
            if not isinstance(made, Instr) or made.op != "attr":
                return NEW
            part = self._part(made.uses[0], ident, self._operand(ident, 0))
            if part is None:
                return None
            found.append(part)
        return both(*found) if found else NEW


def _gives_held(abstract: Abstract) -> bool:
    """Whether going through a value gives objects that it holds, not new ones."""
    match abstract:
        case Inst(cls=cls) | Fresh(cls=cls):
            return bool(is_container(cls)) or shown_items.readable(abstract)
        case Plain(cls=cls):
            return cls is not None and bool(is_container(cls))
        case Lazy(shallow=shallow):
            return shallow
        case _:
            return False


def _stored(abstract: Abstract, name: str) -> bool:
    """Whether an attribute is read where it is stored."""
    match abstract:
        case Known(obj=obj):
            return is_class(obj) or is_module(obj) or is_function(obj)
        case Inst(cls=cls):
            found = class_lookup(cls, name)
            plain = type(found) is types.MemberDescriptorType or class_lookup(type(found), "__get__") is MISSING
            return found is MISSING or plain
        case _:
            return False


def stable(abstract: Abstract) -> bool:
    """Whether equal values of this kind are one object."""
    if isinstance(abstract, Plain):
        return abstract.cls is bool or abstract.cls is type(None)
    return isinstance(abstract, Known)


def new_ones(origins: Origins, node: Instr) -> Mapping[int, Provenance]:
    """The arguments of a call that the slice makes anew, or that hold such."""
    found: dict[int, Provenance] = {}
    for index, operand in enumerate(node.uses):
        value = origins.region.facts.operands.get(node.id, ())[index]
        where = origins.of(operand, node.id)
        if index and where != SAME and not all(map(stable, value)):
            found[index] = where
    return found
