"""Generated programs: small functions over slow, failing, mutating and printing callees; one integer is one program.

python -m tests.generate --seeds 0:2000 [--jobs 2] [--keep FOLDER]     compare plain and decorated
python -m tests.generate --show 17                                     print the program of a seed
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PRELUDE = """\
import functools
import random
import time
import traceback

from xcs import jit

LOG = []
STATE = {"level": 1}
CACHE = {}
RANDOM = random.Random(5)
COUNT = 0


class Item:
    made = 0

    def __init__(self, value):
        self.value = value
        self.tags = []

    def ask(self, a):
        time.sleep(0.0004)
        return self.value * 3 + a

    def grow(self, a):
        time.sleep(0.0004)
        self.tags.append(a)
        return len(self.tags)

    def check(self, a):
        time.sleep(0.0004)
        if (self.value + a) % 4 == 1:
            raise KeyError(self.value, a)
        return a


class Block:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        LOG.append(("enter", self.name))
        return self

    def __exit__(self, kind, error, lines):
        LOG.append(("exit", self.name, kind and kind.__name__))
"""

MAIN = """\


def main():
    a, b, c = Item(1), Item(2), Item(4)
    items = [{items}]
    numbers = [{numbers}]
    table = {table}
    results = []
    for turn in range({turns}):
        try:
            results.append(subject(items, numbers, table, turn + {start}))
        except Exception as error:
            results.append(("left", repr(error), traceback.format_exc()))
{between}
    return results, items, numbers, table
