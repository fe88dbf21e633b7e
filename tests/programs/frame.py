"""What stands around the subject of a generated program: classes and globals before it, `main` after it."""

from __future__ import annotations

import random

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

CHANGES = (  # between two calls of the subject
    "        items[0].value += 1",
    "        numbers.append(turn)",
    "        Item.ask = Item.check",
    "        items[0].ask = items[1].ask",
    "        globals()['f0'] = f1",
    "        STATE['level'] += 1",
)


def main(choices: random.Random) -> str:
    """A `main` that calls the subject a few times."""
    between = choices.choice(CHANGES) if choices.random() < 0.15 else ""
    entries = ", ".join(f"{key}: {choices.randint(0, 9)}" for key in choices.sample(range(6), 3))
    return MAIN.format(
        items=choices.choice(("a, b, c", "a, b, c", "a, b, a", "a, a, b", "c, b, a, b")),
        numbers=", ".join(str(choices.randint(-2, 9)) for _ in range(choices.randint(3, 5))),
        table=f"{{{entries}}}",
        turns=choices.choice((1, 2, 2, 3)),
        start=choices.randint(0, 3),
        between=between,
    ).replace("\n\n    return results, items", "\n    return results, items")
