"""What an interpretation works on and records: frames, calls, effects and guards."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping, Set

from ...ir.nodes import Block, Const, For, Instr, Operand, While
from ...knowledge.facts import CallFacts
from ...peek import CONTAINERS, IMMUTABLE, PLAIN_TYPES, class_lookup, class_name, is_a
from ...records import dataclass, field, record
from ...remarks import Located
from .effects import Effect, EffectKind, Loc
from .memory import Body, Clock, Memory, Summary
from .meter import Meter
from .places import Guard, GuardKind, Path, object_path
from .values import (
    NOTHING,
    PLAIN,
    Abstract,
    Closure,
    Fresh,
    FreshKey,
    Inst,
    Known,
    Lazy,
    Plain,
    Top,
    Value,
    join,
    only,
    origins_of,
)

WIDE = 2_000  # elements; larger containers are only proved to be plain data
DEPTH = 40  # nested callees

Own = list[tuple[str, object, bool]]  # functions by their names, and whether an object itself holds them
# What handles the records of loggers: they, what is asked of its parts, and the parts with the program's functions.
Handling = tuple[list[object], list[object], list[tuple[object, Own]]]
Env = dict[str, Value]
Named = dict[str, Value]  # keyword arguments; "*" and "**": what unpacked arguments hold
Uses = tuple[Value, ...]


@dataclass(slots=True)
class Frame:
    """One activation of a function under interpretation."""

    ir_name: str
    filename: str
    module: dict[str, object]
    cells: dict[str, object]  # name -> types.CellType of the live function
    outer: Env  # variables of the analysed function around it
    key: FreshKey
    result: Value = NOTHING
    breaks: list[list[Env]] = field(default_factory=list)
    continues: list[list[Env]] = field(default_factory=list)
    leaves: list[Env] = field(default_factory=list)
    handling: int = 0  # handlers that it is in, those of its callers counted
    outside: int = -1  # of these, those around the call that the region makes; -1 in what is the region's own
    first: Value = NOTHING  # the first argument, for super()
    sleeps: Located | None = None
    yielded: Value | None = None  # what a generator that is run as a context manager has yielded
    body: Block = ()
    closures: list[Closure] = field(default_factory=list)  # functions made in it, which see its variables
    trying: list[Env] = field(default_factory=list)  # what blocks that may fail have set, inner ones last

    def assigned(self, name: str, value: Value) -> None:
        """A variable is set."""
        if self.trying:
            noted = self.trying[-1]
            noted[name] = join(noted.get(name, NOTHING), value)

    @property
    def shown(self) -> bool:
        """Whether the exception that is handled here is handled by the region."""
        return self.handling > 0 and (self.outside < 0 or self.outside == self.handling)

    def made_at(self, node: Instr | None) -> FreshKey:
        """The key of the object that an instruction makes."""
        return (*self.key, node.id if node is not None else 0)


@record
class Call:
    """One call under interpretation: its arguments, the place that makes it, and the receiver of a method."""

    args: list[Value]
    named: Named
    frame: Frame
    node: Instr | None
    receiver: Abstract | None = None

    def on(self, receiver: Abstract | None) -> Call:
        return Call(self.args, self.named, self.frame, self.node, receiver)

    def after(self, first: list[Value], named: Named | None = None) -> Call:
        """The call with more arguments in front."""
        return Call([*first, *self.args], {**(named or {}), **self.named}, self.frame, self.node)

    @property
    def receivers(self) -> list[Value]:
        return [only(self.receiver)] if self.receiver is not None else []

    @property
    def everything(self) -> list[Value]:
        return [*self.args, *self.named.values(), *self.receivers]

    @property
    def made(self) -> FreshKey:
        return self.frame.made_at(self.node)


@dataclass(slots=True)
class InnerCall:
    """A call that a callee makes: all that it was seen to call, and what the functions among these did."""

    node: Instr
    called: Value = NOTHING
    effects: list[Collection[Effect]] = field(default_factory=list)


class Record:
    """The state of one decision: effects by region statement, operand values, guards, and the heap of fresh objects."""

    settles = True  # branches that are never taken are left out of what is planned
    repeats = True  # a call that a service refuses is made again in its place
    remembers = True  # clients keep what answers set, also of calls that run early
    reads_back = True  # slices go on with what an iteration stores in attributes
    makes = True  # objects of classes; else nothing is known of them but their class
    does: Set[Effect] = frozenset()  # what an iteration may do which is under way, as it was seen when it began
    assumes = True  # what calls marked as unordered give is built-in data, until it shows otherwise

    def __init__(
        self, roots: Mapping[str, object] | None = None, meter: Meter | None = None, changed: Set[Path] = frozenset()
    ) -> None:
        self.clock = Clock()
        # What an iteration has set which is under way, and what of it is over: file, first and last line.
        self.changed, self.over = changed, set[tuple[str, int, int]]()
        self.roots: Mapping[str, object] = roots or {}
        self.meter = meter or Meter()
        self.heap: dict[FreshKey, Memory] = {}
        self.stores: dict[str, dict[Path | FreshKey, Value]] = {}  # by slot and place, see `stores`
        self.read_at: dict[tuple[Path | FreshKey, str, bool, str, int, str], Effect] = {}  # by place, file, line
        self.class_reads: dict[object, tuple[Instr | None, frozenset[Effect], object]] = {}  # see `attributes`
        self.guarded: set[tuple[int, str]] = set()  # attributes of classes
        self.turned_away: dict[int, tuple[Block, frozenset[int]]] = {}  # by body, see `refusing_answers`
        self.globals: dict[tuple[int, str], tuple[object, Path, Path, Value]] = {}  # see `names`
        self.handling: dict[tuple[int, ...], Handling] = {}
        self.accesses: dict[int, bool] = {}  # whether a class has Python code that reads each attribute
        self.separate: set[tuple[Path, Path, bool]] = set()  # places that must be different objects at entry
        self.dictionaries: set[Path] = set()  # that were there before and are written
        self.looked: set[Path] = set()  # the variables of modules and objects, which are dictionaries too
        self.effects: dict[int, set[Effect]] = {}
        self.bodies: dict[int, dict[int, Body]] = {}  # of the program's functions that run at a node, by identity
        self.operands: dict[int, Uses] = {}
        self.results: dict[int, Value] = {}
        self.kept: dict[int, object] = {}  # what calls that count as hits of a cache give
        self.constants: dict[int, tuple[Const, Value]] = {}  # what they are, by identity
        self.guards: dict[tuple[Path, str], Guard] = {}
        self.managers: dict[FreshKey, list[tuple[types.FunctionType, Call]]] = {}  # made by generator functions
        self.caught: list[FreshKey] = []  # errors that handlers get, by place
        self.yielding: dict[FreshKey, set[int]] = {}  # the nodes at which a generator expression gives its elements
        self.inside: dict[int, InnerCall] = {}  # calls that callees make, by the identity of the instruction
        self.exposed: dict[int, tuple[For | While, frozenset[str]]] = {}  # variables that an iteration finds
        self.waiting: dict[int, Block] = {}  # bodies of functions in whose loops there are calls that wait, by identity
        self.closures: dict[FreshKey, Closure] = {}  # functions made in analysed code, by place
        self.modules, self.deleted = set[str](), set[str]()  # deleted: names of attributes, of whatever object
        self.answers: dict[int, set[bool | None]] = {}  # whether the tests of the region's branches are true
        self.twins: dict[FreshKey, bool] = {}  # what stands for items and their lists; whether that is seen
        self.stored_last: Mapping[int, Operand] = {}  # reads of attributes that surely give what was stored before
        self.interrupts = False  # whether code of the program raises `KeyboardInterrupt` itself
        self.assumed = set[int]()  # the nodes of such calls
        self.current, self.clocks = 0, False  # the node that is interpreted; whether a clock has been read
        self.handed: FreshKey = ()  # the mark of the argument that is followed, see `handed`
        self.stays: list[tuple[Value, Located | None]] = []  # what goes where it stays, see `clocks`
        self.kept_times: dict[tuple[int, int], Located | None] = {}  # between two readings of a clock
        self.frames: dict[int, Frame] = {}  # of the region's calls
        self.asking: set[tuple[object, str]] = set()  # containers all of whose elements run a special method
        self.summaries, self.recursive, self.stack = dict[object, Value](), set[object](), list[object]()
        self.finished: dict[object, Summary] = {}
        self.touched: set[int] = set()  # serial numbers of fresh objects; see `Trace`
        self.cut: dict[object, set[Path | FreshKey]] = {}  # recursive function -> what its deeper calls may touch

    def forget(self) -> None:
        """Cuts reference cycles: the program's objects must not live longer for having been looked at."""
        for made in self.closures.values():
            made.env.clear()
            made.defaults.clear()

    # -- effects

    def effect(
        self, kind: EffectKind, frame: Frame, instr: Instr | None, detail: str = "", loc: Loc | None = None
    ) -> None:
        line = instr.span.line if instr is not None else 0
        said = "" if kind == "unknown" else detail or kind
        text = f"{said} in {frame.ir_name}".lstrip()
        inner = self.kept_inside(kind, frame)
        found = Effect(kind, detail, loc, Located(text, frame.filename, line), inner)
        self.effects.setdefault(self.current, set()).add(found)

    def kept_inside(self, kind: EffectKind, frame: Frame) -> bool:
        """Whether an effect is a query, open answer, or what a client remembers, of a function that is called."""
        return kind in ("query", "remembers", "opens") and bool(frame.key)

    def tries_inside(self) -> bool:
        """Whether a function that a retry library has wrapped is called with its attempts as a whole."""
        return False

    def shows(self, facts: CallFacts) -> bool:
        """Whether a call that may warn of its arguments is taken to do so."""
        return True

    def unknown(self, frame: Frame, instr: Instr | None, why: str) -> Value:
        self.effect("unknown", frame, instr, why)
        return only(Top(why))

    def read(
        self, abstract: Abstract, frame: Frame, instr: Instr | None, slot: str, deep: bool = False, what: str = ""
    ) -> None:
        origins = origins_of(abstract)
        if not origins:
            return
        for origin in origins:
            if not private(origin, self.current):
                self.reads(frame, instr, origin, slot, deep, what)

    def reads(
        self, frame: Frame, instr: Instr | None, root: Path | FreshKey, slot: str, deep: bool = False, what: str = ""
    ) -> None:
        """A place is read."""
        key = root, slot, deep, frame.filename, instr.span.line if instr is not None else 0, what
        found = self.read_at.get(key)
        if found is None:
            found = self.read_at[key] = Effect("read", what, Loc(root, slot, deep), Located("", key[3], key[4]))
        self.effects.setdefault(self.current, set()).add(found)

    def write(self, abstract: Abstract, frame: Frame, instr: Instr | None, slot: str, what: str) -> None:
        self.dropped(abstract, frame, instr, slot, what)
        if isinstance(abstract, Inst) and abstract.path is not None and issubclass(abstract.cls, dict):
            self.dictionaries.add(abstract.path)
        origins = abstract.moves if isinstance(abstract, Lazy) and abstract.moves else origins_of(abstract)
        for origin in origins:
            self.effect("write", frame, instr, what, Loc(origin, slot, _part(abstract)))
        if not origins and isinstance(abstract, Top | Inst | Known):
            self.effect("write", frame, instr, what, Loc(None))

    def error(self, cls: type, place: FreshKey) -> Inst:
        """An error that a handler gets, told apart by the `try` statement."""
        if place not in self.caught:
            self.caught.append(place)
        return Inst(cls, None, -1 - self.caught.index(place))

    def held_by(self, error: Abstract) -> Value:
        """What an error keeps (assumed to be data, see docs/assumptions.md); of one that was caught, it is a part."""
        caught = isinstance(error, Inst) and error.path is None and -len(self.caught) <= error.ident < 0
        return only(Plain(None, frozenset({self.caught[-1 - error.ident]}))) if caught else PLAIN  # type: ignore[union-attr]

    def variables_of(self, variables: dict[str, object]) -> None:
        """A variable of a module is looked up."""
        self.looked.add(object_path(variables, "the variables of a module"))

    def namespaces(self) -> set[tuple[Path, Path, bool]]:
        """That no dictionary that is written is the variables of a module or object that is read."""
        return {(written, looked, False) for written in self.dictionaries for looked in self.looked}

    # -- what an interpretation without live objects answers differently

    def entered(self, identity: object, env: Env) -> None:
        """A function of the program is called with these parameter values."""

    def assumes_client(self, abstract: Abstract) -> bool:
        """Whether a library object that can't be looked at counts as set up in the usual way."""
        return False

    def assumes_unnamed(self, name: str) -> bool:
        """Whether nobody sets an attribute of an object that can't be looked at, as the text doesn't name it."""
        return False

    def library_object(self, cls: type, call: Call) -> Value | None:
        """A new object of a library class whose constructor isn't interpreted."""
        return None

    def generator(self, name: str, frame: Frame, instr: Instr | None) -> Value:
        """The result of calling a generator function or coroutine."""
        return self.unknown(frame, instr, f"{name}, a generator or coroutine")

    def dropped(self, abstract: Abstract, frame: Frame, node: Instr | None, slot: str, what: str) -> None:
        """A write may drop what was in the slot."""

    # -- guards

    def guard(self, path: Path | None, kind: GuardKind, expected: object) -> None:
        if path is not None and (path, kind) not in self.guards:
            self.guards[path, kind] = Guard(path, kind, expected)

    def guard_class(self, cls: type, name: str, found: object) -> None:
        """The class's attribute is still `found`."""
        if (id(cls), name) not in self.guarded:
            self.guarded.add((id(cls), name))
            self.guard(object_path(cls, class_name(cls), name), "is", found)

    def class_lookup(self, cls: type, name: str) -> object:
        """The class's attribute, which must stay what it is, or MISSING: a class may get what it has not."""
        found = class_lookup(cls, name)
        if cls not in PLAIN_TYPES and cls not in CONTAINERS:
            self.guard_class(cls, name, found)
        return found

    def condition(self, path: Path, check: Callable[[object], bool], name: str = "") -> None:
        """What is at `path` meets a condition; `name` tells apart several of one path."""
        self.guards.setdefault((path, f"holds {name}".rstrip()), Guard(path, "holds", None, check))

    # -- fresh objects

    def contents(self, key: FreshKey) -> Memory:
        found = self.heap.get(key)
        if found is None:
            found = self.heap[key] = Memory(self.clock)
        self.touched.add(found.serial)
        return found

    def memory(self, fresh: Fresh) -> Memory:
        return self.contents(fresh.key)

    # -- functions made in analysed code

    def widen(self, variables: Env, seen: Env) -> None:
        """What a function sees may be this, too."""
        for name, value in seen.items():
            known = variables.get(name)
            if known is None or not value <= known:
                variables[name] = join(known or NOTHING, value)
                self.clock.changed()


