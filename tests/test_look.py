"""Whether anything that a function reaches may wait: by names, without interpreting anything."""

from __future__ import annotations

import contextlib
import functools
import gc
import logging
import os.path
import subprocess
import sys
import time
import types
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import xcs
from xcs.entry.known_services import knows_services
from xcs.entry.look import NO, OBJECTS, UNKNOWN, YES, examine, nearby
from xcs.entry.plain_objects import MADE_LATE, plain_alone
from xcs.entry.scans import calls_given


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y

    def norm(self) -> float:
        return self.x * self.x + self.y * self.y


class Client:
    def ask(self, question: str) -> str:
        time.sleep(0.01)
        return question


class Agent:
    def __init__(self) -> None:
        self.client: Client | None = None

    def set_up(self) -> Client:
        if self.client is None:
            self.client = Client()
        return self.client

    def run(self, question: str) -> str:
        return self.set_up().ask(question)


class Slotted:
    __slots__ = ("client",)

    def __init__(self) -> None:
        self.client = Client()


@contextlib.contextmanager
def pause() -> Iterator[None]:
    time.sleep(0.01)
    yield


@xcs.unordered
def model(x: object) -> object:
    return x


def norms(points: Any) -> list[float]:
    return sorted(p.norm() for p in points)


def table(rows: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        for word in row.lower().split():
            counts[word] = counts.get(word, 0) + 1
    return counts


def asks(clients: Any) -> list[str]:
    return [client.ask("x") for client in clients]


def asks_below(holder: Any) -> str:
    answer: str = holder.client.ask("x")
    return answer


def made_within(questions: Any) -> list[str]:
    return [Agent().run(question) for question in questions]


def calls(callee: Any) -> object:
    return callee(1)


def waits_in_a_block(rows: Any) -> None:
    for _ in rows:
        with pause():
            pass


def imports(rows: Any) -> None:
    for _ in rows:
        import time as clock

        clock.sleep(0.01)


def opaque(thing: Any) -> list[Any]:
    return [thing.frobnicate(x) for x in range(3)]


def files(names: Any) -> list[str]:
    return [os.path.basename(name).upper() for name in names]


def archive(names: Any) -> list[list[str]]:
    return [zipfile.ZipFile(name).namelist() for name in names]


def inner(rows: Any) -> Callable[[], None]:
    def later() -> None:
        time.sleep(len(rows))

    return later


class Slow(logging.Logger):
    def _log(self, *args: Any, **named: Any) -> None:
        time.sleep(0.01)


def logs(log: Any, rows: Any) -> None:
    for row in rows:
        log.warning(row)


class Table(dict[str, int]):
    def __missing__(self, key: str) -> int:
        time.sleep(0.01)
        return 0


def looked_up(table_: Any, keys: Any) -> list[int]:
    return [table_[key] for key in keys]


def yields(xs: list[int]) -> list[int]:
    for _ in xs:
        time.sleep(0)
    return [time.sleep(0.0) or x for x in xs]


def yields_or_waits(xs: list[int]) -> None:
    time.sleep(0)
    for x in xs:
        time.sleep(x)


CASES: list[tuple[Callable[..., object], list[object], str]] = [
    (norms, [[Point(1, 2)]], NO),
    (norms, [{"a": Point(1, 2)}], NO),
    (table, [["a b", "b"]], NO),
    (asks, [[Client()]], YES),
    (asks, [{"a": [Client()]}], YES),
    (asks, [[]], YES),  # a class of the module has it
    (asks_below, [Slotted()], YES),
    (asks_below, [Agent()], YES),
    (made_within, ["ab"], YES),
    (calls, [len], NO),
    (calls, [time.sleep], YES),
    (yields, [[1]], NO),
    (yields_or_waits, [[1]], YES),
    (calls, [model], YES),
    (calls, [functools.partial(model, 1)], YES),
    (calls, [functools.lru_cache(model)], YES),
    (calls, [Client().ask], YES),
    (calls, [lambda x: Client().ask(x)], YES),
    (waits_in_a_block, [[1]], YES),
    (imports, [[1]], YES),
    (opaque, [object()], UNKNOWN),
    (files, [["a/b"]], NO),
    (archive, [["a.zip"]], NO),  # no fact says so
    (logs, [logging.Logger("x"), [1]], NO),
    (logs, [Slow("x"), [1]], YES),
    (inner, [[1]], YES),
    (looked_up, [Table(), ["a"]], YES),
    (looked_up, [{"a": 1}, ["a"]], NO),
]


@pytest.mark.parametrize("function, values, answer", CASES)
def test_answers(function: types.FunctionType, values: list[object], answer: str) -> None:
    assert examine(function.__code__, function.__globals__, values).answer == answer


def test_what_is_decorated_is_looked_at_as_written() -> None:
    made: Any = xcs.jit(asks)
    assert examine(table.__code__, {**globals(), "lower": made}, [asks, made]).answer == YES
    assert examine(calls.__code__, globals(), [xcs.jit(norms)]).answer == NO


def decorates(count: int) -> list[Callable[..., object]]:
    return [xcs.jit(lambda: None) for _ in range(count)]


def test_where_functions_are_decorated_nothing_of_ours_is_looked_at() -> None:
    seen = examine(decorates.__code__, globals(), [3])
    assert seen.answer == NO
    assert len(seen.seen) < 10


def test_little_of_large_data_is_looked_at() -> None:
    points = [[Point(i, j) for i in range(100)] for j in range(1000)]
    seen = examine(norms.__code__, globals(), [points])
    assert seen.answer == NO
    assert len(seen.seen) < 100


def test_there_is_an_end() -> None:
    names: dict[str, object] = {"__builtins__": __builtins__}
    names |= {f"f{i}": types.FunctionType(compile(f"f{i + 1}()", "f", "exec"), names) for i in range(2 * OBJECTS)}
    first: Any = names["f0"]
    seen = examine(first.__code__, names, [])
    assert seen.answer == YES
    assert len(seen.seen) <= OBJECTS + 1


class Asked(type):
    """A metaclass whose equality, hash and attributes are the program's."""

    def __eq__(cls, other: object) -> bool:
        raise AssertionError

    def __hash__(cls) -> int:
        raise AssertionError

    def __getattribute__(cls, name: str) -> object:
        raise AssertionError(name)


class Hidden(metaclass=Asked):
    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)

    def norm(self) -> float:
        return 0.0

    @property
    def client(self) -> Client:
        raise AssertionError


