"""Runs a call and records what it gave and wrote, below Python: `sys.stdout` stays the object it was."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """What a call gave: its result or exception as text, stdout and stderr in their common order, its seconds."""

    result: str
    output: str
    seconds: float

    def same(self, other: Run) -> bool:
        """Whether all but the time is equal."""
        return (self.result, self.output) == (other.result, other.output)


def run(call: Callable[[], object]) -> Run:
    """Calls once. An exception is a result; `KeyboardInterrupt` and the like pass."""
    with _descriptors() as written:
        begin = time.perf_counter()
        try:
            result = repr(call())
        except Exception as error:
            result = f"raised {type(error).__name__}: {error}"
        seconds = time.perf_counter() - begin
    return Run(result, written.getvalue(), seconds)


@contextlib.contextmanager
def _descriptors() -> Iterator[io.StringIO]:
    """Sends the descriptors 1 and 2 to one file; the text is there when the block has ended."""
    text = io.StringIO()
    saved = [(stream, number, os.dup(number)) for stream, number in ((sys.stdout, 1), (sys.stderr, 2))]
    with tempfile.TemporaryFile() as file:
        try:
            for stream, number, _ in saved:
                stream.flush()
                os.dup2(file.fileno(), number)
            yield text
        finally:
            for stream, number, copy in saved:
                stream.flush()
                os.dup2(copy, number)
                os.close(copy)
        file.seek(0)
        text.write(file.read().decode(errors="replace"))
