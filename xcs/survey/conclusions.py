"""What a survey says of a loop: the calls that wait, what is assumed, what keeps it sequential."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from ..remarks import Located, Span
from .services import WaitKind

Certainty = Literal["certain", "likely", "sequential"]
Mode = Literal["jit", "module", "async"]  # how the calls could run at the same time


@dataclass(frozen=True, slots=True)
class Assumption:
    """What is taken for granted: a sentence, and the place that it is about."""

    text: str
    where: Located


@dataclass(frozen=True, slots=True)
class Wait:
    """A call that waits.

    name: as it is written; chain: the calls that lead
    to it, from the loop down; assumes: what it rests on that the text doesn't show; guessed: that it waits is one of
    these, weak: by a name that says little; verb: the parameter that says how a request is sent, and so whether it
    only asks.
    """

    kind: WaitKind
    name: str
    where: Located
    chain: tuple[Located, ...] = ()
    assumes: tuple[Assumption, ...] = ()
    package: str = ""
    awaited: bool = False
    guessed: bool = False
    weak: bool = False
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop, comprehension or block that was looked at.

    reason: the code and sentence of what keeps it sequential, where `certainty` is that; items: how many iterations it
    has, where the text tells; around: where a `try` block around it stands whose handler goes on.
    """

    certainty: Certainty
    mode: Mode
    function: str
    filename: str
    span: Span
    node: ast.AST
    waits: tuple[Wait, ...] = ()
    assumes: tuple[Assumption, ...] = ()
    code: str = ""
    reason: str = ""
    ends: tuple[Located, ...] = ()
    items: int | None = None
    block: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether it is told only to who asks for it: a program is started, which may change anything, so that nothing
        is asked before it has ended; or all that waits only seems to."""
        programs = any(wait.kind == "process" for wait in self.waits)
        return self.certainty == "likely" and (programs or all(wait.weak for wait in self.waits))

    @property
    def calls(self) -> str:
        """The calls that wait, each once, as the text writes them."""
        return ", ".join(dict.fromkeys(f"`{w.name}(...)`" for w in self.waits))
