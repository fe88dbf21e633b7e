"""What a text doesn't show of an object is unknown, not absent: nothing printed or announced may rest on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xcs.static.annotations import Annotations
from xcs.static.plans import plan_file
from xcs.static.stand_in import Assumed
from xcs.static.world import World

pytestmark = pytest.mark.once

HEAD = """\
import time


def wait(x):
    time.sleep(0.005)
    return x


"""
LOOP = """

def subject(docs):
    out = []
    for doc in docs:
        out.append(model(doc))
    return out


"""

UNSAFE = {
    "the callee changes what items share": """\
def model(doc):
    wait(doc)
    doc["m"]["n"] += 1
    return doc["m"]["n"]
"""
    + LOOP
    + """\
shared = {"n": 0}
subject([{"x": 1, "m": shared}, {"x": 2, "m": shared}])
""",
    "items of several shapes": """\
def model(doc):
    wait(doc)
    doc["log"].append(doc["x"])
    return len(doc["log"])
"""
    + LOOP
    + """\
log = []
subject([{"x": 1}, {"x": 2, "log": log}])
""",
    "an attribute set from outside": """\
class Counter:
    n = 0

    def go(self, x):
        Counter.n += 1
        return x


class Box:
    pass


box = Box()
box.inner = Counter()


def model(doc):
    wait(doc)
    return box.inner.go(doc)
"""
    + LOOP
    + "subject([1, 2])\n",
    "the loop changes what items share": """\
def model(doc):
    wait(doc)
    return doc["m"]["n"]


def subject(docs):
    out = []
    for doc in docs:
        out.append(model(doc))
        doc["m"]["n"] += 1
    return out


shared = {"n": 0}
subject([{"x": 1, "m": shared}, {"x": 2, "m": shared}])
""",
}
SAFE = {
    "fields are read": 'def model(doc):\n    return wait(doc["x"])\n'
    + LOOP
    + 'subject([{"x": 1}, {"x": 2, "y": 3}])\n',
    "inner fields are read": 'def model(doc):\n    return wait(doc["m"]["n"])\n'
    + LOOP
    + 'subject([{"m": {"n": 1}}, {"m": {"n": 2}}])\n',
    "a method of an object": """\
class Model:
    def go(self, x):
        return wait(x)


held = Model()


def model(doc):
    return held.go(doc)
"""
    + LOOP
    + "subject([1, 2])\n",
}


def chosen(folder: Path, text: str) -> int:
    path = folder / "program.py"
    path.write_text(HEAD + text)
    return sum(len(plan.chosen()) for plan in plan_file(path) if plan.name == "subject")


@pytest.mark.parametrize("name", UNSAFE)
def test_left_in_place(name: str, tmp_path: Path) -> None:
    assert chosen(tmp_path, UNSAFE[name]) == 0


@pytest.mark.parametrize("name", SAFE)
def test_near_misses(name: str, tmp_path: Path) -> None:
    assert chosen(tmp_path, SAFE[name]) == 1


def test_a_union_with_a_class_whose_equality_is_no_truth() -> None:
    """`frame: pd.DataFrame | None`: comparing a data frame gives one, which is neither true nor false."""

    class Frame:
        def __eq__(self, other: object) -> bool:
            raise ValueError("ambiguous")

        __hash__ = None  # type: ignore[assignment]

    frame = Frame()
    read = Annotations(lambda node: Frame, lambda cls: frame).stand_in
    assert isinstance(read(ast.parse("Frame | None", mode="eval").body), Assumed)


def test_what_a_module_makes_is_told_apart(tmp_path: Path) -> None:
    """Each statement makes objects of its own, whatever became of the trees of others."""
    made = [f"A{n} = [{{'k{n}': len(str({n}))}}]" for n in range(40)]
    shadow = World().load(tmp_path / "module.py", "\n".join(made))
    held = [shadow.globals[f"A{n}"] for n in range(40)]
    assert len({id(found) for found in held}) == len(held)
    assert all(list(found[0]) == [f"k{n}"] for n, found in enumerate(held))
