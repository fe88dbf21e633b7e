"""Deciding a region again, after the first iterations of its loop have run in place.

A loop that never waits comes here, too: what decides is loaded where there is something to decide.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from .. import modes
from ..bound import suppress
from ..front.source import original_code
from ..knowledge import lookup
from ..peek import CONTAINERS, FUNCTIONS, IMMUTABLE, MISSING, Kinds, class_lookup, is_function
from ..remarks import Bailout, Remark, after_first
from .allowance import worth_more
from .checks import holds
from .verdicts import WITHIN, Verdicts, opened

if TYPE_CHECKING:
    from ..analysis.domain.effects import Effect
    from ..analysis.domain.places import Path
    from ..runtime import Begun, Opened, Region
    from .checks import Crowded
    from .code_state import State
    from .verdicts import Decision

Made = TypeVar("Made")
LOOKED = 4  # functions of the program's that a first iteration is looked into, at most
APART = 1 << 20  # where the numbers of their loops begin: none is the region's
# What is settled by its type, whoever has set it: what rests on it can't be told from what was there before.
SETTLED = Kinds((*IMMUTABLE, *CONTAINERS, *FUNCTIONS, type, types.ModuleType, types.MethodType))


def shows(iterable: object) -> bool:
    """Whether it is a library's object, or its iterator, that gives items as they are and shows how far it is."""
    made, code = iterable, None
    if type(iterable) is types.GeneratorType and iterable.gi_frame is not None:
        from ..runtime.peeled import locals_of

        names, code = locals_of(iterable.gi_frame), iterable.gi_code
        made = names.get(code.co_varnames[0]) if code.co_argcount else None
    facts = lookup(type(made))
    gives = class_lookup(type(made), "__iter__")
    own = gives.__code__ if is_function(gives) else None
    return facts is not None and facts.result == "through(0)" and (code is None or own is code)


class Undecided:
    """Stands for the verdict on a region that could not be decided before anything in it was seen to wait."""

    __slots__ = ("looks", "remark")
    unfinished, lazy, guards, tries = True, (), (), 0
    does: frozenset[Effect] = frozenset()

    def __init__(self, remark: Remark) -> None:
        self.looks, self.remark = 0, remark

    @property
    def plan(self) -> Undecided:
        return self

    def holds(self, roots: dict[str, object]) -> bool:
        """There is nothing that may have changed: the loop has not waited enough so far."""
        return True


