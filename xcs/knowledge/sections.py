"""What a library's file states beside its calls, and what may stand there.

    [refusals]                            # how it tells that a call was turned away because of too much at once
    errors = true                         # by the status of an exception that is made of its classes
    exhausted = ["PoolTimeout"]           # by exceptions of these names, whatever their status: no connection is free
    answers = ["httpx.Response"]          # by the status of an answer like any other
    headers = ["email"]                   # packages beside it whose mappings its answers keep their headers in

    [streams]
    only_write = true                     # the methods of its streams and log handlers do nothing but write
    read_in_turn = ["http.client.HTTPResponse"]  # open answers, each read where it was asked for

    [retries]                             # function that makes wrappers = its variable that holds what is tried
    "BaseRetrying.wraps" = "f"

    [pools]                               # class of a client = connections that it keeps
    "requests.sessions.Session" = 10

    [keeping]
    properties = ["werkzeug.utils.cached_property"]  # properties that keep their value in the object's dictionary

A file in `partial/` states nothing but such sections, and its `source`: of the library's calls nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from ..records import assert_never

Shape = Literal["flag", "names", "name", "count"]

_SHAPES: Final[Mapping[Shape, str]] = {
    "flag": "true or false", "names": "a list of names", "name": "a name", "count": "a number above 0",
}  # fmt: skip
_KEYS: Final[Mapping[str, Mapping[str, Shape]]] = {
    "refusals": {"errors": "flag", "exhausted": "names", "answers": "names", "headers": "names"},
    "streams": {"only_write": "flag", "read_in_turn": "names"},
    "retries": {"*": "name"},
    "pools": {"*": "count"},
    "keeping": {"properties": "names"},
}
_OTHERS: Final = frozenset({"library", "call", "of", "data", "type", "memory", "source"})


def _is(shape: Shape, value: object) -> bool:
    match shape:
        case "flag":
            return type(value) is bool
        case "names":
            return type(value) is list and all(type(name) is str for name in value)
        case "name":
            return type(value) is str
        case "count":
            return type(value) is int and value > 0
        case _:
            assert_never(shape)


def malformed(data: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The first entry that breaks the grammar: its section, its key and what is wrong; None where all is well."""
    for section, rows in data.items():
        if section in _OTHERS:
            continue
        keys = _KEYS.get(section)
        if keys is None or type(rows) is not dict:
            return section, "", f"[{section}] is no section of a library's file"
        for key, value in rows.items():
            shape = keys.get(key, keys.get("*"))
            if shape is None:
                return section, key, f"[{section}] has no {key!r}"
            if not _is(shape, value):
                return section, key, f"{key!r} of [{section}] is {_SHAPES[shape]}"
    return None


def line_of(text: str, section: str, key: str) -> int:
    """The line of an entry in the text of a file; 0 where it isn't found."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            inside = line.startswith(f"[{section}]")
            if inside and not key:
                return number
        elif inside and line.split("=")[0].strip().strip("\"'") == key:
            return number
    return 0
