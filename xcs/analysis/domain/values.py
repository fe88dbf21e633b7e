"""Abstract values: possible types with where the object comes from, and how live objects become values.

Live objects are looked at without running user code: `type`, instance dictionaries and class dictionaries are read.
"""

from __future__ import annotations

import enum
import io
import pathlib
import types
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final

from ...records import record

MISSING: Final = type("Missing", (), {"__repr__": lambda self: "missing"})()
IMMUTABLE: Final = (int, float, complex, bool, str, bytes, type(None), type(Ellipsis), range)
CONTAINERS: Final = (list, dict, tuple, set, frozenset, Counter, OrderedDict, deque)
PLAIN_TYPES: Final = (*IMMUTABLE, *CONTAINERS, bytearray, slice)
FUNCTIONS: Final = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.ClassMethodDescriptorType,
)
PLAIN_NODES = 20_000  # objects looked at before a container counts as too large to be proved plain


SAME = ("oftype", "parts", "namespace")  # steps that lead no further, as a reader sees it


@record
class Path:
    """How an object is reached at region entry: a root and steps.

    Roots: `local`, `cell_of` (a cell), `global` (a name of a module's dictionary), `object` (the holder itself).
    """

    kind: str
    name: str
    steps: tuple[tuple[str, object], ...] = ()
    holder: dict[str, object] | None = field(default=None, compare=False, repr=False)
    holder_id: int = 0
    code: int = field(default=0, init=False, compare=False, repr=False)  # the hash, once it has been asked for

    def __hash__(self) -> int:
        if not self.code:
            self.code = hash((self.kind, self.name, self.steps, self.holder_id))  # type: ignore[misc]
        return self.code

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Path)
            and self.name == other.name
            and self.holder_id == other.holder_id
            and self.steps == other.steps
            and self.kind == other.kind
        )

    def step(self, kind: str, key: object) -> Path:
        return Path(self.kind, self.name, (*self.steps, (kind, key)), self.holder, self.holder_id)

    def __str__(self) -> str:
        text = self.name
        for kind, key in self.steps:
            text += f".{key}" if kind == "attr" else "" if kind in SAME else "[...]"
        return text


def object_path(obj: object, name: str, *attributes: str) -> Path:
    """The path of a live object itself (of an attribute of it)."""
    steps = tuple([("attr", a) for a in attributes]) if attributes else ()
    return Path("object", name, steps, obj, id(obj))  # type: ignore[arg-type]


def global_path(variables: dict[str, object], name: str) -> Path:
    """The path of a module's variable; the same by its name and as an attribute of the module."""
    return Path("global", name, (), variables, id(variables))


@record
class Known:
    """One live object, known by identity: a function, class, module or method of C."""

    ident: int
    obj: object = field(compare=False, repr=False)


@record
class Inst:
    """An instance of exactly `cls`; `live` is an example of it as it is now, or MISSING."""

    cls: type
    path: Path | None
    ident: int = 0
    live: object = field(default=MISSING, compare=False, repr=False)


FreshKey = tuple[int, ...]


@record
class Fresh:
    """An object made while the region (or callee) runs; its contents are in the heap."""

    key: FreshKey
    cls: type


@record
class Plain:
    """Recursively exact built-in data. `cls` None: any such type. `origins`: what it may be a part of.

    `endpoint`: the path of the inference endpoint that a text is the address of, or the end of one's.
    """

    cls: type | None = None
    origins: frozenset[Path | FreshKey] = frozenset()
    const: object = MISSING
    endpoint: str = ""

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Plain)
            and self.cls is other.cls
            and self.origins == other.origins
            and type(self.const) is type(other.const)
            and self.const == other.const
            and self.endpoint == other.endpoint
        )

    def __hash__(self) -> int:
        return hash((self.cls, self.origins))


@record
class Closure:
    """A function made in analysed code: its IR and the variables it sees."""

    key: int
    ir: object = field(compare=False, repr=False)
    env: dict[str, frozenset[Abstract]] = field(compare=False, repr=False)
    module: dict[str, object] = field(compare=False, repr=False)
    defaults: tuple[tuple[str, frozenset[Abstract]], ...] = field(default=(), compare=False, repr=False)


@record
class Bound:
    """A method with its receiver."""

    func: Abstract
    receiver: Abstract


