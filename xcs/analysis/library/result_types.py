"""Results of library calls: the abstract values of the result type expressions of the knowledge files."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial

from ...knowledge import type_facts
from ...knowledge.index import library_of
from ...knowledge.load import library
from ...knowledge.runnables import gives
from ...peek import (
    CONTAINERS,
    IMMUTABLE,
    MISSING,
    class_lookup,
    class_name,
    is_a,
    is_class,
    is_function,
    is_module,
    peek,
    return_annotation,
)
from ..domain.holding import inside as held_by
from ..domain.holding import within
from ..domain.machine import Machine
from ..domain.memory import Memory
from ..domain.places import Path, object_path
from ..domain.state import Call
from ..domain.values import (
    NONE,
    NOTHING,
    PLAIN,
    Abstract,
    Fresh,
    Inst,
    Known,
    Lazy,
    Plain,
    Top,
    Value,
    join,
    only,
)
from ..language.data import all_plain, default_dict, element_of, origins_among
from ..language.generated_classes import model
from ..language.model_fields import problems
from .sequences import gives_held, iterator

SIMPLE: dict[str, Value] = {class_name(kind): only(Plain(kind)) for kind in (int, float, str, bytes, bool, complex)}
SIMPLE |= {"None": NONE, "": NONE, "plain": PLAIN}
GENERIC: dict[str, type] = {"list": list, "dict": dict, "tuple": tuple, "set": set, "frozenset": frozenset}
PART = -5  # in the key of a part of a fresh object, after the object's
REDUCTIONS = 4  # of a reduction, until what it gives is stable
ANYTHING = "a library's result"
DERIVED = ("counter", "pairs", "listof", "dictof", "keys", "values", "items")


def typed(self: Machine, expr: str, call: Call) -> Value:
    """The abstract value of a result type expression: `int`, `same(0)`, `keys(self)`, `list[str]`, `openai.OpenAI`."""
    simple = SIMPLE.get(expr)
    if simple is not None:
        return simple
    expr = expr.strip()
    if "|" in expr and "[" not in expr:
        return join(NOTHING, *(typed(self, e, call) for e in expr.split("|")))
    if expr in SIMPLE:
        return SIMPLE[expr]
    if expr == "data":  # new data, which may be changed
        return only(Plain(None, frozenset({call.made})))
    if expr in ("plain?", "number?", "number"):
        return _of_data(self, expr, call)
    if (made := MADE.get(expr)) is not None:
        return made(self, call)
    if (gives := iterator(self, expr, call)) is not None:
        return gives
    head, _, inside = expr.partition("(")
    if inside and head in ("same", "item"):
        value = _source(inside, call)
        if head == "same":
            return value
        return join(NOTHING, *(element_of(self, a, call.frame, call.node) for a in value))
    if inside and head in DERIVED:
        return _derived(self, head, _source(inside, call), call)
    head, _, inside = expr.partition("[")
    if head in GENERIC:
        return _generic(self, GENERIC[head], inside, call)
    cls = _class_named(expr) if "." in expr else None
    if cls is not None:
        return _instance(self, cls, call)
    if "." in expr:  # a part of the library may be loaded when it is first asked for
        self.condition(object_path(_class_named, expr), lambda _: _class_named(expr) is None, "not loaded")
    return _unknown(self, call)


def _of_data(self: Machine, expr: str, call: Call) -> Value:
    """What a function of its arguments gives: data where these are."""
    everything = call.everything
    if not all(all_plain(self, a, call, 0) for v in everything for a in v):
        return _unknown(self, call)
    held = _held(self, join(NOTHING, *everything))
    if expr == "number" or (expr == "number?" and all(_numbers(self, a, call) for v in everything for a in v)):
        return PLAIN
    return only(Plain(None, origins_among(held) | {call.made}))


def _reduced(self: Machine, call: Call) -> Value:
    """The result of `functools.reduce`: an element, or what its function makes of an earlier result and an element."""
    elements = join(NOTHING, *(self.iterate(a, call.frame, call.node) for v in call.args[1:2] for a in v))
    found = join(elements, *call.args[2:])
    if not call.args:
        return only(Top("what functools.reduce gives"))
    for _ in range(REDUCTIONS):
        given = self.call(call.args[0], Call([found, elements], {}, call.frame, call.node))
        if join(found, given) == found:
            return join(*call.args[2:], found)
        found = join(found, given)
    return join(*call.args[2:], only(Top("what functools.reduce gives")))


def _parts(self: Machine, call: Call, named: bool) -> Value:
    """The fields of a dataclass, copied, where they are built-in data; `named`: by their names."""
    fields = [getattr(a, "cls", None) for a in (call.args[0] if call.args else NOTHING)]
    if len(call.args) != 1 or call.named or not fields:
        return self.unknown(call.frame, call.node, "dataclasses.asdict with a factory")
    memory = self.contents(call.made) if named else Memory(self.clock)
    for abstract, cls in zip(call.args[0], fields, strict=True):
        declared = class_lookup(cls, "__dataclass_fields__") if cls is not None else MISSING
        for name in declared if type(declared) is dict else ("",):
            held = self.attribute(abstract, name, call.frame, call.node) if name else only(Top())
            if not all(all_plain(self, a, call, 0) for a in held):
                return self.unknown(call.frame, call.node, "dataclasses.asdict of objects, whose copying may run code,")
            memory.keys = join(memory.keys, only(Plain(str, frozenset(), name)))
            memory.place(name, frozenset(_copy_of(a, call) for a in held))
    return only(Fresh(call.made, dict) if named else Plain(None, frozenset({call.made})))


def _copy_of(abstract: Abstract, call: Call) -> Abstract:
    """The copy of a field that is data: text and numbers are what they were."""
    if isinstance(abstract, Plain) and abstract.cls in IMMUTABLE:
        return abstract
    return Plain(None, frozenset({call.made}))


def _model_of(self: Machine, call: Call) -> Value:
    """A model of the class that is the receiver, validated from data."""
    cls = call.receiver.obj if isinstance(call.receiver, Known) else None
    return model(self, cls, call) if is_class(cls) else _unknown(self, call)


def _attribute_named(self: Machine, call: Call) -> Value:
    """The stated attribute of the receiver that the first argument names; the second is given where it is not there."""
    receiver, asked = call.receiver, call.args[0] if call.args else NOTHING
    facts = type_facts(receiver.cls) if isinstance(receiver, Inst | Fresh) else None
    names = [a.const if isinstance(a, Plain) else MISSING for a in asked]
    if receiver is None or facts is None or call.named or not asked or not all(is_a(name, str) for name in names):
        return _unknown(self, call)
    given = [self.attribute(receiver, str(name), call.frame, call.node) for name in names if name in facts.attributes]
    subscript = call.node is not None and call.node.op == "item"
    missing = NOTHING if subscript else call.args[1] if len(call.args) > 1 else NONE
    return join(missing, *given) if len(given) == len(names) else _unknown(self, call)


def _unknown(self: Machine, call: Call) -> Value:
    """What may be, or hold, anything that the call is given, also as a function does that it is given."""

    def step(abstract: Abstract) -> list[Value]:
        return [] if isinstance(abstract, Fresh) else held_by(abstract, self.contents)

    origins = origins_among(frozenset(within(call.everything, step)))
    return only(Top(ANYTHING, origins))


def _held(self: Machine, value: Value) -> Value:
    """A value, and what is in the objects made in analysed code that it is or holds."""

    def step(abstract: Abstract) -> list[Value]:
        match abstract:
            case Fresh():
                return self.memory(abstract).values()
            case Lazy(element=element):
                return [element]
            case _:
                return []

    return frozenset(within([value], step))


def _numbers(self: Machine, abstract: Abstract, call: Call) -> bool:
    """Whether a value surely is a number or a text, or goes through such: adding up lists gives what these hold."""
    inside = only(abstract) if isinstance(abstract, Plain) else self.iterate(abstract, call.frame, call.node)
    return all(isinstance(a, Plain) and not a.origins and a.cls not in CONTAINERS for a in inside)


def _writer(self: Machine, call: Call) -> Value:
    """A new `csv.writer`: it keeps the method that its first argument has for writing now."""
    cls = _class_named("_csv.Writer")
    if cls is None or not call.args:
        return _unknown(self, call)
    methods = [self.attribute(target, "write", call.frame, call.node) for target in call.args[0]]
    attrs = self.contents(call.made).attrs
    attrs["write"] = join(attrs.get("write", NOTHING), *methods)
    return only(Fresh(call.made, cls))


def _lines(self: Machine, call: Call) -> Value:
    """The lines of a file, by its class: texts or bytes."""
    cls = getattr(call.receiver, "cls", object)
    if not issubclass(cls, io.TextIOWrapper | io.StringIO | io.BufferedIOBase):
        return _unknown(self, call)
    return _generic(self, list, "bytes]" if issubclass(cls, io.BufferedIOBase) else "str]", call)


def _filename(self: Machine, call: Call) -> Value:
    """What a file was opened with, where the region has opened it: `open` keeps a text, bytes, or a number."""
    return PLAIN if isinstance(call.receiver, Fresh) else _unknown(self, call)


def _set_of(self: Machine, call: Call) -> Value:
    """A new set of elements of the receiver and of the arguments."""
    parts = [a for v in call.everything for a in v]
    if all(isinstance(a, Plain) for a in parts):
        return only(Plain(set, origins_among(frozenset(parts)) | {call.made}))
    memory = self.contents(call.made)
    memory.element = join(memory.element, *(self.iterate(a, call.frame, call.node) for a in parts))
    return only(Fresh(call.made, set))


def _source(inside: str, call: Call) -> Value:
    """What `self)` or `0)` names."""
    which = inside.rstrip(")")
    if which == "self" and call.receiver is not None:
        return only(call.receiver)
    if which.isdigit() and int(which) < len(call.args):
        return call.args[int(which)]
    return join(NOTHING, *call.named.values())  # it is given by its name


def _generic(self: Machine, cls: type, inside: str, call: Call) -> Value:
    """`list[...]` and the like; `inside` is what follows the bracket."""
    memory = self.contents(call.made)
    parts = [p.strip() for p in inside.rstrip("]").split(",")] if inside else ["plain"]
    if inside and len(parts) == 1 and inside.endswith("]]"):
        parts = [inside[:-1]]
    element = typed(self, parts[-1] if parts[-1] != "..." else parts[0], call)
    if all(isinstance(a, Plain) for a in element):
        return only(Plain(cls, frozenset({call.made}) if (cls is list or cls is dict or cls is set) else frozenset()))
    memory.element = join(memory.element, element)
    if cls is dict:
        memory.keys = PLAIN
    return only(Fresh(call.made, cls))


def _instance(self: Machine, cls: type, call: Call) -> Value:
    """An instance of a library's class: a part of a live object, or a new one."""
    node, receiver = call.node, call.receiver
    part = node is not None and node.op in ("attr", "item")
    if part and isinstance(receiver, Fresh):
        return only(Fresh((*receiver.key, PART), cls))
    if not part or not isinstance(receiver, Inst):
        self.contents(call.made)
        return only(Fresh(call.made, cls))
    # What of the library's is made anew each time has no place of its own.
    path = receiver.path.step("attr", "?") if receiver.path is not None else None
    return only(Inst(cls, path))