def private(root: Path | FreshKey | None, ident: int) -> bool:
    """Whether memory was made by a callee that a node calls, for itself."""
    return type(root) is tuple and len(root) > 1 and root[0] == ident


def _part(abstract: Abstract) -> bool:
    """Whether a value may be something inside of what its origins name."""
    return (isinstance(abstract, Plain) and abstract.cls not in IMMUTABLE) or isinstance(abstract, Top)


def merge(a: Env | None, b: Env | None) -> Env | None:
    """The join of two environments (None: not reached)."""
    if a is None or b is None:
        return b if a is None else a
    merged, known = dict(a), a.get
    for name in [name for name, value in b.items() if known(name) is not value]:
        merged[name] = join(merged.get(name, NOTHING), b[name])
    return merged


def cell_of(name: str, frame: Frame) -> Path:
    """Where a shared variable lives: in a live cell, or in the analysed function around it."""
    cell = frame.cells.get(name)
    if is_a(cell, types.CellType):
        return Path("cell_of", name, (), cell, id(cell))  # type: ignore[arg-type]
    return Path("local", name)


class Trace:
    """Which fresh objects are come across while a function is interpreted."""

    __slots__ = ("begun", "made", "read", "record", "touched")

    def __init__(self, record: Record) -> None:
        self.record, self.begun, self.made = record, record.clock.changes, record.clock.made
        self.touched, record.touched = record.touched, set()
        self.read, record.clock.read = record.clock.read, set()

    def end(self) -> tuple[int, frozenset[int], frozenset[int], frozenset[int]]:
        """The first fields of a `Summary`; gives back what was noted before."""
        touched, read = frozenset(self.record.touched), frozenset(self.record.clock.read)
        self.record.touched = self.touched | touched
        self.record.clock.read = self.read | read
        found = frozenset(serial for serial in touched if serial < self.made)
        return self.begun, found | {-1}, touched, read
