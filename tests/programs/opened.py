"""Programs whose callees have state, output, handlers, retries and caches around slow leaf calls."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PRELUDE = """\
import contextlib
import functools
import random
import time
import traceback

from xcs import jit

LOG = []
STATE = {"level": 1, "seen": 0}
CACHE = {}
DICE = random.Random(5)
COUNT = 0


def model(a):
    time.sleep(0.0004)
    return a * 3 % 11


def other(a, b=1):
    time.sleep(0.0004)
    if (a + b) % FAIL == 1:
        raise ValueError(a)
    return a + b


def level(a):
    time.sleep(0.0004)
    return a + STATE["level"]


class Block:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        LOG.append(("enter", self.name))
        return self

    def __exit__(self, kind, error, lines):
        LOG.append(("exit", self.name, kind and kind.__name__))


class Quiet(Block):
    def __exit__(self, kind, error, lines):
        LOG.append(("quiet", kind and kind.__name__))
        return kind is ValueError


@contextlib.contextmanager
def span(name):
    LOG.append(("begin", name))
    try:
        yield name
    finally:
        LOG.append(("end", name))


@contextlib.contextmanager
def ignoring(name):
    try:
        yield name
    except ValueError as error:
        LOG.append(("ignored", name, str(error)))


@contextlib.contextmanager
def counting(a):
    yield a
    STATE["seen"] += 1


def noted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        LOG.append((function.__name__, len(args)))
        return function(*args, **kwargs)

    return wrapper


