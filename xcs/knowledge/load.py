"""Reads the knowledge files: one a library, parsed when the library is first met.

A file states facts in two forms. `[[call]]` tables spell every field out. The short form, for long lists of names with
the same effects, is a table per module or class, `[of."builtins.str"]`, of statements and the names that they hold for:

    'write(self), query(fs) -> str; calls key(0.*); params iterable; captures 0; blocks' = 'name name'
    'unknown: the reason' = 'name name'
    'analysed: the reason' = 'name name'

`pure` stands for no effect. What `[library]` states under `requires`, `seams`, `loggers` and `limit` holds for every
call that blocks, beside what its own entry states; a seam `@httpx` stands for those of that library. An entry without
`calls` takes it that the call may run anything that its arguments define (`*.__any__`); `calls nothing` says that they
are only held, or told apart by identity. The name `*` under an unknown statement means whatever else of the module or
class is public: no facts are made, its source (if any) is analysed. Nor are any made of what is `analysed`, whose
source or special treatment gives the effect. `requires` names conditions (`conditions.py`) on the receiver, a part of
it, an argument or a library's setting: `plain_httpx(self._client)`, `unset(stream)`, `unset(litellm:callbacks)`.
A name, or a class or module, followed by `?` exists only in some versions. `[data."datetime.date"]` tables list classes
that are data, whose special methods run no code of the user's, and the types of their attributes: `int = 'year month'`.
`[memory."httpx.Client"]` names a class of clients that keep what answers set (cookies): `jar` is where, `used` leads to
what isn't empty once one has been in use. `unlogged` in `[library]` lists the texts of log records that are only
written because several calls are under way; `waits = false` there: nothing in it waits, nor leads to what does, but for
functions that it is given, so that its code needn't be looked through; `prints` the modules of the library that print:
what they print in a call that was started early is printed when it is taken. `[call.silent]` states of which arguments
a call that may warn shows nothing: texts that are one of a list, or have one part and lack another. Sections beside
those of calls stand in `sections.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from io import FileIO
from os.path import dirname
from stat import S_ISREG
from typing import Any, cast

from ..bound import own, system
from ..records import dataclass, field
from ..runtime.silent import Shown, Silent
from .facts import STATED_KINDS, CallFacts, Effect, Memory, StatedKind, TypeFacts, When
from .sections import line_of, malformed
from .shipped import file_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = dirname(__file__)
_parser = vars(sys.modules[getattr(tomllib.loads, "__globals__", {"__name__": "tomli"})["__name__"]])
for _name in [n for n in ("Flags", "NestedDict", "Output") if n in _parser]:
    own(_parser[_name])
loads = own(tomllib.loads)


@dataclass(frozen=True, slots=True)
class Library:
    """One knowledge file; `groups`: of a module or class, statement -> names."""

    name: str
    packages: tuple[str, ...]
    calls: tuple[CallFacts, ...]
    types: tuple[TypeFacts, ...]
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)


def effect(text: str) -> Effect:
    """
    Raises:
        ValueError: it is none.
    """
    kind, _, rest = text.partition("(")
    if kind not in STATED_KINDS or ")" in rest[:-1]:
        raise ValueError(f"{text!r} is no effect")
    return Effect(cast("StatedKind", kind), rest.rstrip(")"))


def _when(row: Mapping[str, Any]) -> When:
    choices = tuple(row.get("one_of", ()))
    test = "one_of" if choices else str(row["is"])
    return When(row["arg"], test, choices, tuple(map(effect, row["effects"])), row.get("blocks"), row.get("result"))


def _calls(row: Mapping[str, Any], about: Mapping[str, Any]) -> list[CallFacts]:
    fields = {
        **row,
        "effects": tuple(map(effect, row["effects"])),
        "captures": tuple(map(str, row.get("captures", ()))),
        "when": tuple(map(_when, row.get("when", ()))),
        "silent": _silent(row),
    }
    return [_facts(name.rstrip("?"), fields, about) for name in row["names"]]


def _silent(row: Mapping[str, Any]) -> Silent | None:
    stated = row.get("silent", {})
    asked = (Shown(n, tuple(of.get("one_of", ())), of.get("has", ""), of.get("lacks", "")) for n, of in stated.items())
    return Silent(tuple(row.get("params", ())), tuple(asked)) if stated else None


def _types(data: Mapping[str, Any], source: str) -> list[TypeFacts]:
    found = [
        TypeFacts(name, dict(row.get("attributes", {})), row.get("source", source))
        for row in data.get("type", ())
        for name in row["names"]
    ]
    for name, row in data.get("data", {}).items():
        found.append(
            TypeFacts(name.rstrip("?"), {a: kind for kind, names in row.items() for a in names.split()}, source)
        )
    return found


def _split(text: str) -> list[str]:
    """The parts between commas that stand outside brackets."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if char == "," and not depth:
            parts.append(text[start:index])
            start = index + 1
    return [p.strip() for p in (*parts, text[start:]) if p.strip()]


def facts_of(statement: str, name: str, library: Library) -> CallFacts:
    """The facts that a short statement gives for one name.

    Raises:
        ValueError: the statement breaks the grammar; with its file and line.
    """
    head, *clauses = [part.strip() for part in statement.split(";")]
    if head.startswith("unknown:"):
        why = head.partition(":")[2].strip()
        return _facts(name, {"effects": (Effect("unknown", why),), "calls": ()}, library.about)
    stated, _, result = head.partition(" -> ")
    try:
        effects = () if stated == "pure" else tuple(map(effect, _split(stated)))
    except ValueError as error:
        raise ValueError(f"{_place(library.name, statement)}: {error}") from None
    fields: dict[str, Any] = {"effects": effects, "result": result.strip() or "any"}
    for clause in clauses:
        key, _, rest = clause.partition(" ")
        match key:
            case "calls":
                fields["calls"] = () if rest == "nothing" else tuple(_split(rest))
            case "params" | "captures" | "seams" | "requires" | "loggers":
                fields[key] = tuple(rest.split())
            case "blocks":
                fields["blocks"] = True
            case "limit":
                fields["limit"] = rest
            case _:
                raise ValueError(f"{_place(library.name, statement)}: {statement!r} has an unknown clause {key!r}")
    return _facts(name, fields, library.about)


