"""Each entry of the knowledge files against what is installed: its names, conditions, seams, parameters and types."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from typing import Any

import pytest

from xcs.analysis.library.result_types import DERIVED, GENERIC, SIMPLE
from xcs.analysis.library.sequences import HEADS
from xcs.knowledge import drift
from xcs.knowledge.__main__ import main
from xcs.knowledge.drift import LIBRARIES, STANDARD
from xcs.knowledge.load import Library, data_of, library

WORDS = frozenset({
    *SIMPLE, *GENERIC, *DERIVED, *HEADS, "None", "", "plain", "data", "any", "plain?", "number", "number?", "setof",
    "same", "item", "model", "reduced", "response_model", "runnable",
    "parts", "named", "self", "extreme", "lines", "filename", "range", "writer", "defaultdict", "problems",
    "...",
})  # fmt: skip


def load(name: str) -> tuple[Mapping[str, Any], Library]:
    known = library(name)
    assert known is not None and known.name == name == known.about["name"]
    assert known.about["source"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in LIBRARIES:
            pytest.importorskip(known.packages[0])
        elif name != "builtins":
            pytest.importorskip(name)
    return data_of(name), known


@pytest.mark.parametrize("name", LIBRARIES + STANDARD)
def test_names(name: str) -> None:
    """Each name is a callable of the library's own, whose facts are found by identity."""
    assert list(drift.names(*load(name), strict=name in LIBRARIES)) == []


@pytest.mark.parametrize("name", LIBRARIES + STANDARD)
def test_classes(name: str) -> None:
    """Each class that is data is one; each class that a result or an attribute names is there."""
    assert list(drift.classes(*load(name), words=WORDS)) == []


@pytest.mark.parametrize("name", LIBRARIES + STANDARD)
def test_requirements_and_seams(name: str) -> None:
    found = load(name)
    assert [*drift.requirements(*found), *drift.seams(*found)] == []


@pytest.mark.parametrize("name", LIBRARIES)
def test_parameters_and_attributes(name: str) -> None:
    found = load(name)
    assert [*drift.parameters(*found), *drift.attributes(*found)] == []


def test_every_file_is_loaded_by_its_packages() -> None:
    for name in LIBRARIES:
        known = library(name)
        assert known is not None and name in known.packages
    assert not set(LIBRARIES) & set(sys.stdlib_module_names)


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_file_states_its_version(name: str) -> None:
    about = data_of(name)["library"]
    assert about["version"] and about["version"][0].isdigit()


def test_what_has_moved_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A library in which a name, a class and a parameter are gone."""
    requests = pytest.importorskip("requests")
    assert main(["check", "requests"]) == 0
    monkeypatch.delattr(requests.models.Response, "raise_for_status")
    monkeypatch.delattr(requests.structures, "CaseInsensitiveDict")
    monkeypatch.setattr(requests.sessions.Session, "get", lambda self, address: None)
    assert main(["check", "requests"]) == 1
    told = capsys.readouterr().out
    assert "requests.models.Response.raise_for_status is gone" in told
    assert "requests.structures.CaseInsensitiveDict is no class" in told
    assert "requests.sessions.Session.get is not the library's own" in told
    assert "requests.sessions.Session.get has no parameter params" in told
