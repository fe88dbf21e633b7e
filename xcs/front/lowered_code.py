"""The IR of live functions, kept: of those that were asked for last whole, of others packed, as every full collection
goes through what is whole (a hundred objects a function)."""

from __future__ import annotations

import types

from ..ir.nodes import FunctionIR
from ..ir.packed import pack_function, unpack_function
from . import cache
from .by_code import ByCode
from .lower import lower_function
from .source import built_in, locate_code, original_code

WHOLE = 32  # functions whose IR stays whole from one decision to the next


class LoweredCode:
    """The IR of one function, whole or packed."""

    __slots__ = ("_packed", "_whole")

    def __init__(self, whole: FunctionIR | None, packed: bytes = b"") -> None:
        self._whole, self._packed = whole, packed
        _whole.append(self)

    def whole(self) -> FunctionIR:
        ir = self._whole
        if ir is None:
            ir = self._whole = unpack_function(self._packed)
            _whole.append(self)
        return ir

    def packed(self) -> bytes:
        """
        Raises:
            ValueError: something in it can't be written.
        """
        ir = self._whole
        if not self._packed and ir is not None:
            self._packed = pack_function(ir)
        return self._packed

    def pack(self) -> None:
        """Keeps it packed, if it can be written."""
        try:
            if self.packed():
                self._whole = None
        except ValueError:
            return


_whole: list[LoweredCode] = []  # those that are whole, the latest last
_lowered: ByCode[LoweredCode] = ByCode()


def lowered(code: types.CodeType, module: dict[str, object]) -> FunctionIR:
    """The IR of live code, kept; one object until the next `settled`."""
    code = original_code(code)
    return _lowered.of(code, lambda: _stored(code, module) or _lower(code, module)).whole()


def settled() -> None:
    """A decision is over: what was not asked for lately is packed."""
    older, _whole[:-WHOLE] = _whole[:-WHOLE], ()
    for lowered_code in older:
        lowered_code.pack()


def _stored(code: types.CodeType, module: dict[str, object]) -> LoweredCode | None:
    stored = cache.find("ir", code, module)
    return None if stored is None else LoweredCode(unpack_function(stored.value), stored.value)


def _lower(code: types.CodeType, module: dict[str, object]) -> LoweredCode:
    source = locate_code(code, module)
    means = built_in(code, module)
    made = LoweredCode(lower_function(source.node, source.filename, frozenset(code.co_freevars), means))
    cache.note("ir", source, means, made.packed)
    return made


__all__ = ["lowered", "settled"]
