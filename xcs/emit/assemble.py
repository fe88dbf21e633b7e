"""Emitted tree -> code object with the user's file and lines, and a real function on the original globals and cells."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable

from ..front.lower import FunctionNode
from ..front.source import Source, compile_as
from ..peek import Kinds
from ..remarks import Bailout
from .entry_tests import MARKER
from .switches import short

LITERALS = Kinds((int, float, complex, str, bytes))
NESTED, NO_FREE = 0x10, 0x40  # CO_NESTED; CO_NOFREE (3.10 only)


def _place_name(source: Source, code: types.CodeType) -> str:
    """The qualified name that compiling in our wrapping gives the function itself."""
    around = "@outer.<locals>." + (f"{source.class_name}." if source.class_name is not None else "")
    return code.co_name if source.class_name is None and code.co_name not in code.co_freevars else around + code.co_name


def _renamed(code: types.CodeType, old: str, new: str) -> types.CodeType:
    """Inner functions with the qualified names that they have in the user's module."""
    constants: list[object] = []
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            constant = _renamed(constant, old, new)
            qualname = getattr(constant, "co_qualname", "")
            if qualname.startswith(old):
                constant = constant.replace(co_qualname=new + qualname[len(old) :])
        elif isinstance(constant, str) and sys.version_info < (3, 11) and constant.startswith(old):
            constant = new + constant[len(old) :]
        constants.append(constant)
    return code.replace(co_consts=tuple(constants))


def assemble(source: Source, node: FunctionNode, qualname: str) -> types.CodeType:
    """The code object of the emitted function, with the marker.

    Raises:
        Bailout: the code would not fit the function's cells.
    """
    old = source.code
    try:
        code = compile_as(source, node)
    except SyntaxError as error:
        if "nested" not in str(error):
            raise
        raise Bailout("syntax", "nesting as deep as this") from None  # Python has a limit, and an entry test is a block
    except (RecursionError, MemoryError):
        raise Bailout("syntax", "nesting as deep as this") from None
    if code.co_freevars != old.co_freevars or (code.co_flags ^ old.co_flags) & ~(NESTED | NO_FREE):
        raise Bailout("syntax", "the use of shared variables in this function")
    code = _renamed(code, f"{_place_name(source, old)}.<locals>.", f"{qualname}.<locals>.")
    flags = code.co_flags & ~NESTED | old.co_flags & NESTED
    changes: dict[str, object] = {
        "co_flags": flags,
        "co_name": old.co_name,
        "co_firstlineno": old.co_firstlineno,
        "co_filename": old.co_filename,
    }
    if hasattr(old, "co_qualname"):
        changes["co_qualname"] = old.co_qualname
    return short(code.replace(**changes), MARKER)  # type: ignore[arg-type]


def own_constants(code: types.CodeType, *originals: types.CodeType) -> types.CodeType:
    """The same code on the very constants of the originals: the order of a set's items, which is not that of an
    equal set, and which constants of a file are one object."""
    return _on(code, _known(originals))


def own_literals(values: Iterable[object], *originals: types.CodeType) -> tuple[object, ...]:
    """The same values, of numbers and texts the very constants of the originals."""
    known = _known(originals)
    return tuple([known.get(_exact(v), v) if type(v) in LITERALS else v for v in values])


def _known(originals: Iterable[types.CodeType]) -> dict[object, object]:
    known: dict[object, object] = {}
    for original in originals:
        _gather(original, known)
    return known


def _gather(code: types.CodeType, known: dict[object, object]) -> None:
    todo = list(code.co_consts)
    for constant in todo:
        if isinstance(constant, types.CodeType):
            _gather(constant, known)
        else:
            known.setdefault(_exact(constant), constant)
            if isinstance(constant, tuple):
                todo.extend(constant)


def _on(code: types.CodeType, known: dict[object, object]) -> types.CodeType:
    constants = tuple(
        _on(c, known) if isinstance(c, types.CodeType) else known.get(_exact(c), c) for c in code.co_consts
    )
    return code.replace(co_consts=constants)


def _exact(constant: object) -> object:
    """What equal constants of one type share: `1` is not `True`, nor `0.0` `-0.0`."""
    if isinstance(constant, tuple):
        return tuple, *map(_exact, constant)
    if isinstance(constant, frozenset):
        return frozenset, frozenset(map(_exact, constant))
    return type(constant), constant if isinstance(constant, (str, bytes, int)) else repr(constant)


def placed(code: types.CodeType, entry: object) -> types.CodeType:
    """Puts `entry` where the marker constant is, and nowhere in nested code: the function itself enters its regions."""
    constants = tuple(entry if isinstance(c, str) and c == MARKER else c for c in code.co_consts)
    return code.replace(co_consts=constants)


def function_on(function: types.FunctionType, code: types.CodeType) -> types.FunctionType:
    """A copy of `function` with other code: same globals, cells, defaults and metadata."""
    made = types.FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = None if function.__kwdefaults__ is None else dict(function.__kwdefaults__)
    made.__qualname__ = function.__qualname__
    made.__module__ = function.__module__
    made.__doc__ = function.__doc__
    annotate = getattr(function, "__annotate__", None)
    if annotate is not None:  # Python 3.14, unless the annotations were set
        setattr(made, "__annotate__", annotate)  # noqa: B010
    else:
        made.__annotations__ = function.__annotations__
    if hasattr(function, "__type_params__"):
        setattr(made, "__type_params__", function.__type_params__)  # noqa: B010
    made.__dict__.update(function.__dict__)
    return made


__all__ = ["assemble", "function_on", "own_constants", "own_literals", "placed"]
