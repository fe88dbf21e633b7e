"""The names that a piece of code uses: of globals, of attributes, of what is called on something, of modules."""

from __future__ import annotations

import opcode
import sys
import types
from collections.abc import Mapping
from typing import Final

from ..knowledge.index import home, lookup, waits
from ..memos import Memo
from ..peek import Kinds, name_of, text
from ..records import dataclass

SCANS = 4_000  # pieces of code whose names are kept


@dataclass(frozen=True, slots=True)
class Scan:
    """The names that a piece of code uses, with those of the code in it."""

    names: frozenset[str]  # of globals
    methods: frozenset[str]  # called on something
    attributes: frozenset[str]  # all that is asked of something, methods too
    modules: tuple[str, ...]  # imported where it runs


_scans: Memo[types.CodeType, Scan] = Memo(SCANS)

_OPCODES: Final = {opcode.opmap[name]: name for name in opcode.opmap}
_GLOBAL = {n for n, name in _OPCODES.items() if name in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")}
_ATTRIBUTE = {n for n, name in _OPCODES.items() if name in ("LOAD_ATTR", "IMPORT_FROM")}
_METHOD = {n for n, name in _OPCODES.items() if name == "LOAD_METHOD"}
_SUPER = {n for n, name in _OPCODES.items() if name == "LOAD_SUPER_ATTR"}
_IMPORT = {n for n, name in _OPCODES.items() if name == "IMPORT_NAME"}
_OF_INTEREST = frozenset(_GLOBAL | _ATTRIBUTE | _METHOD | _SUPER | _IMPORT)
_NULL = bytes((opcode.opmap.get("PUSH_NULL", 0),))  # stands beside what is called, unless that is a method or global
_VARIABLE = {
    n for n, name in _OPCODES.items() if name in ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FAST_CHECK")
}
_BESIDE = {n for n, name in _OPCODES.items() if name in ("CACHE", "EXTENDED_ARG", "PRECALL", "PUSH_NULL")}
_CALL = {n for n, name in _OPCODES.items() if name in ("CALL", "CALL_FUNCTION", "CALL_METHOD")}
_NUMBERS: Final = Kinds((int, float))
_CONSTANT, _SMALL = opcode.opmap["LOAD_CONST"], opcode.opmap.get("LOAD_SMALL_INT", -1)
_GLOBAL_SHIFT = 1 if sys.version_info >= (3, 11) else 0
_FLAGGED = sys.version_info >= (3, 12)  # whether an attribute's instruction says that it is a method


def scan(code: types.CodeType) -> Scan:
    """The names in a piece of code, kept."""
    found = _scans.get(code)
    return found if found is not None else _scans.put(code, _scan(code))


def unloaded(found: Scan, module: Mapping[str, object]) -> str:
    """A module in which something may wait, that is imported where a piece of code runs, and that is not there yet."""
    for name in found.modules:
        if not name or name in sys.modules or not waits(home(name)):
            continue
        package = text(module.get("__package__"))
        while package and f"{package}.{name}" not in sys.modules:  # how far above a relative import goes isn't kept
            package = package.rpartition(".")[0]
        if not package:
            return name
    return ""


def calls_given(code: types.CodeType) -> bool:
    """Whether code, or code in it, calls what one of its variables holds, or may."""
    if not _NULL[0]:
        return True
    operations = code.co_code[::2]
    at = operations.find(_NULL)
    while at >= 0:
        if not _VARIABLE.isdisjoint(operations[max(0, at - 1) : at + 2]):
            return True
        at = operations.find(_NULL, at + 1)
    return any(calls_given(inner) for inner in code.co_consts if type(inner) is types.CodeType)


def only_yields(value: object, code: types.CodeType) -> bool:
    """Whether a value that code meets by its name is `time.sleep`, called there with a written zero alone: that gives
    the processor to other threads, and waits for nothing."""
    if type(value) is not types.BuiltinFunctionType or name_of(value) != "sleep":
        return False
    facts = lookup(value)
    return facts is not None and facts.name == "time.sleep" and _given_zero(code)


def _given_zero(code: types.CodeType) -> bool:
    """Whether code, and code in it, calls nothing of the name `sleep` but with a zero."""
    steps, extended = [], 0
    for operation, argument in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        if operation not in _BESIDE:
            steps.append((operation, argument | extended))
        extended = (argument | extended) << 8 if operation == opcode.EXTENDED_ARG else 0
    for number, (operation, argument) in enumerate(steps):
        if operation in _OF_INTEREST and _name(code, operation, argument) == "sleep":
            (load, given), (call, count) = (*steps[number + 1 : number + 3], (0, 0), (0, 0))[:2]
            written = given if load == _SMALL else code.co_consts[given] if load == _CONSTANT else None
            if call not in _CALL or count != 1 or not _is_zero(written):
                return False
    return all(_given_zero(inner) for inner in code.co_consts if type(inner) is types.CodeType)


def _name(code: types.CodeType, operation: int, argument: int) -> str:
    """The name that an instruction of interest means."""
    shift = _GLOBAL_SHIFT if _OPCODES[operation] == "LOAD_GLOBAL" else 2 if operation in _SUPER else 0
    return code.co_names[argument >> (shift or int(_FLAGGED and _OPCODES[operation] == "LOAD_ATTR"))]


def _is_zero(value: object) -> bool:
    return type(value) in _NUMBERS and value == 0


def _scan(code: types.CodeType) -> Scan:
    names: set[str] = set()
    methods: set[str] = set()
    attributes: set[str] = set()
    modules: dict[str, None] = {}
    todo = [code]
    while todo:
        one = todo.pop()
        todo.extend(c for c in one.co_consts if type(c) is types.CodeType)
        known, extended = one.co_names, 0
        if not known:
            continue
        instructions = one.co_code
        for operation, argument in zip(instructions[::2], instructions[1::2], strict=True):
            if operation == opcode.EXTENDED_ARG:
                extended = (extended | argument) << 8
                continue
            if operation in _OF_INTEREST:
                argument |= extended
                if operation in _GLOBAL:
                    names.add(known[argument >> _GLOBAL_SHIFT if _OPCODES[operation] == "LOAD_GLOBAL" else argument])
                elif operation in _IMPORT:
                    modules[known[argument]] = None
                elif operation in _METHOD:
                    methods.add(known[argument])
                elif operation in _SUPER:
                    methods.add(known[argument >> 2])
                elif _FLAGGED and _OPCODES[operation] == "LOAD_ATTR":
                    (methods if argument & 1 else attributes).add(known[argument >> 1])
                else:
                    attributes.add(known[argument])
            extended = 0
    attributes |= methods
    return Scan(frozenset(names), frozenset(methods), frozenset(attributes), tuple(modules))