@record
class Lazy:
    """An iterator over `element`s, or a view of them, that is made where it stands.

    `moves`: the iterators that move on where somebody goes through it, itself among them (a view does not move);
    `asks`: the channel that is asked for each element; `shallow`: it gives what containers hold, and looks into none.
    """

    element: frozenset[Abstract]
    origins: frozenset[Path | FreshKey] = frozenset()
    readable: bool = True
    moves: frozenset[FreshKey] = frozenset()
    asks: str = ""
    runs: bool = False  # going through it runs the user's code, each time it is asked:
    function: frozenset[Abstract] = frozenset()
    given: tuple[frozenset[Abstract], ...] = ()
    key: FreshKey = ()
    shallow: bool = False


@record
class Generator:
    """A generator made in analysed code: its body runs where somebody goes through it."""

    key: FreshKey
    ir: object = field(compare=False, repr=False)
    parameters: tuple[tuple[str, frozenset[Abstract]], ...]
    frame: object = field(compare=False, repr=False)
    identity: object = field(compare=False, repr=False)
    name: str = field(default="", compare=False)


@record
class Top:
    """Anything. `why` says what made it unknown."""

    why: str = "a value of unknown type"
    origins: frozenset[Path | FreshKey] = frozenset()


@record
class Super:
    """What `super()` gives in a method of `cls`."""

    cls: type
    receiver: Abstract


FILES: Final = (io.TextIOWrapper, io.BufferedReader)  # what is opened for reading
STREAMS: Final = (*FILES, io.StringIO, io.BytesIO)
PATHS: Final = tuple(
    cls for cls in vars(pathlib).values() if isinstance(cls, type) and issubclass(cls, pathlib.PurePath)
)


Abstract = Generator | Super | Known | Inst | Fresh | Plain | Closure | Bound | Lazy | Top
Value = frozenset[Abstract]

NOTHING: Final[Value] = frozenset()
PLAIN: Final[Value] = frozenset({Plain()})
NONE: Final[Value] = frozenset({Plain(type(None), frozenset(), None)})


def only(abstract: Abstract) -> Value:
    return frozenset({abstract})


def join(*values: Value) -> Value:
    """The union, widened where it grows too wide."""
    if len(values) == 2:
        first, second = values
        merged = first if first is second or not second else second if not first else first | second
    else:
        merged = NOTHING.union(*values)
    if len(merged) <= 8:
        return merged
    origins = frozenset(o for a in merged for o in origins_of(a))
    if all(isinstance(a, Plain) for a in merged):
        return only(Plain(None, origins))
    return only(Top("a value of too many possible types", origins))


def origins_of(abstract: Abstract) -> frozenset[Path | FreshKey]:
    """The mutable memory that an abstract value may be, or be a part of."""
    if type(abstract) is Plain:
        return abstract.origins
    match abstract:
        case Inst(path=path):
            return frozenset({path}) if path is not None else frozenset()
        case Fresh(key=key):
            return frozenset({key})
        case Generator(key=key, parameters=parameters):
            return frozenset({key}).union(*(origins_of(a) for _, value in parameters for a in value))
        case Plain(origins=origins) | Top(origins=origins):
            return origins
        case Lazy(origins=origins, moves=moves):
            return origins | moves
        case Bound(receiver=receiver):
            return origins_of(receiver)
        case _:
            return frozenset()


SPECIAL_OF_TUPLES: Final = (
    "__iter__", "__getitem__", "__len__", "__contains__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__",
    "__hash__", "__add__", "__mul__", "__getattribute__", "__str__", "__format__", "__reversed__",
)  # fmt: skip


def named_tuple(obj: object) -> bool:
    """Whether an object is a class that `namedtuple` or `NamedTuple` made, with nothing of a tuple's replaced."""
    if not issubclass(type(obj), type) or type(obj) is not type or not issubclass(obj, tuple):
        return False
    made = class_lookup(obj, "__new__")
    written = getattr(getattr(made, "__func__", made), "__code__", None)
    shown = class_lookup(obj, "__repr__")
    return (
        written is not None
        and written.co_filename.startswith("<string>")
        and type(class_lookup(obj, "_fields")) is tuple
        and type(class_lookup(obj, "_field_defaults")) is dict
        and getattr(getattr(shown, "__code__", None), "co_filename", "").endswith(COLLECTIONS)
        and class_lookup(obj, "__getattr__") is MISSING
        and class_lookup(obj, "__init__") is object.__init__
        and all(class_lookup(obj, n) is class_lookup(tuple, n) for n in SPECIAL_OF_TUPLES)
    )