"""


@dataclass(frozen=True)
class Template:
    """A callee: its parameters (kind by kind), its source, and whether it is free of effects (`quiet`)."""

    kinds: tuple[str, ...]
    body: str
    quiet: bool = True
    weight: int = 2


SLEEP = "time.sleep(0.0004)"
TEMPLATES = (
    Template(("int",), f"def NAME(a):\n    {SLEEP}\n    return (a * K + C) % 17", weight=8),
    Template(("int", "int"), f"def NAME(a, b=K):\n    {SLEEP}\n    return (a * b - C) % 23", weight=5),
    Template(
        ("int",),
        f"def NAME(a):\n    {SLEEP}\n    if a % K == R:\n        raise ValueError(a)\n    return a + C",
        weight=4,
    ),
    Template(
        ("int",),
        f"def NAME(a):\n    try:\n        {SLEEP}\n        return C // (a % K)\n    except ZeroDivisionError as error:\n        raise ValueError(a) from error",
    ),
    Template(
        ("int",),
        f"def NAME(a):\n    try:\n        {SLEEP}\n        return C // (a % K)\n    except ZeroDivisionError:\n        return -1",
    ),
    Template(
        ("int",), f"def NAME(a):\n    parts = [a, C]\n    {SLEEP}\n    parts.append(a % K)\n    return sum(parts)"
    ),
    Template(("item",), f"def NAME(item):\n    {SLEEP}\n    return item.value + C", weight=4),
    Template(("numbers",), f"def NAME(numbers):\n    {SLEEP}\n    return sum(numbers) % 19", weight=2),
    Template(("table", "int"), f"def NAME(table, a):\n    {SLEEP}\n    return table.get(a, C)", weight=2),
    Template(("int",), f'def NAME(a):\n    {SLEEP}\n    return a + STATE["level"]', weight=3),
    Template(("int",), f"def NAME(a):\n    {SLEEP}\n    return a + len(LOG)"),
    Template(("int",), f"def NAME(a):\n    {SLEEP}\n    return a + COUNT"),
    Template(("int",), "def NAME(a):\n    return (a + C) % 11"),
    Template(
        ("int",),
        f"def NAME_inner(a, b):\n    {SLEEP}\n    return a + b * K\n\n\ndef NAME(a):\n    return NAME_inner(a, C) % 13",
        weight=3,
    ),
    Template(
        ("int",), f"def NAME_inner(k, a):\n    {SLEEP}\n    return a + k\n\n\nNAME = functools.partial(NAME_inner, C)"
    ),
    Template(
        ("int",),
        f"class NAME_class:\n    def __init__(self, k):\n        self.k = k\n\n    def __call__(self, a):\n        {SLEEP}\n        return a + self.k\n\n\nNAME = NAME_class(C)",
    ),
    Template(
        ("int",),
        f"@jit\ndef NAME(a):\n    parts = []\n    for n in range(2):\n        {SLEEP}\n        parts.append(a * n)\n    return sum(parts) + C",
    ),
    # loud ones: their order and number can be seen
    Template(("int",), f'def NAME(a):\n    LOG.append(("NAME", a))\n    {SLEEP}\n    return a + C', quiet=False),
    Template(
        ("int",),
        f'def NAME(a):\n    {SLEEP}\n    LOG.append(("NAME", a))\n    if a % K == R:\n        raise ValueError(a)\n    return a',
        quiet=False,
    ),
    Template(
        ("int",), f"def NAME(a):\n    global COUNT\n    {SLEEP}\n    COUNT += 1\n    return a + COUNT", quiet=False
    ),
    Template(("item",), f"def NAME(item):\n    {SLEEP}\n    item.value += 1\n    return item.value", quiet=False),
    Template(
        ("numbers",),
        f"def NAME(numbers):\n    {SLEEP}\n    if len(numbers) < 12:\n        numbers.append(C)\n    return len(numbers)",
        quiet=False,
        weight=1,
    ),
    Template(
        ("table", "int"), f"def NAME(table, a):\n    {SLEEP}\n    table[a] = a + C\n    return len(table)", quiet=False
    ),
    Template(("int",), f'def NAME(a):\n    {SLEEP}\n    STATE["level"] = a\n    return a', quiet=False),
    Template(("int",), f'def NAME(a):\n    {SLEEP}\n    print("NAME", a)\n    return a + 1', quiet=False),
    Template(
        ("int",),
        f"def NAME(a):\n    if a not in CACHE:\n        {SLEEP}\n        CACHE[a] = a * K\n    return CACHE[a]",
        quiet=False,
    ),
    Template(("int",), f"def NAME(a, seen=[]):\n    {SLEEP}\n    seen.append(a)\n    return len(seen)", quiet=False),
    Template(("int",), f"def NAME(a):\n    {SLEEP}\n    return a + RANDOM.randrange(10)", quiet=False),
    Template(("int",), f"def NAME(a):\n    {SLEEP}\n    Item.made += a\n    return Item.made", quiet=False),
    Template(("int",), f"@functools.lru_cache\ndef NAME(a):\n    {SLEEP}\n    return a * K", quiet=False),
)


@dataclass(frozen=True)
class Program:
    text: str
    names: frozenset[str]
    quiet: frozenset[str]


@dataclass(frozen=True)
class Callee:
    name: str
    kinds: tuple[str, ...]
    quiet: bool
    slow: bool


@dataclass
class Scope:
    """Names that are surely bound, by kind."""

    ints: list[str] = field(default_factory=lambda: ["n"])
    items: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    dicts: list[str] = field(default_factory=list)
    depth: int = 0
    loops: int = 0

    def inner(self, loops: int = 0) -> Scope:
        return Scope([*self.ints], [*self.items], [*self.lists], [*self.dicts], self.depth + 1, self.loops + loops)


class Writer:
    """Writes one program out of a seeded source of choices."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.indent = 1
        self.fresh = 0
        self.callees: list[Callee] = []
        self.loud = self.random.choice((0.0, 0.0, 0.0, 0.1, 0.3))

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    @contextmanager
    def block(self, line: str) -> Iterator[None]:
        self.write(line)
        self.indent += 1
        yield
        self.indent -= 1

    def name(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    # --- callees -----------------------------------------------------------------------------------------------

    def palette(self) -> str:
        """Defines the callees: mostly quiet ones, as loud as this program is."""
        texts = []
        for number in range(self.random.randint(2, 5)):
            quiet = not self.chance(self.loud)
            fitting = [template for template in TEMPLATES if template.quiet == quiet]
            template = self.random.choices(fitting, [each.weight for each in fitting])[0]
            name = f"f{number}"
            text = template.body.replace("NAME", name)
            k = self.random.randint(2, 5)
            for letter, value in (("K", k), ("C", self.random.randint(1, 9)), ("R", self.random.randrange(k))):
                text = replace_letter(text, letter, str(value))
            texts.append(text)
            self.callees.append(Callee(name, template.kinds, template.quiet, SLEEP in template.body))
        return "".join(f"\n\n{text}\n" for text in texts)

    # --- expressions -------------------------------------------------------------------------------------------

    def simple(self, scope: Scope) -> str:
        """An integer that costs no slow call."""
        options = [str(self.random.randint(0, 6)), self.random.choice(scope.ints), self.random.choice(scope.ints)]
        if scope.items:
            options.append(f"{self.random.choice(scope.items)}.value")
        if scope.lists and self.chance(0.3):
            options.append(f"len({self.random.choice(scope.lists)})")
        if self.chance(0.1):
            options.append('STATE["level"]')
        if self.chance(0.1):
            options += ["len(numbers)", "table.get(1, 3)", "numbers[0]", "items[0].value"]
        return self.random.choice(options)

    def integer(self, scope: Scope, depth: int = 0) -> str:
        choice = self.random.random()
        if depth > 2 or choice < 0.3:
            return self.simple(scope)
        if choice < 0.65:
            return self.call(scope, depth)
        if choice < 0.9:
            factor = f"* {self.random.randint(2, 4)}"  # by constants only: numbers must stay small
            right = factor if self.chance(0.25) else f"{self.pick('+', '-')} {self.integer(scope, depth + 1)}"
            return f"({self.integer(scope, depth + 1)} {right})"
        if choice < 0.97:
            return f"({self.integer(scope, depth + 1)} if {self.condition(scope)} else {self.simple(scope)})"
        return f"({self.integer(scope, depth + 1)} % {self.simple(scope)})"

    def condition(self, scope: Scope) -> str:
        return f"{self.simple(scope)} % {self.random.randint(2, 4)} {self.pick('==', '!=', '<')} {self.random.randint(0, 2)}"

    def call(self, scope: Scope, depth: int = 0) -> str:
        if scope.items and self.chance(0.15):
            method = self.pick("ask", "ask", "ask", "check", "grow" if self.chance(self.loud * 2) else "ask")
            return f"{self.random.choice(scope.items)}.{method}({self.integer(scope, depth + 1)})"
        callee = self.random.choice(self.callees)
        return f"{callee.name}({', '.join(self.argument(kind, scope, depth) for kind in callee.kinds)})"

    def argument(self, kind: str, scope: Scope, depth: int) -> str:
        if kind == "int":
            return self.integer(scope, depth + 1)
        if kind == "item":
            return self.random.choice([*scope.items, *scope.items, "items[0]", "items[-1]"])
        if kind == "table":
            return self.random.choice(["table", "table", *scope.dicts])
        return self.random.choice(["numbers", "numbers", *scope.lists])

    def source(self, scope: Scope) -> tuple[str, str, Callable[[Scope], None]]:
        """A loop's target and iterable, and what it adds to the scope."""
        x = self.name("x")
        item = self.name("item")
        ints = lambda *names: lambda inner: inner.ints.extend(names)  # noqa: E731
        items = lambda inner: inner.items.append(item)  # noqa: E731
        options = [
            (x, "numbers", ints(x)),
            (x, "numbers", ints(x)),
            (x, f"range({self.random.randint(1, 5)})", ints(x)),
            (item, "items", items),
            (item, "items", items),
            (f"{x}, {item}", "enumerate(items)", lambda inner: (ints(x)(inner), items(inner))),
            (f"{x}, {item}", "zip(numbers, items)", lambda inner: (ints(x)(inner), items(inner))),
            (x, "table", ints(x)),
            (f"{x}, {x}v", "table.items()", ints(x, x + "v")),
            (x, "sorted(numbers)", ints(x)),
            (x, "numbers[1:]", ints(x)),
            (x, f"({self.simple(scope)}, {self.simple(scope)}, 2)", ints(x)),
            (x, "iter(numbers)", ints(x)),
        ]
        if scope.lists and self.chance(0.3):
            options.append((x, f"{self.random.choice(scope.lists)}[:4]", ints(x)))
        return self.random.choice(options)  # type: ignore[return-value]

    def comprehension(self, scope: Scope, kind: str) -> str:
        target, iterable, bind = self.source(scope)
        inner = scope.inner()
        bind(inner)
        clauses = f"for {target} in {iterable}"
        if self.chance(0.15):
            other, iterable, bind = self.source(inner)
            bind(inner)
            clauses += f" for {other} in {iterable}"
        if self.chance(0.3):
            clauses += f" if {self.condition(inner)}"
        element = self.call(inner) if self.chance(0.7) else self.integer(inner)
        if kind == "dict":
            return f"{{{self.simple(inner)}: {element} {clauses}}}"
        return f"{element} {clauses}"

    # --- statements --------------------------------------------------------------------------------------------

    def statements(self, scope: Scope, budget: int) -> None:
        before = len(self.lines)
        for _ in range(budget):
            self.statement(scope)
        if len(self.lines) == before:
            self.write("pass")

    def statement(self, scope: Scope) -> None:
        options: list[tuple[int, Callable[[Scope], None]]] = [
            (10, self.assign),
            (6, self.collect),
            (4, self.output),
            (4, self.comprehend),
            (3, self.accumulate),
            (2, self.mutate),
        ]
        if scope.depth < 3:
            options += [(4, self.branch), (3, self.attempt), (1, self.enter)]
            if scope.loops < 2:
                options += [(12 if scope.loops == 0 else 4, self.loop)]
        if scope.loops:
            options += [(2, self.leave)]
        elif scope.depth:
            options += [(1, self.leave)]
        weights, actions = zip(*options, strict=True)
        self.random.choices(actions, weights)[0](scope)

    def assign(self, scope: Scope) -> None:
        choice = self.random.random()
        if choice < 0.15 and len(scope.ints) > 1:
            self.write(f"{self.random.choice(scope.ints[1:])} = {self.integer(scope)}")
            return
        name = self.name("v")
        if choice < 0.75:
            self.write(f"{name} = {self.call(scope) if self.chance(0.7) else self.integer(scope)}")
            scope.ints.append(name)
        elif choice < 0.85:
            self.write(f"{name}, {name}b = {self.integer(scope)}, {self.call(scope)}")
            scope.ints += [name, name + "b"]
        elif choice < 0.92 and scope.items:
            self.write(f"{name} = {self.random.choice(scope.items)}")
            scope.items.append(name)
        else:
            self.write(f"{name} = [{self.integer(scope)}, {self.integer(scope)}]")
            scope.lists.append(name)

    def collect(self, scope: Scope) -> None:
        if scope.dicts and self.chance(0.3):
            self.write(f"{self.random.choice(scope.dicts)}[{self.simple(scope)}] = {self.integer(scope)}")
        elif scope.lists:
            self.write(f"{self.random.choice(scope.lists)}.append({self.integer(scope)})")
        else:
            self.write(f"LOG.append({self.integer(scope)})")

    def output(self, scope: Scope) -> None:
        if self.chance(0.3):
            text = f"{{{self.call(scope)}}} {{{self.simple(scope)}:>3}}".replace('"', "'")
            self.write(f'print(f"{text}")')
        else:
            self.write(f"print({self.simple(scope)}, {self.integer(scope)})")

    def comprehend(self, scope: Scope) -> None:
        name = self.name("v")
        match self.pick("list", "list", "set", "dict", "sum", "sorted", "max", "any", "next"):
            case "list":
                self.write(f"{name} = [{self.comprehension(scope, 'list')}]")
                scope.lists.append(name)
            case "set":
                self.write(f"{name} = len({{{self.comprehension(scope, 'set')}}})")
                scope.ints.append(name)
            case "dict":
                self.write(f"{name} = {self.comprehension(scope, 'dict')}")
                scope.dicts.append(name)
            case "sorted":
                self.write(f"{name} = sorted({self.comprehension(scope, 'generator')})")
                scope.lists.append(name)
            case "any":
                self.write(f"{name} = int(any({self.comprehension(scope, 'generator')}))")
                scope.ints.append(name)
            case "next":
                self.write(f"{name} = next(({self.comprehension(scope, 'generator')}), 5)")
                scope.ints.append(name)
            case function:
                self.write(f"{name} = {function}({self.comprehension(scope, 'generator')})")
                scope.ints.append(name)

    def accumulate(self, scope: Scope) -> None:
        if len(scope.ints) > 1:
            self.write(f"{self.random.choice(scope.ints[1:])} {self.pick('+=', '-=', '+=')} {self.integer(scope)}")

    def mutate(self, scope: Scope) -> None:
        if self.chance(0.5 - self.loud):
            return self.collect(scope)
        value = self.integer(scope)
        options = [
            f'STATE["level"] = {value}',
            f"LOG.append({value})",
            f"table[{self.simple(scope)}] = {value}",
            f"numbers[{self.random.randint(0, 2)}] = {value}",
            f"items[{self.random.randint(0, 2)}] = items[{self.random.randint(0, 2)}]",
            f"items[0].value = {value}",
            f"numbers[1:2] = [{value}]",
            "numbers.reverse()",
        ]
        if scope.items:
            options += [f"{self.random.choice(scope.items)}.value = {value}"] * 3
            options += [f"{self.random.choice(scope.items)}.tags.append({value})"]
        if scope.loops == 0:
            options.append(f"numbers.append({value})")  # in a loop over numbers it would not end
        self.write(self.random.choice(options))

    def branch(self, scope: Scope) -> None:
        with self.block(f"if {self.condition(scope)}:"):
            self.statements(scope.inner(), self.random.randint(1, 2))
        if self.chance(0.4):
            with self.block("else:"):
                self.statements(scope.inner(), self.random.randint(1, 2))

    def loop(self, scope: Scope) -> None:
        if self.chance(0.8):
            name = self.name("out")
            self.write(f"{name} = {'[]' if self.chance(0.8) else '{}'}")
            (scope.lists if self.lines[-1].endswith("[]") else scope.dicts).append(name)
        if self.chance(0.4):
            name = self.name("sum")
            self.write(f"{name} = 0")
            scope.ints.append(name)
        inner = scope.inner(loops=1)
        if self.chance(0.08):
            name = self.name("k")
            self.write(f"{name} = 0")
            with self.block(f"while {name} < {self.random.randint(1, 4)}:"):
                self.write(f"{name} += 1")
                self.statements(inner, self.random.randint(1, 3))
            return
        target, iterable, bind = self.source(scope)
        bind(inner)
        with self.block(f"for {target} in {iterable}:"):
            self.statements(inner, self.random.randint(1, 4))
        if self.chance(0.05):
            with self.block("else:"):
                self.statements(scope.inner(), 1)

    def attempt(self, scope: Scope) -> None:
        with self.block("try:"):
            self.statements(scope.inner(), self.random.randint(1, 2))
        kind = self.pick("ValueError", "Exception", "(KeyError, ValueError)")
        if self.chance(0.9):
            with self.block(f"except {kind} as error:"):
                self.handle(scope)
            if self.chance(0.15):
                with self.block("else:"):
                    self.statements(scope.inner(), 1)
            if not self.chance(0.15):
                return
        with self.block("finally:"):
            self.statements(scope.inner(), 1)

    def handle(self, scope: Scope) -> None:
        choice = self.random.random()
        if choice < 0.3:
            self.write("print(type(error).__name__, error.args)")
        elif choice < 0.5:
            self.write("LOG.append(traceback.format_exc())")
        elif choice < 0.6:
            self.write("raise RuntimeError('handled') from error")
        elif choice < 0.7:
            self.write("raise")
        elif choice < 0.85:
            self.statements(scope.inner(), 1)
        elif scope.loops:
            self.write(self.pick("continue", "break"))
        else:
            self.write("return error.args")

    def enter(self, scope: Scope) -> None:
        with self.block(f"with Block({self.simple(scope)}):"):
            self.statements(scope.inner(), self.random.randint(1, 2))

    def leave(self, scope: Scope) -> None:
        with self.block(f"if {self.condition(scope)}:"):
            what = (
                self.pick("break", "continue", "continue", "return", "raise")
                if scope.loops
                else self.pick("return", "raise")
            )
            match what:
                case "return":
                    self.write(f"return {self.integer(scope)}")
                case "raise":
                    self.write(f"raise ValueError({self.simple(scope)})")
                case _:
                    self.write(what)

    # --- the whole ---------------------------------------------------------------------------------------------

    def program(self) -> Program:
        callees = self.palette()
        scope = Scope()
        self.statements(scope, self.random.randint(2, 6))
        self.write(f"return {', '.join([*scope.ints, *scope.items, *scope.lists, *scope.dicts])}")
        body = "\n".join(self.lines)
        subject = f"\n\n@jit\ndef subject(items, numbers, table, n):\n{body}\n"
        # Slow ones only: a slice may evaluate an effect-free quick callee twice.
        slow = {callee.name for callee in self.callees if callee.slow}
        names = slow | {f"{name}_inner" for name in slow} | {"ask", "grow", "check", "__call__"}
        loud = {callee.name for callee in self.callees if not callee.quiet} | {"grow"}
        text = PRELUDE + callees + subject + self.main()
        return Program(text, frozenset(names), frozenset(names - loud))

    def main(self) -> str:
        between = ""
        if self.chance(0.15):
            between = self.pick(
                "        items[0].value += 1",
                "        numbers.append(turn)",
                "        Item.ask = Item.check",
                "        items[0].ask = items[1].ask",
                "        globals()['f0'] = f1",
                "        STATE['level'] += 1",
            )
        entries = ", ".join(f"{key}: {self.random.randint(0, 9)}" for key in self.random.sample(range(6), 3))
        return MAIN.format(
            items=self.pick("a, b, c", "a, b, c", "a, b, a", "a, a, b", "c, b, a, b"),
            numbers=", ".join(str(self.random.randint(-2, 9)) for _ in range(self.random.randint(3, 5))),
            table=f"{{{entries}}}",
            turns=self.random.choice((1, 2, 2, 3)),
            start=self.random.randint(0, 3),
            between=between,
        ).replace("\n\n    return results, items", "\n    return results, items")


def replace_letter(text: str, letter: str, value: str) -> str:
    """Replaces a placeholder that stands alone."""
    out = []
    for position, character in enumerate(text):
        around = text[max(position - 1, 0) : position] + text[position + 1 : position + 2]
        alone = character == letter and not any(each.isalnum() or each == "_" for each in around)
        out.append(value if alone else character)
    return "".join(out)


def program(seed: int) -> Program:
    return Writer(seed).program()


def check(seed: int, folder: str) -> tuple[int, tuple[str, ...], int, str]:
    """(seed, differences, tasks, file); used in worker processes."""
    from tests.compare import compare
    from tests.permuting import ORDERS

    os.environ.setdefault("XCS_STRICT", "1")
    made = program(seed)
    path = Path(folder) / f"seed_{seed}.py"
    path.write_text(made.text)
    try:
        result = compare(path, made.names, made.quiet, ORDERS[seed % len(ORDERS)])
    except BaseException as error:  # a crash of the package is a finding, too
        import traceback

        return seed, (f"crash: {type(error).__name__}: {error}\n{traceback.format_exc()}",), 0, str(path)
    return seed, result.differences, result.tasks, str(path)


def fuzz(first: int, last: int, jobs: int, keep: Path | None) -> int:
    """Compares every seed of the range; prints the failing ones; the exit code."""
    failures = parallel = 0
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            seeds = range(first, last)
            for seed, differences, tasks, path in pool.map(check, seeds, [folder] * len(seeds), chunksize=10):
                parallel += tasks > 0
                if differences:
                    failures += 1
                    print(f"seed {seed} ({tasks} tasks)")
                    print(textwrap.indent("\n".join(differences), "  ")[:2000], flush=True)
                    if keep is not None:
                        keep.mkdir(parents=True, exist_ok=True)
                        (keep / Path(path).name).write_text(Path(path).read_text())
                Path(path).unlink()
    count = last - first
    print(f"{count} programs, {parallel} ran something early ({parallel / max(count, 1):.0%}), {failures} differ")
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="0:1000", help="first:last, the last one excluded")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="a folder for the programs that differ")
    parser.add_argument("--show", type=int, help="print the program of this seed")
    arguments = parser.parse_args()
    if arguments.show is not None:
        print(program(arguments.show).text)
        return 0
    first, last = map(int, arguments.seeds.split(":"))
    return fuzz(first, last, arguments.jobs, arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