class Again:
    """Decides a region again, after the first iterations of its loop."""

    __slots__ = ("activate", "carried", "decide", "looked", "missed", "module", "number", "state", "waits")
    shows = staticmethod(shows)

    def __init__(
        self, state: State, number: int, missed: Decision | Undecided, module: dict[str, object],
        decide: Callable[..., Decision | None], activate: Callable[..., Region | None], carried: frozenset[str],
    ) -> None:  # fmt: skip
        self.carried, self.looked = carried, 0  # so many functions were looked into
        self.state, self.number, self.missed, self.module = state, number, missed, module
        self.decide, self.activate = decide, activate
        self.waits = False  # nothing that the verdict rests on has changed so far

    def __call__(self, roots: dict[str, object], begun: Begun) -> Region | None:
        """The region, from this iteration on; None: it goes on in place."""
        self.waits = False
        return self.sure(self.from_now_on, roots, begun)

    def sure(self, step: Callable[..., Made | None], *given: object) -> Made | None:
        """A step; None where it fails, which is no matter of the program's."""
        try:
            return step(*given)
        except RecursionError:
            return None
        except Exception as error:
            from ..runtime.interrupts import from_signal

            if modes.strict() or from_signal(error):
                raise
            with suppress(RecursionError):
                self.state.failed(self.number, error)
            return None

    def from_now_on(self, roots: dict[str, object], begun: Begun) -> Region | None:
        state = self.state
        if modes.watched() or self.number in state.dropped:
            return None
        more = self.missed.unfinished and worth_more(state, self.number)
        self.waits = not more and self.missed.holds(roots)
        if self.waits:
            self.missed.looks -= 1
            return None
        looks, self.missed.looks = self.missed.looks, 0
        region = self.decided(roots, begun, more)
        if region is not None:
            self.missed.looks = looks
        return region

    def decided(self, roots: dict[str, object], begun: Begun, more: bool) -> Region | None:
        """more: where a verdict came to no end, another one may take more."""
        state, number = self.state, self.number
        verdicts = state.verdicts.setdefault(number, Verdicts())
        crowded: Crowded = set()
        chosen = verdicts.find(roots, crowded)
        if chosen is None or (chosen.unfinished and more):
            chosen = self.decide(state, verdicts, number, roots, self.module, crowded, chosen)
        if chosen is None:
            return None
        if chosen.outermost != {begun.loop}:
            if chosen.compiled is None:
                state.remarks[number] = chosen.plan.remark
            return None
        state.remarks[number] = after_first(chosen.plan.remark, self.missed.plan.remark)
        return self.activate(state, number, chosen, roots, self.module, crowded, begun)

    def ready(self, roots: dict[str, object], callee: object) -> bool:
        """Whether what was missing is there now, and the call waits."""
        return bool(self.sure(self._ready, roots, callee))

    def opened(self, callee: object) -> Opened | None:
        """How to look into a call: a variant of a function of the program's, for so many of them."""
        return self.sure(self._opened, callee)

    def meanwhile(self, roots: dict[str, object], begun: Begun, stands: list[tuple[str, int]]) -> Region | None:
        """The region for the iterations after the one that is under way; stands: the lines at which the program is."""
        return self.sure(self._meanwhile, roots, begun, stands)

    def _ready(self, roots: dict[str, object], callee: object) -> bool:
        if not any(map(partial(self.there, roots), self.missed.lazy)):
            return False
        facts = lookup(callee.__func__ if type(callee) is types.MethodType else callee)
        return facts is not None and facts.blocks

    def _opened(self, callee: object) -> Opened | None:
        from ..analysis.library.writers import of_program
        from ..front.lowered_code import lowered
        from ..plan.callees import can_stand_elsewhere
        from ..plan.opening import Open

        function = callee.__func__ if type(callee) is types.MethodType else callee
        if self.looked >= LOOKED or type(function) is not types.FunctionType or not of_program(function):
            return None
        self.looked += 1
        try:
            code = function.__code__
            ir = lowered(code, function.__globals__)
            stays = ir.generator or original_code(code) is not code
            if stays or not can_stand_elsewhere(ir, frozenset(code.co_freevars)):
                return None
            return opened(Open(function, 0, APART, 0), {})
        except Bailout:
            return None

    def _meanwhile(self, roots: dict[str, object], begun: Begun, stands: list[tuple[str, int]]) -> Region | None:
        state, number, missed = self.state, self.number, self.missed
        changed = self.changed(roots)
        if not changed or modes.watched() or number in state.dropped:
            return None
        verdicts = state.verdicts.setdefault(number, Verdicts())
        crowded: Crowded = set()
        chosen = verdicts.find(roots, crowded)
        if chosen is None:
            chosen = self.decide(state, verdicts, number, roots, self.module, crowded, None, changed, missed.does)
        if chosen is None or chosen.compiled is None or chosen.over is None or chosen.outermost != {begun.loop}:
            return None
        inside = any(file == at and first <= line <= last for file, first, last in chosen.over for at, line in stands)
        inside = inside or not missed.does <= chosen.does
        if inside or not changed <= chosen.changed or not self.carried.isdisjoint(chosen.compiled.locals):
            return None
        state.remarks[number] = after_first(chosen.plan.remark, missed.plan.remark)
        missed.tries = WITHIN
        return self.activate(state, number, chosen, roots, self.module, crowded, begun)

    def there(self, roots: dict[str, object], path: Path) -> bool:
        """Whether something is at a place now, or a module has been imported."""
        from ..analysis.domain.places import values_at
        from ..analysis.library.result_types import of_imports

        if of_imports(path):
            return not all(holds(guard, roots) for guard in self.missed.guards if guard.path == path)
        return all(value is not None and value is not MISSING for value in values_at(path, roots))

    def changed(self, roots: dict[str, object]) -> frozenset[Path]:
        """The places that have been set since; none if anything else has changed that the verdict rests on."""
        from ..analysis.domain.places import values_at
        from ..analysis.library.result_types import of_imports

        found = frozenset(path for path in self.missed.lazy if self.there(roots, path))
        for path in found:
            if not of_imports(path) and any(type(value) in SETTLED for value in values_at(path, roots)):
                return frozenset()
        for guard in self.missed.guards:
            own = of_imports(guard.path) or any(begins(guard.path, path) for path in found)
            if not own and not holds(guard, roots):
                return frozenset()
        return found


def begins(path: Path, with_: Path) -> bool:
    """Whether a path leads through, or to, a place."""
    same = (path.kind, path.name, path.holder_id) == (with_.kind, with_.name, with_.holder_id)
    return same and path.steps[: len(with_.steps)] == with_.steps