COLLECTIONS: Final = ("collections/__init__.py", "collections\\__init__.py", "<frozen collections>")
OF_ENUMS: Final = ("_missing_", "__eq__", "__hash__", "__getattribute__", "__getattr__")


def own_enum(obj: object) -> bool:
    """Whether an object is an enumeration whose members are found and compared as `enum` does it."""
    if type(obj) is not enum.EnumMeta or issubclass(obj, enum.Flag):
        return False
    order = mro_of(obj)
    bases = [base for base in order if base.__module__ not in ("builtins", "enum")]
    made = getattr(class_lookup(obj, "__new__"), "__func__", class_lookup(obj, "__new__"))
    if made is not enum.Enum.__new__:
        return False
    return type(peek(obj, "_member_map_")) is dict and not any(name in vars(b) for b in bases for name in OF_ENUMS)


def is_container(cls: type) -> bool:
    """Whether a class is a built-in container, or a named tuple, which behaves like one."""
    return cls in CONTAINERS or named_tuple(cls)


def moved_by(abstract: Abstract) -> frozenset[FreshKey]:
    """The iterators that move on where somebody goes through the value."""
    match abstract:
        case Lazy(moves=moves):
            return moves
        case Generator(key=key):
            return frozenset({key})
        case Fresh(key=key, cls=cls) if cls in STREAMS:
            return frozenset({key})
        case _:
            return frozenset()


def is_plain(obj: object) -> bool:
    """Whether `obj` is exact built-in data all the way down (bounded; cycles and huge data are not)."""
    if type(obj) in IMMUTABLE:
        return True
    budget = PLAIN_NODES
    todo = [obj]
    seen: set[int] = set()
    while todo:
        item = todo.pop()
        kind = type(item)
        if kind in IMMUTABLE:
            continue
        if kind not in CONTAINERS:
            return False
        if id(item) in seen:
            continue
        seen.add(id(item))
        parts: list[object] = [*item.keys(), *item.values()] if isinstance(item, dict) else list(item)  # type: ignore[call-overload]
        budget -= len(parts)
        if budget < 0:
            return False
        if not set(map(type, parts)) <= set(IMMUTABLE):
            todo.extend(parts)
    return True


mro_of: Final[Callable[[type], tuple[type, ...]]] = type.__dict__["__mro__"].__get__
dict_of: Final[Callable[[type], Mapping[str, object]]] = type.__dict__["__dict__"].__get__


def built_in_names(module: Mapping[str, object]) -> Mapping[str, object]:
    """What the names mean that a module's code finds in no variable of the module."""
    found = module.get("__builtins__")
    return found if isinstance(found, dict) else vars(found) if found is not None else {}


def class_lookup(cls: type, name: str) -> object:
    """The attribute in the class dictionaries along the MRO, or MISSING."""
    for base in mro_of(cls):
        below = dict_of(base)
        if name in below:
            return below[name]
    return MISSING


def instance_dict(obj: object) -> dict[str, object] | None:
    """The instance's own dictionary, or None where it has none or hides it."""
    try:
        found = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return None
    return found if type(found) is dict else None


def slot_of(found: types.MemberDescriptorType, obj: object) -> object:
    """What a slot of an object holds, or MISSING."""
    try:
        return found.__get__(obj)
    except (AttributeError, TypeError):
        return MISSING


def peek(obj: object, name: str) -> object:
    """The attribute value as it is stored (instance dictionary, slot, then class), or MISSING; runs no user code."""
    if obj is MISSING:
        return MISSING
    if issubclass(type(obj), types.ModuleType):  # not isinstance: that asks the object for its __class__
        return object.__getattribute__(obj, "__dict__").get(name, MISSING)
    if issubclass(type(obj), type):
        return class_lookup(obj, name)  # type: ignore[arg-type]
    below = instance_dict(obj)
    found = class_lookup(type(obj), name)
    if type(found) is types.MemberDescriptorType:
        return slot_of(found, obj)
    if below is not None and name in below:
        return below[name]
    return found
