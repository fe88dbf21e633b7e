"""Elements of what is too large to be looked at whole: asked where a slice comes to them, and nowhere else."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path as File
from typing import Any

import pytest

from tests.closed import items as program
from tests.observe import load
from xcs import jit
from xcs.analysis.domain import places
from xcs.analysis.domain.places import Path
from xcs.entry import checks, separation
from xcs.entry.separation import reachable, unshared

SIZE = 520
AT = (3, 519)
WAYS = sorted(name for name in vars(program) if name.startswith(("by_", "over_")))


def fresh() -> types.ModuleType:
    return load(File(program.__file__))


def run(way: str, at: int | None, kind: str, plain: bool) -> tuple[object, list[object], int]:
    """What a way of going through many objects gives when the one at `at` is of another kind, and what was seen."""
    module = fresh()
    docs = [module.Doc(i) for i in range(SIZE)]
    if at is not None:
        docs[at] = module.OTHERS[kind](at)
    function = getattr(module, way)
    decorated = jit(function)
    chosen = function if plain else decorated
    given = {f"k{i}": doc for i, doc in enumerate(docs)} if way.startswith("over_") else docs
    result = [chosen(given), chosen(given)]
    return result, list(module.SEEN), 0 if plain else decorated.stats().tasks


@pytest.mark.parametrize("way", WAYS)
def test_each_way_in_starts_calls_early(way: str) -> None:
    result, seen, tasks = run(way, None, "", plain=False)
    assert (result, seen) == run(way, None, "", plain=True)[:2]
    assert tasks > 1 or way in program.IN_PLACE


@pytest.mark.parametrize("kind", sorted(program.OTHERS))
@pytest.mark.parametrize("way", WAYS)
def test_an_element_that_differs_ends_the_slice_there(way: str, kind: str) -> None:
    for at in AT:
        assert run(way, at, kind, plain=False)[:2] == run(way, at, kind, plain=True)[:2], at


def test_what_is_asked_of_many_does_not_grow_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    module = fresh()

    def counting(kind: str, key: object, found: list[object]) -> list[object]:
        made = places.step_to(kind, key, found)
        looked.append(len(made))
        return made

    monkeypatch.setattr(checks, "step_to", counting)
    first = jit(module.by_slice)
    counts = []
    for size in (1_000, 100_000):
        docs = [module.Doc(i) for i in range(size)]
        first(docs)
        looked.clear()
        first(docs)
        counts.append(sum(looked))
    assert counts[0] == counts[1] < 500
    assert first.stats().tasks > 5


def test_what_is_written_is_none_of_the_elements() -> None:
    module = fresh()
    for function in (module.fills, jit(module.fills)):
        table = {f"k{i}": 0 for i in range(4)}
        rows = [{"text": f"t{i}"} for i in range(SIZE)]
        rows[2] = table
        table["text"] = 5
        assert function(rows, table) == [f"t{i}!" for i in range(2)] + ["6!"] + [f"t{i}!" for i in range(3, 6)]


# -- what objects hold


class Slotted:
    __slots__ = ("held",)

    def __init__(self, held: object) -> None:
        self.held = held


def closing(held: object) -> Callable[[], object]:
    return lambda: held


def defaulting(held: object) -> Callable[[], object]:
    def function(given: object = held) -> object:
        return given

    return function


def named(held: object) -> Callable[[], object]:
    def function(*, given: object = held) -> object:
        return given

    return function


def going(held: object) -> Iterator[object]:
    yield 1
    yield held


HOLDING: dict[str, Callable[[Any], object]] = {
    "closure": closing,
    "default": defaulting,
    "keyword default": named,
    "partial": lambda held: functools.partial(print, held),
    "partial's keyword": lambda held: functools.partial(print, sep=held),
    "slot": Slotted,
    "method": lambda held: Slotted(held).__init__,  # type: ignore[misc]
    "method of a built-in": lambda held: held.append,
    "iterator": iter,
    "reversed": reversed,
    "enumerate": enumerate,
    "map": lambda held: map(print, [held]),
    "mapping proxy": lambda held: types.MappingProxyType({1: held}),
    "view": lambda held: {1: held}.values(),
    "generator": going,
    "begun generator": lambda held: (g := going(held), next(g))[0],
    "dictionary's key": lambda held: {(1, closing(held)): 1},
    "subclass of list": lambda held: type("Mine", (list,), {})([held]),
    "cell": types.CellType,
}


@pytest.mark.parametrize("way", sorted(HOLDING))
def test_reaches(way: str) -> None:
    held: list[object] = [1]
    found = reachable([HOLDING[way](held)], True, 5_000)
    assert found is not None and id(held) in found


def test_what_is_not_reached() -> None:
    assert reachable([closing(1)], True, 50) is not None  # no module of the function
    assert reachable([[[] for _ in range(100)]], True, 50) is None
    assert reachable([list(range(10_000))], True, 50) is None


# -- what nothing else refers to


def look(number: int, *values: object) -> bool:
    return inner(values)


def inner(values: tuple[object, ...]) -> bool:
    roots = dict(zip(("made",), values, strict=True))
    return unshared(Path("local", "made"), roots, frozenset())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="what calls here holds one reference more")
def test_a_container_of_one_variable_is_part_of_nothing() -> None:
    made: list[object] = []
    assert look(0, made)
    other = made
    assert not look(0, made)
    del other
    assert look(0, made)
    outer = [made]
    assert not look(0, made)
    del outer
    sink = made.append
    assert not look(0, made)
    del sink
    assert sys.getrefcount(made) <= 2


def test_what_something_else_refers_to_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[bool] = []

    def noted(path: Path, *given: Any) -> bool:
        answers.append(unshared(path, *given))
        return answers[-1]

    monkeypatch.setattr(separation, "unshared", noted)
    module = fresh()
    keeps = jit(module.keeps)
    docs = [module.Doc(i) for i in range(4)]
    for sink in ([], None, []):
        answers.clear()
        assert keeps(docs, sink) == [doc.fetch() for doc in docs]
        if sink is not None:
            assert not any(answers)
    assert keeps.stats().tasks > 0
