"""Programs in which something in a `try` body fails for some items, and a handler decides how they go on.

Calls behind it are made for the items that did not fail, with what the handlers left; none is made for the others.
`contexts` are the places in which something fails, `ways` what does (no variable is in both). A program takes one of
each, with a handler for the program's own exception, for the one that is raised, or for all.
"""

from __future__ import annotations

import random
import re

from tests.programs import Program

from .contexts import CONTEXTS
from .failing_classes import HEAD
from .ways import WAYS

NAMES = frozenset({"model", "ask"})
HANDLED = (("Oops", "Oops"), ("KeyError", "KeyError"), ("Oops", "Exception"))
AROUND = ("{}", "if x != 'z':\n    {}", "for _ in [1]:\n    {}", "with contextlib.nullcontext():\n    {}")
MAIN = """

def main():
    return subject(["a", "b", "c", "d", "e"])
"""


def program(seed: int) -> Program:
    """The program of a seed."""
    choice = random.Random(seed)
    context, way = choice.choice(sorted(CONTEXTS)), choice.choice(sorted(WAYS))
    return written(context, way, choice.choice(HANDLED), choice.choice(AROUND) if choice.random() < 0.3 else "{}")


def written(context: str, way: str, handled: tuple[str, str] = HANDLED[-1], around: str = "{}") -> Program:
    """The program of a context and a way; `handled`: the exception that is raised, and what the handler is for."""
    before, fails = WAYS[way]
    raised, caught = handled
    text = _filled(CONTEXTS[context], "PRE", f"t = Truth(x)\n{before}")
    text = _filled(text, "FAIL", around.format(fails.replace("\n", "\n    " if around != "{}" else "\n")))
    if "@jit" not in text:
        text = f"\n@jit{text}"
    return Program(f"{HEAD}{text}{MAIN}".replace("CAUGHT", caught).replace("EXC", raised), NAMES, NAMES)


def _filled(text: str, word: str, lines: str) -> str:
    """A text with lines in place of a word, as far in as that stands."""
    return re.sub(
        rf"^( *){word}$", lambda m: m[1] + lines.strip().replace("\n", "\n" + m[1]), text, flags=re.MULTILINE
    )


__all__ = ["CONTEXTS", "HANDLED", "WAYS", "program", "written"]
