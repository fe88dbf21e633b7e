"""Finds the facts about a live object by its identity; what was replaced by a mock or wrapper is not found."""

from __future__ import annotations

import builtins
import functools
import sys
import types
from typing import Any

from ..bound import BUILT_INS
from ..peek import (
    MISSING,
    Kinds,
    class_name,
    dict_of,
    function_home,
    home_of,
    instance_dict,
    is_a,
    is_class,
    is_function,
    is_module,
    mro_of,
    name_of,
    peek,
    property_of,
    text,
    unwrapped,
    variables_of,
)
from ..records import dataclass, replace
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
    "_multiprocessing": "multiprocessing", "reprlib": "pprint", "tokenize": "ast", "pydantic_core": "pydantic",
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
    found = unwrapped(found)
    return None if found is MISSING else found


def _step(holder: object, name: str) -> object:
    """What a class or module has by that name, or None."""
    if holder is builtins:
        return BUILT_INS.get(name)
    found = peek(holder, name) if is_class(holder) or is_module(holder) else MISSING
    return None if found is MISSING else found


def _home(module: str) -> str:
    top = module.partition(".")[0]
    return ALIASES.get(top, top)


def _top(obj: object) -> str:
    """The library that an object says it belongs to."""
    of_c: Any = obj
    if is_class(obj):
        return _home(home_of(obj))
    if type(obj) in C_METHODS:
        return _home(home_of(of_c.__objclass__))
    module = function_home(obj)
    if not module and compiled(obj):
        module = text(of_c.__module__) if hasattr(of_c, "__module__") else ""
    if not module and type(obj) is types.BuiltinFunctionType and of_c.__self__ is not None:
        module = name_of(of_c.__self__) if is_module(of_c.__self__) else home_of(type(of_c.__self__))
    return _home(module or "builtins")


C_METHODS = Kinds((types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType))
CALLABLES = Kinds((types.FunctionType, types.BuiltinFunctionType, *C_METHODS))


COMPILED = {"numpy": ("ufunc", "_ArrayFunctionDispatcher"), "_cython": ("cython_function_or_method",)}


def compiled(obj: object) -> bool:
    """Whether an object is a function of a kind that numpy or Cython adds to Python's own."""
    kind = type(obj)
    # Cython's type has a slot of that name in the place of its home, which no class that Python makes can have.
    of_cython = type(dict_of(kind).get("__module__")) is types.MemberDescriptorType
    home = "_cython" if of_cython else home_of(kind)
    return any(home.startswith(known) and class_name(kind) in names for known, names in COMPILED.items())


def is_own(obj: object, packages: tuple[str, ...]) -> bool:
    """Whether an object is the library's own: its code lies in the library, or it is C of the library's module.

    Types are asked, not objects: a wrapper says that it is an instance of what it wraps.
    """
    if is_function(obj):
        name = text(obj.__globals__.get("__name__"))
        module = sys.modules.get(name)
        if not is_module(module) or variables_of(module) is not obj.__globals__ or _home(name) not in packages:
            return False
        filename = obj.__code__.co_filename
        return filename == text(obj.__globals__.get("__file__")) or filename.startswith("<frozen ")
    if type(obj) is types.BuiltinFunctionType:
        bound: Any = obj
        receiver = bound.__self__
        of_c = receiver is None or is_class(receiver) or is_module(receiver)
        if not of_c and _home(home_of(type(receiver))) not in packages:
            return False  # a method bound to some object of the user's
    elif not is_class(obj) and type(obj) not in C_METHODS and not compiled(obj):
        return False
    return _top(obj) in packages


def own_of(found: object, cls: type) -> bool:
    """Whether what stands in a class of a library is the library's own: a function, a property, data."""
    inner = property_of(found) if type(found) is property else found
    if is_a(found, functools.cached_property):
        inner = peek(found, "func")
    if type(inner) in DATA:
        return True
    return is_own(_plain(inner), _packages(_home(home_of(cls))))


