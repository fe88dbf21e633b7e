"""Data flow of a piece of text: what its waiting calls need, what it writes, how it is left.

Names stand for variables and for parts of them: `a.b` for an attribute, `a['k']` for a constant key, `a[]` for any
other, `::a` for a global. Dependences are kept by name, whatever the order of statements, but for one thing: which
names are read before they are assigned. Those alone carry something from one iteration to the next.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from ..remarks import Located
from .conclusions import Wait
from .origins import Scope

RESULT = "@result"  # stands for what a waiting call gave
CONVERSED = "@conversed"  # stands for what one conversation, which goes on in order, gave
FAILED = "@failed"  # stands for what is done only where something has failed
CLOCK = "@clock"  # stands for the time
LOOPED = "@looped"  # stands for what is done in a loop inside
ADDRESSED = "@addressed"  # stands for what is done only where a text is an address, not the path of a file
KEYS = "[keys]"  # of a container, without what it holds for them


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A waiting call with the names that it needs: arguments, receiver, conditions. `call`: which one of the text it is
    made by."""

    wait: Wait
    needs: frozenset[str]
    conditions: frozenset[str]
    call: int = 0


@dataclass(slots=True)
class Flow:
    """What a piece of text does. `depends`: of each name, the names that what it is assigned rests on."""

    sites: list[WaitingCall] = field(default_factory=list)
    depends: dict[str, set[str]] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    mutated: dict[str, Located] = field(default_factory=dict)
    exposed: set[str] = field(default_factory=set)
    exits: list[tuple[Located, frozenset[str], str]] = field(default_factory=list)
    sleeps: list[tuple[Located, frozenset[str]]] = field(default_factory=list)
    commands: list[Wait] = field(default_factory=list)
    unknown: dict[str, Located] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    slept: set[str] = field(default_factory=set)  # names that how long it sleeps rests on
    yields: bool = False
    batches: bool = False
    called: set[str] = field(default_factory=set)  # parameters that are called
    parts: dict[str, set[str]] = field(default_factory=dict)  # written parts of a variable
    added: set[str] = field(default_factory=set)  # written parts that are only added to

    def reached(self, names: Iterable[str]) -> set[str]:
        """All that names rest on, with the variables that they are parts of."""
        found = self.closure(names)
        return found | {root_of(name) for name in found}

    def closure(self, names: Iterable[str]) -> set[str]:
        """All that names rest on, themselves included."""
        seen: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            todo.extend(self.depends.get(name, ()))
            root = root_of(name)
            if root == name:
                todo.extend(self.parts.get(name, ()))
            elif name.endswith(KEYS):
                todo.extend(self.depends.get(root, ()) if root in self.assigned else ())  # a text that was an answer
            else:  # a part rests on what is done to the whole, not on other parts
                todo.extend(self.depends.get(root, ()))
                if name[len(root)] == "[":  # any element may be the one of an unknown key
                    known = (p for p in self.parts.get(root, ()) if p[len(root)] == "[" and not p.endswith(KEYS))
                    todo.extend(known if name.endswith("[]") else (p for p in known if p.endswith("[]")))
        return seen

    def left_unless_failed(self, which: Iterable[int]) -> None:
        """These exits follow calls in a `try` block whose handler goes on: they are passed where one failed."""
        for index in which:
            where, conditions, how = self.exits[index]
            self.exits[index] = (where, conditions | {RESULT, FAILED}, how)

    def slept_for(self, start: int, names: Iterable[str]) -> None:
        """The sleeps from `start` on stand in a handler: they rest on all that the `try` block reads."""
        more = frozenset(names)
        for index in range(start, len(self.sleeps)):
            where, conditions = self.sleeps[index]
            self.sleeps[index] = (where, conditions | more)

    def rests_on_results(self, names: Iterable[str]) -> bool:
        return RESULT in self.closure(names)


@cache
def root_of(name: str) -> str:
    """The variable that a name is a part of: of `self.a`, `self`."""
    cut = min((i for i in (name.find("."), name.find("[")) if i > 0), default=len(name))
    return name[:cut]


def key_of(node: ast.expr) -> str:
    """The constant text or number in a key, as a part's name; `[]` for any other: some element, no attribute."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    found = next((p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)), None)
    if found is not None:
        return f"['{found}']"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"[-{node.operand.value!r}]"
    return f"[{node.value!r}]" if isinstance(node, ast.Constant) else "[]"


def seen(names: Iterable[str], parameters: dict[str, set[str]]) -> set[str]:
    """Names of a function as its caller sees them: parameters and globals; its own variables are not seen. What is
    global to it may be a variable of the function around it."""
    found: set[str] = set()
    for name in names:
        root = root_of(name)
        if name in (RESULT, CONVERSED, FAILED, ADDRESSED) or (name.startswith("::") and root not in parameters):
            found.add(name)
            continue
        for outside in parameters.get(root, ()):
            found.add(outside + name[len(root) :] if root_of(outside) == outside else outside)
    return found


def named(unknown: Mapping[str, Located]) -> list[tuple[str, Located]]:
    """Callables that aren't known: those of one object together."""
    by_holder: dict[str, list[str]] = {}
    for name in unknown:
        by_holder.setdefault(_holder(name), []).append(name)
    told = []
    for holder, names in by_holder.items():
        many = holder and len(names) > 1
        told.append((f"methods of `{holder}` change" if many else f"`{names[0]}` changes", unknown[names[0]]))
    return told


def _holder(name: str) -> str:
    """The variable, or attribute of `self`, whose method a name is."""
    found = re.match(r"((?:self\.|cls\.)?\w+)[.\[]", name)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a function does that its caller can see, in names of its parameters and of globals.

    sites: what waits, with the names that it needs and those that decide whether it is called; written: of each name
    that it changes, where, and what that rests on.
    """

    sites: tuple[tuple[Wait, frozenset[str], frozenset[str]], ...] = ()
    sleeps: tuple[tuple[Located, frozenset[str]], ...] = ()
    commands: tuple[Wait, ...] = ()
    written: tuple[tuple[str, Located, frozenset[str]], ...] = ()
    unknown: tuple[tuple[str, Located], ...] = ()
    returned: frozenset[str] = frozenset()
    yields: bool = False
    called: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()


class Summarising(Protocol):
    """Gives the summary of a function of the program."""

    def of(self, scope: Scope) -> Summary: ...
