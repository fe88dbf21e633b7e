"""What a slice sees of a table: its cells one by one, each only if it is a text or number of Python's own.

The frame is read by the main slice, in the program's thread; rows that it has given are the slice's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..peek import IMMUTABLE, Kinds
from .pending import Over

INDEXERS: Final = ("at", "iat", "iloc", "loc")


def cell(value: Any) -> Any:
    """The value as it is.

    Raises:
        Over: it is none that a call may be started with.
    """
    if type(value) not in IMMUTABLE:
        raise Over
    return value


class Row:
    """A row by the names of its columns: a Series, or a named tuple."""

    __slots__ = ("row",)

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getitem__(self, key: Any) -> Any:
        return cell(self.row[key])

    def __getattr__(self, name: str) -> Any:
        return cell(getattr(self.row, name))

    def __iter__(self) -> Iterator[Any]:
        return map(cell, self.row)

    def get(self, key: Any, default: Any = None) -> Any:
        return cell(self.row.get(key, default))

    def to_dict(self) -> dict[Any, Any]:
        return {cell(name): cell(value) for name, value in self.row.to_dict().items()}


class Column:
    """A column, or other labels or values in a row."""

    __slots__ = ("values",)

    def __init__(self, values: Any) -> None:
        self.values = values

    def __getitem__(self, key: Any) -> Any:
        return cell(self.values[key])

    def __iter__(self) -> Iterator[Any]:
        return map(cell, self.values)

    def __len__(self) -> int:
        return len(self.values)

    def tolist(self) -> list[Any]:
        return list(map(cell, self.values.tolist()))

    to_list = tolist

    def unique(self) -> Column:
        return Column(self.values.unique())


class Cells:
    """`frame.loc` and the like: a cell by its row and column, or a row."""

    __slots__ = ("indexer", "kind")

    def __init__(self, indexer: Any, kind: type) -> None:
        self.indexer, self.kind = indexer, kind

    def __getitem__(self, key: Any) -> Any:
        found = self.indexer[key]
        return Row(found) if type(found) is self.kind else cell(found)


class Frame:
    """A frame: columns by name, rows one by one. series: the class of its columns."""

    __slots__ = ("frame", "series")

    def __init__(self, frame: Any, series: type) -> None:
        self.frame, self.series = frame, series

    def __getitem__(self, name: Any) -> Column:
        column = self.frame[name]
        if type(column) is not self.series:
            raise Over
        return Column(column)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.frame, name)
        if name in INDEXERS:
            return Cells(found, self.series)
        return Column(found)

    def __len__(self) -> int:
        return len(self.frame)

    def iterrows(self) -> Iterator[tuple[Any, Row]]:
        return ((cell(label), Row(row)) for label, row in self.frame.iterrows())

    def itertuples(self, index: bool = True, name: str | None = "Pandas") -> Iterator[Row]:
        return map(Row, self.frame.itertuples(index, name))


OWN: Final = Kinds((Row, Column, Frame))


def reading(value: Any, series: type) -> Any:
    """What a slice uses in place of a frame or column of the program's."""
    if type(value) in OWN:
        return value
    return Column(value) if type(value) is series else Frame(value, series)


__all__ = ["reading"]
