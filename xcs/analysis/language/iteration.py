"""Iteration: the elements of a value, what is moved and read to come to them, and the code that this runs."""

from __future__ import annotations

import csv
import io
import types
from collections import defaultdict

from ...ir.nodes import Instr
from ...knowledge import lookup, type_facts
from ...peek import (
    FILES,
    MISSING,
    STREAMS,
    class_lookup,
    home_of,
    is_class,
    is_container,
    name_of,
)
from ..domain.effects import Loc
from ..domain.machine import Machine
from ..domain.places import ITERATED
from ..domain.state import Call, Frame
from ..domain.values import (
    NOTHING,
    Abstract,
    Fresh,
    FreshKey,
    Generator,
    Inst,
    Known,
    Lazy,
    Plain,
    Top,
    Value,
    join,
    moved_by,
    only,
)
from . import columns
from .functions import run_generator
from .generated_classes import members as enum_members
from .generator_expressions import generated


def iterate(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> Value:
    """The elements that going through the value gives."""
    match abstract:
        case Plain():
            self.read(abstract, frame, node, "[]")
            return _parts(self, abstract)
        case Fresh(cls=cls) if is_container(cls) or cls is defaultdict:
            self.read(abstract, frame, node, "[]")
            memory = self.memory(abstract)
            return memory.keys if issubclass(cls, dict) else memory.element
        case Fresh(cls=cls) if cls is types.GeneratorType:
            return generated(self, abstract, frame, node)
        case Inst(cls=cls, live=live, path=path) if cls in ITERATED and live is not MISSING:
            self.read(abstract, frame, node, "[]")
            return self.members(live, path)
        case Generator(key=key):
            # It moves on, for whoever has it; so does what `map` and `filter` give.
            self.effect("write", frame, node, f"the generator {abstract.name}", Loc(key, "[]"))
            return run_generator(self, abstract, frame)
        case Lazy(runs=True, key=key) if not key:
            return self.unknown(frame, node, "going through a map or filter that calls a function each time")
        case Lazy(runs=True, element=element, function=function, given=given):
            _goes_on(self, abstract, frame, node)
            self.call(function, Call(list(given), {}, frame, node))
            return element
        case Lazy(element=element):
            _goes_on(self, abstract, frame, node)
            if abstract.asks:
                self.effect("query", frame, node, abstract.asks)
            return element
        case Fresh(cls=cls) | Inst(cls=cls) if cls in STREAMS:
            _goes_on(self, abstract, frame, node)
            if cls in FILES:
                self.effect("query", frame, node, "fs")
            return only(Plain(str if (cls is io.TextIOWrapper or cls is io.StringIO) else bytes))
        case Top(why=why):
            return self.unknown(frame, node, why)
        case Known(obj=obj) if is_class(obj) and (found := enum_members(self, obj, frame, node)) is not None:
            return found
        case Known(obj=obj):
            return self.unknown(frame, node, f"going through {name_of(obj) or 'an object'}")
        case Inst() if (known := _of_library(self, abstract, frame, node)) is not None:
            return known
        case Inst(cls=cls) | Fresh(cls=cls) if lookup(class_lookup(cls, "__iter__")) is not None:
            through = self.method(abstract, "__iter__", [], frame, node)
            return join(NOTHING, *(self.iterate(a, frame, node) for a in through if isinstance(a, Lazy)))
        case Inst(cls=cls) | Fresh(cls=cls) if type_facts(cls) is not None and not _gone_through(cls):
            return NOTHING  # a TypeError
        case _:
            return self.unknown(frame, node, "going through an iterator or object of a class")


def _of_library(self: Machine, abstract: Inst, frame: Frame, node: Instr | None) -> Value | None:
    """The items of a bar, the cells of a column; None: it is none of these."""
    items = self.shown(abstract, frame, node)
    return columns.iterate(self, abstract, frame, node) if items is None else items


def _goes_on(self: Machine, abstract: Abstract, frame: Frame, node: Instr | None) -> None:
    """What going through an iterator moves, and reads."""
    self.read(abstract, frame, node, "[]")
    for key in moved_by(abstract):
        self.effect("write", frame, node, "an iterator", Loc(key, "[]"))
    if isinstance(abstract, Inst):
        self.write(abstract, frame, node, "[]", "a file")


def _gone_through(cls: type) -> bool:
    by_index = class_lookup(cls, "__getitem__") is not MISSING and home_of(cls) != "numpy"  # its numbers have no items
    return by_index or class_lookup(cls, "__iter__") is not MISSING


def _parts(self: Machine, data: Plain) -> Value:
    """The elements of data: characters, numbers, a dictionary's keys, items."""
    if data.cls is str:
        return only(Plain(str))
    if data.cls is range or data.cls is bytes:
        return only(Plain(int))
    return self.stored_in(data, "keys" if data.cls is dict else "[]", only(Plain(None, data.origins)))


def rows_of(self: Machine, moves: frozenset[FreshKey]) -> frozenset[FreshKey]:
    """Where the `csv.DictReader` was made, in the region itself, whose rows an iterator gives; nothing otherwise."""
    made = frozenset(m[:-1] for m in moves if m[-1] == -1)
    known = [self.operands.get(key[0], (NOTHING,))[0] for key in made if len(key) == 1]
    readers = [a for value in known for a in value if isinstance(a, Known) and a.obj is csv.DictReader]
    return made if len(made) == 1 and len(readers) == 1 == len(known[0]) else frozenset()