def again(times):
    def around(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except ValueError as error:
                    LOG.append((attempt, str(error)))
                    if attempt + 1 == times:
                        raise

        return wrapper

    return around

"""
MAIN = """\


def main():
    client = Client(2)
    loud = Loud(3)
    numbers = [{numbers}]
    results = []
    for turn in range({turns}):
        try:
            results.append(subject(numbers, client, loud, turn + {start}))
        except Exception as error:
            results.append(("left", repr(error), traceback.format_exc()))
    return results, client, loud, numbers
"""
LEAVES = ("model({})", "model({})", "model({})", "other({})", "other({}, 2)", "level({})")


class Writer:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.indent = 0
        self.count = 0
        self.functions: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line if line else "")

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    @contextmanager
    def block(self, line: str) -> Iterator[None]:
        self.write(line)
        self.indent += 1
        yield
        self.indent -= 1

    def fresh(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def argument(self, own: str) -> str:
        options = ["a", "a", "a", "a + 1", "a % 3", f"len(str(a)) + {self.random.randint(0, 3)}", 'STATE["level"]']
        if own:
            options += [f"a + {own}.base", f"{own}.calls", f"len({own}.history)"]
        return self.random.choice(options)

    def leaf(self, own: str) -> str:
        """A slow call, or one of an open callee written before."""
        if self.functions and self.chance(0.2):
            return f"{self.random.choice(self.functions)}({self.argument('')})"
        return self.random.choice(LEAVES).format(self.argument(own))

    def effect(self, own: str) -> None:
        options = [
            'LOG.append(("at", a))',
            'print("at", a)',
            'STATE["seen"] += 1',
            "LOG.append(DICE.randrange(9))",
        ]
        if self.chance(0.08):
            options = ['STATE["level"] += 1']
        elif own:
            options += [f"{own}.calls += 1", f"{own}.history.append(a)", f"{own}.last = a", f"{own}.note(a)"] * 2
        self.write(self.random.choice(options))

    def part(self, own: str, depth: int) -> None:
        """Statements that leave a number in `r`."""
        simple: list[Callable[[str, int], None]] = [self.ask, self.ask, self.twice, self.output]
        deep: list[Callable[[str, int], None]] = [
            self.handled, self.retried, self.retried_while, self.cached, self.got, self.within, self.branch,
            self.finished, self.looped,
        ]  # fmt: skip
        self.random.choice(deep if depth < 2 and self.chance(0.65) else simple)(own, depth)

    def ask(self, own: str, depth: int) -> None:
        self.write(f"r = {self.leaf(own)}")

    def twice(self, own: str, depth: int) -> None:
        name = self.fresh()
        self.write(f"{name} = {self.leaf(own)}")
        self.effect(own)
        again = f"model({name})" if self.chance(0.4) else self.leaf(own)
        self.write(f"r = {name} + {again}")

    def output(self, own: str, depth: int) -> None:
        self.effect(own)
        self.ask(own, depth)
        self.effect(own)

    def handled(self, own: str, depth: int) -> None:
        with self.block("try:"):
            self.part(own, depth + 1)
        with self.block("except ValueError as error:"):
            self.write(self.random.choice(("LOG.append(str(error))", "print(error)", "pass")))
            self.write(self.random.choice(("r = -1", "r = a", "raise", "return 0", "raise KeyError(a) from error")))

    def retried(self, own: str, depth: int) -> None:
        self.write("r = -2")
        with self.block(f"for attempt in range({self.random.randint(2, 3)}):"):
            if self.chance(0.5):
                self.effect(own)
            with self.block("try:"):
                self.ask(own, depth)
                self.write(self.random.choice(("break", "break", "return r")))
            with self.block("except ValueError as error:"):
                self.write("LOG.append((attempt, str(error)))")
                if self.chance(0.5):
                    self.write(self.random.choice(("a = a + 1", "time.sleep(0.0001)", "DICE.random()")))

    def retried_while(self, own: str, depth: int) -> None:
        left = self.fresh()
        self.write(f"{left} = 2")
        with self.block("while True:"):
            with self.block("try:"):
                self.ask(own, depth)
                self.write("break")
            with self.block("except ValueError:"):
                self.write(f"{left} -= 1")
                with self.block(f"if not {left}:"):
                    self.write(self.random.choice(("raise", "return -3")))
                self.write("a += 1" if self.chance(0.5) else "print('again')")

    def cached(self, own: str, depth: int) -> None:
        table = f"{own}.table" if own and self.chance(0.6) else "CACHE"
        with self.block(f"if a in {table}:"):
            if self.chance(0.5):
                self.effect(own)
            self.write(f"return {table}[a]")
        self.ask(own, depth)
        self.write(f"{table}[a] = r")

    def got(self, own: str, depth: int) -> None:
        table = f"{own}.table" if own else "CACHE"
        self.write(f"r = {table}.get(a)")
        with self.block("if r is None:"):
            self.ask(own, depth)
            self.write(f"{table}[a] = r")

    def within(self, own: str, depth: int) -> None:
        manager = self.random.choice(("Block(a)", "Quiet(a)", "span(a)", "ignoring(a)", "counting(a)", "span('x')"))
        suppress = self.chance(0.15)
        if "Quiet" in manager or "ignoring" in manager or suppress:
            self.write("r = -4")
        with self.block(f"with {'contextlib.suppress(ValueError)' if suppress else manager}:"):
            self.part(own, depth + 1)

    def branch(self, own: str, depth: int) -> None:
        test = self.random.choice(("a % 2", "a > 3", 'STATE["seen"] % 2', f"{own}.calls % 3" if own else "COUNT"))
        with self.block(f"if {test}:"):
            self.part(own, depth + 1)
        with self.block("else:"):
            if self.chance(0.3):
                self.write("return a")
            else:
                self.part(own, depth + 1)

    def finished(self, own: str, depth: int) -> None:
        with self.block("try:"):
            self.part(own, depth + 1)
        with self.block("finally:"):
            self.effect(own)

    def looped(self, own: str, depth: int) -> None:
        self.write("r = 0")
        with self.block("for k in range(2):"):
            self.write("a += k")
            self.part(own, 2)
            if self.chance(0.3):
                self.effect(own)

    def body(self, own: str) -> None:
        if not own and self.chance(0.25):
            self.write("global COUNT")
            self.write("COUNT += 1")
        if self.chance(0.4):
            self.effect(own)
        self.part(own, 0)
        if self.chance(0.4):
            self.effect(own)
        self.write("return r")

    def function(self, number: int) -> None:
        self.write("")
        self.write("")
        self.write(self.random.choice(("@noted", "@again(2)", "#", "#", "#")))
        with self.block(f"def f{number}(a):"):
            self.body("")
        self.functions.append(f"f{number}")
        if self.chance(0.2):
            self.write(f"\n\np{number} = functools.partial(f{number})")
            self.functions.append(f"p{number}")

    def classes(self) -> None:
        self.write("\n\nclass Client:")
        self.indent = 1
        with self.block("def __init__(self, base):"):
            self.write("self.base, self.calls, self.last, self.history, self.table = base, 0, 0, [], {}")
        self.write("")
        with self.block("def note(self, a):"):
            self.write(self.random.choice(("self.calls += 1", "self.last = self.calls", "LOG.append(self.base)")))
        self.write("")
        with self.block("def ask(self, a):"):
            self.body("self")
        self.write("")
        with self.block("def __call__(self, a):"):
            self.body("self")
        self.indent = 0
        self.write("\n\nclass Loud(Client):")
        self.indent = 1
        with self.block("def ask(self, a):"):
            self.effect("self")
            self.write("r = super().ask(a)")
            self.effect("self")
            self.write("return r + 1")
        self.indent = 0

    def call(self) -> str:
        calls = ["client.ask(x)", "loud.ask(x)", "client(x)", "(client if x % 2 else loud).ask(x)"]
        calls += [f"{name}(x)" for name in self.functions] * 2
        return self.random.choice(calls)

    def subject(self) -> None:
        self.write("\n\n@jit\ndef subject(numbers, client, loud, n):")
        self.indent = 1
        self.write("results = []")
        with self.block("for x in numbers:"):
            handled = self.chance(0.4)
            if handled:
                self.write("try:")
                self.indent += 1
            for _ in range(self.random.randint(1, 2)):
                self.write(f"results.append({self.call()})")
            if handled:
                self.indent -= 1
                with self.block("except ValueError as error:"):
                    self.write(self.random.choice(("results.append(str(error))", "print(error)", "continue")))
        self.write("return results")
        self.indent = 0

    def text(self) -> str:
        for number in range(self.random.randint(1, 3)):
            self.function(number)
        self.classes()
        self.subject()
        numbers = ", ".join(str(self.random.randint(0, 9)) for _ in range(self.random.randint(3, 6)))
        end = MAIN.format(numbers=numbers, turns=self.random.choice((1, 2, 2)), start=self.random.randint(0, 2))
        return PRELUDE.replace("FAIL", str(self.random.randint(3, 5))) + "\n".join(self.lines) + end
