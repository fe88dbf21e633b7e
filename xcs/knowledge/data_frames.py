"""Data frames: whether all that one holds is data, seen without a copy of it."""

from __future__ import annotations

import sys
import types
from typing import Any, Final

from ..peek import IMMUTABLE, MISSING, class_lookup, class_name, holds_objects, home_of, is_plain, peek

MOST_CELLS: Final = 50_000  # objects that are looked at each, of columns that may hold any
SCALARS: Final = ("Timestamp", "Timedelta", "NaTType", "NAType", "Decimal", "date", "datetime", "time")
# What holds texts, numbers and dates alone.
ARRAYS: Final = frozenset((
    "StringArray", "StringArrayNumpySemantics", "ArrowStringArray", "ArrowStringArrayNumpySemantics", "DatetimeArray",
    "TimedeltaArray", "IntegerArray", "FloatingArray", "BooleanArray", "PeriodArray",
))  # fmt: skip


def class_named(name: str) -> type | None:
    """The class of pandas of this name, where pandas is loaded."""
    found = peek(sys.modules.get("pandas", MISSING), name)
    return found if type(found) is type else None


def is_frame(value: object) -> bool:
    """Whether an object is exactly a data frame."""
    return class_name(type(value)) == "DataFrame" and type(value) is class_named("DataFrame")


def is_series(value: object) -> bool:
    """Whether an object is exactly a column."""
    return class_name(type(value)) == "Series" and type(value) is class_named("Series")


def plain_frame(value: object) -> bool:
    """A data frame, or a column, of texts, numbers and dates: nothing in it has code of the program's."""
    if not (is_frame(value) or is_series(value)):
        return False
    manager = peek(value, "_mgr")
    blocks, axes = of_c(manager, "blocks"), of_c(manager, "axes")
    if type(blocks) is not tuple or type(axes) is not list:
        return False
    left = [MOST_CELLS]
    return all(_plain(of_c(block, "values"), left) for block in blocks) and all(_labels(a, left) for a in axes)


def has_column(value: object, name: str) -> bool:
    """Whether a data frame has one column of this name, which is an attribute of it, too."""
    axes = of_c(peek(value, "_mgr"), "axes") if is_frame(value) else MISSING
    if type(axes) is not list or peek(value, name) is not MISSING:
        return False
    labels: Any = peek(axes[0], "_data")
    known = _labels(axes[0], [MOST_CELLS]) and class_name(type(axes[0])) == "Index"
    return known and sum(type(label) is str and label == name for label in labels.tolist()) == 1


def of_c(value: object, name: str) -> object:
    """An attribute that C code of pandas keeps, or one that is stored."""
    found = class_lookup(type(value), name)
    if type(found) is types.GetSetDescriptorType:
        return found.__get__(value) if home_of(type(value)).partition(".")[0] == "pandas" else MISSING
    return peek(value, name)


def _labels(index: object, left: list[int]) -> bool:
    """Whether the labels of rows or columns are data."""
    kind = class_name(type(index))
    if home_of(type(index)).partition(".")[0] != "pandas" or kind == "MultiIndex":
        return False
    return kind == "RangeIndex" or _plain(peek(index, "_data"), left)


def _plain(values: object, left: list[int]) -> bool:
    kind = type(values)
    if class_name(kind) in ARRAYS and home_of(kind).partition(".")[0] == "pandas":
        return True
    if class_name(kind) != "ndarray" or home_of(kind) != "numpy":
        return False
    if not holds_objects(values):
        return True
    array: Any = values
    left[0] -= array.size
    return left[0] >= 0 and all(map(_scalar, array.ravel("K").tolist()))


def _scalar(value: object) -> bool:
    kind = type(value)
    if kind in IMMUTABLE:
        return True
    home = home_of(kind).partition(".")[0]
    if home == "numpy":
        return True
    return (class_name(kind) in SCALARS and home in ("pandas", "datetime", "decimal")) or is_plain(value)


__all__ = ["class_named", "has_column", "is_frame", "is_series", "plain_frame"]
