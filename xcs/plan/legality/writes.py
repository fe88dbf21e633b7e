"""The callee changes what others can see.

`ordered` asks: which of a call's effects is told first is decided for all of them together.
"""

from __future__ import annotations

from typing import Final

from ...analysis.domain.effects import EffectKind
from ...reasons import CHANGE, Reason

OBSTACLE = Reason(
    code="writes",
    number="XCS306",
    text="{what} changes state that others can see",
    hint=CHANGE,
    meaning=(
        "The callee changes something that others can see, such as a global, an attribute or an "
        "argument. It runs in its place; only slow calls inside it may start early."
    ),
    what_to_do="Return the value instead of storing it, and store it in the loop.",
)

EFFECTS: Final[tuple[EffectKind, ...]] = ("write", "remembers")
