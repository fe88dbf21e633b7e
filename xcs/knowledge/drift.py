"""Each entry of the knowledge files against what is installed: which names, parameters, seams and types have moved.

Imports the libraries. Nothing that a decorated program runs uses this.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import re
import sys
import types
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..records import dataclass
from .facts import STATED_KINDS, CallFacts
from .index import is_own, lookup
from .load import Library, data_of, facts_of, library
from .requirements import CONDITIONS, requirement

LIBRARIES, STANDARD = (
    tuple(sorted(path.stem for path in (Path(__file__).parent / folder).glob("*.toml")))
    for folder in ("libraries", "stdlib")
)
OWN_WORDS = frozenset({"self", "*"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of a file. `always`: in every version; `facts`: none for what is analysed."""

    name: str
    always: bool
    facts: CallFacts | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one file. `stated`: the version it was read from; `installed`: the one that is there, or nothing."""

    library: str
    stated: str
    installed: str
    entries: int
    moved: tuple[str, ...]

    def __str__(self) -> str:
        version = f"{self.stated} -> {self.installed}" if self.stated != self.installed else self.installed
        if not self.installed:
            return f"{self.library:<22} not installed"
        lines = [f"{self.library:<22} {version:<24} {self.entries:>4} entries, {len(self.moved)} moved", *self.moved]
        return "\n    ".join(lines)


def find(dotted: str) -> Any:
    """The object of a dotted name, imported where need be, as it stands in its class; None when there is none."""
    parts = dotted.split(".")
    for cut in range(max(1, len(parts) - 1), 0, -1):  # a function may have the name of a module below
        module = _module(".".join(parts[:cut]))
        if module is None:
            continue
        found: Any = module
        for part in parts[cut:]:
            if isinstance(found, type):
                found = next((vars(base)[part] for base in found.__mro__ if part in vars(base)), None)
            else:
                found = getattr(found, part, None)
            if type(found) in (staticmethod, classmethod):
                found = found.__func__
        return found
    return None


@functools.cache
def _module(name: str) -> types.ModuleType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        return None


def entries(data: Mapping[str, Any], known: Library) -> Iterator[Entry]:
    """Every name of a file."""
    for row in data.get("call", ()):
        for name in row["names"]:
            facts = next(c for c in known.calls if c.name == name.rstrip("?"))
            yield Entry(name.rstrip("?"), not name.endswith("?"), facts)
    for holder, group in data.get("of", {}).items():
        for statement, names in group.items():
            for name in names.split():
                dotted = f"{holder.rstrip('?')}.{name.rstrip('?')}"
                stated = None if statement.startswith("analysed:") else facts_of(statement, dotted, known)
                if name != "*":
                    yield Entry(dotted, "?" not in name + holder, stated)


# -- what may have moved


def names(data: Mapping[str, Any], known: Library, strict: bool = True) -> Iterator[str]:
    """Names that are gone, or not the library's own any more, or not found by identity. `strict`: of a library that
    names each thing in one module."""
    for entry in entries(data, known):
        found, facts = find(entry.name), entry.facts
        if found is None:
            if entry.always:
                yield f"{entry.name} is gone"
            continue
        if facts is None:
            continue
        descriptors = types.GetSetDescriptorType | types.MemberDescriptorType
        if not callable(found) and not isinstance(found, descriptors):
            if strict:
                yield f"{entry.name} is no callable"
        elif facts.effects and facts.effects[0].kind == "unknown":
            continue
        elif not is_own(found, known.packages):
            if strict:
                yield f"{entry.name} is not the library's own"
        elif lookup(found) is None:
            yield f"{entry.name} is not found by identity"


def classes(data: Mapping[str, Any], known: Library, words: frozenset[str] | None = None) -> Iterator[str]:
    """Classes that results and attributes name. `words`: of the grammar of results; others are wrong."""
    expressions = [entry.facts.result for entry in entries(data, known) if entry.facts is not None]
    expressions += [when.result for facts in known.calls for when in facts.when if when.result]
    expressions += [kind for facts in known.types for kind in facts.attributes.values()]
    optional = {dotted.rstrip("?") for dotted in data.get("data", {}) if dotted.endswith("?")}
    named = {*data.get("data", {}), *data.get("memory", {})} - {f"{dotted}?" for dotted in optional}
    for expression in expressions:
        for word in re.findall(r"[\w.?]+", expression):
            if "." in word and word != "...":
                named.add(word)
            elif words is not None and not word.isdigit() and word not in words:
                yield f"{expression} is no type of a result"
    for dotted in sorted(named - optional):
        if not isinstance(find(dotted), type):
            yield f"{dotted} is no class"


def requirements(data: Mapping[str, Any], known: Library) -> Iterator[str]:
    """Conditions and effects that there are not, and settings that are gone."""
    for entry in entries(data, known):
        if entry.facts is None:
            continue
        if not all(effect.kind in STATED_KINDS for effect in entry.facts.effects):
            yield f"{entry.name} has an effect of no known kind"
        for text in entry.facts.requires:
            wanted = requirement(text)
            if wanted.condition not in CONDITIONS:
                yield f"{entry.name} requires {text}, which nothing checks"
    yield from (f"{name} is no module" for name in known.about.get("prints", ()) if name not in sys.modules)


def parameters(data: Mapping[str, Any], known: Library) -> Iterator[str]:
    """Parameters that an entry names and the callable does not have; of what several have to meet, that none has."""
    several: dict[str, bool] = {}
    for entry in entries(data, known):
        found = find(entry.name)
        facts = entry.facts
        taken = _parameters(found)
        for text in facts.requires if facts is not None else ():
            wanted = requirement(text)
            if not wanted.module and wanted.root not in OWN_WORDS:
                several[text] = several.get(text, False) or taken is None or wanted.root in taken
        if facts is None or taken is None:
            continue
        for name in sorted({when.arg for when in facts.when} | set(facts.params)):
            if name not in taken and name not in OWN_WORDS and not name.isdigit():
                yield f"{entry.name} has no parameter {name}"
    yield from (f"nothing has what `{text}` is about" for text, met in sorted(several.items()) if not met)


def _parameters(found: Any) -> frozenset[str] | None:
    """The names of a function's parameters; None: it takes any, or does not tell."""
    if isinstance(found, type):
        found = next((vars(base)["__init__"] for base in found.__mro__ if "__init__" in vars(base)), None)
    while isinstance(inner := getattr(found, "__wrapped__", None), types.FunctionType):
        found = inner
    if not isinstance(found, types.FunctionType) or found.__code__.co_flags & 0x08:
        return None
    code = found.__code__
    return frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def seams(data: Mapping[str, Any], known: Library) -> Iterator[str]:
    """Seams that are gone, or not the library's own."""
    stated = [*data["library"].get("seams", ()), *(s for row in data.get("call", ()) for s in row.get("seams", ()))]
    for seam in stated:
        if seam.startswith("@"):
            continue
        found = find(seam.rstrip("?"))
        if (found is None or not is_own(found, (seam.partition(".")[0],))) and not seam.endswith("?"):
            yield f"the seam {seam} is gone"


