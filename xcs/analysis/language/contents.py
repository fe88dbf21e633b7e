"""Containers: building them, reading and writing their items."""

from __future__ import annotations

import types
from collections import Counter, OrderedDict, defaultdict
from typing import Any

from ...ir.nodes import Instr
from ...knowledge import endpoint
from ...peek import (
    CONTAINERS,
    IMMUTABLE,
    MISSING,
    Kinds,
    dict_of,
    is_a,
    is_container,
    is_function,
)
from ..domain.effects import item_slot
from ..domain.machine import Machine
from ..domain.memory import Memory
from ..domain.places import EXAMPLES, Path, alone_at, examples_at, examples_of
from ..domain.state import Call, Env, Frame, Named, Uses
from ..domain.values import (
    NOTHING,
    PLAIN,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Generator,
    Inst,
    Known,
    Lazy,
    Plain,
    Value,
    join,
    only,
)
from . import columns
from .clocks import passed
from .data import FACTORIES
from .handed import carried
from .tuples import at_position

KINDS: dict[str, type] = {"list": list, "tuple": tuple, "set": set, "dict": dict, "generator": types.GeneratorType}
MOST_NAMES = 64  # keys of a dictionary that was there before, which are guarded
SINGLE = Kinds((type(None), int, float, bool, complex))
MAPPINGS = Kinds((dict, OrderedDict, Counter, defaultdict))


