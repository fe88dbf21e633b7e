"""The switches of regions, in byte code: a look at one that is off is short, and what is left out is jumped over.

The test of a region (see `entry_tests`) begins and ends with

    LOAD_CONST entry · LOAD_ATTR on · LOAD_CONST number · BINARY_SUBSCR
    STORE_FAST r · LOAD_FAST r · POP_JUMP_IF_NONE T
 T: LOAD_FAST r · POP_JUMP_IF_NOT_NONE ... · DELETE_FAST r
 U: the original statements

Where `r` is stored, `short` jumps to U at once; `jumping` does so where a test begins. The look at the switch of a
loop's body

    LOAD_CONST entry · LOAD_ATTR lanes · LOAD_CONST number · BINARY_SUBSCR · POP_JUMP_IF_NOT_NONE ...
 U: the body as it is written

is jumped over, too. All else stays where it is, and so do the tables of lines and handlers. What does not look exactly
like this is left as it is.
"""

from __future__ import annotations

import opcode
import sys
import types
from collections.abc import Iterator

from ..records import dataclass

KNOWN = sys.implementation.name == "cpython" and (3, 11) <= sys.version_info[:2] <= (3, 13)
CODE = opcode.opmap
ATTRIBUTE = 1 if sys.version_info >= (3, 12) else 0  # `LOAD_ATTR` has a bit of its own below the number of the name
IS_NONE = CODE.get("POP_JUMP_FORWARD_IF_NONE", CODE.get("POP_JUMP_IF_NONE"))
NOT_NONE = CODE.get("POP_JUMP_FORWARD_IF_NOT_NONE", CODE.get("POP_JUMP_IF_NOT_NONE"))
BOTH = CODE.get("STORE_FAST_LOAD_FAST")  # Python 3.13
FORMS = tuple(
    (CODE[f"STORE_{kind}"], CODE[f"LOAD_{kind}"], CODE[f"DELETE_{kind}"]) for kind in ("FAST", "DEREF")
)  # the latter where a comprehension is to see it
STORES = frozenset(store for store, _, _ in FORMS)
DELETED = frozenset(deleted for _, _, deleted in FORMS)
LARGEST = 0xFF  # of an argument


@dataclass(frozen=True, slots=True)
class _Test:
    """Where a region's test begins, where its variable is stored, and where the original statements stand: bytes."""

    number: int
    begin: int
    stored: int
    original: int


def short(code: types.CodeType, marker: str) -> types.CodeType:
    """The same code, in which the marker stands for the entry, where a look at a switch that is off is short."""
    made = bytearray(code.co_code)
    for test in _tests(code, [at for at, c in enumerate(code.co_consts) if type(c) is str and c == marker]):
        if made[test.stored] != IS_NONE and (steps := _at_once(made, test.stored, test.original)) is not None:
            made[test.stored : test.stored + len(steps)] = steps
    return code.replace(co_code=bytes(made)) if made != code.co_code else code