PART = type(dict_of(functools._CacheInfo)["hits"])  # what gives a part of a tuple by name
DATA = Kinds((int, float, str, bytes, bool, type(None), tuple, dict, list, types.GetSetDescriptorType, PART))


def extends(cls: type, facts: CallFacts) -> bool:
    """Whether a class of the user's redefines something of the library class below it, which its methods may run."""
    mine: set[str] = set()
    for base in mro_of(cls):
        if _home(home_of(base)) in (facts.library, "builtins", *_packages(facts.library)):
            return any(_step(base, name) is not None for name in mine)
        mine.update(name for name in dict_of(base) if name not in HARMLESS)
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


@functools.cache
def waits(top: str) -> bool:
    """Whether code of a top-level package may wait: not that of the standard library, where no fact says so, nor that
    of a package that is said to compute alone."""
    return stated_to_wait(top) if top in sys.stdlib_module_names else not computes(top)


def computes(top: str) -> bool:
    """Whether a top-level package is described as one in which nothing waits, nor leads to what does."""
    known = library(top)
    return known is not None and known.about.get("waits") is False


@functools.cache
def stated_to_wait(top: str) -> bool:
    """Whether a top-level package is described, and something in it said to wait."""
    known = library(top)
    if known is None:
        return False
    stated = (statement for group in known.groups.values() for statement in group)
    return any(map(may_wait, known.calls)) or any("blocks" in s or "sleep" in s for s in stated)


def may_wait(facts: CallFacts) -> bool:
    """Whether a call with these facts may wait."""
    return facts.blocks or any(w.blocks for w in facts.when) or any(e.kind == "sleep" for e in facts.effects)


def stated_unknown(facts: CallFacts) -> bool:
    """Whether all that is stated of a call is that nothing is known."""
    return any(e.kind == "unknown" for e in facts.effects)


def library_of(obj: object) -> str:
    """The library that a function or class says it belongs to."""
    return _top(obj)


def home(module: str) -> str:
    """The library that the name of a module belongs to."""
    return _home(module)


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
        method = is_class(owner) and is_function(_step(owner, name))
        _calls[id(obj)] = (obj, _completed(facts, obj, method))
    return obj is not None


def _completed(facts: CallFacts, obj: object, method: bool) -> CallFacts:
    """The facts with what the callable itself tells: the names of its parameters, without the receiver's."""
    if not is_function(obj):
        return facts
    written = obj
    while is_function(inner := (instance_dict(written) or {}).get("__wrapped__")):
        written = inner
    code = written.__code__
    return replace(facts, params=facts.params or code.co_varnames[method : code.co_argcount], method=method)


def _add_type(facts: TypeFacts) -> bool:
    obj = resolve(facts.name)
    if is_class(obj):
        _types[id(obj)] = (obj, facts)
    return obj is not None


def _add_group(dotted: str, known: Library) -> bool:
    """Registers the names of one module or class; a name that is not there now is one of another version of Python."""
    holder = sys.modules.get(dotted) or resolve(dotted)
    if holder is None:
        return False
    in_class = is_class(holder)
    for statement, names in known.groups[dotted].items():
        if statement.startswith("analysed:"):
            continue
        for name in names.split():
            found = _step(holder, name)
            obj = _plain(found)
            if obj is not None and is_own(obj, known.packages):
                method = in_class and is_function(found)
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
    if found is None and (type(obj) in CALLABLES or is_class(obj) or compiled(obj)):
        load(_top(obj))
        found = _facts(obj)
    return found


def type_facts(cls: type) -> TypeFacts | None:
    """The facts about a class, by identity."""
    found = _types.get(id(cls))
    if found is None:
        load(_home(home_of(cls)))
        found = _types.get(id(cls))
    return found[1] if found is not None and found[0] is cls else None


__all__ = ["compiled", "extends", "is_own", "load", "lookup", "own_of", "resolve", "type_facts"]
