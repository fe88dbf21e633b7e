"""What emitted code calls: it enters a region, or runs the statements as they are written."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Sequence

from .. import modes
from ..bound import suppress
from ..peek import is_a
from .aside import OFF, ticks
from .code_state import LEFT_OUT, State
from .entering import enter


class Entry:
    """What emitted code calls. Stands in `co_consts`, so it holds nothing but a weak reference.

    on: by region, None while it is left out; lanes: by loop, None while all regions in its body are.
    """

    __slots__ = ("entered", "lanes", "on", "state", "ticks")
    unbound = NameError
    too_deep = RecursionError

    def __init__(self, state: State | None) -> None:
        self.entered = enter
        self.state = weakref.ref(state) if state is not None else lambda: None
        self.on: Sequence[bool | None] = state.on if state is not None else OFF
        self.lanes: Sequence[bool | None] = state.lanes if state is not None else OFF
        self.ticks = ticks(self.state)

    def __reduce__(self) -> tuple[object, ...]:
        return Entry, (None,)

    def valueless(self, number: int) -> None:
        """A region is not entered, as one of its variables has no value, which the error that is handled tells."""
        state, error = self.state(), sys.exc_info()[1]
        if state is not None and number not in state.remarks:
            state.valueless(number, str(error))

    def enter(self, number: int, values: tuple[object, ...]) -> object:
        """The region's activation, or None: run the original statements. values: of its variables."""
        state = self.state()
        try:
            if state is None:
                return None
            rest = state.rests.get(number)
            if rest is not None and rest.asleep:
                rest.entries += 1
                if not rest.entries % LEFT_OUT and not rest.gained:
                    state.drop(number, comes_back=True)
                if rest.stays(values):
                    return None
                state.wakes(number)
            if modes.watched():
                return None
            return self.entered(state, number, values, sys._getframe(1).f_globals)
        except (RecursionError, MemoryError):
            return None
        except BaseException as error:
            from ..runtime.interrupts import Interrupted, from_signal

            if from_signal(error):
                return Interrupted(error)
            if modes.strict():
                raise
            if state is not None and is_a(error, Exception):
                with suppress(RecursionError):
                    state.failed(number, error)
            return None
