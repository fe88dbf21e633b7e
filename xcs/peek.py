"""Looking at live objects, the only place that does: no code of the program runs, whatever its classes define.

`isinstance` asks an object for its `__class__`, `getattr` and `vars` run descriptors, `==`, `in` and dictionaries ask
metaclasses. Here types, dictionaries and slots are read through the descriptors of C that hold them.
"""

from __future__ import annotations

import enum
import io
import pathlib
import types
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from gc import get_referents
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar, Union, overload

T = TypeVar("T")

MISSING: Final = type("Missing", (), {"__repr__": lambda self: "missing"})()


class Kinds(tuple[type, ...]):
    """Classes, among which one is looked for by identity: metaclasses may define equality and hashes."""

    if TYPE_CHECKING:  # at run time, a tuple with annotations would be taken for a named one
        ids: frozenset[int]

    def __new__(cls, kinds: Iterable[type]) -> Kinds:
        made = super().__new__(cls, kinds)
        made.ids = frozenset(map(id, made))
        return made

    def __contains__(self, kind: object) -> bool:
        return id(kind) in self.ids


IMMUTABLE: Final = Kinds((int, float, complex, bool, str, bytes, type(None), type(Ellipsis), range))
CONTAINERS: Final = Kinds((list, dict, tuple, set, frozenset, Counter, OrderedDict, deque))
PLAIN_TYPES: Final = Kinds((*IMMUTABLE, *CONTAINERS, bytearray, slice))
FUNCTIONS: Final = Kinds(
    (
        types.FunctionType,
        types.BuiltinFunctionType,
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
        types.MethodWrapperType,
        types.ClassMethodDescriptorType,
    )
)
FILES: Final = Kinds((io.TextIOWrapper, io.BufferedReader))  # what is opened for reading
STREAMS: Final = Kinds((*FILES, io.StringIO, io.BytesIO))
PATHS: Final = Kinds(
    cls for cls in vars(pathlib).values() if isinstance(cls, type) and issubclass(cls, pathlib.PurePath)
)
PLAIN_NODES = 20_000  # objects looked at before a container counts as too large to be proved plain

mro_of: Final[Callable[[type], tuple[type, ...]]] = type.__dict__["__mro__"].__get__
dict_of: Final[Callable[[type], Mapping[str, object]]] = type.__dict__["__dict__"].__get__
IO_BASE: Final = mro_of(io.IOBase)[1]  # of C: the other one's metaclass has a say in what is one
_module_of: Final[Callable[[type], object]] = type.__dict__["__module__"].__get__
_name_of: Final[Callable[[type], str]] = type.__dict__["__name__"].__get__
_qualname_of: Final[Callable[[type], str]] = type.__dict__["__qualname__"].__get__
_variables_of: Final[Callable[[object], dict[str, object] | None]] = dict_of(types.ModuleType)["__dict__"].__get__  # type: ignore[attr-defined]


# -- what an object is


@overload
def is_a(obj: object, cls: type[T]) -> TypeGuard[T]: ...
@overload
def is_a(obj: object, cls: tuple[type, ...]) -> bool: ...
def is_a(obj: object, cls: type[T] | tuple[type, ...]) -> bool:
    """Whether an object's own type is a class, or made from it; the class's own must not have a say in that (`abc`)."""
    return issubclass(type(obj), cls)


def is_class(obj: object) -> TypeGuard[type]:
    return issubclass(type(obj), type)


def is_module(obj: object) -> TypeGuard[types.ModuleType]:
    return issubclass(type(obj), types.ModuleType)


def is_function(obj: object) -> TypeGuard[types.FunctionType]:
    """Whether an object is a function of Python's."""
    return type(obj) is types.FunctionType


def return_annotation(function: types.FunctionType) -> object:
    """What a function of Python's is annotated to return, as written, or MISSING; not where code would have to run."""
    if getattr(function, "__annotate__", None) is not None:  # Python 3.14
        return MISSING
    stated = function.__annotations__
    return stated.get("return", MISSING) if type(stated) is dict else MISSING


def is_plain(obj: object) -> bool:
    """Whether `obj` is exact built-in data all the way down (bounded; cycles and huge data are not)."""
    if type(obj) in IMMUTABLE:
        return True
    budget = PLAIN_NODES
    todo = [obj]
    seen: set[int] = set()
    atoms, containers = IMMUTABLE.ids, CONTAINERS.ids
    while todo:
        item = todo.pop()
        kind = id(type(item))
        if kind in atoms:
            continue
        if kind not in containers:
            return False
        if id(item) in seen:
            continue
        seen.add(id(item))
        budget -= len(item)  # type: ignore[arg-type]
        if budget < 0:
            return False
        parts = parts_of(item)
        if not atoms.issuperset(map(id, map(type, parts))):
            todo.extend(parts)
    return True


