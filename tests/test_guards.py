"""What is replaced between two calls: the very next call behaves as plain Python, and what was decided holds no longer.

Each case runs a decorated function, replaces something that its callee rests on, and runs it again, twice.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from pathlib import Path as File
from typing import Any
from unittest import mock

import pytest

from tests.closed import changing
from tests.observe import load
from xcs import jit
from xcs.analysis.domain.places import Path, values_at


def program() -> types.ModuleType:
    """A module of its own, so that a replacement does not outlive its test."""
    return load(File(changing.__file__))


Change = Callable[[types.ModuleType], object]
CHANGES: dict[str, Change] = {}


def change(function: Change) -> Change:
    CHANGES[function.__name__] = function
    return function


def noted(module: types.ModuleType) -> Callable[..., str]:
    """A replacement whose calls and their order can be seen."""

    def note(*args: object, **kwargs: object) -> str:
        module.SEEN.append(str(args[-1]))
        return f"{len(module.SEEN)}"

    return note


@change
def global_function(m: types.ModuleType) -> None:
    m.shorten = noted(m)


@change
def global_text(m: types.ModuleType) -> None:
    m.PREFIX = "other: "


@change
def global_constant_of_another_type(m: types.ModuleType) -> None:
    class Prefix:
        def __radd__(self, other: object) -> str:
            m.SEEN.append("radd")
            return str(len(m.SEEN))

        def __add__(self, other: str) -> str:
            m.SEEN.append(other)
            return str(len(m.SEEN))

    m.PREFIX = Prefix()


@change
def method_of_class(m: types.ModuleType) -> None:
    m.Service.prepare = noted(m)


@change
def method_of_base(m: types.ModuleType) -> None:
    m.Base.finish = noted(m)


@change
def method_overridden_in_subclass(m: types.ModuleType) -> None:
    m.Service.finish = noted(m)


@change
def method_of_instance(m: types.ModuleType) -> None:
    m.service.prepare = noted(m)


@change
def attribute_of_instance(m: types.ModuleType) -> None:
    m.service.style = "loud"


@change
def class_attribute_hidden_by_instance(m: types.ModuleType) -> None:
    m.service.hook = noted(m)


@change
def class_attribute(m: types.ModuleType) -> None:
    m.Service.hook = staticmethod(noted(m))


@change
def other_instance(m: types.ModuleType) -> None:
    class Other(m.Service):  # type: ignore[name-defined, misc]
        def prepare(self, text: str) -> str:
            m.SEEN.append(text)
            return str(len(m.SEEN))

    m.service = Other("new")


@change
def class_of_instance(m: types.ModuleType) -> None:
    class Other(m.Service):  # type: ignore[name-defined, misc]
        def prepare(self, text: str) -> str:
            m.SEEN.append(text)
            return str(len(m.SEEN))

    m.service.__class__ = Other


@change
def bases_of_class(m: types.ModuleType) -> None:
    class Before:
        def finish(self, text: str) -> str:
            m.SEEN.append(text)
            return str(len(m.SEEN))

    m.Service.__bases__ = (Before, m.Base)


@change
def code_of_function(m: types.ModuleType) -> None:
    def shorten(text: str) -> str:
        SEEN.append(text)  # type: ignore[name-defined]  # noqa: F821
        return str(len(SEEN))  # type: ignore[name-defined]  # noqa: F821

    m.shorten.__code__ = shorten.__code__


@change
def defaults_of_function(m: types.ModuleType) -> None:
    m.ask.__defaults__ = (noted(m),)


@change
def keyword_defaults_of_function(m: types.ModuleType) -> None:
    m.ask.__kwdefaults__ = {"after": noted(m)}


@change
def entry_of_table(m: types.ModuleType) -> None:
    m.TABLE["upper"] = noted(m)


@change
def partial_in_table(m: types.ModuleType) -> None:
    m.PARTIAL = functools.partial(noted(m), "x")


@change
def member_of_enumeration(m: types.ModuleType) -> None:
    def missing(cls: Any, value: object) -> object:
        m.SEEN.append(value)
        return cls.A

    m.Kind._missing_ = classmethod(missing)


@change
def method_of_enumeration(m: types.ModuleType) -> None:
    m.Kind.label = noted(m)


@change
def repr_of_named_tuple(m: types.ModuleType) -> None:
    m.Pair.__str__ = noted(m)


@change
def getattr_of_class(m: types.ModuleType) -> None:
    m.Wrapper.__getattr__ = lambda self, name: noted(m)


@change
def attribute_that_was_delegated(m: types.ModuleType) -> None:
    m.wrapper.lower = noted(m)


@change
def lazily_made(m: types.ModuleType) -> None:
    m._made = None


@change
def lazily_made_by_another_factory(m: types.ModuleType) -> None:
    class Other:
        def __init__(self) -> None:
            m.SEEN.append("made")

        def get(self, text: str) -> str:
            m.SEEN.append(text)
            return str(len(m.SEEN))

    m._made = Other()


@change
def cache_cleared(m: types.ModuleType) -> None:
    m.cached.cache_clear()


@change
def mocked_function(m: types.ModuleType) -> None:
    m.shorten = mock.Mock(side_effect=noted(m))


@change
def mocked_method(m: types.ModuleType) -> None:
    m.Service.prepare = mock.Mock(side_effect=noted(m))


@change
def mocked_sleep(m: types.ModuleType) -> None:
    m.time = types.SimpleNamespace(sleep=noted(m))


@change
def field_of_dataclass(m: types.ModuleType) -> None:
    m.Options.mark = property(lambda self: noted(m)("mark"))


def outcome(m: types.ModuleType, function: Callable[[list[str]], object]) -> object:
    try:
        return function(m.ITEMS), list(m.SEEN), [str(a) for a in getattr(m.shorten, "call_args_list", ())]
    except Exception as error:
        return type(error), str(error), list(m.SEEN)


@pytest.mark.parametrize("name", CHANGES)
def test_next_call(name: str) -> None:
    seen = []
    for decorate in (lambda f: f, jit):
        m = program()
        function = decorate(m.subject)
        before = [outcome(m, function), outcome(m, function)]
        CHANGES[name](m)
        seen.append([*before, outcome(m, function), outcome(m, function)])
    assert seen[0] == seen[1]
    assert function.stats().tasks >= len(m.ITEMS)  # it ran early before the change
    assert function.stats().mispredictions == 0


@pytest.mark.parametrize("target", ["shorten", "Service.prepare", "service.prepare", "Base.finish", "TABLE"])
def test_a_patch_comes_and_goes(target: str) -> None:
    """As tests do it: within the block the mock is called, in order; behind it calls run early again."""
    m = program()
    function = jit(m.subject)
    plain = m.subject(m.ITEMS)
    assert function(m.ITEMS) == plain
    holder: Any = m
    *path, name = target.split(".")
    for part in path:
        holder = getattr(holder, part)
    if name == "TABLE":
        patch: Any = mock.patch.dict(m.TABLE, {"upper": noted(m)})
    else:
        patch = mock.patch.object(holder, name, side_effect=noted(m))
    with patch:
        assert function(m.ITEMS) != plain
        assert m.SEEN != [] and sorted(m.SEEN) == m.SEEN
    tasks = function.stats().tasks
    assert function(m.ITEMS) == plain
    assert function.stats().tasks == tasks + len(m.ITEMS)


class Node:
    def __init__(self, up: Node | None) -> None:
        self.up = up or self
        self.nodes: list[Node] = []


def test_each_object_of_a_graph_is_looked_at_once() -> None:
    root = Node(None)
    root.nodes = [Node(root) for _ in range(20)]
    path = Path("local", "nodes")
    for _ in range(20):  # each step leads from each node to all of them
        path = path.step("elements", None).step("attr", "up").step("attr", "nodes")
    found = list(values_at(path, {"nodes": root.nodes}))
    assert found == [root.nodes] * 20
