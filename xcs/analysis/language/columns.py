"""Data frames of pandas: rows and columns as a region goes through them, cells that it reads and stores.

A frame is known by the object that is there when the region is entered, and only while all in it is data: its cells
are texts and numbers, each a place of its own by the name of its column. What is read of it is read by the main slice.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, get_args

from ...ir.nodes import Instr
from ...knowledge import CallFacts
from ...knowledge.data_frames import class_named, has_column, is_frame, is_series, plain_frame
from ...peek import IMMUTABLE, MISSING, class_lookup, function_home, is_class, is_function, peek
from ...runtime.frame_views import INDEXERS
from ..domain.effects import item_slot
from ..domain.machine import Machine
from ..domain.places import FramePart, Path
from ..domain.state import Call, Frame, Uses
from ..domain.values import Abstract, Bound, Fresh, Inst, Known, Lazy, Plain, Value, only, origins_of

CELL: Value = only(Plain())
ALL = "[]"
LABELS = ("index", "columns")
SHAPES: Final = get_args(FramePart)  # the last step of the paths of what is no object of its own
METHODS = {
    "frame": ("iterrows", "itertuples"),
    "column": ("tolist", "to_list", "unique"),
    "row": ("get", "to_dict"),
}
CALLING = frozenset(("apply", "map", "transform"))


def shape(abstract: Abstract) -> str:
    """What an abstract value is of a frame: `frame`, `column`, `row`, `named`, `cells`, `labels`; or nothing."""
    if type(abstract) is not Inst or abstract.path is None:
        return ""
    if abstract.path.steps and abstract.path.steps[-1][0] in SHAPES:
        return abstract.path.steps[-1][0]
    return "frame" if is_frame(abstract.live) else "column" if is_series(abstract.live) else ""


def read_from(abstract: Abstract) -> type | None:
    """The class of columns, where a slice reads a frame or column of the program's."""
    return class_named("Series") if shape(abstract) in ("frame", "column") else None


def _frame_path(abstract: Inst) -> Path:
    path = abstract.path
    assert path is not None
    while path.steps and path.steps[-1][0] in SHAPES:
        path = Path(path.kind, path.name, path.steps[:-1], path.holder, path.holder_id)
    return path


def _part(abstract: Inst, kind: FramePart, key: object = None) -> Value:
    cls = class_named("Series")
    if kind == "cells":
        found = peek(sys.modules.get("pandas.core.indexing", MISSING), f"_{'iL' if key == 'iloc' else 'L'}ocIndexer")
        cls = found if is_class(found) else None
    path = _frame_path(abstract).step(kind, key)
    return only(Inst(cls if cls is not None else object, path))


def _read(self: Machine, abstract: Inst, slot: str, frame: Frame, node: Instr | None) -> Value:
    """A cell is read, or several: the slot of a column or all."""
    self.reads(frame, node, _frame_path(abstract), slot)
    if frame.key:  # in a callee: it would be read in another thread
        self.effect("thread", frame, node, "a data frame")
    return CELL


def _column_of(abstract: Inst) -> str:
    kind, key = abstract.path.steps[-1] if abstract.path is not None and abstract.path.steps else ("", None)
    return item_slot(key) if kind == "column" else ALL


def _known(self: Machine, abstract: Inst, name: str) -> bool:
    """Whether the frame holds data alone, and its class's attribute is the library's own; guarded."""
    path = _frame_path(abstract)
    if abstract.live is not MISSING:
        if not plain_frame(abstract.live):
            self.condition(path, lambda now: not plain_frame(now), "no plain frame")
            return False
        self.condition(path, plain_frame, "plain frame")
    for cls in (class_named("DataFrame"), class_named("Series")):
        if cls is not None and name:
            self.class_lookup(cls, name)
    return True


