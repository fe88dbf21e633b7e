"""Finds the facts about a live object by its identity; what was replaced by a mock or wrapper is not found."""

from __future__ import annotations

import functools
import sys
import types
from dataclasses import dataclass

from ..peek import mro_of
from ..records import replace
from .facts import CallFacts, TypeFacts
from .load import Library, facts_of, library

ALIASES = {
    "_io": "io", "posixpath": "os", "ntpath": "os", "posix": "os", "nt": "os", "genericpath": "os", "stat": "os",
    "_thread": "threading", "_random": "random", "_json": "json", "_functools": "functools",
    "_collections": "collections", "_operator": "operator", "_datetime": "datetime", "_pydatetime": "datetime",
    "_sqlite3": "sqlite3", "_hashlib": "hashlib", "_socket": "socket", "_struct": "struct", "binascii": "base64",
    "_sre": "re", "sre_constants": "re", "sre_compile": "re", "sre_parse": "re", "_statistics": "statistics",
    "_contextvars": "contextvars", "_collections_abc": "collections", "_bisect": "bisect", "_heapq": "heapq",
    "_csv": "csv", "_pickle": "pickle", "_compat_pickle": "pickle", "_decimal": "decimal", "_pydecimal": "decimal",
    "_bz2": "bz2", "_compression": "gzip", "_lzma": "lzma", "_queue": "queue", "_ssl": "ssl", "_codecs": "codecs",
    "_string": "string", "_locale": "locale", "_abc": "abc", "_py_abc": "abc", "_ast": "ast", "_ctypes": "ctypes",
    "_elementtree": "xml", "_md5": "hashlib", "_sha1": "hashlib", "_sha2": "hashlib", "_sha256": "hashlib",
    "_sha512": "hashlib", "_sha3": "hashlib", "_blake2": "hashlib", "_warnings": "warnings", "_weakref": "weakref",
    "_weakrefset": "weakref", "_asyncio": "asyncio", "_imp": "importlib", "_frozen_importlib": "importlib",
    "_frozen_importlib_external": "importlib", "_signal": "signal", "_typing": "typing", "_strptime": "datetime",
    "_tracemalloc": "tracemalloc", "_zoneinfo": "zoneinfo", "_uuid": "uuid", "_py_warnings": "warnings",
    "_multiprocessing": "multiprocessing", "reprlib": "pprint", "tokenize": "ast",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Stated:
    """A short statement about one name, not yet made into facts."""

    library: Library
    statement: str
    name: str
    method: bool  # of Python, in a class: what is called unbound gets its receiver first


@dataclass(slots=True)
class _Pending:
    """What of a library's file has not been found yet, for want of its modules."""

    library: Library
    rows: list[CallFacts]
    types: list[TypeFacts]
    groups: list[str]


_calls: dict[int, tuple[object, CallFacts | _Stated]] = {}
_types: dict[int, tuple[type, TypeFacts]] = {}
_pending: dict[str, _Pending] = {}
_seen: dict[str, int] = {}


def resolve(dotted: str) -> object:
    """The object that a dotted name means now, without importing anything; None when there is none."""
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is None:
            continue
        found: object = module
        for part in parts[cut:]:
            found = _plain(_step(found, part))
            if found is None:
                return None
        return found
    return None


def _plain(found: object) -> object:
    return getattr(found, "__func__", found) if type(found) in (staticmethod, classmethod) else found


def _step(holder: object, name: str) -> object:
    if isinstance(holder, type):
        for base in mro_of(holder):
            if name in vars(base):
                return vars(base)[name]
        return None
    return vars(holder).get(name) if isinstance(holder, types.ModuleType) else None


def _home(module: object) -> str:
    top = str(module).partition(".")[0]
    return ALIASES.get(top, top)


def _top(obj: object) -> str:
    """The library that an object says it belongs to."""
    holder = getattr(obj, "__objclass__", None)
    module = getattr(holder, "__module__", None) if holder is not None else getattr(obj, "__module__", None)
    if not isinstance(module, str):
        receiver = getattr(obj, "__self__", None)
        module = (
            receiver.__name__
            if isinstance(receiver, types.ModuleType)
            else type(receiver).__module__
            if receiver is not None
            else "builtins"
        )
    return _home(module)


C_METHODS = (types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)
PLAIN_CALLABLES = (types.FunctionType, types.BuiltinFunctionType, *C_METHODS, type)


COMPILED = {"numpy": ("ufunc", "_ArrayFunctionDispatcher"), "_cython": ("cython_function_or_method",)}


def compiled(obj: object) -> bool:
    """Whether an object is a function of a kind that numpy or Cython adds to Python's own."""
    kind = type(obj)
    return any(kind.__module__.startswith(home) and kind.__name__ in names for home, names in COMPILED.items())


def is_own(obj: object, packages: tuple[str, ...]) -> bool:
    """Whether an object is the library's own: its code lies in the library, or it is C of the library's module.

    Types are asked, not objects: a wrapper says that it is an instance of what it wraps.
    """
    kind = type(obj)
    if kind is types.FunctionType:
        assert isinstance(obj, types.FunctionType)
        module = sys.modules.get(obj.__globals__.get("__name__", ""))
        if module is None or vars(module) is not obj.__globals__ or _home(module.__name__) not in packages:
            return False
        filename = obj.__code__.co_filename
        return filename == getattr(module, "__file__", None) or filename.startswith("<frozen ")
    if kind is types.BuiltinFunctionType:
        receiver = getattr(obj, "__self__", None)
        if (
            not isinstance(receiver, type | types.ModuleType | None)
            and _home(type(receiver).__module__) not in packages
        ):
            return False  # a method bound to some object of the user's
    elif not issubclass(kind, (type, *C_METHODS)) and not compiled(obj):
        return False
    return _top(obj) in packages


def own_of(found: object, cls: type) -> bool:
    """Whether what stands in a class of a library is the library's own: a function, a property, data."""
    inner = getattr(found, "fget", None) if type(found) is property else found
    if isinstance(found, functools.cached_property):
        inner = found.func
    if type(inner) in DATA:
        return True
    return is_own(_plain(inner), _packages(_home(cls.__module__)))


DATA = (int, float, str, bytes, bool, type(None), tuple, dict, list, types.GetSetDescriptorType)


def extends(cls: type, facts: CallFacts) -> bool:
    """Whether a class of the user's redefines something of the library class below it, which its methods may run."""
    mine: set[str] = set()
    for base in mro_of(cls):
        if _home(base.__module__) in (facts.library, "builtins", *_packages(facts.library)):
            return any(_step(base, name) is not None for name in mine)
        mine.update(name for name in vars(base) if name not in HARMLESS)
    return True


HARMLESS = frozenset(
    {
        "__init__", "__new__", "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__",
        "__annotations__", "__slots__", "__init_subclass__", "__firstlineno__", "__static_attributes__",
        "__abstractmethods__", "_abc_impl", "__parameters__", "__orig_bases__", "__annotate__", "__annotate_func__",
        "__repr__", "__str__",
    }
)  # fmt: skip


@functools.cache
def _packages(name: str) -> tuple[str, ...]:
    found = library(name)
    return found.packages if found is not None else ()


def load(top: str) -> None:
    """Registers what the file of a top-level package names, as far as it is there by now."""
    if top not in _pending:
        found = library(top) or Library(top, (), (), ())
        _pending[top] = _Pending(found, list(found.calls), list(found.types), list(found.groups))
    elif len(sys.modules) == _seen[top]:
        return
    _seen[top] = len(sys.modules)
    waiting = _pending[top]
    if not (waiting.rows or waiting.types or waiting.groups):
        return
    packages = waiting.library.packages
    waiting.rows = [facts for facts in waiting.rows if not _add_row(facts, packages)]
    waiting.types = [facts for facts in waiting.types if not _add_type(facts)]
    waiting.groups = [holder for holder in waiting.groups if not _add_group(holder, waiting.library)]


def _add_row(facts: CallFacts, packages: tuple[str, ...]) -> bool:
    obj = resolve(facts.name)
    if obj is not None and is_own(obj, packages):
        holder, _, name = facts.name.rpartition(".")
        owner = resolve(holder)
        method = isinstance(owner, type) and isinstance(_step(owner, name), types.FunctionType)
        _calls[id(obj)] = (obj, _completed(facts, obj, method))
    return obj is not None


def _completed(facts: CallFacts, obj: object, method: bool) -> CallFacts:
    """The facts with what the callable itself tells: the names of its parameters, without the receiver's."""
    if not isinstance(obj, types.FunctionType):
        return facts
    written = obj
    while isinstance(inner := vars(written).get("__wrapped__"), types.FunctionType):
        written = inner
    code = written.__code__
    return replace(facts, params=facts.params or code.co_varnames[method : code.co_argcount], method=method)


def _add_type(facts: TypeFacts) -> bool:
    obj = resolve(facts.name)
    if isinstance(obj, type):
        _types[id(obj)] = (obj, facts)
    return obj is not None


def _add_group(dotted: str, known: Library) -> bool:
    """Registers the names of one module or class; a name that is not there now is one of another version of Python."""
    holder = sys.modules.get(dotted) or resolve(dotted)
    if holder is None:
        return False
    in_class = isinstance(holder, type)
    for statement, names in known.groups[dotted].items():
        if statement.startswith("analysed:"):
            continue
        for name in names.split():
            found = _step(holder, name)
            obj = _plain(found)
            if obj is not None and is_own(obj, known.packages):
                method = in_class and isinstance(found, types.FunctionType)
                _calls[id(obj)] = (obj, _Stated(known, statement, f"{dotted}.{name}", method))
    return True


def _facts(obj: object) -> CallFacts | None:
    found = _calls.get(id(obj))
    if found is None or found[0] is not obj:
        return None
    facts = found[1]
    if isinstance(facts, _Stated):
        facts = _completed(facts_of(facts.statement, facts.name, facts.library), obj, facts.method)
        _calls[id(obj)] = (obj, facts)
    return facts


def lookup(obj: object) -> CallFacts | None:
    """The facts about a function, method descriptor or class, by identity."""
    found = _facts(obj)
    if found is None and (isinstance(obj, PLAIN_CALLABLES) or compiled(obj)):
        load(_top(obj))
        found = _facts(obj)
    return found


def type_facts(cls: type) -> TypeFacts | None:
    """The facts about a class, by identity."""
    found = _types.get(id(cls))
    if found is None:
        load(_home(cls.__module__))
        found = _types.get(id(cls))
    return found[1] if found is not None and found[0] is cls else None


__all__ = ["compiled", "extends", "is_own", "load", "lookup", "own_of", "resolve", "type_facts"]
