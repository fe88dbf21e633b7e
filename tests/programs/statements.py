"""Statements of generated programs, and the whole function that they make up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.programs.expressions import Expressions, Scope


class Statements(Expressions):
    """Writes the statements of one function."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.lines: list[str] = []
        self.indent = 1

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    @contextmanager
    def block(self, line: str) -> Iterator[None]:
        self.write(line)
        self.indent += 1
        yield
        self.indent -= 1

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
            options += [(4, self.branch), (3, self.attempt), (1, self.enter), (1, self.match)]
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

    def match(self, scope: Scope) -> None:
        """A statement that goes by the parts of a mapping or of a sequence."""
        with self.block(f"match {self.subject(scope)}:"):
            for _ in range(self.random.randint(1, 3)):
                names: list[str] = []
                pattern = self.pattern(names)
                guard = f" if {self.condition(scope)}" if self.chance(0.2) else ""
                with self.block(f"case {pattern}{guard}:"):
                    inner = scope.inner()
                    inner.ints += names
                    self.statements(inner, self.random.randint(1, 2))

    def subject(self, scope: Scope, depth: int = 0) -> str:
        one = self.simple(scope) if depth or self.chance(0.6) else self.call(scope)
        if depth < 2 and self.chance(0.3):
            one = self.subject(scope, depth + 1)
        others = [self.simple(scope) for _ in range(self.random.randint(0, 2))]
        match self.random.randrange(4):
            case 0:
                return f"({', '.join([one, *others])},)"
            case 1:
                return f"[{', '.join([one, *others])}]"
            case _:
                return "{" + ", ".join(f"'{k}': {v}" for k, v in zip("abc", [one, *others], strict=False)) + "}"

    def pattern(self, names: list[str], depth: int = 0) -> str:
        choice = self.random.random()
        if depth and choice < 0.6:
            if choice < 0.3:
                names.append(self.name("m"))
                return f"int({names[-1]})"
            return self.pick("1", "2 | 3", "_", "int()")
        if choice < 0.8:
            keys = self.random.sample("abc", self.random.randint(0, 2))
            return "{" + ", ".join(f"'{key}': {self.pattern(names, depth + 1)}" for key in keys) + "}"
        parts = [self.pattern(names, depth + 1) for _ in range(self.random.randint(0, 2))]
        if self.chance(0.4):
            parts.insert(self.random.randint(0, len(parts)), "*_")
        return f"[{', '.join(parts)}]"

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