def attribute(self: Machine, abstract: Inst, name: str, frame: Frame, node: Instr | None) -> Value | None:
    """The value of an attribute; None: nothing is said here."""
    kind = shape(abstract)
    if kind in METHODS and name in METHODS[kind]:
        cls = class_named("DataFrame" if kind == "frame" else "Series")
        found = class_lookup(cls, name) if cls is not None else MISSING
        if not is_function(found) or not _known(self, abstract, name):
            return None
        return only(Bound(Known(id(found), found), abstract))
    if kind == "frame" and (name in INDEXERS or name in LABELS):
        if not _known(self, abstract, name):
            return None
        return _part(abstract, "cells" if name in INDEXERS else "labels", name)
    if kind == "frame" and has_column(abstract.live, name) and _known(self, abstract, "__getattr__"):
        self.condition(_frame_path(abstract), lambda now: has_column(now, name), f"has column {name}")
        return _part(abstract, "column", name)
    if kind == "row" and (name == "name" or class_lookup(abstract.cls, name) is MISSING):
        return _read(self, abstract, item_slot(name), frame, node)
    if kind == "named" and name not in ("count", "index") and not name.startswith("_"):
        return _read(self, abstract, item_slot(name), frame, node)
    if kind in ("", "frame") or (kind == "column" and abstract.live is not MISSING):
        return None
    where = f"{'row' if kind == 'named' else kind} of a data frame"
    calls = ", which makes the calls itself (those of a comprehension over the column start early)," * (name in CALLING)
    return self.unknown(frame, node, f".{name} of a {where}{calls}")


def item(self: Machine, abstract: Inst, key: Value, frame: Frame, node: Instr) -> Value | None:
    """The value of an item; None: nothing is said here."""
    kind, constant = shape(abstract), _text(key)
    if kind == "frame" and constant is not None and _known(self, abstract, "__getitem__"):
        return _part(abstract, "column", constant)
    if kind == "cells":
        found = _cells(self, abstract, key, frame, node)
        if found is not None:
            return found
    elif kind in ("row", "named", "column", "labels") and _scalar(key) and _known(self, abstract, "__getitem__"):
        by_name = kind == "row" and constant is not None
        slot = item_slot(constant) if by_name else _column_of(abstract) if kind == "column" else ALL
        return _read(self, abstract, slot, frame, node)
    if kind in ("", "frame") or (kind == "column" and abstract.live is not MISSING):
        return None
    return self.unknown(frame, node, "a subscript of a part of a data frame")


def _cells(self: Machine, abstract: Inst, key: Value, frame: Frame, node: Instr) -> Value | None:
    """`frame.loc[row]`, `frame.at[row, "column"]`."""
    pair = _pair(self, key)
    if pair is not None:
        return _read(self, abstract, pair, frame, node)
    if not _scalar(key):
        return None
    _read(self, abstract, ".length", frame, node)
    return _part(abstract, "row")


def _pair(self: Machine, key: Value, stored: bool = False) -> str | None:
    """The slot of one cell's column, where a row and a column are named."""
    (made,) = key if len(key) == 1 else (None,)
    if not isinstance(made, Fresh) or made.cls is not tuple:
        return None
    entries = self.memory(made).entries
    if set(entries) != {0, 1} or not (_scalar(entries[0]) or (stored and _data(entries[0]))):
        return None
    constant = _text(entries[1])
    return item_slot(constant) if constant is not None else ALL if _scalar(entries[1]) else None


def set_item(self: Machine, abstract: Inst, uses: Uses, frame: Frame, node: Instr) -> bool:
    """A store to a cell, or (of one value) to a column; whether something is said of it here."""
    kind = shape(abstract)
    if kind not in ("frame", "cells") or len(uses) != 3 or not _data(uses[2]):
        return False
    constant = _text(uses[1])
    slot = _pair(self, uses[1], stored=True) if kind == "cells" else item_slot(constant) if constant else None
    if slot is None or not _known(self, abstract, "__setitem__"):
        return False
    self.write(only_at(abstract), frame, node, slot, "a cell of a data frame")
    return True


def only_at(abstract: Inst) -> Inst:
    """The frame, by its place alone."""
    return Inst(abstract.cls, _frame_path(abstract))


def iterate(self: Machine, abstract: Inst, frame: Frame, node: Instr | None) -> Value | None:
    """The elements that going through it gives; None: nothing is said here."""
    kind = shape(abstract)
    if kind not in ("row", "named", "column", "labels") or not _known(self, abstract, "__iter__"):
        return None
    return _read(self, abstract, _column_of(abstract), frame, node)


