"""What a command does with a new text of a file: the difference to the old one, and putting it in its place."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from pathlib import Path

from ..lint.full_form import painter
from ..remarks import Bailout

STYLES = {"+++": "bold", "---": "bold", "@@": "dim", "+": "certain", "-": "error"}


def difference(old: str, new: str, name: str) -> str:
    """As `diff -u` has it, coloured on a terminal; line ends are part of the lines."""
    paint = painter()
    before, after = _lines(old), _lines(new)
    lines = difflib.unified_diff(before, after, name, name)
    whole = (line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
    return "".join(_painted(paint, line) for line in whole) if paint.on else "".join(whole)


def _painted(paint: painter, line: str) -> str:
    style = next((s for start, s in STYLES.items() if line.startswith(start)), "")
    body = line.rstrip("\r\n")
    return paint(style, body) + line[len(body) :] if style else line


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def replace_file(path: Path, content: bytes) -> None:
    """Puts a new content in a file's place, as a whole or not at all; what links lead to it stay.

    Raises:
        Bailout: it can't be written.
    """
    place = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            os.chmod(name, place.stat().st_mode & 0o7777)
            os.replace(name, place)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise Bailout("source", f"the file can't be written ({error.strerror or error})") from None


__all__ = ["difference", "replace_file"]
