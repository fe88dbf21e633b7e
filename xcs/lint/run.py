"""Many files at once: in processes beside each other, each of which reads the modules of a program once."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..garbage import RARELY, collected_rarely
from ..remarks import Bailout
from ..survey.modules import Program
from .check import findings
from .findings import Finding, of_file
from .sources import text_of
from .suppress import without_ignored

FEW = 24  # files that one process does by itself
CHUNK = 16  # in a row: files of a folder import the same modules
KEPT = 5_000_000  # characters of modules that a process keeps from file to file

Result = tuple[str, tuple[Finding, ...], tuple[str, ...]]  # of a file: what was found, and what was read for it

_program: Program | None = None  # of this process


def checked(file: Path, shown: str, given: str | None = None) -> Result:
    """The findings of one file that its comments don't silence, and the other files that they rest on."""
    global _program
    if _program is None or _program.size > KEPT:
        if _program is not None:
            _program.clear()
            gc.collect()  # what still names each other, and little else
        _program = Program()
    try:
        text = text_of(file, shown, given)
    except Bailout as bailout:
        return str(file), (of_file(shown, bailout.what, bailout.span),), ()
    program = Program() if given is not None or text.cells else _program
    found = findings(text, program)
    return str(file), tuple(without_ignored(found, text.text)), _read_by(program, file)


def _read_by(program: Program, file: Path) -> tuple[str, ...]:
    """The modules of the program that a file's findings may rest on: those that it reaches by its imports."""
    start = program.modules.get(file.resolve())
    if start is None:
        return ()
    others = (str(other.file) for other in program.reached(start).values() if other is not None)
    return tuple(dict.fromkeys((str(start.file), *others)))


def _in_process(job: tuple[str, str]) -> Result:
    return checked(Path(job[0]), job[1])


def run(jobs: Sequence[tuple[Path, str]], told: Callable[[int], None] = lambda done: None) -> Iterator[Result]:
    """The results of all files, in any order."""
    global _program
    _program = None  # files may have changed since an earlier run of this process
    if len(jobs) <= FEW or (os.cpu_count() or 1) < 2:
        for number, (file, shown) in enumerate(jobs, 1):
            with collected_rarely():
                result = checked(file, shown)
            yield result
            told(number)
        return
    import multiprocessing

    method = "fork" if sys.platform.startswith("linux") else "spawn"
    context = multiprocessing.get_context(method)
    with context.Pool(min(os.cpu_count() or 1, 16), gc.set_threshold, RARELY) as pool:
        work = pool.imap_unordered(_in_process, [(str(f), s) for f, s in jobs], chunksize=CHUNK)
        for number, result in enumerate(work, 1):
            yield result
            told(number)