def readable(abstract: Abstract) -> bool:
    """Whether a slice can go through it."""
    return shape(abstract) in ("row", "named", "column", "labels")


def calls_each(self: Machine, column: Value, name: str) -> bool:
    """Whether a method is one of columns of texts, numbers and dates, and calls what it is given for each element."""
    cls = class_named("Series")
    found = class_lookup(cls, name) if cls is not None and self.settles else MISSING
    if not is_function(found) or function_home(found).partition(".")[0] != "pandas":
        return False
    if not column or not all(shape(a) == "column" for a in column):
        return False
    return all(isinstance(a, Inst) and _known(self, a, name) for a in column)


def _rows(self: Machine, receiver: Inst, call: Call) -> Value:
    """What `iterrows` gives."""
    memory = self.contents(call.made)
    row = _part(receiver, "row")
    memory.place(0, CELL)
    memory.place(1, row)
    return _lazy(receiver, only(Fresh(call.made, tuple)), call)


def _named(self: Machine, receiver: Inst, call: Call) -> Value:
    """What `itertuples` gives."""
    return _lazy(receiver, _part(receiver, "named"), call)


def _lazy(receiver: Inst, element: Value, call: Call) -> Value:
    return only(Lazy(element, frozenset(), True, frozenset({(*call.made, -1)})))


def _values(self: Machine, receiver: Inst, call: Call) -> Value:
    """What `tolist` gives: a new list."""
    _read(self, receiver, _column_of(receiver), call.frame, call.node)
    return only(Plain(list, frozenset({call.made})))


def _unique(self: Machine, receiver: Inst, call: Call) -> Value:
    _read(self, receiver, _column_of(receiver), call.frame, call.node)
    return only(Inst(receiver.cls, receiver.path))


def _length(self: Machine, receiver: Inst, call: Call) -> Value:
    _read(self, receiver, ".length", call.frame, call.node)
    return only(Plain(int))


def _get(self: Machine, receiver: Inst, call: Call) -> Value:
    """A cell of a row, or what is given instead."""
    constant = _text(call.args[0]) if call.args else None
    _read(self, receiver, item_slot(constant) if constant is not None else ALL, call.frame, call.node)
    return CELL


def _to_dict(self: Machine, receiver: Inst, call: Call) -> Value:
    _read(self, receiver, ALL, call.frame, call.node)
    return only(Plain(dict, frozenset({call.made})))


MADE: dict[str, tuple[str, Callable[[Machine, Inst, Call], Value]]] = {
    "frame_rows": ("frame", _rows),
    "frame_tuples": ("frame", _named),
    "frame_length": ("frame column", _length),
    "column_values": ("column", _values),
    "column_unique": ("column", _unique),
    "row_cell": ("row", _get),
    "row_dict": ("row", _to_dict),
}


def made(self: Machine, facts: CallFacts, call: Call) -> Value | None:
    """The result of a method of a frame; None: it is none of those."""
    found = MADE.get(facts.result)
    if found is None:
        return None
    kinds, function = found
    receiver = call.receiver
    plain = all(map(_data, (*call.args, *call.named.values()))) and "*" not in call.named and "**" not in call.named
    if not isinstance(receiver, Inst) or shape(receiver) not in kinds.split() or not plain:
        return self.unknown(call.frame, call.node, f"{facts.name} of what is not known to be data")
    if not _known(self, receiver, facts.name.rpartition(".")[2]):
        return self.unknown(call.frame, call.node, f"{facts.name} of a frame that holds objects of the program,")
    return function(self, receiver, call)


def _text(key: Value) -> str | None:
    """The one text that a key is."""
    (found,) = key if len(key) == 1 else (None,)
    constant = found.const if isinstance(found, Plain) else MISSING
    return constant if type(constant) is str else None


def _scalar(key: Value) -> bool:
    """Whether a key names one thing."""
    return bool(key) and all(isinstance(a, Plain) and (a.cls in IMMUTABLE or not origins_of(a)) for a in key)


def _data(value: Value) -> bool:
    return bool(value) and all(isinstance(a, Plain) for a in value)


__all__ = ["attribute", "calls_each", "item", "iterate", "made", "read_from", "readable", "set_item", "shape"]
