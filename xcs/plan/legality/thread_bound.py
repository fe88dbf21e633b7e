"""The callee depends on the thread that runs it: its call stays, and nothing is moved across that.

Of the call's own effects `ordered` asks: which of them is told first is decided for all of them together.
"""

from __future__ import annotations

from typing import Final

from ...analysis.domain.effects import Effect, EffectKind
from ...reasons import Reason
from ...remarks import Bailout
from . import unknown
from .candidate import Candidate
from .conflict import Reads

OBSTACLE = Reason(
    code="thread-bound",
    number="XCS308",
    text="{what} depends on the thread that runs it",
    hint=(
        "wait for other threads before or after the loop; what is the thread's own stays in the loop, "
        "beside the calls"
    ),
    meaning=(
        "The callee depends on the thread that runs it, or may wait for another: locks, "
        "`threading.local`, event loops, SQLite connections."
    ),
    what_to_do=(
        "Wait for other threads before the loop or after it. What belongs to a thread, such as a "
        "connection of `sqlite3`, can be used in the loop itself, beside calls that are given what "
        "was read."
    ),
)
EFFECTS: Final[tuple[EffectKind, ...]] = ("thread", "lock", "caller", "handled")


def across(candidate: Candidate, other: int, effect: Effect, reads: Reads) -> Bailout | None:
    """Node `other`, which the call would be moved across, depends on the thread."""
    if effect.kind != "thread" or not candidate.region.moved_across(candidate.node.id, other):
        return None
    return unknown.moved(candidate, other, effect, OBSTACLE, "a call that depends on the thread")
