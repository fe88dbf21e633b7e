"""What a first decision needs is loaded: before it is timed, and at decoration where something may wait."""

from __future__ import annotations

from ..modes import strict


def load() -> None:
    from ..analysis import calls
    from ..analysis.language import operators
    from ..emit import slices, variants
    from ..plan import plan
    from . import again, peeling, verdicts

    assert verdicts and plan and slices and variants and calls and operators and again and peeling
    if strict():
        from ..ir import verify

        assert verify


__all__ = ["load"]
