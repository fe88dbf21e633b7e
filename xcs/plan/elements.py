"""Where a slice comes to elements of what was there at entry, so that they are looked at there, one by one.

    for doc in docs[:5]:      # the elements of `docs` come in here: five of a hundred thousand
        out.append(ask(doc))

That is enough if all that the region does with `docs` is to hold it, or to go through it where the main slice does it,
too: then a call starts, and is moved across what the program does, only after the slice has come to the same elements.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.places import Path, first_of
from ..analysis.domain.values import NONE, Bound, Inst, Known, Value
from ..ir.nodes import For, If, Inline, Instr, Node, Operand, Try, Var, While, walk
from ..records import dataclass, field
from .plan import Plan

# What holds elements, or gives one of them: a container of such, a tuple of some, an element, something else.
Shape = tuple[object, ...]
NOTHING: Shape = ()
BELOW: Shape = ("below",)  # what an element holds
HOLDERS = (len, enumerate, zip, reversed, list, tuple, range, dict.items, dict.values, dict.keys, dict.get)
NAMED = frozenset({"strict", "start"})  # their arguments that are no containers
PASS = ("copy", "narrow")


@dataclass(frozen=True, slots=True)
class Introduced:
    """Where an element comes in: at a node, as one of its variables."""

    path: Path
    node: int
    variable: str
    optional: bool = False  # or None instead


@dataclass(slots=True)
class Items:
    """The elements of what a plan rests on that are looked at one by one, and where."""

    region: LinkedRegion
    plan: Plan
    needs: frozenset[int]  # of the main slice
    shapes: dict[int, Shape] = field(default_factory=dict)
    found: dict[Path, list[Introduced]] = field(default_factory=dict)
    refused: set[Path] = field(default_factory=set)
    users: dict[Path, set[int]] = field(default_factory=dict)  # nodes that are given containers of the elements

    def run(self) -> dict[Path, tuple[Introduced, ...]]:
        """For each path that leads to elements which may be looked at one by one, where that is."""
        asked = {first_of(guard.path) for guard in self.plan.guards}
        asked |= {first_of(path) for write, read, _ in self.plan.separate for path in (write, read)}
        paths = {path for path in asked if path is not None}
        if not paths:
            return {}
        for node in self.region.nodes.values():
            self.node(node)
        return {
            path: tuple(self.found[path])
            for path in paths
            if path in self.found and path not in self.refused and self.in_order(path) and not self.elsewhere(path)
        }

    def node(self, node: Node) -> None:
        """Notes what a node does with containers of elements, and which elements it introduces."""
        given = [self.of(node, operand) for operand in self.operands(node)]
        held: tuple[Shape, ...] = (
            of_dictionary(self.called(node)[1]) if isinstance(node, Instr) and node.op == "call" else ()
        )
        held = (self.shape(node),) if isinstance(node, Instr) and node.op == "item" else held
        for path in {path for shape in (*given, *held) for path in paths_in(shape)}:
            self.users.setdefault(path, set()).add(node.id)
        passed = isinstance(node, Instr) and (node.op in PASS or self.holds(node))
        match node:
            case For(target=target):
                self.introduce(node, target, element(given[0]))
            case Instr(op="item", target=str(target)):
                self.introduce(node, target, self.shape(node))
            case Instr(op="unpack", more=more):
                for index, name in enumerate(more):
                    shape = part(given[0], index)
                    if index == node.payload:
                        self.refuse(shape)
                    else:
                        self.introduce(node, name, shape)
            case Instr(op="call", target=str(target)) if passed:
                self.introduce(node, target, self.shape(node))
            case Instr(op="unary", name="Not") | If() | While():
                pass
            case _ if not passed:
                for shape in given:
                    if shape[:1] != ("element",):
                        self.refuse(shape)
            case _:
                pass

    def introduce(self, node: Node, variable: str, shape: Shape) -> None:
        if shape[:1] != ("element",):
            return
        path = shape[1]
        assert isinstance(path, Path)
        if node.id not in self.needs or not self.surely(node):
            self.refused.add(path)
        optional = bool(self.region.facts.results.get(node.id, frozenset()) & NONE) and isinstance(node, Instr)
        self.found.setdefault(path, []).append(Introduced(path, node.id, variable, optional))

    def surely(self, node: Node) -> bool:
        """Whether the main slice comes to a node whenever the program does, before it goes on to what comes later."""
        around = self.region.parents[node.id]
        if any((isinstance(p, Try) and p.handlers) or p.id in self.region.cut for p in around):
            return False
        handles = any(isinstance(n, Inline) and any(map(_handles, walk(n.body))) for n in self.region.nodes.values())
        if handles or self.region.cut or self.region.follows:
            return isinstance(node, For) and not any(isinstance(p, For | Inline) for p in around)
        return True

    def refuse(self, shape: Shape) -> None:
        self.refused.update(paths_in(shape))

    # -- shapes

    def operands(self, node: Node) -> tuple[Operand, ...]:
        match node:
            case Instr(uses=uses):
                return uses
            case For(iterable=operand) | If(test=operand):
                return (operand,)
            case _:
                return ()

    def of(self, node: Node, operand: Operand) -> Shape:
        """The shape of an operand: by what it is, or else by what defines it."""
        if not isinstance(operand, Var):
            return NOTHING
        index = self.operands(node).index(operand)
        values = self.region.facts.operands.get(node.id, ())
        if index < len(values) and (held := container(values[index])) != NOTHING:
            return held
        shapes = {self.defined(d, operand.name) for d in self.region.whole.uses.get(node.id, {}).get(operand.name, ())}
        if len(shapes) > 1:
            for shape in shapes:
                self.refuse(shape)
        return shapes.pop() if len(shapes) == 1 else NOTHING

    def defined(self, definition: int, name: str) -> Shape:
        node = self.region.nodes.get(definition)
        match node:
            case For(target=target) if target == name:
                return element(self.of(node, node.iterable))
            case Instr(op="unpack", more=more) if name in more:
                return part(self.of(node, node.uses[0]), more.index(name))
            case Instr(target=target) if target == name:
                return self.shape(node)
            case _:
                return NOTHING

    def shape(self, node: Instr) -> Shape:
        if node.id not in self.shapes:
            self.shapes[node.id] = NOTHING
            self.shapes[node.id] = self.made(node)
        return self.shapes[node.id]

    def made(self, node: Instr) -> Shape:
        """The shape of an instruction's result."""
        if node.op in PASS:
            return self.of(node, node.uses[0])
        if node.op == "item":
            return subscripted(self.of(node, node.uses[0]), self.region.facts.operands.get(node.id, ()))
        if node.op != "call" or not self.holds(node):
            return NOTHING
        through = self.region.through(node.id)
        if through is not None:
            return self.of(node, through[0]) if len(through) == 1 else NOTHING
        function, receiver = self.called(node)
        given = [self.of(node, use) for use in node.uses[1 : len(node.uses) - len(node.keywords)]]
        if function is enumerate:
            return ("all", ("each", NOTHING, element(given[0]))) if given else NOTHING
        if function is zip:
            return ("all", ("each", *map(element, given)))
        if function in (dict.items, dict.values, dict.get, dict.keys):
            keys, values = of_dictionary(receiver)
            each: dict[object, Shape] = {dict.items: ("each", keys, values), dict.values: values, dict.keys: keys}
            return values if function is dict.get else ("all", each[function])
        return given[0] if (function is list or function is tuple or function is reversed) and given else NOTHING

    def holds(self, node: Instr) -> bool:
        """Whether a call looks into no element of what it is given."""
        if node.op != "call" or any(node.stars) or not NAMED.issuperset(node.keywords):
            return False
        return self.region.through(node.id) is not None or self.called(node)[0] in HOLDERS

    def called(self, node: Instr) -> tuple[object, Value]:
        """The one built-in function that a call is of, and its receiver."""
        callees = self.region.facts.operands.get(node.id, (frozenset(),))[0]
        match list(callees):
            case [Known(obj=obj)] if any(obj is holder for holder in HOLDERS):
                return obj, frozenset()
            case [Bound(func=Known(obj=obj), receiver=receiver)] if any(obj is holder for holder in HOLDERS):
                return obj, frozenset({receiver})
            case _:
                return None, frozenset()

    # -- whether it is enough

    def elsewhere(self, path: Path) -> bool:
        """Whether a node reads or writes the container of elements in another way than these shapes show."""
        holder = Path(path.kind, path.name, path.steps[:-1], path.holder, path.holder_id)
        for node in self.region.nodes.values():
            for effect in self.region.effects(node.id):
                root = effect.loc.root if effect.loc is not None else None
                if effect.loc is None or not isinstance(root, Path) or not same_start(root, path):
                    continue
                whole = (
                    effect.loc.deep
                    and len(root.steps) < len(path.steps)
                    and root.steps == path.steps[: len(root.steps)]
                )
                inside = root.steps == holder.steps and effect.loc.slot[:1] in ("[", "k", "*")
                shown = self.known(node) and node.id in self.users.get(path, ())
                if (whole or inside) and (effect.kind == "write" or not shown):
                    return True
        return False

    def known(self, node: Node) -> bool:
        """Whether a node's way of reading containers shows in shapes."""
        if isinstance(node, Instr):
            return node.op in ("item", "unpack", *PASS) or (node.op, node.name) == ("unary", "Not") or self.holds(node)
        return isinstance(node, For | If | While)

    def in_order(self, path: Path) -> bool:
        """Whether what waits for results is started after the same elements have come in: in its own slice, or by the
        loop that it belongs to."""
        for site in self.plan.sites:
            around = {site.anchor, *(p.id for p in self.region.parents[site.anchor])} if site.anchor else set()
            for node in (i.node for i in self.found[path]) if site.results else ():
                if node in around or (site.anchor == 0 and node in site.needs):
                    continue
                outermost = self.region.outermost[site.anchor] if site.anchor else 0
                before = outermost and self.region.order[node] < self.region.order[outermost]
                if not before and not (node in site.needs and node not in around):
                    return False
        return True


