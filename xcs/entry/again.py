"""Deciding a region again, after the first iterations of its loop have run in place."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import TYPE_CHECKING

from .. import modes
from ..bound import suppress
from ..knowledge import lookup
from ..peek import class_lookup, is_function
from ..remarks import after_first
from .allowance import worth_more
from .verdicts import Verdicts

if TYPE_CHECKING:
    from ..runtime import Begun, Region
    from .checks import Crowded
    from .code_state import State
    from .verdicts import Decision


def shows(iterable: object) -> bool:
    """Whether it is a library's object, or its iterator, that gives items as they are and shows how far it is."""
    made, code = iterable, None
    if type(iterable) is types.GeneratorType and iterable.gi_frame is not None:
        names, code = iterable.gi_frame.f_locals, iterable.gi_code
        made = names.get(code.co_varnames[0]) if code.co_argcount else None
    facts = lookup(type(made))
    gives = class_lookup(type(made), "__iter__")
    own = gives.__code__ if is_function(gives) else None
    return facts is not None and facts.result == "through(0)" and (code is None or own is code)


class Again:
    """Decides a region again, after the first iterations of its loop."""

    __slots__ = ("activate", "decide", "missed", "module", "number", "state", "waits")
    shows = staticmethod(shows)

    def __init__(
        self, state: State, number: int, missed: Decision, module: dict[str, object],
        decide: Callable[..., Decision | None], activate: Callable[..., Region | None],
    ) -> None:  # fmt: skip
        self.state, self.number, self.missed, self.module = state, number, missed, module
        self.decide, self.activate = decide, activate
        self.waits = False  # nothing that the verdict rests on has changed so far

    def __call__(self, roots: dict[str, object], begun: Begun) -> Region | None:
        """The region, from this iteration on; None: it goes on in place."""
        state = self.state
        self.waits = False
        try:
            if modes.watched() or self.number in state.dropped:
                return None
            more = self.missed.unfinished and worth_more(state, self.number)
            self.waits = not more and self.missed.holds(roots)
            if self.waits:
                self.missed.looks -= 1
                return None
            looks, self.missed.looks = self.missed.looks, 0
            region = self.decided(roots, begun)
            if region is not None:
                self.missed.looks = looks
            return region
        except RecursionError:
            return None
        except Exception as error:
            from ..runtime.interrupts import from_signal

            if modes.strict() or from_signal(error):
                raise
            with suppress(RecursionError):
                state.failed(self.number, error)
            return None

    def decided(self, roots: dict[str, object], begun: Begun) -> Region | None:
        state, number = self.state, self.number
        verdicts = state.verdicts.setdefault(number, Verdicts())
        crowded: Crowded = set()
        chosen = verdicts.find(roots, crowded) or self.decide(state, verdicts, number, roots, self.module, crowded)
        if chosen is None:
            return None
        if chosen.outermost != {begun.loop}:
            if chosen.compiled is None:
                state.remarks[number] = chosen.plan.remark
            return None
        state.remarks[number] = after_first(chosen.plan.remark, self.missed.plan.remark)
        return self.activate(state, number, chosen, roots, self.module, crowded, begun)