def attributes(data: Mapping[str, Any], known: Library) -> Iterator[str]:
    """Attributes of classes that nothing in these speaks of."""
    for facts in known.types:
        cls = find(facts.name)
        if isinstance(cls, type) and not hasattr(cls, "__getattr__"):
            yield from (f"{facts.name} has no attribute {name}" for name in facts.attributes if not _has(cls, name))
    for kind, row in data.get("memory", {}).items():
        cls, first = find(kind), row["jar"].partition(".")[0]
        if isinstance(cls, type) and not _has(cls, first):
            yield f"{kind} has no attribute {first}"


def _has(cls: type, name: str) -> bool:
    """Whether a class has an attribute, says that its objects have, or has code that names it."""
    if any(name in vars(base) or name in vars(base).get("__annotations__", {}) for base in cls.__mro__):
        return True
    if name in getattr(cls, "model_fields", ()) or name in typing.get_type_hints(cls, include_extras=True):
        return True
    codes = (f.__code__ for base in cls.__mro__ for f in vars(base).values() if isinstance(f, types.FunctionType))
    return any(name in code.co_names for code in codes)


CHECKS: tuple[Callable[[Mapping[str, Any], Library], Iterator[str]], ...] = (
    names, classes, requirements, parameters, seams, attributes,
)  # fmt: skip


def distributions_of(name: str) -> list[str]:
    """What is installed to have a library; the first one's version is stated."""
    return str(data_of(name)["library"].get("distribution", name.replace("_", "-"))).split()


def check(name: str) -> Checked:
    """What has moved of one file."""
    data, known = data_of(name), library(name)
    assert known is not None
    about = data["library"]
    stated = str(about.get("version", ""))
    try:
        installed, *_ = map(importlib.metadata.version, distributions_of(name))
    except importlib.metadata.PackageNotFoundError:
        return Checked(name, stated, "", 0, ())
    moved: list[str] = []
    for step in CHECKS:
        try:
            moved += step(data, known)
        except Exception as error:  # a library that can't be imported, or whose classes fail when they are looked at
            moved.append(f"{step.__name__}: {type(error).__name__}: {error}")
    count = sum(1 for _ in entries(data, known))
    return Checked(name, stated, installed, count, tuple(dict.fromkeys(moved)))


__all__ = ["CHECKS", "LIBRARIES", "STANDARD", "Checked", "check", "distributions_of", "entries", "find"]
