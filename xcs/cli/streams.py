"""How a command ends: what it prints goes out whatever its encoding, and nothing ends it with a traceback."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable

from ..reasons import INTERNAL
from ..remarks import failed

FAILED, INTERRUPTED = 1, 130  # 130: as shells have it of a process that Ctrl-C has ended


def ended(name: str, command: Callable[[], int], failed_code: int = FAILED) -> int:
    """Runs a command: its exit code, also where the output can't be written, or (`failed_code`) it fails itself.

    Raises:
        SystemExit: wrong usage.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(errors="backslashreplace")
    try:
        code = command()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        _abandon()
        return FAILED
    except OSError as error:
        _abandon()
        _say(f"{name}: the output can't be written ({error.strerror or error})")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        _say(f"{name}: {INTERNAL.sentence(failed(error).what)} ({INTERNAL.hint})")
        return failed_code


def _abandon() -> None:
    """Nobody reads the output, or it has no room: what is still buffered must not fail again as the process ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, sys.stdout.fileno())
        finally:
            os.close(nowhere)


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(text, file=sys.stderr)


__all__ = ["ended"]
