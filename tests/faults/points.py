"""Where the runtime can fail: before a call, and where Python lets signals in (after calls, at entries, in loops)."""

from __future__ import annotations

import dis
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Literal

import xcs.runtime

RUNTIME = str(Path(xcs.runtime.__file__).parent)
CALLS = frozenset(("CALL", "CALL_KW", "CALL_FUNCTION_EX"))
FAIL = CALLS | {
    "BEFORE_WITH", "LOAD_SPECIAL", "FOR_ITER", "GET_ITER", "LIST_EXTEND", "DICT_MERGE", "BUILD_LIST", "BUILD_TUPLE",
    "BUILD_MAP", "BUILD_SET", "LIST_APPEND", "STORE_SUBSCR", "IMPORT_NAME", "MAKE_FUNCTION",
}  # fmt: skip

Way = Literal["before", "after", "entry", "return"]


@dataclass(frozen=True, slots=True)
class Point:
    """A step: a place in the code, in the program's thread or in a worker; `before` it is taken, or `after`."""

    module: str
    function: str
    line: int
    offset: int
    way: Way
    worker: bool

    def __str__(self) -> str:
        where = "worker" if self.worker else "program"
        return f"{self.way} {self.module}:{self.line} {self.function} +{self.offset} ({where})"


def _handler(code: CodeType, offset: int) -> int | None:
    """Where an exception at an instruction is handled."""
    table = dis._parse_exception_table(code)  # type: ignore[attr-defined]
    return next((entry.target for entry in table if entry.start <= offset < entry.end), None)


@cache
def ways_of(code: CodeType) -> dict[int, list[Way]]:
    """The steps of a function by offset. Releases of locks don't fail. An interruption comes with a call's end,
    so what follows must be handled where the call is."""
    found: dict[int, list[Way]] = {}
    listed = [i for i in dis.get_instructions(code) if i.opname not in ("CACHE", "PRECALL", "EXTENDED_ARG")]
    for number, instruction in enumerate(listed):
        before = listed[max(0, number - 3) : number]
        leaves = [i.argval for i in before if i.opname == "LOAD_CONST"] == [None, None, None]
        releases = any(i.argval == "release" for i in before[1:])
        if instruction.opname in FAIL and not (instruction.opname == "CALL" and (leaves or releases)):
            found.setdefault(instruction.offset, []).append("before")
        if instruction.opname in CALLS and number + 1 < len(listed):
            after = listed[number + 1].offset
            if _handler(code, instruction.offset) == _handler(code, after):
                found.setdefault(after, []).append("after")
        if instruction.opname == "JUMP_BACKWARD":
            found.setdefault(instruction.argval, []).append("after")
    return found


@cache
def _let_go(code: CodeType, offset: int) -> bool:
    """Whether a generator that stands there has nothing to do when it is let go of: then no signal comes in it."""
    if offset < 0 or dis.opname[code.co_code[offset]] != "YIELD_VALUE":
        return False
    target = _handler(code, offset)
    if target is None:
        return True
    named = (i.opname for i in dis.get_instructions(code) if i.offset >= target)
    return next(named) == "CALL_INTRINSIC_1"  # of every generator, for StopIteration


@cache
def _name(code: CodeType) -> tuple[str, str]:
    return Path(code.co_filename).stem, code.co_qualname if sys.version_info >= (3, 11) else code.co_name


def ours(frame: FrameType) -> bool:
    """Whether a frame is the runtime's, or of `threading` on its behalf, where the program may be interrupted."""
    if frame.f_code.co_filename.startswith(RUNTIME):
        return True
    back = frame.f_back
    return (
        frame.f_code.co_filename == threading.__file__
        and threading.get_ident() == threading.main_thread().ident
        and back is not None
        and ours(back)
    )


class Steps:
    """Counts the steps of the runtime; at the n-th time that one is come to, something happens there."""

    def __init__(self, point: Point | None = None, nth: int = 1, happen: Callable[[], object] = lambda: None) -> None:
        self.point, self.left, self.happen = point, nth, happen
        self.happened = self.over = False
        self.counts: Counter[Point] = Counter()
        self.main = threading.get_ident()

    def come(self, frame: FrameType, offset: int, way: Way) -> None:
        module, function = _name(frame.f_code)
        point = Point(module, function, frame.f_lineno or 0, offset, way, threading.get_ident() != self.main)
        if self.over:
            return
        if self.point is None:
            self.counts[point] += 1
        elif point == self.point and not self.happened:
            self.left -= 1
            if not self.left:
                self.happened = True
                self.happen()

    def enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event != "call" or self.happened or self.over or not ours(frame):
            return None
        if _let_go(frame.f_code, frame.f_lasti):
            frame.f_trace = None
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if frame.f_code.co_name != "_work":  # nobody knows the thread before
            self.come(frame, 0, "entry")
        return self.step

    def step(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "opcode":
            for way in ways_of(frame.f_code).get(frame.f_lasti, ()):
                self.come(frame, frame.f_lasti, way)
        elif event == "return" and frame.f_code.co_name != "_work":
            self.come(frame, 0, "return")
        return self.step


@contextmanager
def followed(steps: Steps) -> Iterator[Steps]:
    """The steps taken meanwhile, in this thread and in those that are started."""
    threading.settrace(steps.enter)
    sys.settrace(steps.enter)
    try:
        yield steps
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
