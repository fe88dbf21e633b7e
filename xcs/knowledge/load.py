"""Reads the knowledge files: one a library, parsed when the library is first met."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .model import CallFacts, Effect, TypeFacts, When

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Library:
    """One knowledge file."""

    name: str
    packages: tuple[str, ...]
    calls: tuple[CallFacts, ...]
    types: tuple[TypeFacts, ...]


def effect(text: str) -> Effect:
    kind, _, rest = text.partition("(")
    return Effect(kind, rest.rstrip(")"))


def _when(row: Mapping[str, Any]) -> When:
    choices = tuple(row.get("one_of", ()))
    test = "one_of" if choices else str(row["is"])
    return When(row["arg"], test, choices, tuple(map(effect, row["effects"])), row.get("blocks"), row.get("result"))


def _calls(row: Mapping[str, Any], library: Mapping[str, Any]) -> list[CallFacts]:
    return [
        CallFacts(
            name,
            tuple(row.get("params", ())),
            tuple(map(effect, row["effects"])),
            row.get("blocks", False),
            row.get("result", "any"),
            tuple(row.get("calls", ())),
            tuple(row.get("requires", library.get("requires", ()))),
            tuple(row.get("seams", ())),
            tuple(row.get("loggers", library.get("loggers", ()) if row.get("blocks") else ())),
            row.get("limit", ""),
            tuple(map(str, row.get("captures", ()))),
            tuple(map(_when, row.get("when", ()))),
            row.get("source", library["source"]),
            library["name"],
        )
        for name in row["names"]
    ]


@cache
def library(name: str) -> Library | None:
    """The knowledge of a top-level package, or None when there is no file for it."""
    for folder in ("stdlib", "libraries"):
        path = HERE / folder / f"{name}.toml"
        if path.is_file():
            data = tomllib.loads(path.read_text("utf-8"))
            about = data["library"]
            calls = tuple(c for row in data.get("call", ()) for c in _calls(row, about))
            types = tuple(
                TypeFacts(n, dict(row.get("attributes", {})), row.get("source", about["source"]))
                for row in data.get("type", ())
                for n in row["names"]
            )
            return Library(about["name"], tuple(about["packages"]), calls, types)
    return None


@cache
def channels() -> Mapping[str, Any]:
    """The channel matrix and the inference endpoints."""
    return tomllib.loads((HERE / "channels.toml").read_text("utf-8"))
