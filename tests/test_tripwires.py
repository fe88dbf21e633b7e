"""While xcs decides, guards, compares and inspects, no code of the program runs that plain Python does not run."""

from __future__ import annotations

import functools
import sys
import time
import types
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from xcs import jit
from xcs.peek import class_name

from .tripwires import EXAMPLES, Failure, Module, made, noted

pytestmark = pytest.mark.whole

THING: Any = None  # what a test is about; it differs from test to test


class Holder:
    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def ask(self, x: int) -> Any:
        time.sleep(1e-6)
        return x, self.thing


class Slotted:
    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing


def ask(x: Any, *more: Any, **named: Any) -> Any:
    time.sleep(1e-6)
    return x


def give(x: Any, thing: Any) -> Any:
    time.sleep(1e-6)
    return [thing, {"a": thing}]


def fail(x: int, error: Any) -> Any:
    time.sleep(1e-6)
    if x == 1:
        raise error
    return x


@jit
def as_argument(thing: Any) -> Any:
    return [ask(x, thing, named=thing) for x in range(3)]


@jit
def as_global(thing: Any) -> Any:
    out = []
    for x in range(3):
        out.append(ask(x, THING))
    return out


@jit
def as_items(thing: Any) -> Any:
    out = []
    for each in [thing, thing, 1]:
        out.append(ask(each))
    return out


@jit
def in_containers(thing: Any) -> Any:
    out = []
    for x in range(3):
        out.append(ask(x, [thing, (thing, {"a": thing})]))
    return out


@jit
def held_in_a_list(thing: Any) -> Any:
    held = [thing, [thing], {"k": thing}]
    return [ask(x, held) for x in range(3)]


@jit
def as_attribute(thing: Any) -> Any:
    holder = HOLDERS[0]
    return [holder.ask(x) for x in range(3)]


@jit
def in_a_slot(thing: Any) -> Any:
    slotted = HOLDERS[1]
    return [ask(x, slotted.thing) for x in range(3)]


@jit
def as_result(thing: Any) -> Any:
    return [give(x, thing) for x in range(3)]


@jit
def chained(thing: Any) -> Any:
    return [ask(give(x, thing)) for x in range(3)]


@jit
def in_errors(thing: Any) -> Any:
    out = []
    for x in range(3):
        out.append(fail(x, ERRORS[0]))
    return out


@jit
def handled(thing: Any) -> Any:
    out = []
    for x in range(3):
        try:
            out.append(fail(x, ERRORS[0]))
        except Exception:
            out.append(None)
    return out


@jit
def as_callee(thing: Any) -> Any:
    return [thing(x) for x in range(3)]


@jit
def partly(thing: Any) -> Any:
    asked = functools.partial(ask, 1, thing)
    return [asked(x) for x in range(3)]


@jit
def in_odd_function(thing: Any) -> Any:
    return [ODD[0](x) for x in range(3)]


@jit
def as_method(thing: Any) -> Any:
    bound = METHODS[0]
    return [bound(x) for x in range(3)]


@jit
def stored(thing: Any) -> Any:
    found = {}
    for x in range(3):
        found[x] = ask(x, thing)
        HOLDERS[0].last = thing
    return found


@jit
def filtered(thing: Any) -> Any:
    return [ask(x, thing) for x in range(3) if thing is not None]


@jit
def called_back(thing: Any) -> Any:
    return list(map(functools.partial(ask, thing), range(3)))


HOLDERS: list[Any] = [None, None]
ERRORS: list[Any] = [None]
ODD: list[Any] = [None]
METHODS: list[Any] = [None]
FUNCTIONS = (
    as_argument, as_global, as_items, in_containers, held_in_a_list, as_attribute, in_a_slot, as_result, chained,
    in_errors, handled, as_callee, partly, in_odd_function, as_method, stored, filtered, called_back,
)  # fmt: skip


def odd_function(thing: Any) -> Callable[..., Any]:
    """A function that has such objects wherever a function can have one."""

    def asked(x: Any, given: Any = thing, *, named: Any = thing) -> Any:
        time.sleep(1e-6)
        return x, thing

    asked.__module__ = thing
    asked.__doc__ = thing
    vars(asked)["__wrapped__"] = thing
    vars(asked)["note"] = thing
    return asked


def around(thing: Any) -> None:
    """Puts the object everywhere."""
    global THING
    THING = thing
    HOLDERS[:] = [Holder(thing), Slotted(thing)]
    error: Any = made(Failure, thing)
    BaseException.__dict__["__cause__"].__set__(error, made(Failure, thing))
    ERRORS[:] = [error]
    ODD[:] = [odd_function(thing)]
    METHODS[:] = [types.MethodType(ask, thing)]


def outcome(function: Callable[..., Any], thing: Any) -> str:
    """What came of a call: of the objects, only which they are."""
    try:
        found = function(thing)
    except BaseException as error:
        return f"raised {'its own' if error is ERRORS[0] else class_name(type(error))}"
    return shown(found, thing)


def shown(found: Any, thing: Any) -> str:
    if found is thing:
        return "thing"
    if type(found) in (list, tuple):
        return "[" + ", ".join(shown(f, thing) for f in found) + "]"
    if type(found) is dict:
        return "{" + ", ".join(f"{k}: {shown(v, thing)}" for k, v in found.items()) + "}"
    return repr(found) if found is None or type(found) is int else "another"


def counted() -> Counter[str]:
    """What ran. Python itself asks an exception's metaclass wherever the exception is raised in C, or (3.11) caught."""
    found = Counter({name: n for name, n in noted.items() if name != "type of Failure.__subclasscheck__"})
    noted.clear()
    return found


def ran(function: Any, thing: Any) -> tuple[list[str], Counter[str]]:
    noted.clear()
    found = []
    for _ in range(2):
        around(thing)
        found += [outcome(function, thing), outcome(function, thing)]
    return found, counted()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_runs_beyond_plain_python(function: Any, name: str) -> None:
    thing = EXAMPLES[name]
    expected, by_plain = ran(function.sequential, thing)
    got, by_decorated = ran(function, thing)
    assert got == expected
    assert by_decorated - by_plain == Counter()
    assert by_decorated == by_plain


@pytest.mark.parametrize("name", EXAMPLES)
def test_in_the_way_of_modules(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among the modules, and where a module says what it is called and where it comes from."""
    thing = EXAMPLES[name]
    module = types.ModuleType("odd_module")
    exec(compile("def ask(x):\n import time\n time.sleep(1e-6)\n return x, thing\n", "odd", "exec"), vars(module))
    vars(module).update(thing=thing, __spec__=thing, __file__=thing, __path__=thing, __loader__=None)
    monkeypatch.setitem(sys.modules, "odd_module", module)
    monkeypatch.setitem(sys.modules, "odd_thing", thing)
    monkeypatch.setitem(sys.modules, "odder_module", made(Module, "odder_module"))
    ODD[:] = [vars(module)["ask"]]
    expected, by_plain = ran_in_module(in_odd_function.sequential, thing)
    got, by_decorated = ran_in_module(in_odd_function, thing)
    assert got == expected
    assert by_decorated == by_plain


def ran_in_module(function: Any, thing: Any) -> tuple[list[str], Counter[str]]:
    noted.clear()
    found = [outcome(function, thing), outcome(function, thing)]
    return found, counted()


@pytest.mark.once  # of all cases: with a share of them, most functions have been called too seldom
def test_most_of_it_is_decided_and_runs_early() -> None:
    """What is tested above is no empty set."""
    assert sum(1 for f in FUNCTIONS if f.stats().tasks) >= 8, [str(f.stats()) for f in FUNCTIONS]