def annotated(self: Machine, function: object, call: Call) -> Value | None:
    """What a library's function is annotated to return, where that is a class of data that is described."""
    if not is_function(function) or library(library_of(function)) is None:
        return None
    named = return_annotation(function)
    if type(named) is str:
        named = function.__globals__.get(named)
    return _instance(self, named, call) if is_class(named) and type_facts(named) is not None else None


def of_imports(path: Path) -> bool:
    """Whether a condition's path says that it is about what has been imported."""
    holder: object = path.holder
    return holder is _class_named or holder is sys


def _class_named(dotted: str) -> type | None:
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is None:
            continue
        found: object = module
        for part in parts[cut:]:
            found = peek(found, part) if is_module(found) or is_class(found) else MISSING
        if is_class(found):
            return found
    return None


def _derived(self: Machine, how: str, value: Value, call: Call) -> Value:
    """A new container of the same elements, or a view of a dictionary."""
    origins = origins_among(value)
    if how in ("listof", "dictof", "keys", "values", "items") and all(isinstance(a, Plain) for a in value):
        made = {"listof": list, "dictof": dict}.get(how)
        return only(Plain(made, origins | {call.made} if made is not None else origins))
    key = call.made
    memory = self.contents(key)
    keys = join(NOTHING, *(self.iterate(a, call.frame, call.node) for a in value))
    members = join(NOTHING, *(element_of(self, a, call.frame, call.node) for a in value))
    match how:
        case "keys":
            return only(Lazy(keys, origins, shallow=gives_held([value])))
        case "values":
            return only(Lazy(members, origins, shallow=gives_held([value])))
        case "items":
            memory.place(0, keys)
            memory.place(1, members)
            return only(Lazy(only(Fresh(key, tuple)), origins, shallow=gives_held([value])))
        case "counter":
            memory.element, memory.keys = only(Plain(int)), join(memory.keys, keys)
            return only(Fresh(key, Counter))
        case "pairs":
            inner = (*key, -3)
            pair = self.contents(inner)
            pair.entries[0], pair.entries[1] = keys, members
            pair.element = join(keys, members)
            memory.element = only(Fresh(inner, tuple))
            return only(Fresh(key, list))
        case "dictof":
            memory.element, memory.keys = join(memory.element, members), join(memory.keys, keys)
            return only(Fresh(key, dict))
        case _:
            memory.element = join(memory.element, keys)
            return only(Fresh(key, list))