def test_no_code_of_the_program_runs() -> None:
    assert examine(norms.__code__, globals(), [[Hidden()]]).answer == NO
    assert examine(asks_below.__code__, globals(), [Hidden(), Hidden]).answer == YES


def by_itself(things: list[int], depth: int = 0) -> int:
    return sum(things) if depth > 2 else by_itself(sorted(things), depth + 1)


def given(things: list[int], one: Callable[[int], int]) -> list[int]:
    return [one(thing) for thing in things]


def meaningless_yet(things: list[int]) -> int:
    return defined_below(things) + len(things)  # type: ignore[name-defined, no-any-return]  # noqa: F821


def asks(things: list[str]) -> list[str]:
    return [Client().ask(thing) for thing in things]


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        (by_itself, NO if sys.version_info >= (3, 11) else UNKNOWN),
        (given, UNKNOWN),
        (meaningless_yet, UNKNOWN),
        (asks, YES),
    ],
)
def test_before_a_call_what_may_come_is_not_known(function: types.FunctionType, answer: str) -> None:
    assert nearby(function.__code__, globals()) == answer


def test_what_is_called_of_variables() -> None:
    inner = lambda: [functools.reduce, lambda f: f(1)]  # noqa: E731
    assert calls_given(inner.__code__) and calls_given(given.__code__)
    assert any(calls_given(f.__code__) for f in (by_itself, asks, Client.ask)) == (sys.version_info < (3, 11))


