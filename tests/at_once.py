"""What is known of a decorated function's code, which is emitted for that, without a call."""

from __future__ import annotations

from typing import Any

from xcs.entry.later import Later


def known_of(decorated: Any) -> Any:
    """The state of its code, or why there is none."""
    known = decorated.stats.__self__
    if isinstance(known, Later):
        known.emitted(decorated)
        return known.found
    return known