def parts_of(container: Any) -> list[object]:
    """The elements of an exact built-in container; of a dictionary the keys and the values."""
    return [*container.keys(), *container.values()] if issubclass(type(container), dict) else list(container)


# -- what it says of itself


def text(obj: object) -> str:
    """A text as a text of Python's own; nothing in place of anything else."""
    return str.__str__(obj) if issubclass(type(obj), str) else ""


def home_of(cls: type) -> str:
    """The module that a class says it belongs to; nothing where it says none."""
    try:
        return text(_module_of(cls))
    except AttributeError:
        return ""


def class_name(cls: type) -> str:
    return text(_name_of(cls))


def class_qualname(cls: type) -> str:
    return text(_qualname_of(cls))


def name_of(obj: object) -> str:
    """The name that a function, class or module has; nothing for any other object."""
    if type(obj) in FUNCTIONS:
        of_c: Any = obj
        return text(of_c.__name__)
    if is_class(obj):
        return class_name(obj)
    return text(variables_of(obj).get("__name__")) if is_module(obj) else ""


def qualname_of(obj: object) -> str:
    """The name of a function or class with those that it stands in, or a module's; nothing for any other object."""
    if type(obj) in FUNCTIONS:
        of_c: Any = obj
        return text(of_c.__qualname__)
    if type(obj) is types.MethodType:
        return qualname_of(obj.__func__)
    return class_qualname(obj) if is_class(obj) else name_of(obj)


def function_home(function: object) -> str:
    """The module that a function says it belongs to; nothing where it says none, or is none."""
    if type(function) in FUNCTIONS:
        of_c: Any = function
        return text(getattr(of_c, "__module__", None))
    return ""


_of_errors: Final[Mapping[str, Any]] = dict_of(BaseException)
traceback_of: Final[Callable[[BaseException], types.TracebackType | None]] = _of_errors["__traceback__"].__get__
cause_of: Final[Callable[[BaseException], BaseException | None]] = _of_errors["__cause__"].__get__
context_of: Final[Callable[[BaseException], BaseException | None]] = _of_errors["__context__"].__get__


# -- what it holds


def class_lookup(cls: type, name: str) -> object:
    """The attribute in the class dictionaries along the MRO, or MISSING."""
    for base in mro_of(cls):
        below = dict_of(base)
        if name in below:
            return below[name]
    return MISSING


def variables_of(module: types.ModuleType) -> dict[str, object]:
    """A module's dictionary; an empty one before it has any."""
    return _variables_of(module) or {}


def instance_dict(obj: object) -> dict[str, object] | None:
    """The instance's own dictionary, or None where it has none or hides it."""
    for base in mro_of(type(obj)):
        found: Any = dict_of(base).get("__dict__")
        if type(found) is types.GetSetDescriptorType or type(found) is types.MemberDescriptorType:
            try:
                below = found.__get__(obj)
            except (AttributeError, TypeError):
                return None
            return below if type(below) is dict else None
    return None


def instance_dicts(kind: type, found: list[object]) -> list[dict[str, object]] | None:
    """The own dictionaries of objects of one class, where all have one."""
    getter: Any = class_lookup(kind, "__dict__")
    if type(getter) is not types.GetSetDescriptorType or issubclass(kind, type):
        return None
    made = list(map(getter.__get__, found))
    return made if all(type(own) is dict for own in made) else None


def hides_dict(cls: type) -> bool:
    """Whether objects of a class have a dictionary that cannot be reached, as the class defines `__dict__`."""
    found = [dict_of(base)["__dict__"] for base in mro_of(cls) if "__dict__" in dict_of(base)]
    return bool(found) and type(found[-1]) is not types.GetSetDescriptorType and not issubclass(cls, types.ModuleType)


def receiver_of(callee: object) -> object:
    """The object of a bound method, or None."""
    bound: Any = callee
    return bound.__self__ if type(callee) is types.MethodType or type(callee) is types.BuiltinMethodType else None


def content_of(cell: types.CellType) -> object:
    """What a cell holds, or MISSING."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


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
    kind = type(obj)
    if issubclass(kind, types.ModuleType):
        return (_variables_of(obj) or {}).get(name, MISSING)
    if issubclass(kind, type):
        return class_lookup(obj, name)  # type: ignore[arg-type]
    found = class_lookup(kind, name)
    if type(found) is types.MemberDescriptorType:
        return slot_of(found, obj)
    below = instance_dict(obj)
    if below is not None and name in below:
        return below[name]
    return found


def built_in_names(module: Mapping[str, object]) -> Mapping[str, object]:
    """What the names mean that a module's code finds in no variable of the module."""
    found = module.get("__builtins__")
    return found if type(found) is dict else variables_of(found) if is_module(found) else {}


# -- what annotations say

ALIASES: Final = ("_GenericAlias", "_UnionGenericAlias", "_LiteralGenericAlias")  # of `typing`, annotated ones not


