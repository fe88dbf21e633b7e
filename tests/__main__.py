"""The suite in four processes more than there are processors, each with its part of it: `make test`.

Tests wait for calls that take a while. A part is shown when it ends. Arguments are pytest's.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile

EMPTY = 5  # pytest's exit code where no test was chosen


def main(arguments: list[str]) -> int:
    """Runs the parts side by side. Returns pytest's exit code: of a part that failed, or 0."""
    parts = 4 + (os.cpu_count() or 1)
    command = [sys.executable, "-m", "pytest", *arguments]
    codes = []
    with contextlib.ExitStack() as files:
        logs = [files.enter_context(tempfile.TemporaryFile()) for _ in range(parts)]
        running = [
            subprocess.Popen([*command, "--part", f"{part}/{parts}"], stdout=log, stderr=subprocess.STDOUT)
            for part, log in enumerate(logs)
        ]
        for process, log in zip(running, logs, strict=True):
            codes.append(process.wait())
            log.seek(0)
            sys.stdout.buffer.write(log.read())
            sys.stdout.flush()
    if set(codes) <= {0, EMPTY}:
        return min(codes)
    return next(code for code in codes if code not in (0, EMPTY))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
