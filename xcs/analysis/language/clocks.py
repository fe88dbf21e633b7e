"""Following what clocks say: which values come from a reading, which are the time between two, and where they are kept.

    begun = perf_counter()                        # a reading
    answer = model(text)
    rows.append((answer, perf_counter() - begun)) # the time between two, kept in what was there before

A mark of one node is a reading there; of two, the time from one to the other. A mark goes wherever its value goes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from ...ir.nodes import Instr
from ...records import replace
from ...remarks import Located
from ..domain.holding import parts
from ..domain.machine import Machine
from ..domain.places import Path
from ..domain.state import Frame
from ..domain.values import NOTHING, Abstract, Fresh, Plain, Value, join, only, origins_of

HIDDEN = "%clock"  # the entry of a library's object that holds its marks

Marks = frozenset[tuple[int, ...]]
Span = tuple[int, int]


def reading(self: Machine, result: Value) -> Value:
    """The value of a clock's reading."""
    self.clocks = True
    return _marked(self, result, frozenset({(self.current,)}))


def passed(self: Machine, result: Value, *sources: Value) -> Value:
    """What an operation makes of readings and times."""
    marks = _marks(self, sources) if self.clocks else frozenset()
    return _marked(self, result, marks) if marks else result


def difference(self: Machine, result: Value, left: Value, right: Value) -> Value:
    """The value of a difference: of two readings, the time between."""
    if not self.clocks:
        return result
    ends, begins = _marks(self, [left]), _marks(self, [right])
    between = {(a[0], b[0]) for a in begins for b in ends if len(a) == len(b) == 1}
    marks = frozenset(m for m in ends | begins if len(m) == 2) | between
    return _marked(self, result, marks or ends | begins)


def kept(self: Machine, value: Value, frame: Frame | None, node: Instr | None) -> None:
    """Notes that a value goes where it stays, or leaves the process."""
    if self.clocks:
        line = node.span.line if node is not None else 0
        self.stays.append((value, Located("kept here", frame.filename, line) if frame is not None else None))


def kept_by(
    self: Machine, holders: Iterable[Abstract], values: Iterable[Value], frame: Frame, node: Instr | None
) -> None:
    """The same of what is put into objects, where one of them was there before."""
    if self.clocks and any(isinstance(o, Path) for holder in holders for o in origins_of(holder)):
        kept(self, join(NOTHING, *values), frame, node)


def spans(self: Machine) -> dict[Span, Located | None]:
    """The times between two readings that are kept, and where; two readings that are kept side by side are one."""
    found: dict[Span, Located | None] = {}
    for value, where in self.stays:
        marks = _marks(self, [value])
        single = sorted(m[0] for m in marks if len(m) == 1)
        for begin, end in [*(m for m in marks if len(m) == 2), *itertools.permutations(single, 2)]:
            found[begin, end] = found.get((begin, end)) or where
    return found


def times(self: Machine, value: Value) -> bool:
    """Whether a value is, or holds, the time between two readings."""
    return self.clocks and any(len(mark) == 2 for mark in _marks(self, [value]))


def _marks(self: Machine, values: Iterable[Value]) -> Marks:
    return frozenset(mark for a in parts(values, self.contents) if isinstance(a, Plain) for mark in a.clock)


def _marked(self: Machine, result: Value, marks: Marks) -> Value:
    found = []
    for abstract in result:
        if isinstance(abstract, Plain) and abstract.cls is not type(None):
            abstract = replace(abstract, clock=abstract.clock | marks)
        elif isinstance(abstract, Fresh):
            entries = self.memory(abstract).entries
            entries[HIDDEN] = join(entries.get(HIDDEN, NOTHING), only(Plain(None, clock=marks)))
        found.append(abstract)
    return frozenset(found)