PUT_OFF = "Later" if sys.version_info >= (3, 11) else "State"
FIRST_CALL = """
import sys, types
if "service" in sys.argv:
    sys.modules["openai"] = types.ModuleType("openai")
from xcs import jit

@jit
def kept(items, one):
    out = []
    for item in items:
        out.append(one(item))
    return out

class Item:
    def one(self, n):
        return self.held.get(n, n)

item = Item()
item.held = {1: 2}
assert kept([1, 2], item.one) == [2, 2]
print(kept.stats().tasks, "xcs.plan.plan" in sys.modules, type(kept.stats.__self__).__name__)
"""


@pytest.mark.parametrize(("service", "found"), [("service", "State"), ("nothing", PUT_OFF)])
def test_a_loop_that_never_waits_loads_nothing_that_decides(service: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(FIRST_CALL)
    command, root = [sys.executable, str(tmp_path / "program.py"), service], str(Path(__file__).parent.parent)
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": root})
    assert done.stdout.split() == ["0", "False", found], done.stderr


def test_only_described_packages_are_services() -> None:
    assert knows_services({"client": types.ModuleType("openai.types"), "n": 1})
    assert not knows_services({"time": time, "zipfile": zipfile, "Client": Client, "xcs": xcs})
    assert not knows_services({name: types.ModuleType(name) for name in ("numpy", "markupsafe", "yaml", "pandas.api")})


class Vectorized:
    """As `numpy.vectorize`: the code of the library calls what it was given."""

    __module__ = "numpy"

    def __init__(self, pyfunc: Callable[..., Any]) -> None:
        self.pyfunc = pyfunc

    def __call__(self, values: list[Any]) -> list[Any]:
        return [self.pyfunc(value) for value in values]


asked_of_each, doubled = Vectorized(asks), Vectorized(abs)


def through_numpy(values: list[Any]) -> object:
    return asked_of_each(values)


def within_numpy(values: list[Any]) -> object:
    return doubled(values)


def loading(text: str) -> object:
    return loads(text)  # type: ignore[name-defined]  # noqa: F821


def test_code_of_what_computes_is_not_looked_through_but_what_it_was_given_is() -> None:
    assert examine(through_numpy.__code__, globals(), [[1]]).answer == YES
    assert examine(within_numpy.__code__, globals(), [[1]]).answer == NO
    for module, answer in (("mine", YES), ("yaml", NO)):
        loads = types.FunctionType(asks.__code__, {**globals(), "__name__": module})
        assert examine(loading.__code__, {"loads": loads}, [loads]).answer == answer


class Plain:
    def __init__(self, *held: Any) -> None:
        self.held = held


class Several(list[int]):
    pass


def held_by(thing: Any) -> object:
    return thing.held[0].ask("x")


@pytest.mark.skipif(not MADE_LATE, reason="dictionaries are there, or cost nothing")
def test_of_plain_values_no_dictionary_is_made() -> None:
    assert plain_alone(Plain(1, "a", None))
    for other in (Plain(Client()), Plain([1]), Plain(*range(3), {}), Several([1]), Point(1.0, 2.0), asks):
        assert not plain_alone(other)
    thing = Plain(1)
    examine(held_by.__code__, {}, [thing])
    assert not any(type(held) is dict for held in gc.get_referents(thing))
    assert examine(held_by.__code__, globals(), [Plain(Client())]).answer == YES


def imports_late(x: str) -> object:
    import tests.callees_that_are_not_there as late

    return late.reached_late(x)


def imports_what_computes(x: str) -> str:
    import plistlib

    return str(plistlib) + x


def test_what_a_module_would_do_that_is_not_there_yet_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = examine(imports_late.__code__, globals(), ())
    assert (seen.answer, seen.why) == (UNKNOWN, "import of tests.callees_that_are_not_there")
    monkeypatch.delitem(sys.modules, "plistlib", raising=False)
    assert examine(imports_what_computes.__code__, globals(), ()).answer == NO
    monkeypatch.setitem(sys.modules, "tests.callees_that_are_not_there", types.ModuleType("late"))
    assert "import of" not in examine(imports_late.__code__, globals(), ()).why
