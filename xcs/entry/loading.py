"""What a first decision needs is loaded: before it is timed, and at decoration where something may wait."""

from __future__ import annotations

from ..bound import replaced
from ..garbage import paused
from ..modes import strict
from ..reasons import REASONS

REPLACED = "a built-in function that is replaced when the first region is decided"
_loaded = [False]


def load() -> None:
    """Loads it, once. Python's own code that does so calls built-in functions as the program has them."""
    if _loaded[0]:
        return
    with paused():
        from ..analysis import calls
        from ..analysis.language import operators
        from ..emit import slices, variants
        from ..plan import plan
        from ..plan.legality import OBSTACLES
        from . import again, peeling, verdicts

        assert verdicts and plan and slices and variants and calls and operators and again and peeling
        REASONS.update((reason.code, reason) for reason in OBSTACLES)
        if strict():
            from ..emit import verify_slices
            from ..ir import verify

            assert verify and verify_slices
    _loaded[0] = True


def ready() -> bool:
    """Whether all is loaded now. Where the program has replaced built-in functions, nothing is loaded that isn't."""
    if not _loaded[0]:
        if replaced():
            return False
        load()
    return True


__all__ = ["REPLACED", "load", "ready"]
