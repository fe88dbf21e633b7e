"""How much of the standard library has a stated effect: counts per module, by the names that a program can see."""

from __future__ import annotations

import functools
import importlib
import types
from collections.abc import Iterator
from typing import Literal

from ..records import dataclass
from .index import ALIASES, C_METHODS, lookup, resolve
from .load import library

MODULES = (
    "builtins", "abc", "argparse", "array", "ast", "asyncio", "base64", "bisect", "bz2", "calendar", "cmath",
    "codecs", "collections", "collections.abc", "concurrent.futures", "configparser", "contextlib", "contextvars",
    "copy", "csv", "ctypes", "dataclasses", "datetime", "decimal", "difflib", "enum", "fnmatch", "fractions",
    "functools", "getpass", "glob", "gzip", "hashlib", "heapq", "hmac", "html", "http.client", "http.server",
    "importlib", "inspect", "io", "ipaddress", "itertools", "json", "locale", "logging", "lzma", "math", "mimetypes",
    "multiprocessing", "numbers", "operator", "os", "os.path", "pathlib", "pickle", "platform", "pprint", "queue",
    "random", "re", "secrets", "select", "shelve", "shlex", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl",
    "statistics", "string", "struct", "subprocess", "sys", "tarfile", "tempfile", "textwrap", "threading", "time",
    "timeit", "traceback", "types", "typing", "unicodedata", "unittest.mock", "urllib.error", "urllib.parse",
    "urllib.request", "uuid", "warnings", "weakref", "xml.etree.ElementTree", "zipfile", "zlib", "zoneinfo",
)  # fmt: skip
METHODS = (*C_METHODS, types.FunctionType, types.BuiltinFunctionType, staticmethod, classmethod)
Verdict = Literal["stated", "analysed", "unknown", "silent"]


@dataclass(frozen=True, slots=True)
class Count:
    """The public callables of one module by verdict: with stated effects, left to the analysis of their source, left
    unknown on purpose, and the names of those that nothing is said of."""

    module: str
    stated: int
    analysed: int
    unknown: int
    silent: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.stated + self.analysed + self.unknown + len(self.silent)


def home(module: object) -> str:
    top = str(module).partition(".")[0]
    return ALIASES.get(top, top)


def public(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """The public callables of a module and the public methods of its classes, as (dotted name, object)."""
    stated = getattr(module, "__all__", None)
    for name in sorted(stated or [n for n in vars(module) if not n.startswith("_")]):
        obj = getattr(module, name, None)
        if not callable(obj) or isinstance(obj, types.ModuleType):
            continue
        own = home(getattr(obj, "__module__", None) or module.__name__) == home(module.__name__)
        if stated is None and not own:
            continue
        yield f"{module.__name__}.{name}", obj
        if isinstance(obj, type) and own:
            yield from methods(f"{module.__name__}.{name}", obj)


def methods(dotted: str, cls: type) -> Iterator[tuple[str, object]]:
    """The public methods that a class or a base of it in the same library defines."""
    seen: set[str] = set()
    for base in cls.__mro__:
        if home(base.__module__) != home(cls.__module__) or base is object:
            continue
        for name, raw in vars(base).items():
            if not name.startswith("_") and name not in seen and isinstance(raw, METHODS):
                seen.add(name)
                yield f"{dotted}.{name}", getattr(raw, "__func__", raw)


def verdict(dotted: str, obj: object) -> Verdict:
    """What the files say about a callable."""
    if isinstance(obj, type) and issubclass(obj, BaseException):
        return "analysed"
    while isinstance(obj, types.MethodType | functools.partial):
        obj = obj.__func__ if isinstance(obj, types.MethodType) else obj.func
    facts = lookup(obj)
    if facts is not None:
        return "unknown" if any(e.kind == "unknown" for e in facts.effects) else "stated"
    return by_name(dotted)


def by_name(dotted: str) -> Verdict:
    """What is said of a name, its class or its module that has no facts of its own."""
    known = library(home(dotted))
    parts = dotted.split(".")
    if known is None:
        return "silent"
    for cut in range(len(parts) - 1, 0, -1):
        for statement, names in known.groups.get(".".join(parts[:cut]), {}).items():
            if "*" in names.split() or parts[cut] in names.split():
                head = statement.partition(":")[0]
                return head if head in ("unknown", "analysed") else "stated"  # type: ignore[return-value]
    return "silent"


def count(name: str) -> Count:
    """The counts of one module."""
    module = importlib.import_module(name)
    found: dict[str, list[str]] = {"stated": [], "analysed": [], "unknown": [], "silent": []}
    extra = resolve_hidden(name)
    for dotted, obj in (*public(module), *extra):
        found[verdict(dotted, obj)].append(dotted)
    return Count(name, len(found["stated"]), len(found["analysed"]), len(found["unknown"]), tuple(found["silent"]))


HIDDEN = {
    "builtins": ( "types.GeneratorType", "types.CoroutineType", "types.AsyncGeneratorType", "types.MappingProxyType",
    "types.FunctionType", "types.CodeType", "types.FrameType", "types.ModuleType", ), "os": ("os._Environ",
    "os.DirEntry"), "logging": ("logging.Manager",), "re": ("re.Pattern", "re.Match"),
}  # fmt: skip


def resolve_hidden(name: str) -> Iterator[tuple[str, object]]:
    """Methods of types that a module makes but does not name."""
    for dotted in HIDDEN.get(name, ()):
        cls = resolve(dotted)
        if isinstance(cls, type):
            yield from methods(dotted, cls)


def table(counts: list[Count]) -> str:
    """One line a module and one of sums."""
    lines = [
        f"{c.module:<22} {c.stated:>4} of {c.total:>4} public callables have a stated effect, "
        f"{c.analysed:>3} are analysed, "
        f"{c.unknown:>4} deliberately unknown, {len(c.silent):>4} silent"
        for c in counts
    ]
    stated, analysed, unknown = (sum(getattr(c, kind) for c in counts) for kind in ("stated", "analysed", "unknown"))
    silent = sum(len(c.silent) for c in counts)
    every = sum(c.total for c in counts)
    total = f"{stated} of {every} public callables of the {len(counts)} modules have a stated effect, "
    return "\n".join([*lines, "", f"{total}{analysed} are analysed, {unknown} deliberately unknown, {silent} silent"])
