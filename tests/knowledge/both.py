"""Runs a program plainly and decorated, and compares results and log records."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from xcs import jit


class Records(logging.Handler):
    """The records that arrive, without what differs from run to run."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.INFO:
            self.seen.append((record.name, record.levelname, record.threadName or ""))


class Both:
    """A function and its decorated twin, which keeps its decisions from run to run."""

    def __init__(self, body: Callable[..., Any]) -> None:
        self.body, self.jitted = body, jit(body)

    def __call__(self, *args: Any) -> str:
        """Runs both; gives the remarks' texts. Results (or exceptions) and log records are the same."""
        outcomes = [self.outcome(function, args) for function in (self.body, self.jitted)]
        assert outcomes[0] == outcomes[1]
        stats = self.jitted.stats()
        assert stats.mispredictions == 0
        return "; ".join(map(str, stats.regions))

    @staticmethod
    def outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, Any]:
        records = Records()
        root = logging.getLogger()
        before = root.level
        root.addHandler(records)
        root.setLevel(logging.INFO)
        try:
            result = function(*args)
        except Exception as error:
            result = (type(error), str(error))
        finally:
            root.removeHandler(records)
            root.setLevel(before)
        return result, records.seen


def same(body: Callable[..., Any], *args: Any) -> str:
    """Runs the function plainly and decorated; gives the texts of the remarks."""
    return Both(body)(*args)