def jumping(
    code: types.CodeType, entry: type, numbers: frozenset[int], lanes: frozenset[int] = frozenset()
) -> types.CodeType:
    """Code in which the tests of some regions, and of some loops' bodies, are jumped over. entry: the type of the
    constant in it."""
    made = bytearray(code.co_code)
    entries = [at for at, constant in enumerate(code.co_consts) if type(constant) is entry]
    for number, begin, body in _lanes(code, entries) if lanes else ():
        if number in lanes:
            made[begin : begin + 2] = bytes((CODE["JUMP_FORWARD"], (body - begin) // 2 - 1))
    for test in _tests(code, entries):
        if test.number in numbers:
            high, low = divmod((test.original - test.begin) // 2 - 2, LARGEST + 1)  # behind two instructions
            if high <= LARGEST:
                steps = bytes((CODE["EXTENDED_ARG"], high, CODE["JUMP_FORWARD"], low))
                made[test.begin : test.begin + len(steps)] = steps
    return code.replace(co_code=bytes(made))


def _at_once(code: bytearray, at: int, to: int) -> bytes | None:
    """The jump to `to` from `at` if None was found, in the place of what stood there; None: it is too far."""
    assert IS_NONE is not None
    cached = sys.version_info >= (3, 13)  # an instruction has a cache
    units = (to - at) // 2 - 1 - cached
    jump = bytes((IS_NONE, units)) + (b"\0\0" if cached else b"") if units <= LARGEST else b""
    left = _past(code, _after(code, at)) - at - len(jump)
    if not jump or left < 0:
        return None
    return jump + bytes((CODE["NOP"], 0)) * (left // 2)


def _after(code: bytes | bytearray, at: int) -> int:
    """What follows on the variable being stored and loaded."""
    return at + (2 if code[at] == BOTH else 4)


def _past(code: bytes | bytearray, at: int) -> int:
    """The next instruction: those of the interpreter's caches are zero."""
    at += 2
    while at < len(code) and not code[at]:
        at += 2
    return at


def _tests(code: types.CodeType, entries: list[int]) -> Iterator[_Test]:
    """The tests that look as described; in those that are short already nothing is stored."""
    for number, begin, at in _looks(code, entries, "on"):
        if (found := _test(code.co_code, number, begin, at)) is not None:
            yield found


def _lanes(code: types.CodeType, entries: list[int]) -> Iterator[tuple[int, int, int]]:
    """The looks at switches of loops' bodies: the number, where it begins, where the body as it is written stands."""
    instructions = code.co_code
    for number, begin, found in _looks(code, entries, "lanes"):
        at = found + 2 if instructions[found] == CODE["EXTENDED_ARG"] else found
        if instructions[at] == NOT_NONE:
            yield number, begin, _past(instructions, at)


def _looks(code: types.CodeType, entries: list[int], switches: str) -> Iterator[tuple[int, int, int]]:
    """Where switches are looked at: the number, where that begins, and what follows on it."""
    if not KNOWN or switches not in code.co_names or not entries:
        return
    name = code.co_names.index(switches) << ATTRIBUTE
    if entries[0] > LARGEST or name > LARGEST:
        return
    instructions = code.co_code
    wanted = bytes((CODE["LOAD_CONST"], entries[0], CODE["LOAD_ATTR"], name))
    at = instructions.find(wanted)
    while at >= 0:
        more = instructions[at - 2] == CODE["EXTENDED_ARG"]  # it is another constant
        if at % 2 == 0 and not more and (found := _look(instructions, at, code.co_consts)) is not None:
            yield found
        at = instructions.find(wanted, at + 1)


def _look(code: bytes, begin: int, constants: tuple[object, ...]) -> tuple[int, int, int] | None:
    at = _past(code, begin + 2)
    if code[at] != CODE["LOAD_CONST"] or type(number := constants[code[at + 1]]) is not int:
        return None
    at += 2
    return (number, begin, _past(code, at)) if code[at] == CODE["BINARY_SUBSCR"] else None


def _test(code: bytes, number: int, begin: int, at: int) -> _Test | None:
    stored = at
    original = _stored(code, at) if code[at] != IS_NONE else _past(code, at) + 2 * code[at + 1]
    if original is None or code[original - 2] not in DELETED:
        return None
    return _Test(number, begin, stored, original)


def _stored(code: bytes, at: int) -> int | None:
    """Where the original statements stand, by the test of the variable that is stored there."""
    load, delete = next(((load, delete) for store, load, delete in FORMS if store == code[at]), FORMS[0][1:])
    if code[at] == BOTH:
        variable, again = code[at + 1] >> 4, code[at + 1] & 15
    elif code[at] in STORES and code[at + 2] == load:
        variable, again = code[at + 1], code[at + 3]
    else:
        return None
    at = _after(code, at)
    if code[at] != IS_NONE or variable != again:
        return None
    at = _past(code, at) + 2 * code[at + 1]
    if code[at : at + 2] != bytes((load, variable)):
        return None
    at += 4 if code[at + 2] == CODE["EXTENDED_ARG"] else 2
    if code[at] != NOT_NONE:
        return None
    at = _past(code, at)
    return at + 2 if code[at : at + 2] == bytes((delete, variable)) else None


__all__ = ["KNOWN", "jumping", "short"]
