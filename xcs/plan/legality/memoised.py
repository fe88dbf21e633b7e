"""Of two equal calls the second must find the answer of the first.

`ordered` asks: which of a call's effects is told first is decided for all of them together.
"""

from __future__ import annotations

from typing import Final

from ...analysis.domain.effects import EffectKind
from ...reasons import Reason

OBSTACLE = Reason(
    code="memoised",
    number="XCS309",
    text="{what} is memoised: equal calls must not run together",
    hint="read what is kept before, in a loop of its own, and hand the calls what was read",
    meaning=(
        "Answers are kept by argument, as by `functools.lru_cache`: of two equal calls the second must "
        "find the answer of the first, so they can't be under way together."
    ),
    what_to_do="Read what is kept before the loop, in one of its own, and hand the calls what was read.",
)

EFFECTS: Final[tuple[EffectKind, ...]] = ("memoised",)
