"""Expressions of generated programs: calls, arithmetic, comprehensions over what is in scope."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field


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


class Expressions:
    """Writes expressions out of a seeded source of choices."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fresh = 0
        self.callees: list[Callee] = []
        self.loud = self.random.choice((0.0, 0.0, 0.0, 0.1, 0.3))

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def name(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

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
        left, divisor = self.simple(scope), self.random.randint(2, 4)
        return f"{left} % {divisor} {self.pick('==', '!=', '<')} {self.random.randint(0, 2)}"

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
