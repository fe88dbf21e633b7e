"""Text of a file as it is: its line ends, its encoding and its byte order mark survive reading and printing."""

from __future__ import annotations

import io
import sys
import threading
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..front.texts import read
from ..remarks import Bailout

Result = TypeVar("Result")
DEPTH, STACK = 20_000, 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Text:
    """encoding: as `tokenize.detect_encoding` names it, `utf-8-sig` with a byte order mark."""

    text: str
    encoding: str

    @classmethod
    def read(cls, path: Path) -> Text:
        """Raises: Bailout."""
        read(path)  # says what is wrong with a file
        try:
            return cls.of(path.read_bytes())
        except OSError as error:
            raise Bailout("source", f"the file can't be read ({error})") from None

    @classmethod
    def of(cls, content: bytes) -> Text:
        """Raises: Bailout."""
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            return cls(content.decode(encoding), encoding)
        except (ValueError, SyntaxError, LookupError) as error:
            raise Bailout("source", f"the file can't be read ({error})") from None

    def encoded(self, text: str) -> bytes:
        return text.encode(self.encoding)

    def write(self, text: str) -> None:
        """Prints text in the file's encoding, unchanged."""
        if sys.stdout is None:
            return
        out = getattr(sys.stdout, "buffer", None)
        if out is None:  # a text stream of somebody's own
            sys.stdout.write(text)
            return
        sys.stdout.flush()
        out.write(text.encode(self.encoding))
        out.flush()


def deep(function: Callable[[], Result]) -> Result:
    """Calls a function where recursion may go deep: in a thread with a large stack."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(STACK)
    try:
        sys.setrecursionlimit(max(limit, DEPTH))
        thread = threading.Thread(target=call, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there is no room for such a stack
            sys.setrecursionlimit(limit)
            return function()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]
