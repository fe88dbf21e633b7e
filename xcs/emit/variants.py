"""Variants: functions as open callees run them, compiled once for each function."""

from __future__ import annotations

import marshal
import types

from ..front import cache
from ..front.source import locate_code, original_code
from .assemble import assemble
from .entry_tests import emit_variant

VARIANTS = 1000  # that are kept
_variants: dict[tuple[str, types.CodeType], types.CodeType] = {}


def variant(function: types.FunctionType) -> types.CodeType:
    """The code of a function as an open callee runs it, with the marker; kept. Its calls and loops have the numbers
    that `front.sites` gives them.

    Raises:
        Bailout: it can't have one.
    """
    code = original_code(function.__code__)
    key = (code.co_filename, code)
    found = _variants.get(key)
    if found is None:
        if len(_variants) >= VARIANTS:
            _variants.clear()
        found = _variants[key] = _stored_variant(code, function) or _make_variant(code, function)
    return found


def _stored_variant(code: types.CodeType, function: types.FunctionType) -> types.CodeType | None:
    stored = cache.find("variant", code, function.__globals__, function.__qualname__)
    return None if stored is None else marshal.loads(stored.value)


def _make_variant(code: types.CodeType, function: types.FunctionType) -> types.CodeType:
    source = locate_code(code, function.__globals__)
    emitted = emit_variant(source, function.__globals__)
    made = assemble(source, emitted.node, function.__qualname__)
    cache.note("variant", source, emitted.built_in, lambda: marshal.dumps(made), function.__qualname__)
    return made
