"""Variants: functions as open callees run them, compiled once for each function."""

from __future__ import annotations

import marshal
import types
from collections.abc import Mapping
from dataclasses import dataclass

from ..front import cache
from ..front.source import locate_code, original_code
from ..ir.packed import pack_numbers, unpack_numbers
from ..remarks import Span
from .assemble import assemble
from .entry_tests import emit_variant


@dataclass(frozen=True, slots=True)
class Variant:
    """A function as an open callee runs it: its code with the marker, and the numbers of its calls and loops."""

    code: types.CodeType
    sites: Mapping[Span, int]
    loops: Mapping[tuple[object, str], int]


VARIANTS = 1000  # that are kept
_variants: dict[tuple[str, types.CodeType], Variant] = {}


def variant(function: types.FunctionType) -> Variant:
    """The variant of a function, kept.

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


def _stored_variant(code: types.CodeType, function: types.FunctionType) -> Variant | None:
    stored = cache.find("variant", code, function.__globals__, function.__qualname__)
    if stored is None:
        return None
    made, numbers = stored.value
    return Variant(marshal.loads(made), *unpack_numbers(numbers))


def _make_variant(code: types.CodeType, function: types.FunctionType) -> Variant:
    source = locate_code(code, function.__globals__)
    emitted = emit_variant(source, function.__globals__)
    made = assemble(source, emitted.node, function.__qualname__)

    def pack() -> object:
        return marshal.dumps(made), pack_numbers(emitted.sites, emitted.loops)

    cache.note("variant", source, emitted.built_in, pack, function.__qualname__)
    return Variant(made, emitted.sites, emitted.loops)
