"""What the files state of libraries beside their calls, by package (the sections of `sections.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ..peek import class_qualname, home_of
from ..runtime import refusals
from ..runtime.refusals import Refusing
from .load import data_of


@cache
def refusing(package: str) -> Refusing:
    """How a package tells that a call was turned away."""
    told = data_of(package).get("refusals", {})
    answers, exhausted, headers = (frozenset(told.get(key, ())) for key in ("answers", "exhausted", "headers"))
    return Refusing(told.get("errors", False), exhausted, answers, headers)


refusals.learn(refusing)


def gives_refusals(cls: type) -> bool:
    """Whether objects of a class are answers of which only the status tells that they are refusals."""
    home = home_of(cls)
    return f"{home}.{class_qualname(cls)}" in refusing(_top(home)).answers


def only_writes(module: str) -> bool:
    """Whether the streams and log handlers of a module's library do nothing but write."""
    return bool(data_of(_top(module)).get("streams", {}).get("only_write", False))


def read_in_turn(cls: type) -> bool:
    """Whether objects of a class are open answers, each read where it was asked for."""
    home = home_of(cls)
    return f"{home}.{class_qualname(cls)}" in data_of(_top(home)).get("streams", {}).get("read_in_turn", ())


def wrappers(package: str) -> Mapping[str, str]:
    """Of a library that tries again: the functions that make wrappers, and the variable that holds what is tried."""
    found: Mapping[str, str] = data_of(package).get("retries", {})
    return found


def kept_connections(client: str) -> int | None:
    """How many connections a client of a class keeps, where that is stated."""
    found: int | None = data_of(_top(client)).get("pools", {}).get(client)
    return found


def keeps(kind: type) -> bool:
    """Whether a kind of properties keeps its value in the object's dictionary, and looks there first."""
    home = home_of(kind)
    return f"{home}.{class_qualname(kind)}" in data_of(_top(home)).get("keeping", {}).get("properties", ())


def _top(module: str) -> str:
    return module.partition(".")[0]


__all__ = ["gives_refusals", "keeps", "kept_connections", "only_writes", "read_in_turn", "refusing", "wrappers"]
