"""The callees of generated programs, as templates: quiet ones without effects, loud ones whose order can be seen.

In a body, NAME is the callee's name, SLEEP its waiting, and K, C and R are small numbers (R less than K).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

WAIT = "time.sleep(0.0004)"


@dataclass(frozen=True)
class Template:
    """A callee: its parameters (kind by kind), its source, and whether it is free of effects (`quiet`)."""

    kinds: tuple[str, ...]
    body: str
    quiet: bool = True
    weight: int = 2

    @property
    def slow(self) -> bool:
        return "SLEEP" in self.body

    def filled(self, name: str, choices: random.Random) -> str:
        """The source of a callee made from it."""
        text = self.body.replace("SLEEP", WAIT).replace("NAME", name)
        k = choices.randint(2, 5)
        for letter, value in (("K", k), ("C", choices.randint(1, 9)), ("R", choices.randrange(k))):
            text = replace_letter(text, letter, str(value))
        return text


def replace_letter(text: str, letter: str, value: str) -> str:
    """Replaces a placeholder that stands alone."""
    out = []
    for position, character in enumerate(text):
        around = text[max(position - 1, 0) : position] + text[position + 1 : position + 2]
        alone = character == letter and not any(each.isalnum() or each == "_" for each in around)
        out.append(value if alone else character)
    return "".join(out)


TEMPLATES = (
    Template(
        ("int",),
        "def NAME(a):\n    SLEEP\n    return (a * K + C) % 17",
        weight=8,
    ),
    Template(
        ("int", "int"),
        "def NAME(a, b=K):\n    SLEEP\n    return (a * b - C) % 23",
        weight=5,
    ),
    Template(
        ("int",),
        "def NAME(a):\n    SLEEP\n    if a % K == R:\n        raise ValueError(a)\n    return a + C",
        weight=4,
    ),
    Template(
        ("int",),
        "def NAME(a):\n"
        "    try:\n"
        "        SLEEP\n"
        "        return C // (a % K)\n"
        "    except ZeroDivisionError as error:\n"
        "        raise ValueError(a) from error",
    ),
    Template(
        ("int",),
        "def NAME(a):\n"
        "    try:\n"
        "        SLEEP\n"
        "        return C // (a % K)\n"
        "    except ZeroDivisionError:\n"
        "        return -1",
    ),
    Template(
        ("int",),
        "def NAME(a):\n    parts = [a, C]\n    SLEEP\n    parts.append(a % K)\n    return sum(parts)",
    ),
    Template(
        ("item",),
        "def NAME(item):\n    SLEEP\n    return item.value + C",
        weight=4,
    ),
    Template(
        ("numbers",),
        "def NAME(numbers):\n    SLEEP\n    return sum(numbers) % 19",
    ),
    Template(
        ("table", "int"),
        "def NAME(table, a):\n    SLEEP\n    return table.get(a, C)",
    ),
    Template(
        ("int",),
        'def NAME(a):\n    SLEEP\n    return a + STATE["level"]',
        weight=3,
    ),
    Template(
        ("int",),
        "def NAME(a):\n    SLEEP\n    return a + len(LOG)",
    ),
    Template(
        ("int",),
        "def NAME(a):\n    SLEEP\n    return a + COUNT",
    ),
    Template(
        ("int",),
        "def NAME(a):\n    return (a + C) % 11",
    ),
    Template(
        ("int",),
        "def NAME_inner(a, b):\n    SLEEP\n    return a + b * K\n\n\ndef NAME(a):\n    return NAME_inner(a, C) % 13",
        weight=3,
    ),
    Template(
        ("int",),
        "def NAME_inner(k, a):\n    SLEEP\n    return a + k\n\n\nNAME = functools.partial(NAME_inner, C)",
    ),
    Template(
        ("int",),
        "class NAME_class:\n"
        "    def __init__(self, k):\n"
        "        self.k = k\n\n"
        "    def __call__(self, a):\n"
        "        SLEEP\n"
        "        return a + self.k\n\n\n"
        "NAME = NAME_class(C)",
    ),
    Template(
        ("int",),
        "@jit\n"
        "def NAME(a):\n"
        "    parts = []\n"
        "    for n in range(2):\n"
        "        SLEEP\n"
        "        parts.append(a * n)\n"
        "    return sum(parts) + C",
    ),
    # loud ones: their order and number can be seen
    Template(
        ("int",),
        'def NAME(a):\n    LOG.append(("NAME", a))\n    SLEEP\n    return a + C',
        quiet=False,
    ),
    Template(
        ("int",),
        "def NAME(a):\n"
        "    SLEEP\n"
        '    LOG.append(("NAME", a))\n'
        "    if a % K == R:\n"
        "        raise ValueError(a)\n"
        "    return a",
        quiet=False,
    ),
    Template(
        ("int",),
        "def NAME(a):\n    global COUNT\n    SLEEP\n    COUNT += 1\n    return a + COUNT",
        quiet=False,
    ),
    Template(
        ("item",),
        "def NAME(item):\n    SLEEP\n    item.value += 1\n    return item.value",
        quiet=False,
    ),
    Template(
        ("numbers",),
        "def NAME(numbers):\n    SLEEP\n    if len(numbers) < 12:\n        numbers.append(C)\n    return len(numbers)",
        quiet=False,
        weight=1,
    ),
    Template(
        ("table", "int"),
        "def NAME(table, a):\n    SLEEP\n    table[a] = a + C\n    return len(table)",
        quiet=False,
    ),
    Template(
        ("int",),
        'def NAME(a):\n    SLEEP\n    STATE["level"] = a\n    return a',
        quiet=False,
    ),
    Template(
        ("int",),
        'def NAME(a):\n    SLEEP\n    print("NAME", a)\n    return a + 1',
        quiet=False,
    ),
    Template(
        ("int",),
        "def NAME(a):\n    if a not in CACHE:\n        SLEEP\n        CACHE[a] = a * K\n    return CACHE[a]",
        quiet=False,
    ),
    Template(
        ("int",),
        "def NAME(a, seen=[]):\n    SLEEP\n    seen.append(a)\n    return len(seen)",
        quiet=False,
    ),
    Template(
        ("int",),
        "def NAME(a):\n    SLEEP\n    return a + RANDOM.randrange(10)",
        quiet=False,
    ),
    Template(
        ("int",),
        "def NAME(a):\n    SLEEP\n    Item.made += a\n    return Item.made",
        quiet=False,
    ),
    Template(
        ("int",),
        "@functools.lru_cache\ndef NAME(a):\n    SLEEP\n    return a * K",
        quiet=False,
    ),
)
