"""Each entry of the knowledge files against what is installed: its names, conditions, seams and result types."""

from __future__ import annotations

import importlib
import re
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import xcs.knowledge
from xcs.analysis.library.result_types import DERIVED, GENERIC, SIMPLE
from xcs.analysis.library.sequences import HEADS
from xcs.knowledge.conditions import CONDITIONS
from xcs.knowledge.facts import CallFacts
from xcs.knowledge.index import is_own, lookup
from xcs.knowledge.load import facts_of, library, tomllib
from xcs.knowledge.requirements import requirement

FOLDER = Path(xcs.knowledge.__file__).parent
LIBRARIES = sorted(path.stem for path in (FOLDER / "libraries").glob("*.toml"))
STANDARD = sorted(path.stem for path in (FOLDER / "stdlib").glob("*.toml"))
KINDS = {
    "read", "write", "inference", "query", "command", "sleep", "clock", "entropy", "lock",
    "thread", "memoised", "unknown",
}  # fmt: skip
WORDS = {
    *SIMPLE,
    *GENERIC,
    *DERIVED,
    "None",
    "",
    "plain",
    "data",
    "any",
    "plain?",
    "number",
    "number?",
    "setof",
    "same",
    "item",
}
WORDS |= {"model", "reduced", "parts", "named"}
WORDS |= {"self", "extreme", "lines", "range", "...", *HEADS}


def find(dotted: str) -> Any:
    """The object of a dotted name, imported where need be, as it stands in its class; None when there is none."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            if isinstance(found, type):
                found = next((vars(base)[part] for base in found.__mro__ if part in vars(base)), None)
            else:
                found = getattr(found, part, None)
            if type(found) in (staticmethod, classmethod):
                found = found.__func__
        return found
    return None


def load(name: str) -> tuple[dict[str, Any], xcs.knowledge.load.Library]:
    folder = "stdlib" if name in STANDARD else "libraries"
    data = tomllib.loads((FOLDER / folder / f"{name}.toml").read_text("utf-8"))
    known = library(name)
    assert known is not None and known.name == name == data["library"]["name"]
    assert data["library"]["source"]
    if name in LIBRARIES:
        for package in known.packages[:1]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pytest.importorskip(package)
    elif name not in ("builtins",):
        pytest.importorskip(name)
    return data, known


def entries(data: dict[str, Any], known: Any) -> Iterator[tuple[str, bool, CallFacts | None]]:
    """Every name, whether every version has it, and its facts (none for what is analysed)."""
    for row in data.get("call", ()):
        for name in row["names"]:
            facts = next(c for c in known.calls if c.name == name.rstrip("?"))
            yield name.rstrip("?"), not name.endswith("?"), facts
    for holder, group in data.get("of", {}).items():
        for statement, names in group.items():
            for name in names.split():
                dotted = f"{holder.rstrip('?')}.{name.rstrip('?')}"
                always = "?" not in name + holder
                facts = None if statement.startswith("analysed:") else facts_of(statement, dotted, known)
                if name != "*":
                    yield dotted, always, facts


@pytest.mark.parametrize("name", LIBRARIES + STANDARD)
def test_names(name: str) -> None:
    """Each name is a callable of the library's own, whose facts are found by identity."""
    data, known = load(name)
    missing, foreign, lost = [], [], []
    for dotted, always, facts in entries(data, known):
        found = find(dotted)
        if found is None:
            missing += [dotted] * always
        elif facts is None:
            continue
        elif not callable(found) and not isinstance(found, types.GetSetDescriptorType | types.MemberDescriptorType):
            foreign += [dotted] * (name in LIBRARIES)
        elif facts.effects and facts.effects[0].kind == "unknown":
            continue
        elif not is_own(found, known.packages):
            foreign += [dotted] * (name in LIBRARIES)  # the standard library names some things in several modules
        elif lookup(found) is None and is_own(found, known.packages):
            lost.append(dotted)
    assert (missing, foreign, lost) == ([], [], [])


@pytest.mark.parametrize("name", LIBRARIES + STANDARD)
def test_classes(name: str) -> None:
    """Each class that is data is one; each class that a result or an attribute names is there."""
    data, known = load(name)
    expressions = [facts.result for _, _, facts in entries(data, known) if facts is not None]
    expressions += [when.result for facts in known.calls for when in facts.when if when.result]
    expressions += [kind for facts in known.types for kind in facts.attributes.values()]
    named = {dotted.rstrip("?") for dotted in data.get("data", {}) if not dotted.endswith("?")}
    optional = {dotted.rstrip("?") for dotted in data.get("data", {})} - named
    for expression in expressions:
        for word in re.findall(r"[\w.?]+", expression):
            if "." in word and word != "...":
                named.add(word)
            elif not word.isdigit():
                assert word in WORDS, expression
    assert sorted(dotted for dotted in named - optional if not isinstance(find(dotted), type)) == []


@pytest.mark.parametrize("name", LIBRARIES + STANDARD)
def test_requirements_and_seams(name: str) -> None:
    data, known = load(name)
    own = [seam for seam in data["library"].get("seams", ()) if not seam.startswith("@")]
    for dotted, _, facts in entries(data, known):
        if facts is None:
            continue
        assert all(effect.kind in KINDS for effect in facts.effects), dotted
        for text in facts.requires:
            wanted = requirement(text)
            assert wanted.condition in CONDITIONS, dotted
    for row in data.get("call", ()):
        own += row.get("seams", ())
    lost = []
    for seam in own:
        found = find(seam.rstrip("?"))
        if found is None or not is_own(found, (seam.partition(".")[0],)):
            lost += [seam] * (not seam.endswith("?"))
    assert lost == []


def test_every_file_is_loaded_by_its_packages() -> None:
    for name in LIBRARIES:
        known = library(name)
        assert known is not None and name in known.packages
    assert not set(LIBRARIES) & set(sys.stdlib_module_names)
