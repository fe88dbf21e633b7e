"""The decorated function is the same function: its identity, its failures, its surroundings (design, section 1)."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import functools
import gc
import inspect
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
import typing
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xcs import jit

ROOT = Path(__file__).parent.parent


class Opaque:
    """What its method gives nobody can foresee."""

    tolist = staticmethod(eval("lambda: [1, 2, 3]"))


def model(x: int) -> int:
    time.sleep(0.002)
    return x * 2


def documented(items: list[int], /, start: int = 3, *rest: str, flag: bool = False, **more: float) -> list[int]:
    """Asks the model about each item."""
    return [model(x) + start for x in items]


fast = jit(documented)


@jit
def loop(items: list[int]) -> list[int]:
    """Appends."""
    results = []
    for x in items:
        results.append(model(x))
    return results


class Base:
    factor = 2

    def ask(self, x: int) -> int:
        time.sleep(0.002)
        return x * self.factor

    def all(self, items: list[int]) -> list[int]:
        return [self.ask(x) for x in items]


class Derived(Base):
    factor = 5
    __secret = 7

    def __hidden(self, x: int) -> int:
        time.sleep(0.002)
        return x + self.__secret

    @jit
    def all(self, items: list[int]) -> list[int]:
        return [self.ask(x) + 1 for x in items]

    @jit
    def upper(self, items: list[int]) -> list[int]:
        return super().all(items) + [self.ask(x) for x in items]

    @jit
    def mangled(self, items: list[int]) -> list[int]:
        self.__last = items
        return [self.__hidden(x) for x in items]

    @jit
    def which(self, items: list[int]) -> tuple[type, list[int]]:
        return __class__, [self.ask(x) for x in items]  # type: ignore[name-defined]

    @classmethod
    @jit
    def by_class(cls, items: list[int]) -> tuple[str, list[int]]:
        return cls.__name__, [model(x) * cls.factor for x in items]

    @staticmethod
    @jit
    def static(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    @property
    @jit
    def answers(self) -> list[int]:
        return [self.ask(x) for x in (1, 2, 3)]


def same_metadata(plain: Any, made: Any) -> None:
    for name in (
        "__name__",
        "__qualname__",
        "__module__",
        "__doc__",
        "__defaults__",
        "__kwdefaults__",
        "__annotations__",
    ):
        assert getattr(made, name) == getattr(plain, name), name
    assert made.__globals__ is plain.__globals__
    assert made.__closure__ == plain.__closure__
    assert inspect.signature(made) == inspect.signature(plain)
    assert inspect.getsource(made) == inspect.getsource(plain)
    assert typing.get_type_hints(made) == typing.get_type_hints(plain)
    assert inspect.isfunction(made)


# --- identity ------------------------------------------------------------------------------------------------------


def test_metadata() -> None:
    same_metadata(documented, fast)
    assert fast.sequential is documented
    fast([1, 2, 3])
    same_metadata(documented, fast)
    same_metadata(loop.sequential, loop)
    loop([1, 2, 3])
    same_metadata(loop.sequential, loop)


def test_signature_follows_later_changes() -> None:
    def ask(items: list[int], n: int = 1) -> list[int]:
        return [model(x) + n for x in items]

    made = jit(ask)
    made.__defaults__ = (10,)
    assert str(inspect.signature(made)).endswith("n: 'int' = 10) -> 'list[int]'")
    assert made([1, 2]) == [12, 14]


def test_attributes_are_kept() -> None:
    def ask(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    ask.note = ["mine"]  # type: ignore[attr-defined]
    made = jit(ask)
    assert made.note is ask.note  # type: ignore[attr-defined]
    made.other = 1
    assert made([1, 2]) == [2, 4]
    assert made.other == 1


def test_wrong_arguments_fail_alike() -> None:
    for arguments in ((), (1, 2, 3)):
        with pytest.raises(TypeError) as plain:
            loop.sequential(*arguments)
        with pytest.raises(TypeError) as made:
            loop(*arguments)
        assert str(made.value) == str(plain.value)


def test_pickle_by_name() -> None:
    assert pickle.loads(pickle.dumps(loop)) is loop
    assert pickle.loads(pickle.dumps(Derived().mangled)).__func__ is Derived.mangled


def test_weak_references_and_sets() -> None:
    assert weakref.ref(loop)() is loop
    assert len({loop, loop.sequential}) == 2


def test_methods() -> None:
    derived = Derived()
    assert derived.all([1, 2]) == [6, 11]
    assert derived.upper([1, 2]) == [5, 10, 5, 10]
    assert derived.mangled([1, 2]) == [8, 9]
    assert vars(derived) == {"_Derived__last": [1, 2]}
    assert derived.which([1, 2]) == (Derived, [5, 10])
    assert derived.answers == [5, 10, 15]
    assert Derived.by_class([1, 2]) == ("Derived", [10, 20])
    assert derived.by_class([1, 2]) == ("Derived", [10, 20])
    assert Derived.static([1, 2]) == derived.static([1, 2]) == [2, 4]
    assert Derived.all(derived, [1]) == [6]
    same_metadata(Derived.upper.sequential, Derived.upper)


def test_subclass_overrides_between_calls() -> None:
    class Third(Derived):
        def ask(self, x: int) -> int:
            time.sleep(0.002)
            return -x

    assert Derived().all([1, 2]) == [6, 11]
    assert Third().all([1, 2]) == [0, -1]
    assert Derived().all([1, 2]) == [6, 11]


def siblings() -> tuple[Any, Callable[[int], None]]:
    count = 0
    factor = 1

    @jit
    def ask(items: list[int]) -> tuple[list[int], int]:
        nonlocal count
        results = []
        for x in items:
            results.append(model(x) * factor)
            count += 1
        return results, count

    def set_factor(value: int) -> None:
        nonlocal factor, count
        factor = value
        count = 100

    return ask, set_factor


def test_nonlocal_shared_with_a_sibling() -> None:
    ask, set_factor = siblings()
    assert ask([1, 2]) == ([2, 4], 2)
    set_factor(10)
    assert ask([1, 2]) == ([20, 40], 102)
    assert ask.__closure__ == ask.sequential.__closure__
    assert all(mine is theirs for mine, theirs in zip(ask.__closure__, ask.sequential.__closure__, strict=True))


def test_generators_and_coroutines() -> None:
    @jit
    def generate(items: list[int]) -> Any:
        for x in items:
            sent = yield model(x)
            if sent:
                yield -sent

    @jit
    async def wait(items: list[int]) -> list[int]:
        results = []
        for x in items:
            await asyncio.sleep(0)
            results.append(model(x))
        return results

    @jit
    async def stream(items: list[int]) -> Any:
        for x in items:
            yield model(x)

    assert inspect.isgeneratorfunction(generate)
    answers = generate([1, 2, 3])
    assert next(answers) == 2
    assert answers.send(5) == -5
    assert list(answers) == [4, 6]
    assert inspect.iscoroutinefunction(wait)
    assert asyncio.run(wait([1, 2])) == [2, 4]
    assert inspect.isasyncgenfunction(stream)

    async def collect() -> list[int]:
        return [x async for x in stream([1, 2])]

    assert asyncio.run(collect()) == [2, 4]


def test_nothing_to_gain_keeps_its_code() -> None:
    def add(a: int, b: int) -> int:
        return a + b

    def slow_once(x: int) -> int:
        return model(x)

    for plain in (add, slow_once):
        made = jit(plain)
        made(*range(plain.__code__.co_argcount))
        assert made.__code__ is plain.__code__


@jit
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def test_recursion_with_nothing_to_gain() -> None:
    assert fib(2) == 1
    assert fib.__code__ is fib.sequential.__code__
    assert fib(15) == 610


def test_recursion_depth() -> None:
    def down(n: int) -> int:
        return 0 if n == 0 else 1 + down(n - 1)

    plain, made = down, jit(down)
    down = made

    def deepest(function: Callable[[int], int]) -> int:
        low, high = 0, 5000
        while high - low > 1:
            middle = (low + high) // 2
            try:
                function(middle)
            except RecursionError:
                high = middle
            else:
                low = middle
        return low

    made(3)
    fast_depth = deepest(made)
    down = plain
    assert abs(deepest(plain) - fast_depth) <= 2


def waits(x: int) -> int:
    time.sleep(0.001)
    return x


def begun(items: list[int], reached: list[int]) -> list[int]:
    reached[0] += 1
    out = []
    for x in items:
        out.append(waits(x))
    return out


def gathered(items: list[int], reached: list[int]) -> tuple[list[int], int]:
    reached[0] += 1
    return [waits(x) for x in items], waits(len(items))


@pytest.mark.parametrize("plain", [begun, gathered])
def test_what_there_is_room_for_on_the_stack(plain: Callable[[list[int], list[int]], object]) -> None:
    """Near the limit, where entering a region has no room left, what runs is what is written."""

    def down(depth: int, function: Callable[[list[int], list[int]], object], reached: list[int]) -> object:
        return down(depth - 1, function, reached) if depth else function([1, 2, 3], reached)

    def tried(depth: int, function: Callable[[list[int], list[int]], object]) -> tuple[object, int, int]:
        reached = [0]
        try:
            return down(depth, function, reached), reached[0], 0
        except RecursionError as error:
            return None, reached[0], len(traceback.extract_tb(error.__traceback__))

    made = jit(plain)
    made([1, 2, 3], [0])
    room = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(400)
        depths = range(300, 400)
        assert [tried(depth, made) for depth in depths] == [tried(depth, plain) for depth in depths]
    finally:
        sys.setrecursionlimit(room)
    assert made.stats().tasks > 0


# --- what else can stand under the decorator -------------------------------------------------------------------------


def test_lambda() -> None:
    made = jit(lambda items: [model(x) for x in items])
    assert made([1, 2]) == [2, 4]
    assert made.__name__ == "<lambda>"
    both = jit(lambda x: model(x)), jit(lambda x: -model(x))
    assert [each(2) for each in both] == [4, -4]


def test_function_without_source() -> None:
    space: dict[str, Any] = {"model": model}
    exec("def ask(items):\n    return [model(x) for x in items]", space)
    made = jit(space["ask"])
    assert made([1, 2]) == [2, 4]
    assert made.stats().tasks == 0
    assert any(remark.kind == "missed" for remark in remarks(made))


def test_wrong_source_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "changing.py"
    file.write_text("def ask(items):\n    return [model(x) for x in items]\n")
    space: dict[str, Any] = {"model": model}
    exec(compile(file.read_text(), str(file), "exec"), space)
    file.write_text("def ask(items):\n    return [model(-x) for x in items]\n")
    assert jit(space["ask"])([1, 2]) == [2, 4]


def test_equal_files_stay_apart(tmp_path: Path) -> None:
    """Code objects of equal text compare equal, also when they come from two files with globals of their own."""
    text = """
        import time
        from xcs import jit

        def model(x):
            time.sleep(0.002)
            if x > 2:
                raise ValueError(x)
            return x, __name__

        @jit
        def ask(items):
            return [model(x) for x in items]
    """
    spaces = []
    for name in ("first", "second"):
        file = tmp_path / f"{name}.py"
        file.write_text(textwrap.dedent(text))
        space: dict[str, Any] = {"__name__": name}
        exec(compile(file.read_text(), str(file), "exec"), space)
        spaces.append((space, str(file)))
    for space, file in spaces:
        assert space["ask"]([1, 2]) == [(1, space["__name__"]), (2, space["__name__"])]
        with pytest.raises(ValueError, match="3") as caught:
            space["ask"]([1, 3])
        assert {line.filename for line in traceback.extract_tb(caught.tb)[1:]} == {file}


@pytest.mark.parametrize("thing", [len, print, int, dict, Base, functools.partial(model, 1), Base().ask], ids=repr)
def test_callables_that_are_no_functions(thing: Any) -> None:
    """They behave as they did, or are refused at once with a TypeError."""
    try:
        made = jit(thing)
    except TypeError as error:
        assert str(error)
    else:
        given = () if isinstance(thing, functools.partial) else (3,)
        assert made is thing or (type(made) is type(thing) and made(*given) == thing(*given))


@pytest.mark.parametrize("thing", [None, 3, "model", [model]], ids=repr)
def test_not_callable(thing: Any) -> None:
    with pytest.raises(TypeError):
        jit(thing)


def test_decorated_twice() -> None:
    assert jit(loop)([1, 2]) == [2, 4]


def test_above_and_below_other_decorators() -> None:
    def shout(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return ["!", *function(*args)]

        return wrapper

    @shout
    @jit
    def below(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    @jit
    @shout
    def above(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    assert below([1, 2]) == above([1, 2]) == ["!", 2, 4]
    assert above.__name__ == "above"

    @jit
    @functools.lru_cache
    def cached(x: int) -> int:
        return model(x)

    assert cached(1) == 2


def test_bound_default_objects_are_shared() -> None:
    @jit
    def collect(items: list[int], into: list[int] = []) -> list[int]:  # noqa: B006
        for x in items:
            into.append(model(x))
        return into

    assert collect([1, 2]) == [2, 4]
    assert collect([3]) == [2, 4, 6]
    assert collect([]) is collect.__defaults__[0]


# --- failures --------------------------------------------------------------------------------------------------------


def failing(x: int) -> int:
    time.sleep(0.002)
    if x == 5:
        raise ValueError("item", x)
    return x


@jit
def leave(items: list[int], built: list[int]) -> None:
    for x in items:
        built.append(failing(x))


@jit
def handle(items: list[int]) -> list[object]:
    built: list[object] = []
    for x in items:
        try:
            built.append(failing(x))
        except ValueError:
            built.append(traceback.format_exc())
            built.append([(line.filename, line.lineno, line.name) for line in traceback.extract_stack()])
    return built


def failure(function: Any, built: list[int]) -> tuple[object, ...]:
    try:
        function(list(range(20)), built)
    except ValueError as error:
        lines = [(line.filename, line.lineno, line.name) for line in traceback.extract_tb(error.__traceback__)]
        return type(error), error.args, lines, error.__cause__, error.__context__, traceback.format_exc()
    raise AssertionError("did not raise")


def test_item_5_of_20_fails() -> None:
    plain: list[int] = []
    made: list[int] = []
    assert failure(leave, made) == failure(leave.sequential, plain)
    assert made == plain == [0, 1, 2, 3, 4]


def test_handler_in_the_loop_formats_the_traceback() -> None:
    made, plain = (function(list(range(20))) for function in (handle, handle.sequential))
    assert made == plain


def test_same_exception_object_again() -> None:
    fault = KeyError("shared")

    def broken(x: int) -> int:
        time.sleep(0.002)
        raise fault

    def ask(items: list[int]) -> int:
        caught = 0
        for x in items:
            try:
                broken(x)
            except KeyError:
                caught += 1
        return caught

    assert jit(ask)([1, 2, 3]) == ask([1, 2, 3]) == 3
    assert {line.name for line in traceback.extract_tb(fault.__traceback__)} == {"ask", "broken"}


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, StopAsyncIteration])
def test_unusual_exceptions(error: type[BaseException]) -> None:
    def stop(x: int) -> int:
        time.sleep(0.002)
        if x == 2:
            raise error(x)
        return x

    @jit
    def ask(items: list[int], built: list[int]) -> None:
        for x in items:
            built.append(stop(x))

    built: list[int] = []
    with pytest.raises(error) as caught:
        ask([0, 1, 2, 3], built)
    assert caught.value.args == (2,)
    assert built == [0, 1]


# --- processes -------------------------------------------------------------------------------------------------------


def child(text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {key: value for key, value in os.environ.items() if not key.startswith("XCS_")}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)],
        cwd=ROOT,
        env={**known, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def script(folder: Path, text: str) -> Path:
    file = folder / "program.py"
    file.write_text(textwrap.dedent(text))
    return file


SLOW = """
    import os, sys, time
    from xcs import jit

    def model(x):
        time.sleep({seconds})
        return x

    @jit
    def ask(items):
        results = []
        for x in items:
            results.append(model(x))
        return results