# Expressions that stand for what one function makes.
def _gives(cls: type, obj: object) -> bool:
    return gives(obj) is cls


def _runnable(self: Machine, call: Call) -> Value:
    """What the last step of a runnable gives, as long as it is that one."""
    found = NOTHING
    for receiver in call.receivers:
        for a in receiver:
            live = a.obj if isinstance(a, Known) else a.live if isinstance(a, Inst) else MISSING
            cls = gives(live) if live is not MISSING else MISSING
            if not is_class(cls):
                return _unknown(self, call)
            path = a.path if isinstance(a, Inst) and a.path is not None else object_path(live, "runnable")
            self.condition(path, partial(_gives, cls), f"gives {class_name(cls)}")
            if cls is str:
                found = join(found, SIMPLE["str"])
            elif cls is dict:
                found = join(found, only(Plain(None, frozenset({call.made}))))
            elif type_facts(cls) is not None:
                found = join(found, _instance(self, cls, call))
            else:
                found = join(found, model(self, cls, call))
    return found


def _model_asked_for(self: Machine, call: Call) -> Value:
    """A model of the class that a call is given as `response_model`."""
    found = call.named.get("response_model", NOTHING)
    classes = [a.obj if isinstance(a, Known) else None for a in found]
    if len(classes) != 1 or not is_class(classes[0]):
        return _unknown(self, call)
    return model(self, classes[0], call)


MADE: dict[str, Callable[[Machine, Call], Value]] = {
    "reduced": _reduced,
    "parts(0)": partial(_parts, named=False),
    "named(0)": partial(_parts, named=True),
    "model": _model_of,
    "model(response_model)": _model_asked_for,
    "attribute(0)": _attribute_named,
    "setof": _set_of,
    "problems": problems,
    "defaultdict": default_dict,
    "lines": _lines,
    "filename": _filename,
    "runnable": _runnable,
    "writer": _writer,
}
