"""Variants: functions as open callees run them, compiled once for each function."""

from __future__ import annotations

import marshal
import types

from ..front import cache
from ..front.by_code import ByCode
from ..front.source import locate_code, original_code
from .assemble import assemble
from .entry_tests import emit_variant

_variants: ByCode[types.CodeType] = ByCode()


def variant(function: types.FunctionType) -> types.CodeType:
    """The code of a function as an open callee runs it, with the marker; kept. Its calls and loops have the numbers
    that `front.sites` gives them.

    Raises:
        Bailout: it can't have one.
    """
    code = original_code(function.__code__)
    return _variants.of(code, lambda: _stored_variant(code, function) or _make_variant(code, function))


def _stored_variant(code: types.CodeType, function: types.FunctionType) -> types.CodeType | None:
    stored = cache.find("variant", code, function.__globals__, function.__qualname__)
    return None if stored is None else marshal.loads(stored.value)


def _make_variant(code: types.CodeType, function: types.FunctionType) -> types.CodeType:
    source = locate_code(code, function.__globals__)
    emitted = emit_variant(source, function.__globals__)
    made = assemble(source, emitted.node, function.__qualname__)
    cache.note("variant", source, emitted.built_in, lambda: marshal.dumps(made), function.__qualname__)
    return made