def build(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """A display, slice or f-string."""
    if node.name == "text":
        made = only(Plain(str, endpoint=path_at_end(uses[-1]) if uses else ""))
        longer = any(isinstance(a, Plain) and type(a.const) is str and a.const for use in uses for a in use)
        return passed(self, made, *uses) if longer else carried(self, made, *uses)
    if node.name == "slice":
        for abstract in (a for use in uses for a in use):
            self.protocol(abstract, "__index__", frame, node)
        return carried(self, only(Plain(slice)), *uses)
    kind = KINDS[node.name]
    key = frame.made_at(node)
    memory = self.contents(key)
    if kind is dict:
        _build_dict(self, memory, node, uses, frame)
    else:
        exact = not any(node.stars)
        for index, (value, star) in enumerate(zip(uses, node.stars, strict=True)):
            if star:
                value = self.each(value, lambda a: self.iterate(a, frame, node))
            if kind is set:
                _hash(self, value, frame, node)
            if exact:
                memory.place(index, value)
            else:
                memory.element = join(memory.element, value)
    return only(Fresh(key, kind))


def _build_dict(self: Machine, memory: Memory, node: Instr, uses: Uses, frame: Frame) -> None:
    for index, double in enumerate(node.stars):
        name, value = uses[2 * index], uses[2 * index + 1]
        if double:
            for abstract in value:
                values = spread(self, abstract, frame, node)
                memory.keys = join(memory.keys, self.iterate(abstract, frame, node))
                add_all(memory, named_entries(self, abstract), values)
            continue
        _hash(self, name, frame, node)
        constant = next((a.const for a in name if isinstance(a, Plain)), MISSING)
        if constant is not MISSING:
            memory.place(constant, value)
        else:
            memory.scatter(value)
        memory.keys = join(memory.keys, name)


def add_all(memory: Memory, named: Named | None, values: Value) -> None:
    """Adds all that another dictionary has: by its names, or whatever its keys are."""
    if named is None:
        memory.scatter(values)
    for name, value in (named or {}).items():
        memory.enter(name, value)


def spread(self: Machine, abstract: Abstract, frame: Frame, node: Instr) -> Value:
    """The values of a mapping that is unpacked; one of a class that is not built in is asked for its keys."""
    built_in = isinstance(abstract, Plain) or (isinstance(abstract, Fresh | Inst) and abstract.cls in MAPPINGS)
    if not built_in:
        keys = self.call(self.attribute(abstract, "keys", frame, node), Call([], {}, frame, node))
        self.each(keys, lambda a: self.iterate(a, frame, node))
    return self.item(abstract, PLAIN, frame, node)


def named_entries(self: Machine, abstract: Abstract) -> dict[str, Value] | None:
    """The entries of a dictionary made in analysed code, if its keys are certainly some of these names."""
    if not isinstance(abstract, Fresh) or abstract.cls is not dict:
        return None
    memory = self.memory(abstract)
    names = [a.const if isinstance(a, Plain) else MISSING for a in memory.keys]
    if not all(type(name) is str for name in names):
        return None
    return {str(name): memory.at(name) for name in names}


def spread_out(self: Machine, value: Value, frame: Frame, node: Instr) -> Named | None:
    """The entries of dictionaries made in analysed code, or of the one that is there now, by their names; or None."""
    if made := [entries for a in value if (entries := named_entries(self, a)) is not None]:
        if len(made) < len(value):
            return None
        for abstract in value:
            self.read(abstract, frame, node, "[]")
        names = sorted({name for entries in made for name in entries})
        return {name: join(*(entries.get(name, NOTHING) for entries in made)) for name in names}
    (found,) = value if len(value) == 1 else (None,)
    path = getattr(found, "path", None)
    live = getattr(found, "live", MISSING)
    if not isinstance(found, Inst) or found.cls is not dict or path is None or type(live) is not dict:
        return None
    if len(live) > MOST_NAMES:
        return None
    keys = tuple(live)
    if not all(type(key) is str for key in keys) or not alone_at(path, self.roots, live):
        return None
    self.condition(path, lambda now: type(now) is dict and tuple(now) == keys, "names")
    return {key: self.item(found, only(Plain(str, frozenset(), key)), frame, node) for key in keys}


def path_at_end(value: Value) -> str:
    """The path of an inference endpoint that a text ends in which ends in this one; else nothing."""
    constants = [a.const if isinstance(a, Plain) else None for a in value]
    paths = {endpoint(c) if is_a(c, str) and c.startswith("/") else "" for c in constants}
    return paths.pop() if len(paths) == 1 else ""


def collect(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """Adds an element of a comprehension to what it makes."""
    for abstract in uses[0]:
        if isinstance(abstract, Fresh):
            memory = self.memory(abstract)
            memory.grow(uses[-1], uses[1] if len(uses) == 3 else NOTHING)
            if node.name == "generator":
                self.yielding.setdefault(abstract.key, set()).add(self.current)
        if node.name in ("set", "dict"):
            _hash(self, uses[1], frame, node)
    return NOTHING


def unpack(self: Machine, node: Instr, source: Value, env: Env, frame: Frame) -> None:
    """Binds the targets of an unpacking assignment."""
    given = [(abstract, self.iterate(abstract, frame, node)) for abstract in source if not _single(abstract)]
    item = join(NOTHING, *(element for _, element in given))
    for index, name in enumerate(node.more):
        if index == node.payload:
            key = (*frame.key, node.id, index)
            rest = self.contents(key)
            rest.element = join(rest.element, item)
            env[name] = only(Fresh(key, list))
        else:
            env[name] = NOTHING
            for abstract, element in given:
                if isinstance(abstract, Fresh) and index in self.memory(abstract).entries:
                    element = self.memory(abstract).at(index)
                elif node.payload == -1 and (held := at_position(self, abstract, index, frame, node)) is not None:
                    element = held
                env[name] = join(env[name], element)


def _single(abstract: Abstract) -> bool:
    """Whether a value is one of those which can't be unpacked, for a TypeError."""
    return isinstance(abstract, Plain) and abstract.cls in SINGLE


def _hash(self: Machine, key: Value, frame: Frame, node: Instr | None) -> None:
    """Runs what a key or index runs."""
    for abstract in key:
        self.protocol(abstract, "__hash__", frame, node)
        self.protocol(abstract, "__index__", frame, node)


def _constant(key: Value) -> object:
    return next((a.const for a in key if isinstance(a, Plain)), MISSING) if len(key) == 1 else MISSING


def _sliced(self: Machine, cls: type, element: Value, frame: Frame, node: Instr) -> Value:
    key = frame.made_at(node)
    memory = self.contents(key)
    memory.element = join(memory.element, element)  # what is sliced may be several, and another one in each iteration
    return only(Fresh(key, cls))


def item(self: Machine, abstract: Abstract, key: Value, frame: Frame, node: Instr) -> Value:
    """The value of an item."""
    match abstract:
        case Plain(cls=cls, origins=origins):
            self.read(abstract, frame, node, "[]")
            _hash(self, key, frame, node)
            return self.stored_in(abstract, "[]", only(Plain(cls if cls is str else None, origins)))
        case Fresh(cls=cls) if is_container(cls):
            self.read(abstract, frame, node, "[]")
            _hash(self, key, frame, node)
            memory = self.memory(abstract)
            if any(isinstance(a, Plain) and a.cls is slice for a in key):
                return _sliced(self, cls, memory.element, frame, node)
            constant = _constant(key)
            return memory.at(constant) if constant is not MISSING else memory.element
        case Inst(cls=cls, live=live, path=path) if cls in CONTAINERS and live is not MISSING:
            constant = _constant(key)
            self.read(abstract, frame, node, item_slot(constant) if cls is dict else "[]")
            _hash(self, key, frame, node)
            if issubclass(cls, dict) and path is not None and (type(constant) is str or type(constant) is int):
                return _at_key(self, abstract, path, constant)
            if (held := at_position(self, abstract, constant, frame, node)) is not None:
                return held
            if any(isinstance(a, Plain) and a.cls is slice for a in key):
                return _sliced(self, cls, self.members(live, path), frame, node)
            return self.members(live, path, values=issubclass(cls, dict))
        case Fresh(cls=cls) if cls is defaultdict:
            return _made_where_missing(self, abstract, key, frame, node)
        case Inst(cls=cls, live=live) if cls is defaultdict and live is not MISSING:
            return _defaulted(self, abstract, live, key, frame, node)
        case Inst(cls=cls, path=Path() as path) if type(constant := _constant(key)) is str and _extends(self, cls):
            self.read(abstract, frame, node, "[]")
            return _at_key(self, abstract, path, constant)
        case Known() | Closure() | Bound() | Lazy() | Generator():
            return self.unknown(frame, node, "subscript of a class or function")
        case Inst() if (found := columns.item(self, abstract, key, frame, node)) is not None:
            return found
        case _:
            return self.method(abstract, "__getitem__", [key], frame, node)


def _at_key(self: Machine, abstract: Inst, path: Path, key: object) -> Value:
    """An item of a dictionary that is there, by a key that is known."""
    step = path.step("item", key)
    every = [o for o in examples_at(step, self.roots) if o is not MISSING]
    return self.stored_in(abstract, item_slot(key), self.lift_all(every, step))


def _extends(self: Machine, cls: type) -> bool:
    """Whether a class adds to the built-in dictionary, and is read as that is: a configuration."""
    if not issubclass(cls, dict) or cls in CONTAINERS or cls is defaultdict:
        return False
    read = self.class_lookup(cls, "__getitem__") is dict_of(dict)["__getitem__"]
    return read and self.class_lookup(cls, "__missing__") is MISSING


def _made_where_missing(self: Machine, abstract: Fresh, key: Value, frame: Frame, node: Instr) -> Value:
    """An item of a `defaultdict` made in analysed code."""
    memory = self.memory(abstract)
    self.read(abstract, frame, node, "[]")
    _hash(self, key, frame, node)
    for factory in memory.attrs.get(".factory", NOTHING):
        if isinstance(factory, Known) and factory.obj in FACTORIES:
            self.keep(abstract, _new(self, factory.obj, frame, node), key)
        else:
            self.keep(abstract, self.call(only(factory), Call([], {}, frame, node)), key)
    self.write(abstract, frame, node, "[]", "an element")
    return memory.element


def _new(self: Machine, factory: Any, frame: Frame, node: Instr) -> Value:
    if factory not in CONTAINERS:
        return only(Plain(factory))
    place = frame.made_at(node)
    self.contents(place)
    return only(Fresh(place, factory))


def _defaulted(self: Machine, abstract: Inst, live: object, key: Value, frame: Frame, node: Instr) -> Value:
    """An item of a `defaultdict`, which is made and stored where it is missing."""
    assert type(live) is defaultdict
    factory: Any = live.default_factory
    path = abstract.path
    own = is_function(factory)
    if (factory not in FACTORIES and not own) or path is None or not alone_at(path, self.roots, live):
        return self.unknown(frame, node, "an item of a defaultdict")
    self.condition(path, lambda now: type(now) is defaultdict and now.default_factory is factory, "factory")
    self.read(abstract, frame, node, "[]")
    _hash(self, key, frame, node)
    if own:
        made = self.call(only(Known(id(factory), factory)), Call([], {}, frame, node))
    else:
        made = _new(self, factory, frame, node)
    self.keep(abstract, made, key)
    self.write(abstract, frame, node, "[]", "an element")
    examples = [value for value in examples_of("values", [live], EXAMPLES) if value is not MISSING]
    held = {_class_of(a) for value in examples for a in self.lift(value, None)}
    if own:  # what others have put in is not known to be like what it makes
        self.guard(path.step("values", None), "typein", Kinds(()))
        return self.unknown(frame, node, "an item of a defaultdict") if held else self.stored_in(abstract, "[]", made)
    others = held - {factory}
    if others and (factory in CONTAINERS or not all(other in IMMUTABLE for other in others)):
        return self.unknown(frame, node, "an item of a defaultdict")
    self.guard(path.step("values", None), "typein", IMMUTABLE if others else Kinds((factory,)))
    made = self.stored_in(abstract, "[]", made)
    if factory not in CONTAINERS:
        return join(made, PLAIN) if others else made
    if not held:
        empty: object = factory()  # nothing is known of what its items hold at later entries: they are looked at then
        return join(made, only(Inst(factory, path.step("values", None), id(empty), empty)))
    return join(made, self.members(live, path, values=True))


def _class_of(abstract: Abstract) -> type | None:
    """None: data of any class."""
    match abstract:
        case Plain(cls=cls) | Inst(cls=cls) | Fresh(cls=cls):
            return cls
        case _:
            return object


def set_item(self: Machine, abstract: Abstract, uses: Uses, frame: Frame, node: Instr) -> None:
    """A store to an item, or (two operands) its deletion."""
    _hash(self, uses[1], frame, node)
    match abstract:
        case Fresh(cls=cls) if is_container(cls) or cls is defaultdict:
            memory = self.memory(abstract)
            if len(uses) == 3:
                memory.keys = join(memory.keys, uses[1])
                constant = _constant(uses[1]) if cls is dict else MISSING
                if constant is not MISSING:
                    memory.enter(constant, uses[2])
                else:
                    memory.scatter(uses[2])
            if any(isinstance(a, Plain) and a.cls is slice for a in uses[1]) and len(uses) == 3:
                memory.scatter(self.each(uses[2], lambda a: self.iterate(a, frame, node)))
            if not issubclass(cls, dict) and (len(uses) == 2 or memory.entries):
                memory.shuffle()  # what stands behind it moves
            self.write(abstract, frame, node, "[]", "an element")
        case Plain():
            _put(self, abstract, uses, frame, node)
        case Inst(cls=cls) if cls in CONTAINERS or cls is defaultdict:
            _put(self, abstract, uses, frame, node)
        case Inst() if columns.set_item(self, abstract, uses, frame, node):
            pass
        case _:
            name = "__setitem__" if len(uses) == 3 else "__delitem__"
            self.method(abstract, name, list(uses[1:]), frame, node)


def _put(self: Machine, abstract: Abstract, uses: Uses, frame: Frame, node: Instr) -> None:
    """A store to an item of a container that was there before, or its deletion."""
    slot = item_slot(_constant(uses[1])) if issubclass(getattr(abstract, "cls", None) or object, dict) else "[]"
    if len(uses) == 3:
        sliced = any(isinstance(a, Plain) and a.cls is slice for a in uses[1])
        value = self.each(uses[2], lambda a: self.iterate(a, frame, node)) if sliced else uses[2]
        self.keep(abstract, value, uses[1], slot)
    self.write(abstract, frame, node, slot if isinstance(abstract, Inst) else "[]", "an element")
