"""Effects that a reader of printed code takes for granted where it says so, and `@jit` can't: each with its sentence.

A client keeps what an answer sets; a library warns of what it is given; a module of which nothing is known is called in
the loop. The last stays in its place, as output does: nothing is moved into it, and calls may be moved across it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from ..analysis.domain.effects import EffectKind
from ..analysis.domain.values import PLAIN, Abstract, Top
from ..knowledge import CallFacts
from .stand_in import Assumed

COOKIES = "that no answer sets cookies which later requests carry"
UNSEEN = re.compile(r"the module ([\w.]+), (?:of which nothing is known|which is not installed here),")


class Waived:
    """What the interpretation of one region has come across. `active`: it goes on as if there were no such effects."""

    def __init__(self, active: bool = False) -> None:
        self.active = active
        self.said: dict[str, None] = {}

    def module(self, why: str) -> bool:
        """Whether something unknown is a call, or part, of a module that the text can't be asked about."""
        found = UNSEEN.match(why)
        if found is not None:
            self.said[f"that {found[1]} changes nothing that the calls read"] = None
        return found is not None and self.active

    def memory(self, kind: EffectKind, inner: bool) -> bool:
        """Whether an effect is what a client keeps of an answer, in a callee."""
        if kind != "remembers" or not inner:
            return False
        self.said[COOKIES] = None
        return self.active

    def warning(self, facts: CallFacts) -> bool:
        """Whether all that a call shows is a warning of its library's."""
        if facts.silent is None:
            return False
        self.said[f"that {facts.library} has no warnings to show"] = None
        return self.active


def as_data(node: ast.AST, roots: Mapping[str, object]) -> dict[str, object]:
    """Stand-ins for variables that hold what such a module gave, and of which only items are used: plain data."""
    found = {n for n, held in roots.items() if isinstance(held, Assumed) and all(map(unseen, held.value))}
    for below in ast.walk(node) if found else ():
        match below:
            case ast.Attribute(value=ast.Name(id=name)) | ast.Call(func=ast.Name(id=name)):
                found.discard(name)
            case _:
                pass
    return {name: Assumed(PLAIN) for name in sorted(found)}


def unseen(abstract: Abstract) -> bool:
    """Whether it is a module of which nothing is known, or a part of one."""
    return isinstance(abstract, Top) and UNSEEN.match(abstract.why) is not None


__all__ = ["COOKIES", "Waived", "as_data", "unseen"]