"""


def test_import_is_light() -> None:
    done = child(
        """
        import sys
        import xcs
        xcs.jit, xcs.Stats, xcs.Remark
        print([name for name in ("libcst", "rich") if name in sys.modules])
        """
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_disabled_by_the_environment(tmp_path: Path) -> None:
    file = script(tmp_path, SLOW.format(seconds=0.002) + "    print(ask([1, 2, 3]), ask.stats().tasks)\n")
    done = child(f"import runpy; runpy.run_path({str(file)!r}, run_name='__main__')", XCS_DISABLE="1")
    assert (done.stdout, done.stderr) == ("[1, 2, 3] 0\n", "")


def test_process_ends_with_threads_idle(tmp_path: Path) -> None:
    file = script(tmp_path, SLOW.format(seconds=0.002) + "    print(ask([1, 2, 3]), ask.stats().tasks > 0)\n")
    done = child(f"import runpy; runpy.run_path({str(file)!r}, run_name='__main__')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1, 2, 3] True\n", "")


def threads_of(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/task"))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts the threads in /proc")
def test_keyboard_interrupt_ends_the_process(tmp_path: Path) -> None:
    """20 calls of 60 s each; the bound is generous: what matters is that nobody waits for calls in flight."""
    body = '    print("ready", flush=True)\n    ask(list(range(20)))\n'
    file = script(tmp_path, SLOW.format(seconds=60) + body)
    process = subprocess.Popen(
        [sys.executable, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    deadline = time.monotonic() + 20
    while threads_of(process.pid) < 10 and time.monotonic() < deadline:  # until the calls are in flight
        os.sched_yield()
    while process.poll() is None and time.monotonic() < deadline:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
    ended = process.poll() is not None
    if not ended:
        process.kill()
    _, errors = process.communicate()
    assert ended
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert str(ROOT / "xcs") not in errors


# --- what changes between the calls ----------------------------------------------------------------------------------


def test_monkeypatching_between_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fake(x: int) -> int:
        calls.append(x)
        return len(calls)

    assert loop([1, 2]) == [2, 4]
    monkeypatch.setitem(globals(), "model", fake)
    assert loop([5, 6]) == [1, 2]
    assert calls == [5, 6]
    monkeypatch.undo()
    assert loop([1, 2]) == [2, 4]


def test_patched_sleep_between_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[tuple[float, str]] = []
    assert loop([1, 2]) == [2, 4]
    monkeypatch.setattr(time, "sleep", lambda seconds: slept.append((seconds, threading.current_thread().name)))
    assert loop([1, 2, 3]) == [2, 4, 6]
    assert slept == [(0.002, threading.current_thread().name)] * 3


def test_patched_code_object_between_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    space: dict[str, Any] = {}
    exec("def other(x):\n    seen.append(x)\n    return len(seen)", space)
    assert loop([1, 2]) == [2, 4]
    monkeypatch.setattr(model, "__code__", space["other"].__code__)
    monkeypatch.setitem(globals(), "seen", seen)
    assert loop([7, 8]) == [1, 2]
    assert seen == [7, 8]


def test_methods_replaced_between_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def fake(x: int) -> int:
        calls.append(x)
        return len(calls)

    derived = Derived()
    assert derived.all([1, 2]) == [6, 11]
    monkeypatch.setattr(derived, "ask", fake, raising=False)
    assert derived.all([1, 2]) == [2, 3]
    monkeypatch.undo()
    vars(derived).pop("ask", None)  # pytest up to 8.0 leaves the method there
    monkeypatch.setattr(Base, "ask", lambda self, x: fake(x))
    assert derived.all([1, 2]) == [4, 5]
    assert calls == [1, 2, 1, 2]
    monkeypatch.undo()
    assert derived.all([1, 2]) == [6, 11]


def test_builtins_replaced_between_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    @jit
    def ask(items: list[int]) -> list[int]:
        results = []
        for n in range(len(items)):
            results.append(model(items[n]))
        return results

    assert ask([1, 2, 3]) == [2, 4, 6]
    monkeypatch.setitem(globals(), "len", lambda items: 1)
    assert ask([1, 2, 3]) == [2]
    monkeypatch.undo()
    monkeypatch.setattr(builtins, "range", lambda n: [0])
    assert ask([1, 2, 3]) == [2]


def test_argument_types_change_between_calls() -> None:
    class Items(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            seen.append("opened")
            yield from (7, 8)

    seen: list[str] = []
    assert loop([1, 2]) == [2, 4]
    assert loop(Items([1, 2])) == [14, 16]
    assert loop(iter([1, 2])) == [2, 4]
    assert loop({3: 4}) == [6]
    assert loop("ab") == ["aa", "bb"]
    assert seen == ["opened"]


def test_many_threads() -> None:
    answers: dict[int, list[int]] = {}

    def work(n: int) -> None:
        for _ in range(3):
            answers[n] = loop(list(range(n, n + 5)))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: [2 * x for x in range(n, n + 5)] for n in range(8)}


# --- statistics and memory -------------------------------------------------------------------------------------------


def remarks(function: Any) -> list[Any]:
    return [getattr(region, "remark", region) for region in function.stats().regions]


def test_statistics() -> None:
    @jit
    def ask(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    before = ask.stats()
    assert (before.calls, before.tasks, before.mispredictions) == (0, 0, 0)
    ask([1, 2, 3])
    ask([1, 2, 3])
    after = ask.stats()
    assert (after.calls, after.mispredictions) == (2, 0)
    assert 0 < after.tasks <= 6
    assert after.waited >= 0
    assert isinstance(after.saved, float)  # less than nothing where starting the calls costs more than they wait
    assert [remark.kind for remark in remarks(ask)] == ["applied"]
    assert "applied" in str(after)
    assert before.calls == 0


def test_decorated_closures_are_freed() -> None:
    class Held:
        pass

    def make(held: Held) -> Any:
        def slow(x: int) -> tuple[int, Held]:
            time.sleep(0.002)
            return x, held

        @jit
        def ask(items: list[int], default: Held = held) -> list[tuple[int, Held]]:
            return [slow(x) for x in items]

        return ask

    references = []
    for _ in range(3):
        held = Held()
        made = make(held)
        assert made([1, 2, 3])[0] == (1, held)
        references += [weakref.ref(held), weakref.ref(made), weakref.ref(made.sequential)]
        del held, made
    gc.collect()
    assert [reference() for reference in references] == [None] * 9


def test_arguments_and_results_are_freed() -> None:
    class Item:
        pass

    def slow(item: Item) -> Item:
        time.sleep(0.002)
        return Item()

    ask = jit(lambda items: [slow(item) for item in items])
    items = [Item(), Item(), Item()]
    results = ask(items)
    references = [weakref.ref(item) for item in (*items, *results)]
    del items, results
    gc.collect()
    assert [reference() for reference in references] == [None] * 6


def test_failures_are_freed() -> None:
    class Fault(Exception):
        pass

    def slow(x: int) -> int:
        time.sleep(0.002)
        raise Fault(x)

    @jit
    def ask(items: list[int]) -> list[int]:
        return [slow(x) for x in items]

    with pytest.raises(Fault) as caught:
        ask([1, 2, 3])
    reference = weakref.ref(caught.value)
    del caught
    gc.collect()
    assert reference() is None


def test_a_header_that_is_evaluated_first_leaves_no_variable() -> None:
    def variables() -> set[str]:
        return set(sys._getframe(1).f_locals)

    def checked(x: int, last: int) -> None:
        if x > last:
            raise ValueError(x)

    @jit
    def loop(table: Opaque, last: int) -> set[str]:
        out = []
        for x in table.tolist():
            out.append(model(x))
            checked(x, last)
        return variables()

    assert loop(Opaque(), 3) == {"checked", "last", "out", "table", "variables", "x"}
    assert loop.stats().tasks == 3
    with pytest.raises(ValueError) as caught:
        loop(Opaque(), 2)
    assert caught.tb is not None and caught.tb.tb_next is not None
    assert not [name for name in caught.tb.tb_next.tb_frame.f_locals if name.startswith("@")]


def test_callees_in_place_leave_no_variable_in_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    def asked(x: int) -> int:
        print(x)
        found = model(x)
        if found > 4:
            raise ValueError(x)
        return found

    @jit
    def loop(items: list[int]) -> list[int]:
        return [asked(x) for x in items]

    with pytest.raises(ValueError) as caught:
        loop([1, 2, 3, 4])
    assert loop.stats().tasks == 4
    assert capsys.readouterr().out == "1\n2\n3\n"
    assert set(caught.traceback[-1].frame.f_locals) == {"found", "x"}


def test_the_functions_that_find_annotations_are_not_run() -> None:
    """Python 3.14 has one for each function; with others, it is an attribute like any."""

    def stated(format: int) -> dict[str, object]:
        raise AssertionError

    def asked(items: list[int]) -> list[int]:
        return [model(x) for x in items]

    asked.__annotate__ = stated  # type: ignore[attr-defined]
    decorated = jit(asked)
    assert decorated([1, 2]) == [2, 4]
    assert decorated.__annotate__ is stated
