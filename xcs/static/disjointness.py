"""Whether a printed file may assume that what a region writes is no part of what its calls read.

`@jit` looks at the objects when it enters the region. A text shows some of them: two names of one object are never
assumed to be different ones, nor is anything assumed of what a name may be but data, nor that a dictionary which makes
what is missing has a key.
"""

from __future__ import annotations

import sys
import types
from collections import defaultdict
from collections.abc import Mapping

from ..analysis.domain.places import ITERATED, Path, values_at
from ..analysis.domain.state import Env
from ..analysis.domain.values import NOTHING, Abstract, Fresh, Inst, Known, Plain, Top, Value, origins_of
from ..analysis.library.shown_items import attribute_of
from ..front.lower import FunctionNode
from ..ir.nodes import Instr
from ..knowledge.load import library
from ..peek import CONTAINERS, MISSING, class_lookup, peek
from ..plan.plan import Plan
from .derived import Flows, derived
from .interpreter import StaticInterpreter
from .shadow import Shadow
from .stand_in import Assumed, StandIns

NAMESPACES = frozenset({"globals", "locals", "vars", "__dict__"})
BELOW = 1_000  # elements of a container that are looked at


class Apart:
    """What the names of one region hold."""

    def __init__(
        self, env: Env, roots: Mapping[str, object], shadow: Shadow, node: FunctionNode, stand_ins: StandIns
    ) -> None:
        self.env, self.roots, self.shadow, self.node, self.stand_ins = env, roots, shadow, node, stand_ins
        self.interpreter = StaticInterpreter()
        self.read: dict[frozenset[str], tuple[Flows, Flows]] = {}  # by the names of calls

    def flows(self, plan: Plan) -> tuple[Flows, Flows]:
        """Which names hold parts of others, with and without what methods put into containers. What the plan's calls
        give is taken for new data."""
        asked = frozenset(site.node.text.rpartition(".")[2] for site in plan.sites)
        if asked not in self.read:
            known = self.shadow.handing_on - asked
            self.read[asked] = derived(self.node, known=known), derived(self.node, put=False, known=known)
        return self.read[asked]

    def may_assume(self, plan: Plan) -> bool:
        """Whether all that the plan needs to be different objects may be."""
        if (plan.namespaces or plan.separate) and self.shadow.names & NAMESPACES:
            return False
        if _may_add_keys(plan) or not all(self.pair(plan, *pair) for pair in plan.separate):
            return False
        return not any(self.is_data(self.value(read)) for read in _alike(plan))

    def pair(self, plan: Plan, write: Path, read: Path, deep: bool) -> bool:
        written = self.value(write)
        if write.kind not in ("local", "global") or not self.is_data(written):
            return False
        parts = bool(write.steps) or deep or any(isinstance(a, Plain) for a in written)
        if (write.kind, write.name) == (read.kind, read.name):
            return True
        held, made_of = self.flows(plan)
        if parts and (write.name in held.get(read.name, ()) or read.name in made_of.get(write.name, ())):
            return False  # the text shows that parts of the one are in the other
        return self.objects(write).isdisjoint(self.objects(read))

    def objects(self, path: Path) -> set[object]:
        """What tells apart what the name, or the cell of a closure, that a path begins with may hold."""
        base = Path(path.kind, path.name, (), path.holder, path.holder_id)
        stand_ins = {id(found) for found in values_at(base, self.roots) if found is not MISSING}
        held = {id(peek(a.live, attribute_of(a))) for a in self.bars(path) if isinstance(a, Inst)}
        return self.stand_ins.may_be(_identities(self.value(path)) | stand_ins | held)

    def obvious(self, write: Path, read: Path) -> bool:
        """Whether nobody takes them for parts of each other: a connection, and data; objects, and a client."""
        written, seen = self.value(write), self.value(read)
        if not written or not seen:
            return False
        alone = all(isinstance(a, Inst | Fresh) and a.cls not in ITERATED and _of_library(a.cls) for a in written)
        if write.name == read.name and self.bars(write):
            return True
        if all(isinstance(a, Known) and isinstance(a.obj, type) for a in seen) or all(map(_holds_nothing, seen)):
            return True  # what a class has by name
        return (alone and all(isinstance(a, Plain) for a in seen)) or (
            all(isinstance(a, Inst | Fresh) and a.cls not in ITERATED and _of_library(a.cls) for a in seen)
            and all(isinstance(a, Plain) or getattr(a, "cls", None) in ITERATED or _is_own(a) for a in written)
        )

    def bars(self, path: Path) -> Value:
        """The progress bars that the name which a path begins with holds."""
        made = self.roots.get(path.name, MISSING) if path.kind == "local" else MISSING
        if made is MISSING or type(made) is Assumed:
            return NOTHING
        found = self.interpreter.lift(made, Path("local", path.name))
        return found if all(map(attribute_of, found)) else NOTHING

    def value(self, path: Path) -> Value:
        """What the name that a path begins with holds."""
        if path.kind == "local":
            return self.env.get(path.name, frozenset())
        if path.kind != "global":
            return self.interpreter.lift(path.holder, path)
        held = path.holder if path.holder is not None else self.shadow.globals
        found = held.get(path.name, MISSING)
        return frozenset() if found is MISSING else self.interpreter.lift(found, path)

    def is_data(self, value: Value) -> bool:
        """Whether a value is data: no module, class or function, and nothing whose end runs code."""
        for abstract in value:
            match abstract:
                case Known() | Top():
                    return False
                case Inst(cls=cls, live=live):
                    if issubclass(cls, type | types.ModuleType) or _finalised(cls):
                        return False
                    if cls in CONTAINERS and live is not MISSING and not all(map(self.is_plain, _held(live))):
                        return False
                case Fresh(cls=cls):
                    if issubclass(cls, type | types.ModuleType) or _finalised(cls):
                        return False
                case _:
                    pass
        return bool(value)

    def is_plain(self, held: object) -> bool:
        """Whether what a container holds may go without running code."""
        if type(held) is Assumed:
            return not any(isinstance(a, Top) or _finalised(getattr(a, "cls", None) or object) for a in held.value)
        return not _finalised(type(held))


