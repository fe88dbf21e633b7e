"""Entry conditions: asked of all elements at the entry, or of one where a slice comes to it, the answer is the same."""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from xcs.analysis.domain.places import Guard, Path
from xcs.entry.checks import Checks
from xcs.entry.separation import reachable
from xcs.peek import MISSING


class Model:
    shared = "text"

    def ask(self) -> str:
        return ""

    @property
    def made(self) -> int:
        raise AssertionError("nothing of the program runs")


class Other(Model):
    pass


class Slotted:
    __slots__ = ("name",)

    def __init__(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self, name, value)


def model(kind: type[Any] = Model, **values: object) -> Any:
    made = kind()
    vars(made).update(values)
    return made


ELEMENTS = Path("local", "items", (("elements", None),))
KINDS = {
    "objects": (
        Model, [("attr", "ask", "is", Model.ask), ("attr", "name", "type", str), ("attr", "shared", "is", "text")],
    ),
    "nothing": (Model, [("attr", "more", "is", MISSING), ("attr", "made", "is", vars(Model)["made"])]),
    "slots": (Slotted, [("attr", "name", "type", str)]),
    "rows": (dict, [("item", "text", "type", str), ("item", "client", "is", None)]),
}  # fmt: skip
ITEMS: list[Any] = [
    model(name="a"), model(name=1), model(), model(Other, name="a"), model(name="a", ask=len), model(name="a", more=1),
    model(shared="other", name="a"), Slotted(name="a"), Slotted(name=1), Slotted(), {"text": "a", "client": None},
    {"text": 1, "client": None}, {"client": None}, {"text": "a", "client": 1}, {"text": "a"}, {}, None, "a",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_one_item_is_asked_what_all_are_asked(kind: str) -> None:
    cls, parts = KINDS[kind]
    guards = [Guard(ELEMENTS, "type", cls)]
    guards += [Guard(Path("local", "items", (*ELEMENTS.steps, (step, key))), g, e) for step, key, g, e in parts]  # type: ignore[arg-type]
    checks = Checks(guards)
    asked = checks.of_item(ELEMENTS)
    assert asked is not None
    answers = [asked(item) for item in ITEMS]
    assert answers == [checks.hold({"items": [item]}) for item in ITEMS]
    assert {*answers} == {True, False}


def test_a_class_that_is_changed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    method = Guard(Path("local", "items", (*ELEMENTS.steps, ("attr", "ask"))), "is", Model.ask)
    asked = Checks([Guard(ELEMENTS, "type", Model), method]).of_item(ELEMENTS)
    assert asked is not None and asked(model())
    monkeypatch.setattr(Model, "ask", len)
    assert not asked(model())


def test_built_in_names() -> None:
    own = dict(vars(builtins))
    module: dict[str, object] = {"__builtins__": own}
    paths = {name: Path("global", name, (), module, id(module)) for name in ("len", "sorted")}
    checks = Checks([Guard(path, "is", own[name]) for name, path in paths.items()])
    assert checks.hold({})
    module["len"] = max
    assert not checks.hold({})
    del module["len"]
    own["sorted"] = max
    assert not checks.hold({})
    own["sorted"] = sorted
    assert checks.hold({})
    module["__builtins__"] = {"len": max, "sorted": sorted}
    assert not checks.hold({})


def test_what_a_generator_lets_go_of_is_gone() -> None:
    def steps() -> Iterator[weakref.ref[Model] | None]:
        model: Model | None = Model()
        yield weakref.ref(model)
        model = None
        yield None

    going = steps()
    model = next(going)
    assert model is not None
    found = reachable([going], True, 100)
    assert found is not None and id(model()) in found
    assert model() is not None
    next(going)
    assert model() is None, "the generator has let go of it, and nobody else has it"
