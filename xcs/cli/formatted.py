"""A printed text as a formatter has it, where the file was formatted by that: what is installed is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SECONDS = 20


def formatted(old: str, new: str, path: Path) -> str:
    """The new text, formatted if `ruff format` leaves the old one as it is; else as it was printed."""
    if old == new:
        return new
    places = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    tool = shutil.which("ruff", path=places)
    if tool is None or _run(tool, old, path) != old:
        return new
    return _run(tool, new, path) or new


def _run(tool: str, text: str, path: Path) -> str | None:
    """What the formatter makes of a text; None where it fails."""
    command = [tool, "format", "--quiet", "--no-cache", "--stdin-filename", str(path), "-"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False, timeout=SECONDS)
        return done.stdout.decode() if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


__all__ = ["formatted"]
