"""Generated programs whose iterations read again what they store in attributes; one integer is one program.

Items refer to each other, so that a store may be one to another item's attribute; what was read may be stored again in
rounds, branches and handlers, by helpers that return early, through variables that mean another object by then.
"""

from __future__ import annotations

import random

from tests.programs import Program

PRELUDE = """
import time

from xcs import jit


class Oops(Exception):
    pass


def number(value):
    return sum((k + 1) * ord(c) for k, c in enumerate(str(value)))


def ask(value):
    time.sleep(1e-6)
    n = number(value)
    if n % {failing} == 0:
        raise Oops(f"ask {{n}}")
    return f"{{str(value)[:3]}}{{n % 97}}"


class Item:
    shared = "class"

    def __init__(self, k):
        self.a, self.b, self.c, self.held, self.other = f"a{{k}}", "b", "c", [], self

    def __repr__(self):
        return f"Item({{self.a}}, {{self.b}}, {{self.c}}, {{self.held}})"

"""
MAIN = """
ITEMS = []


def main():
    ITEMS[:] = [Item(k) for k in range({count})]
    for k, item in enumerate(ITEMS):
        item.other = ITEMS[k * {step} % len(ITEMS)]
    return subject(ITEMS + ITEMS[:{again}], ITEMS[-1]), repr(ITEMS)
"""
ATTRIBUTES = ("a", "b", "c")
CONDITIONS = ("k % 2", "item is other", "len(item.a) > 3", "item.b == item.c")


class Writer:
    """Writes the statements of a loop's body. `aliases`: whether the body knows another name for an item."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.objects = ("item", "item", "item", "other") if seed % 3 == 0 else ("item",)
        self.helpers = self.random.randrange(3)

    def place(self) -> str:
        return f"{self.random.choice(self.objects)}.{self.random.choice(ATTRIBUTES)}"

    def value(self) -> str:
        made = self.random.choice(("place", "place", "place", "text", "variable", "constant"))
        if made == "place":
            return self.place()
        if made == "text":
            return f'f"{{{self.place()}}} {{{self.place()}}}"'
        return self.random.choice(("v", "w")) if made == "variable" else repr(self.random.choice("pqr"))

    def helper(self, number: int) -> list[str]:
        lines = [f"def helper{number}(item, other, v, w):"]
        for _ in range(self.random.randrange(1, 4)):
            lines.append("    " + self.random.choice((
                f"{self.place()} = ask({self.value()})", f"{self.place()} = {self.value()}",
                f"item.other.{self.random.choice(ATTRIBUTES)} = {self.value()}", f"print({self.place()})",
                f"if len({self.place()}) % 2: return item",
            )))  # fmt: skip
        return [*lines, "    return item", "", ""]

    def block(self, depth: int, count: int) -> list[str]:
        return [line for _ in range(count) for line in self.statement(depth)]

    def below(self, depth: int) -> list[str]:
        return ["    " + line for line in self.block(depth + 1, self.random.randrange(1, 3))]

    def statement(self, depth: int) -> list[str]:
        kinds = ["chain"] * 8 + ["ask"] * 3 + ["store", "variable", "print", "keep", "held", "call", "call"]
        kinds += ["if", "for", "try"] if depth < 2 else ["leave"]
        kinds += ["alias"] if len(self.objects) > 1 else []
        match self.random.choice(kinds):
            case "ask":
                return [f"{self.place()} = ask({self.value()})"]
            case "chain":
                return self.chain()
            case "store":
                return [f"{self.place()} = {self.value()}"]
            case "variable":
                return [f"{self.random.choice('vw')} = ask({self.value()})"]
            case "keep":
                return [f"{self.random.choice('vw')} = {self.value()}"]
            case "held":
                return [f"item.held = [{self.value()}]", f"item.held.append({self.value()})", "v = ask(item.held)"]
            case "call" if self.helpers:
                target = self.random.choice(("item", "kept", "kept"))
                return [f"{target} = helper{self.random.randrange(self.helpers)}(item, other, v, w)"]
            case "if":
                more = ["else:", *self.below(depth)] if self.random.random() < 0.5 else []
                return [f"if {self.random.choice(CONDITIONS)}:", *self.below(depth), *more]
            case "for":
                return ["for j in range(2):", *self.below(depth)]
            case "try":
                return ["try:", *self.below(depth), "except Oops:", *self.below(depth)]
            case "leave":
                return [self.random.choice(("continue", "v = str(w)", "del w; w = v"))]
            case "alias":
                names = "other = item.other", "item = other", "other = item", "item.other = other"
                return [self.random.choice(names)]
            case _:
                return [f"print({self.value()})"]

    def chain(self) -> list[str]:
        """A call that is given what the one before it gave, by way of an attribute; perhaps something in between."""
        first, second = self.random.sample(ATTRIBUTES, 2)
        between = self.random.choice((
            "", "", "", "print(k)", f"item.other.{first} = 'o'", f"{self.random.choice(self.objects)}.{first} = 'n'",
            f"item.{second} = 's'", f"if k % 2: item.other.{first} = 'c'", "kept = item.other; kept.c = 'k'",
        ))  # fmt: skip
        texts = f"item.{first}", f'f"{{item.{first}}} {{k}}"', f"[item.{first}, k]"
        stored = f"item.{first} = ask({self.random.choice(('k', 'f' + repr('{k} x'), 'str(k)'))})"
        lines = [stored, between, f"item.{second} = ask({self.random.choice(texts)})"]
        return [line for line in lines if line]


def program(seed: int) -> Program:
    """The program of a seed."""
    writer = Writer(seed)
    lines = [line for number in range(writer.helpers) for line in writer.helper(number)]
    lines += ["@jit", "def subject(items, other):", '    v = w = "s"', "    for k, item in enumerate(items):"]
    lines += ["        " + line for line in writer.block(0, writer.random.randrange(3, 8))]
    lines += ["    return v, w"]
    numbers = writer.random
    prelude = PRELUDE.format(failing=numbers.choice((13, 29, 10_007)))
    main = MAIN.format(count=numbers.randrange(2, 6), step=numbers.randrange(4), again=numbers.choice((0, 0, 1)))
    return Program(prelude + "\n" + "\n".join(lines) + "\n" + main, frozenset({"ask"}), frozenset({"ask"}))


__all__ = ["program"]
