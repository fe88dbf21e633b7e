"""A code object that may hand its call on to another function, made from one that doesn't: all else stays.

Behind `RESUME` stands one step of an iterator of C. Where it gives None the code goes on as it is written. Where it
gives a callable, that is called in the place of all else: its answer is the answer, its exception passes through, and
leaves no entry of this frame in the traceback, as an exception that is raised again gets none.

    LOAD_CONST ticks · FOR_ITER · if it is not None: try: return it() · except: trimmed(); raise

What follows is moved as in `counted`.
"""

from __future__ import annotations

import functools
import opcode
import sys
import types
from collections.abc import Iterable, Iterator
from sys import exc_info

from ..peek import traceback_of
from .counted import KNOWN, begin_of, handlers_moved, lines_moved, number_of

SINCE = (3, 11)  # before, what is raised again has the traceback that it had when it was caught
CALL_CACHES = 4 if sys.version_info < (3, 12) else 3
Instructions = list[tuple[str, int]]
RESTORE: Instructions = [("COPY", 3), ("POP_EXCEPT", 0), ("RERAISE", 1)]
DEPTH, LAST = 2, 1  # in the table of handlers: a depth counts so much, and that the instruction's number is kept


def trimmed() -> None:
    """Takes the frame that has handed its call on out of the traceback of the exception that is being handled."""
    error = exc_info()[1]
    trace = traceback_of(error) if error is not None else None
    if error is not None and trace is not None and trace.tb_next is not None:
        BaseException.with_traceback(error, trace.tb_next)


def handed_on(code: types.CodeType, ticks: Iterator[object]) -> types.CodeType | None:
    """`code` that takes a step of `ticks` at each call, and hands the call on to the step, unless that is None.

    None: not with this Python or this code.
    """
    if not KNOWN or sys.version_info < SINCE:
        return None
    at, constant = begin_of(code.co_code), len(code.co_consts)
    if at is None or constant + 1 > 0xFFFF:
        return None
    steps, entries = _steps(constant, at)
    lines = lines_moved(code.co_linetable, at, len(steps) // 2)
    handlers = handlers_moved(code.co_exceptiontable, at, len(steps) // 2)
    if lines is None or handlers is None:
        return None
    return code.replace(
        co_code=code.co_code[: 2 * at] + steps + code.co_code[2 * at :],
        co_consts=(*code.co_consts, ticks, trimmed),
        co_linetable=lines,
        co_exceptiontable=entries + handlers,
        co_stacksize=max(code.co_stacksize, 6),
    )


@functools.cache  # of few numbers each
def _steps(constant: int, at: int) -> tuple[bytes, bytes]:
    """The instructions that stand at `at`, and the entries of what handles their exceptions."""
    drop = _bytes([("POP_TOP", 0), ("POP_TOP", 0)])
    call = _bytes(_call([], swap=True))
    after = _bytes([("RETURN_VALUE", 0)])
    fix = _bytes([("PUSH_EXC_INFO", 0), *_call(_load(constant + 1)), ("POP_TOP", 0), ("RERAISE", 0)])
    only = _bytes([("SWAP", 2), ("POP_TOP", 0)])
    handed = only + call + after + fix + _bytes(RESTORE)
    test = _bytes([("COPY", 1), (_IF_NONE, len(handed) // 2)])
    end = over = b""
    if sys.version_info >= (3, 12):  # where the iterator has no more, the loop's end stands
        end = _bytes([("END_FOR", 0), *([("POP_TOP", 0)] if sys.version_info >= (3, 13) else [])])
        over = _bytes([("JUMP_FORWARD", len(end) // 2)])
    body = test + handed + drop + over
    begin = _bytes([*_load(constant), ("FOR_ITER", len(body) // 2)])
    steps = begin + body + end
    called = at + len(begin + test + only) // 2
    caught = called + len(call + after) // 2
    restored = caught + len(fix) // 2
    entries = [_entry(called, len(call) // 2, caught, 0), _entry(caught, len(fix) // 2, restored, DEPTH | LAST)]
    return steps, b"".join(entries)


_IF_NONE = "POP_JUMP_FORWARD_IF_NONE" if sys.version_info < (3, 12) else "POP_JUMP_IF_NONE"
CACHES = {
    "CALL": CALL_CACHES,
    "PRECALL": 1,
    "FOR_ITER": int(sys.version_info >= (3, 12)),
    _IF_NONE: int(sys.version_info >= (3, 13)),
}


def _load(constant: int) -> Instructions:
    more = [("EXTENDED_ARG", constant >> 8)] if constant > 0xFF else []
    return [*more, ("LOAD_CONST", constant & 0xFF)]


def _call(load: Instructions, swap: bool = False) -> Instructions:
    """Calls what is loaded, or what is on the stack (`swap`)."""
    if sys.version_info >= (3, 13):
        return [*load, ("PUSH_NULL", 0), ("CALL", 0)]
    before = [("PUSH_NULL", 0), *load, *([("SWAP", 2)] if swap else [])]
    return [*before, *([("PRECALL", 0)] if sys.version_info < (3, 12) else []), ("CALL", 0)]


def _bytes(instructions: Iterable[tuple[str, int]]) -> bytes:
    """Their code, with room for what the interpreter notes beside."""
    made = bytearray()
    for name, argument in instructions:
        if argument > 0xFF:
            raise ValueError(name)
        made += bytes((opcode.opmap[name], argument)) + bytes(2 * CACHES.get(name, 0))
    return bytes(made)


def _entry(start: int, size: int, target: int, depth: int) -> bytes:
    """One entry of the table of handlers."""
    made = bytearray()
    for number in (start, size, target, depth):
        made += bytes(number_of(number))
    made[0] |= 0x80
    return bytes(made)


__all__ = ["handed_on"]