def origin_of(annotation: object) -> object:
    """What an annotation with parts is of (`list` of `list[int]`), or None; of a union, `types.UnionType`."""
    kind = type(annotation)
    if kind is types.UnionType:
        return types.UnionType
    if kind is types.GenericAlias:
        return annotation.__origin__  # type: ignore[attr-defined]
    origin = _alias(annotation).get("__origin__")
    return types.UnionType if origin is Union else origin


def arguments_of(annotation: object) -> tuple[object, ...]:
    """The parts of such an annotation."""
    kind = type(annotation)
    found = annotation.__args__ if kind is types.UnionType or kind is types.GenericAlias else None  # type: ignore[attr-defined]
    found = _alias(annotation).get("__args__") if found is None else found
    return found if type(found) is tuple else ()


def without_notes(annotation: object) -> object:
    """What `Annotated[...]` is about; any other annotation as it is."""
    noted = home_of(type(annotation)) == "typing" and class_name(type(annotation)) == "_AnnotatedAlias"
    return (instance_dict(annotation) or {}).get("__origin__") if noted else annotation


def _alias(annotation: object) -> Mapping[str, object]:
    of_typing = home_of(type(annotation)) == "typing" and class_name(type(annotation)) in ALIASES
    return (instance_dict(annotation) or {}) if of_typing else {}


# -- classes that others make


SPECIAL_OF_TUPLES: Final = (
    "__iter__", "__getitem__", "__len__", "__contains__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__",
    "__hash__", "__add__", "__mul__", "__getattribute__", "__str__", "__format__", "__reversed__",
)  # fmt: skip
COLLECTIONS: Final = ("collections/__init__.py", "collections\\__init__.py", "<frozen collections>")
OF_ENUMS: Final = ("_missing_", "__eq__", "__hash__", "__getattribute__", "__getattr__")


def property_of(found: object) -> object:
    """The function that a property calls to be read; MISSING: it is no property."""
    getter: Any = dict_of(property)["fget"]
    return getter.__get__(found) if issubclass(type(found), property) else MISSING


def unwrapped(found: object) -> object:
    """The function in a class method or static method; anything else as it is."""
    return found.__func__ if type(found) is staticmethod or type(found) is classmethod else found


def _filename(function: object) -> str:
    return function.__code__.co_filename if is_function(function) else ""


def named_tuple(obj: object) -> bool:
    """Whether an object is a class that `namedtuple` or `NamedTuple` made, with nothing of a tuple's replaced."""
    if type(obj) is not type or not issubclass(obj, tuple):
        return False
    return (
        _filename(unwrapped(class_lookup(obj, "__new__"))).startswith("<string>")
        and type(class_lookup(obj, "_fields")) is tuple
        and type(class_lookup(obj, "_field_defaults")) is dict
        and _filename(class_lookup(obj, "__repr__")).endswith(COLLECTIONS)
        and class_lookup(obj, "__getattr__") is MISSING
        and class_lookup(obj, "__init__") is object.__init__
        and all(class_lookup(obj, n) is class_lookup(tuple, n) for n in SPECIAL_OF_TUPLES)
    )


def own_enum(obj: object) -> bool:
    """Whether an object is an enumeration whose members are found and compared as `enum` does it."""
    if type(obj) is not enum.EnumMeta or issubclass(obj, enum.Flag):
        return False
    if unwrapped(class_lookup(obj, "__new__")) is not ENUM_NEW:
        return False
    bases = [base for base in mro_of(obj) if home_of(base) not in ("builtins", "enum")]
    return type(peek(obj, "_member_map_")) is dict and not any(name in dict_of(b) for b in bases for name in OF_ENUMS)


ENUM_NEW: Final = unwrapped(class_lookup(enum.Enum, "__new__"))


def is_container(cls: type) -> bool:
    """Whether a class is a built-in container, or a named tuple, which behaves like one."""
    return cls in CONTAINERS or named_tuple(cls)


def target_of(writer: object) -> object:
    """What a `csv.writer` writes to, by a method of C; the writer itself does not tell. MISSING: anything else."""
    kind = type(writer)
    if home_of(kind) != "_csv" or type(class_lookup(kind, "writerow")) is not types.MethodDescriptorType:
        return MISSING
    held = [part for part in get_referents(writer) if type(part) is types.BuiltinFunctionType]
    return held[0].__self__ if len(held) == 1 and held[0].__name__ == "write" else MISSING


def holds_objects(array: object) -> bool:
    """Whether the elements of an array of numpy's may be any objects; of anything else, True."""
    kind = type(array)
    told = class_lookup(kind, "dtype")
    if home_of(kind) != "numpy" or class_name(kind) != "ndarray" or type(told) is not types.GetSetDescriptorType:
        return True
    of_c: Any = told
    return bool(of_c.__get__(array).hasobject)