def _handles(node: Node) -> bool:
    return isinstance(node, Try) and bool(node.handlers)


def element(shape: Shape) -> Shape:
    """The shape of its elements."""
    return shape[1] if shape[:1] == ("all",) else NOTHING  # type: ignore[return-value]


def part(shape: Shape, index: int) -> Shape:
    """What stands at a place of it."""
    if shape[:1] == ("each",):
        return shape[1 + index] if index + 1 < len(shape) else NOTHING  # type: ignore[return-value]
    return element(shape)


def paths_in(shape: Shape) -> Iterable[Path]:
    for inner in shape:
        if isinstance(inner, Path):
            yield inner
        elif isinstance(inner, tuple):
            yield from paths_in(inner)


def container(value: Value) -> Shape:
    """The elements of a container that was there at entry."""
    paths = {a.path for a in value if isinstance(a, Inst) and a.path is not None}
    if len(value) != 1 or len(paths) != 1:
        return NOTHING
    (path,) = paths
    if first_of(path) is not None:
        return BELOW
    return ("all", ("element", path.step("elements", None)))


def of_dictionary(value: Value) -> tuple[Shape, Shape]:
    """The keys and the values of a dictionary that was there at entry."""
    for one in value:
        if isinstance(one, Inst) and one.path is not None:
            return ("element", one.path.step("elements", None)), ("element", one.path.step("values", None))
    return NOTHING, NOTHING


def subscripted(shape: Shape, values: tuple[Value, ...]) -> Shape:
    """What an item of it is."""
    key = values[1] if len(values) > 1 else frozenset()
    if any(getattr(a, "cls", None) is slice for a in key):
        return shape
    for one in values[0] if values else ():
        if isinstance(one, Inst) and issubclass(one.cls, dict) and one.path is not None:
            return ("element", one.path.step("values", None))
    index = next((getattr(a, "const", None) for a in key), None)
    if shape[:1] == ("each",) and type(index) is int and index >= 0:
        return part(shape, index)
    return element(shape)


def same_start(a: Path, b: Path) -> bool:
    return (a.kind, a.name, a.holder_id) == (b.kind, b.name, b.holder_id)


__all__ = ["Introduced", "Items"]