def _may_add_keys(plan: Plan) -> bool:
    """Whether a call is given an item of a dictionary that makes what is missing, which its place may do."""
    if plan.region is None:
        return False
    operands = plan.region.facts.operands
    needed = {i for site in plan.sites for i in site.needs}
    items = [n for i in needed if isinstance(n := plan.region.nodes[i], Instr) and n.op == "item"]
    held = (a for n in items for a in operands.get(n.id, (NOTHING,))[0])
    return any(isinstance(a, Inst | Fresh) and a.cls is defaultdict for a in held)


def _alike(plan: Plan) -> list[Path]:
    """Places that are read under the name under which the region writes others: they may be of one kind, and so one.

    for task in tasks:
        task.output = ask(task.name, [other.output for other in task.needs])
    """
    if plan.region is None:
        return []
    pairs = {(written, read) for written, read, _ in plan.separate}
    needed = {i for site in plan.sites for i in site.needs}
    found: dict[str, tuple[set[Path], set[Path]]] = defaultdict(lambda: (set(), set()))
    for ident in plan.region.nodes:
        for effect in plan.region.effects(ident):
            loc = effect.loc
            reads = effect.kind == "read" and ident in needed
            if loc is not None and isinstance(loc.root, Path) and (reads or effect.kind == "write"):
                found[_name(loc.slot, loc.root)][reads].add(loc.root)
    named = (places for name, places in found.items() if name)
    return [read for written, reads in named for read in reads if any((w, read) in pairs for w in written)]


def _name(slot: str, root: Path) -> str:
    """The name of an attribute, a text as a key, or a variable that a place is, or that holds it, if it has one."""
    if slot.startswith("."):
        return slot[1:]
    if slot.startswith("['"):
        return slot[2:-2]
    named = [str(key) for kind, key in root.steps[-1:] if kind == "attr"]
    return named[0] if named else "" if root.steps else root.name


def _holds_nothing(abstract: Abstract) -> bool:
    """Whether it is a text or number, or a function without defaults and cells."""
    match abstract:
        case Plain(cls=cls):
            return cls in (str, int, float, bool, bytes, type(None))
        case Known(obj=types.FunctionType() as function):
            return not (function.__defaults__ or function.__kwdefaults__ or function.__closure__)
        case _:
            return False


def _is_own(abstract: Abstract) -> bool:
    """Whether it is an object of a class of the program's."""
    return isinstance(abstract, Inst | Fresh) and not _of_library(abstract.cls)


def _of_library(cls: type) -> bool:
    """Whether a class is one of Python's own, or of a library that is known."""
    top = cls.__module__.partition(".")[0]
    return top == "builtins" or top in sys.stdlib_module_names or library(top) is not None


def _held(container: object) -> list[object]:
    match container:
        case dict():
            return [*container.values()][:BELOW]
        case list() | tuple() | set() | frozenset():
            return [*container][:BELOW]
        case _:
            return []


def _finalised(cls: type) -> bool:
    return isinstance(class_lookup(cls, "__del__"), types.FunctionType)


def _identities(value: Value) -> set[object]:
    """What tells objects apart in a text: where they were made, what they are, or where they came from."""
    found: set[object] = set()
    for abstract in value:
        found |= set(origins_of(abstract))
        match abstract:
            case Inst(live=live) if live is not MISSING:
                found.add(id(live))
            case Known(obj=obj):
                found.add(id(obj))
            case Fresh(key=key):
                found.add(key)
            case Plain() | _:
                pass
    return found


__all__ = ["Apart"]
