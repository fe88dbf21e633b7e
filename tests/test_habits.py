"""What decorators are used to: written with brackets, on classes, over and under other decorators."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import dataclasses
import enum
import functools
import pickle
import subprocess
import sys
import time
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import xcs
from xcs import Remark, Stats, jit

ROOT = Path(__file__).parent.parent


def model(x: int) -> int:
    time.sleep(0.002)
    return x * 2


def ask(items: list[int]) -> list[int]:
    """Asks."""
    return [model(x) for x in items]


def early(made: Any) -> int:
    """The calls that have run early; the report must be one."""
    stats = made.stats()
    assert type(stats) is Stats
    assert all(type(remark) is Remark for remark in stats.regions)
    return int(stats.tasks)


def test_brackets() -> None:
    made = jit()(ask)
    assert made([1, 2]) == [2, 4] and early(made) == 2
    assert jit() is jit

    @jit()
    class Asker:
        def ask(self, items: list[int]) -> list[int]:
            return [model(x) for x in items]

    assert Asker().ask([1, 2]) == [2, 4] and early(Asker.ask) == 2


@pytest.mark.parametrize("given", [((), {"workers": 4}), ((ask,), {"workers": 4}), ((ask, 4), {})], ids=repr)
def test_there_are_no_options(given: Any) -> None:
    with pytest.raises(TypeError, match=r"no options: write @jit"):
        jit(*given[0], **given[1])


@pytest.mark.parametrize("thing", [len, print, int, dict, [].append, str.upper, list, object()], ids=repr)
def test_what_is_not_written_in_python(thing: Any) -> None:
    with pytest.raises(TypeError, match="takes"):
        jit(thing)


# --- around a function -----------------------------------------------------------------------------------------------


class Over:
    """`jit` above what makes a method."""

    factor = 3

    @jit
    @staticmethod
    def static(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    @jit
    @classmethod
    def by_class(cls, items: list[int]) -> list[int]:
        return [model(x) * cls.factor for x in items]

    @jit
    @property
    def all(self) -> list[int]:
        """Everything."""
        return [model(x) * self.factor for x in (1, 2)]

    @all.setter
    def all(self, items: list[int]) -> None:
        self.given = items

    @jit
    @functools.cached_property
    def once(self) -> list[int]:
        return [model(x) * self.factor for x in (1, 2)]

    fixed = jit(functools.partialmethod(lambda self, items, more: [model(x) + more for x in items], more=1))


class Below:
    """`jit` below it."""

    factor = 3

    @staticmethod
    @jit
    def static(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    @classmethod
    @jit
    def by_class(cls, items: list[int]) -> list[int]:
        return [model(x) * cls.factor for x in items]

    @property
    @jit
    def all(self) -> list[int]:
        """Everything."""
        return [model(x) * self.factor for x in (1, 2)]

    @functools.cached_property
    @jit
    def once(self) -> list[int]:
        return [model(x) * self.factor for x in (1, 2)]


@pytest.mark.parametrize("cls", [Over, Below])
def test_methods_of_all_kinds(cls: Any) -> None:
    one = cls()
    assert cls.static([1, 2]) == one.static([1, 2]) == [2, 4]
    assert cls.by_class([1, 2]) == one.by_class([1, 2]) == [6, 12]
    assert one.all == one.once == [6, 12]
    assert one.once is one.once
    assert cls.all.__doc__ == "Everything."
    assert early(cls.static) == early(cls.by_class) == early(one.by_class) == 4
    assert early(cls.all.fget) == 2
    assert cls.static.sequential([1]) == [2]
    assert cls.by_class.sequential(cls, [1]) == [6]

    class Sub(cls):  # type: ignore[misc]
        factor = 5

    assert Sub.by_class([1]) == Sub().by_class([1]) == [10]
    assert Sub().all == Sub().once == [10, 20]


def test_reports_of_what_is_returned() -> None:
    one = Over()
    one.all = [3]
    assert one.given == [3]
    for name in ("static", "by_class", "all", "once"):
        member = vars(Over)[name]
        assert type(member.stats()) is Stats
        assert callable(
            getattr(member.sequential, "__func__", None) or getattr(member.sequential, "func", member.sequential)
        )
    assert isinstance(vars(Over)["all"], property)
    assert one.fixed([1, 2]) == [3, 5]
    assert type(vars(Over)["once"]) is functools.cached_property


def test_partial() -> None:
    def add(more: int, items: list[int]) -> list[int]:
        return [model(x) + more for x in items]

    plain = functools.partial(add, 1)
    plain.note = "mine"  # type: ignore[attr-defined]
    made = jit(plain)
    assert type(made) is functools.partial
    assert made.args == (1,) and made.note == "mine"  # type: ignore[attr-defined]
    assert made([1, 2]) == plain([1, 2]) == [3, 5]
    assert early(made) == 2
    assert made.sequential is plain  # type: ignore[attr-defined]
    assert not hasattr(plain, "stats")


def test_method_of_an_object() -> None:
    class Asker:
        def ask(self, items: list[int]) -> list[int]:
            return [model(x) for x in items]

    one = Asker()
    made = jit(one.ask)
    assert made([1, 2]) == [2, 4] and made.__self__ is one and early(made) == 2  # type: ignore[attr-defined]


def test_wrappers_say_where_it_belongs() -> None:
    def shout(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return ["!", *function(*args)]

        return wrapper

    @contextlib.contextmanager
    def opened(items: list[int]) -> Iterator[list[int]]:
        yield ask(items)

    wrapped = jit(shout(ask))
    cached = jit(functools.lru_cache(lambda x: model(x)))
    managed = jit(opened)
    assert wrapped([1]) == ["!", 2] and cached(1) == cached(1) == 2
    assert cached.cache_info().hits == 1  # type: ignore[attr-defined]
    with managed([1]) as answers:
        assert answers == [2]
    for made in (wrapped, cached, managed):
        (remark,) = made.stats().regions
        assert remark.code == "wrapper"
        assert "below the other decorators" in str(remark)
        assert callable(made.sequential)


def test_wrapped_below_the_others() -> None:
    made = functools.lru_cache(jit(lambda x: [model(x), model(x + 1)]))
    assert made(1) == [2, 4]
    with contextlib.ExitStack() as stack:
        assert stack.enter_context(contextlib.contextmanager(jit(lambda: iter([ask([1])])))()) == [2]


# --- classes ---------------------------------------------------------------------------------------------------------


def borrowed(self: Any, items: list[int]) -> list[int]:
    return [model(x) for x in items]


class Base:
    def inherited(self, items: list[int]) -> list[int]:
        return [model(x) for x in items]

    def upper(self, items: list[int]) -> list[int]:
        return [model(x) + 1 for x in items]


@jit
class Whole(Base):
    factor = 3
    borrowed = borrowed

    def __init__(self, items: list[int]) -> None:
        self.items = items
        self.answers = [model(x) for x in items]

    def upper(self, items: list[int]) -> list[int]:
        return super().upper(items) + [model(x) * self.factor for x in items]

    def which(self, items: list[int]) -> tuple[type, list[int]]:
        return __class__, [self.__hidden(x) for x in items]  # type: ignore[name-defined]

    def __hidden(self, x: int) -> int:
        return model(x)

    def __call__(self, items: list[int]) -> list[int]:
        return [model(x) for x in items]

    @staticmethod
    def static(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    @classmethod
    def by_class(cls, items: list[int]) -> list[int]:
        return [model(x) * cls.factor for x in items]

    @property
    def all(self) -> list[int]:
        return [model(x) for x in self.items]

    @all.setter
    def all(self, items: list[int]) -> None:
        self.items = items

    @functools.cached_property
    def once(self) -> list[int]:
        return [model(x) for x in self.items]

    async def later(self, items: list[int]) -> list[int]:
        return [model(x) for x in items]

    alias = static

    class Inner:
        def ask(self, items: list[int]) -> list[int]:
            return [model(x) for x in items]


def test_class() -> None:
    assert isinstance(Whole, type) and Whole.__name__ == "Whole"
    one = Whole([1, 2])
    assert one.answers == one.all == one.once == one([1, 2]) == [2, 4]
    assert one.upper([1, 2]) == [3, 5, 6, 12]
    assert one.which([1]) == (Whole, [2])
    assert Whole.static([1, 2]) == one.alias([1, 2]) == [2, 4]
    assert vars(Whole)["alias"] is vars(Whole)["static"]
    assert Whole.by_class([1]) == [6]
    one.all = [5]
    assert one.all == [10]
    assert asyncio.run(one.later([1, 2])) == [2, 4]
    for made in (Whole.__init__, Whole.upper, Whole.__call__, Whole.static, Whole.by_class, Whole.later):
        assert early(made) >= 1 or made.__name__ == "by_class"
    assert early(Whole) >= 10
    assert Whole.sequential.upper(one, [1]) == [3, 6]
    assert pickle.loads(pickle.dumps(Whole)) is Whole
    assert vars(pickle.loads(pickle.dumps(one))) == vars(one)


def test_what_a_class_has_not_written_is_left_alone() -> None:
    assert Whole.borrowed is borrowed
    assert "inherited" not in vars(Whole) and not hasattr(Base.inherited, "stats") and not hasattr(Base.upper, "stats")
    assert not hasattr(Whole.Inner.ask, "stats")


def test_instances_are_as_they_were() -> None:
    one = Whole([1])
    assert not hasattr(one, "stats") and not hasattr(one, "sequential")
    with pytest.raises(AttributeError, match="'Whole' object has no attribute 'stats'"):
        one.stats  # noqa: B018
    one.stats = 3  # type: ignore[attr-defined]
    assert one.stats == 3  # type: ignore[attr-defined]

    @jit
    class Proxy:
        def __getattr__(self, name: str) -> str:
            return name

    assert Proxy().stats == "stats"
    assert type(Proxy.stats()) is Stats


def test_a_class_with_such_attributes_keeps_them() -> None:
    @jit
    class Game:
        sequential = False

        def stats(self) -> list[int]:
            return [model(x) for x in (1, 2)]

    assert Game().stats() == [2, 4] and Game.sequential is False
    assert early(Game.stats) == 2

    class Meta(type):
        @property
        def stats(cls) -> str:
            return "of the metaclass"

    @jit
    class Other(metaclass=Meta):
        pass

    assert Other.stats == "of the metaclass"


def test_classes_of_all_kinds() -> None:
    @jit
    @dataclasses.dataclass
    class Data:
        items: list[int]
        more: int = 1

        def ask(self) -> list[int]:
            return [model(x) + self.more for x in self.items]

    @dataclasses.dataclass(frozen=True, slots=True)
    @jit
    class Slotted:
        items: tuple[int, ...]

        def ask(self) -> list[int]:
            return [model(x) for x in self.items]

    @jit
    class Slots:
        __slots__ = ("items",)

        def __init__(self, items: list[int]) -> None:
            self.items = items

        def ask(self) -> list[int]:
            return [model(x) for x in self.items]

    @jit
    class Colour(enum.Enum):
        RED = 1
        BLUE = 2

        def ask(self, items: list[int]) -> list[int]:
            return [model(x) * self.value for x in items]

        @classmethod
        def everything(cls) -> list[int]:
            return [model(c.value) for c in cls]

    @jit
    class Pair(typing.NamedTuple):
        a: int
        b: int

        def ask(self) -> list[int]:
            return [model(x) for x in (self.a, self.b)]

    @jit
    class Abstract(abc.ABC):
        @abc.abstractmethod
        def need(self) -> int: ...

        @property
        @abc.abstractmethod
        def wanted(self) -> int: ...

        def ask(self, items: list[int]) -> list[int]:
            return [model(x) + self.need() for x in items]

    class Concrete(Abstract):
        wanted = 1

        def need(self) -> int:
            return 1

    assert (
        Data([1, 2]).ask() == [3, 5] and Data([1]) == Data([1]) and repr(Data([1])).endswith("Data(items=[1], more=1)")
    )
    assert not hasattr(Data.__init__, "stats")
    assert Slotted((1, 2)).ask() == [2, 4]
    assert Slots([1, 2]).ask() == [2, 4] and not hasattr(Slots([1]), "__dict__")
    assert (
        Colour.BLUE.ask([1, 2]) == [4, 8] and Colour.everything() == [2, 4] and list(Colour) == [Colour(1), Colour(2)]
    )
    assert Pair(1, 2).ask() == [2, 4] and Pair(1, 2) == (1, 2)
    with pytest.raises(TypeError, match="abstract"):
        Abstract()  # type: ignore[abstract]
    assert Abstract.__abstractmethods__ == {"need", "wanted"}
    assert Concrete().ask([1, 2]) == [3, 5]
    for cls in (Data, Slotted, Slots, Colour, Concrete):
        assert early(cls) > 0, cls


def test_a_method_that_is_decorated_already() -> None:
    @jit
    class Asker:
        @jit
        def ask(self, items: list[int]) -> list[int]:
            return [model(x) for x in items]

        @functools.lru_cache  # noqa: B019
        def cached(self, x: int) -> list[int]:
            return [model(x), model(x + 1)]

    assert Asker().ask([1, 2]) == [2, 4] and early(Asker.ask) == 2
    assert Asker().cached(1) == [2, 4]
    assert Asker.ask.sequential(Asker(), [1]) == [2]


# --- what is said ----------------------------------------------------------------------------------------------------


def test_nothing_to_gain_is_said_where_it_was_looked_at() -> None:
    async def answer(x: int) -> int:
        return x

    @jit
    async def awaits(items: list[int]) -> list[int]:
        return [await answer(x) for x in items]

    @jit
    def yields(items: list[int]) -> Iterator[int]:
        for x in items:
            yield model(x)

    @jit
    def one() -> int:
        return model(1)

    @jit
    async def blocks(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    assert asyncio.run(awaits([1])) == [1] and list(yields([1])) == [2] and one() == 2
    assert asyncio.run(blocks([1, 2])) == [2, 4] and early(blocks) == 2
    assert [f.stats().regions[0].code for f in (awaits, yields, one)] == ["async", "generator", "no-gain"]
    assert "gather" in str(awaits.stats()) and "list" in str(yields.stats())


def test_switched_off(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(
        "from xcs import jit\n@jit\ndef f(x): return [g(y) for y in x]\n@jit\nclass C:\n    def m(self): return 1\n"
        "print(f.stats().regions[0].code, C.m.stats().regions[0].code, C().m(), f.stats())\n"
    )
    done = subprocess.run(
        [sys.executable, str(file)], env={"PYTHONPATH": str(ROOT), "XCS_DISABLE": "1"}, capture_output=True, text=True
    )
    assert done.stdout.startswith("disabled disabled 1 ")
    assert "switched off: XCS_DISABLE=1 is set" in done.stdout


def test_names_of_the_package() -> None:
    assert all(getattr(xcs, name) is not None for name in xcs.__all__)
    assert isinstance(jit, types.FunctionType)


FORMS = """\
import time
from xcs import jit
import xcs
def ask(x):
    time.sleep(0.001)
    return x
@jit()
def f(xs): return [ask(x) for x in xs]
# about it
@jit
class C:
    def m(self, xs): return [ask(x) for x in xs]
    @staticmethod
    def s(xs): return [ask(x) for x in xs]
class D:
    @jit
    @staticmethod
    def s(xs): return [ask(x) for x in xs]
    @xcs.jit()
    def t(self, xs): return [ask(x) for x in xs]
print(f([1]), C().m([1]), C.s([2]), D.s([1]), D().t([3]))
"""


def test_files_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`xcs-lint` and `xcs-transform` know the decorator in each form."""
    from xcs.cli import lint, transform

    file = tmp_path / "program.py"
    file.write_text(FORMS)
    assert lint.main([str(file)]) == lint.CLEAN, capsys.readouterr().out
    capsys.readouterr()
    assert transform.main([str(file)]) == transform.DONE
    said = capsys.readouterr()
    assert "jit" not in said.out and "xcs" not in said.out and "# about it" in said.out
    assert said.err.count(": applied: ") == 5
    exec(compile(said.out, "printed", "exec"), {})
    assert capsys.readouterr().out == "[1] [1] [2] [1] [3]\n"
