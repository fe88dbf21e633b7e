"""A code object that counts its calls, made from one that doesn't: nothing else about it changes.

Behind `RESUME` stands one step of an iterator of C, whose value is dropped:

    LOAD_CONST ticks · FOR_ITER · POP_TOP · POP_TOP

That is some hundredths of a microsecond. What follows is moved as a whole: its jumps are relative (absolute before
3.11, which has no `RESUME` either), and the tables of lines and of handlers are moved with it.
"""

from __future__ import annotations

import opcode
import sys
import types
from collections.abc import Iterator

KNOWN = sys.implementation.name == "cpython" and (3, 10) <= sys.version_info[:2] <= (3, 13)
NO_LINE = 0x80  # in the table of lines of Python 3.10
BEFORE = frozenset({"COPY_FREE_VARS", "MAKE_CELL"})  # what stands before `RESUME`
# Kinds of entries in the table of lines, of up to eight units of code each: nowhere, at a line in no known column, in
# full, and in short at the line of those before, or one or two below.
NOWHERE, LINE, FULL, SHORT, LONGEST = 15, 13, 14, 10, 8


def counted(code: types.CodeType, ticks: Iterator[object]) -> types.CodeType | None:
    """`code` that takes a step of `ticks`, if there is one, at each call; None: not with this Python or this code."""
    if not KNOWN:
        return None
    if sys.version_info < (3, 11):
        return _absolute(code, ticks)
    instructions = code.co_code
    at = begin_of(instructions)
    steps = _steps(len(code.co_consts)) if at is not None else b""
    lines = lines_moved(code.co_linetable, at, len(steps) // 2) if at is not None else None
    handlers = handlers_moved(code.co_exceptiontable, at, len(steps) // 2) if at is not None else None
    if at is None or lines is None or handlers is None:
        return None
    return code.replace(
        co_code=instructions[: 2 * at] + steps + instructions[2 * at :],
        co_consts=(*code.co_consts, ticks),
        co_linetable=lines,
        co_exceptiontable=handlers,
        co_stacksize=max(code.co_stacksize, 2),
    )


def _absolute(code: types.CodeType, ticks: Iterator[object]) -> types.CodeType | None:
    """As `counted`, for Python 3.10."""
    steps = _steps(len(code.co_consts))
    made, argument = bytearray(), 0
    for at in range(0, len(code.co_code), 2):
        operation, low = code.co_code[at : at + 2]
        argument = argument << 8 | low
        if operation == opcode.EXTENDED_ARG:
            made += bytes((operation, low))
            continue
        if operation in opcode.hasjabs:
            target = argument + len(steps) // 2
            if target >> 8 != argument >> 8:  # it would need more room, or what stands before it another value
                return None
            low = target & 0xFF
        made += bytes((operation, low))
        argument = 0
    table, first = code.co_linetable, 0  # pairs: so many bytes of code, so many lines below those before
    while first < len(table) and not table[first]:
        first += 2
    if first == len(table):
        return None
    below = table[first + 1]
    rest = bytes((table[first], below if below == NO_LINE else 0)) + table[first + 2 :]
    lines = table[:first] + bytes((len(steps), below)) + rest
    return code.replace(
        co_code=steps + bytes(made), co_consts=(*code.co_consts, ticks), co_linetable=lines,
        co_stacksize=max(code.co_stacksize, 2),
    )  # fmt: skip


def begin_of(instructions: bytes) -> int | None:
    """Where a function begins to run, in units of two bytes."""
    for at in range(0, len(instructions), 2):
        name = opcode.opname[instructions[at]]
        if name == "RESUME":
            return at // 2 + 1
        if name not in BEFORE:
            return None
    return None


def _steps(constant: int) -> bytes:
    """The instructions. The iterator has no end; where there were one, a loop's end would stand."""
    code = opcode.opmap
    if constant > 0xFFFF:
        raise ValueError("too many constants")
    more = [(code["EXTENDED_ARG"], constant >> 8)] if constant > 0xFF else []
    load = [*more, (code["LOAD_CONST"], constant & 0xFF)]
    drop = [(code["POP_TOP"], 0)] * 2
    if sys.version_info < (3, 12):
        made = [*load, (code["FOR_ITER"], len(drop)), *drop]
    else:
        end = [(code["END_FOR"], 0)]
        if sys.version_info >= (3, 13):
            end.append((code["POP_TOP"], 0))
        over = [(code["JUMP_FORWARD"], len(end))]
        made = [*load, (code["FOR_ITER"], len(drop) + len(over)), (0, 0), *drop, *over, *end]
    return bytes(byte for instruction in made for byte in instruction)


def lines_moved(table: bytes, at: int, more: int) -> bytes | None:
    """The table of lines with `more` units at `at`, which stand on the line of what follows: a debugger comes to that
    line with them, and once. None: a place in the text goes on there."""
    index = covered = 0
    while covered < at and index < len(table):
        covered += (table[index] & 7) + 1
        index += 1
        while index < len(table) and not table[index] & 0x80:  # an entry begins with that bit
            index += 1
    if covered != at or index == len(table):
        return None
    byte = table[index]
    form, length = byte >> 3 & 15, byte & 7
    below, rest = b"\0", table[index:]
    if form == NOWHERE:
        below = b""
    elif LINE <= form <= FULL:
        end = index + 1
        while table[end] & 0x40:  # six bits of a number each; all bytes of one but the last have 0x40
            end += 1
        below = table[index + 1 : end + 1]
        rest = bytes((byte, 0)) + table[end + 1 :]
    elif form >= SHORT:
        below = bytes(((form - SHORT) << 1,))  # a number with a sign
        rest = bytes((0x80 | SHORT << 3 | length,)) + table[index + 1 :]
    added = b""
    while more:
        part = min(more, LONGEST)
        added += bytes((0x80 | (LINE if below else NOWHERE) << 3 | part - 1,)) + below
        below = b"\0" if below else b""
        more -= part
    return table[:index] + added + rest


def handlers_moved(table: bytes, at: int, more: int) -> bytes | None:
    """The table of handlers where all of them stand `more` units further; None: one stands before `at`."""
    numbers: list[int] = []
    number = 0
    for byte in table:  # numbers as in the table of lines
        number = number << 6 | byte & 0x3F
        if not byte & 0x40:
            numbers.append(number)
            number = 0
    made = bytearray()
    for start, size, target, depth in zip(*[iter(numbers)] * 4, strict=True):
        if start < at:
            return None
        entry = [*number_of(start + more), *number_of(size), *number_of(target + more), *number_of(depth)]
        entry[0] |= 0x80  # an entry begins
        made += bytes(entry)
    return bytes(made)


def number_of(value: int) -> list[int]:
    """A number in the table of handlers."""
    parts = [value & 0x3F]
    while value := value >> 6:
        parts.insert(0, value & 0x3F | 0x40)
    return parts


__all__ = ["KNOWN", "begin_of", "counted", "handlers_moved", "lines_moved", "number_of"]
