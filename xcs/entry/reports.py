"""The report of a function that runs as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..remarks import Bailout, Remark, Span

if TYPE_CHECKING:
    from ..runtime.stats import Stats


def reporting(name: str, filename: str, line: int, reason: Bailout) -> Callable[[], Stats]:
    """What tells that a function of that name and place runs as it is, and why."""

    def stats() -> Stats:
        from ..runtime.stats import Stats

        remark = Remark(
            "missed", reason.code, name, filename, reason.span or Span(line, 0, line, 0), reason.what, reason.ends
        )
        return Stats(calls=0, regions=(remark,), tasks=0, waited=0.0, saved=0.0, mispredictions=0)

    return stats


__all__ = ["reporting"]
