"""Methods that only write, of streams and log handlers: those of C and of libraries, also where the object holds them.

IPython 9 gives the standard streams a `write` of their own, a closure that calls the stream's and keeps the text.
"""

from __future__ import annotations

import types

from ...knowledge import stated
from ...knowledge.conditions import known
from ...peek import IO_BASE, Kinds, content_of, function_home, is_a, is_function, receiver_of

METHODS = Kinds((types.FunctionType, types.BuiltinMethodType, types.MethodType))
DEPTH = 8  # of functions that hold functions: one for each library that adds its own, as cells run inside cells


def of_program(method: object) -> bool:
    """Whether a method is one of the program's: of Python, and not of a library that only writes, or is described."""
    return is_function(method) and not _library(function_home(method))


def only_writes(held: object, depth: int = DEPTH) -> bool:
    """Whether what an object holds in place of a method is a stream's of C, or a library's that holds no others."""
    if depth == 0:
        return False
    if type(held) is types.BuiltinMethodType:
        return is_a(receiver_of(held), IO_BASE)  # not the `append` of a list, which others may read
    if type(held) is types.MethodType:
        return only_writes(held.__func__, depth - 1)
    if not is_function(held) or of_program(held):
        return False
    inside = [content_of(cell) for cell in held.__closure__ or ()]
    return all(only_writes(f, depth - 1) for f in inside if type(f) in METHODS)


def _library(module: str) -> bool:
    return bool(module) and (known(module) or stated.only_writes(module))