def _facts(name: str, fields: Mapping[str, Any], about: Mapping[str, Any]) -> CallFacts:
    blocks = bool(fields.get("blocks", False))
    shared = about if blocks else {}
    return CallFacts(
        name,
        tuple(fields.get("params", ())),
        fields["effects"],
        blocks,
        fields.get("result", "any"),
        tuple(fields.get("calls", ("*.__any__",))),
        (*shared.get("requires", ()), *fields.get("requires", ())),
        _seams((*shared.get("seams", ()), *fields.get("seams", ()))),
        tuple(fields.get("loggers", shared.get("loggers", ()))),
        fields.get("limit", shared.get("limit", "")),
        fields.get("captures", ()),
        fields.get("when", ()),
        fields.get("source", about["source"]),
        about["name"],
        _memories(about["name"]).get(name.rpartition(".")[0]) if blocks else None,
        tuple(shared.get("unlogged", ())),
        tuple(shared.get("prints", ())),
        fields.get("silent"),
    )


@cache
def _memories(name: str) -> Mapping[str, Memory]:
    """The clients of a library that remember, by class."""
    return {kind: memory_of(kind, row) for kind, row in data_of(name).get("memory", {}).items()}


def memory_of(kind: str, row: Mapping[str, Any]) -> Memory:
    ways = tuple(tuple(way.split(".")) for way in row["used"])
    return Memory(kind, tuple(row["jar"].split(".")), ways, bool(row.get("shared", False)))


@cache
def _seams(stated: tuple[str, ...]) -> tuple[str, ...]:
    """The seams that a list stands for, each once."""
    found: dict[str, None] = {}
    for seam in stated:
        other = library(seam[1:]) if seam.startswith("@") else None
        found.update(
            dict.fromkeys((seam.rstrip("?"),) if other is None else _seams(tuple(other.about.get("seams", ()))))
        )
    return tuple(found)


def clients_with_memory(kind: str) -> Memory:
    """The facts about a class of clients that remember, by its name."""
    return _memories(kind.partition(".")[0])[kind]


@cache
def library(name: str) -> Library | None:
    """The knowledge of a top-level package, or None when there is no file for it, or one that tells of no call."""
    data = data_of(name)
    if "library" not in data:
        return None
    return _library(data) if _here(name) else _read_through(data)


def _read_through(data: Mapping[str, Any]) -> Library | None:
    """The facts of a file that a library ships; None where a statement of it breaks the grammar."""
    try:
        found = _library(data)
        for holder, group in found.groups.items():
            for statement, names in group.items():
                if not statement.startswith("analysed:"):
                    facts_of(statement, f"{holder}.{names}", found)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return found


def _library(data: Mapping[str, Any]) -> Library:
    about = data["library"]
    calls = tuple(c for row in data.get("call", ()) for c in _calls(row, about))
    types = tuple(_types(data, about["source"]))
    groups = {
        holder.rstrip("?"): {statement: names.replace("?", "") for statement, names in group.items()}
        for holder, group in data.get("of", {}).items()
    }
    return Library(about["name"], tuple(about["packages"]), calls, types, groups, about)


@cache
def data_of(name: str) -> Mapping[str, Any]:
    """What a library's file says; nothing where there is none."""
    if path := _here(name):
        return _well_formed(path)
    path = file_of(name)
    return _shipped(path, name) if path and isfile(path) else {}


def isfile(path: str) -> bool:
    try:
        return S_ISREG(system.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _here(name: str) -> str:
    """The path of the file that describes a library here."""
    paths = (f"{HERE}/{folder}/{name}.toml" for folder in ("stdlib", "libraries", "partial"))
    return next(filter(isfile, paths), "")


def _place(name: str, statement: str) -> str:
    """The file and line of a statement, for messages."""
    path = _here(name) or file_of(name)
    lines = _text(path).splitlines() if path and isfile(path) else []
    number = next((number for number, line in enumerate(lines, 1) if statement in line), 0)
    return f"{name}.toml" + (f", line {number}" if number else "")


def _shipped(path: str, name: str) -> Mapping[str, Any]:
    """A file that a library ships, if it is one and is about that library alone."""
    try:
        data = _well_formed(path)
        about = data["library"]
        alone = about["name"] == name and about["packages"] == [name] and type(about["source"]) is str
    except (KeyError, OSError, TypeError, ValueError):
        return {}
    return data if alone else {}


@cache
def channels() -> Mapping[str, Any]:
    """The channel matrix and the inference endpoints."""
    return _read(f"{HERE}/channels.toml")


def _read(path: str) -> Mapping[str, Any]:
    return loads(_text(path))


def _well_formed(path: str) -> Mapping[str, Any]:
    """What a library's file says.

    Raises:
        ValueError: a section breaks the grammar; with its file and line.
    """
    text = _text(path)
    data = loads(text)
    if (wrong := malformed(data)) is not None:
        section, key, what = wrong
        raise ValueError(f"{path.rpartition('/')[2]}, line {line_of(text, section, key)}: {what}")
    return data


def _text(path: str) -> str:
    with FileIO(path) as file:
        return file.readall().decode()
