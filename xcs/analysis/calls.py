"""What a call does: library callables from the knowledge files, Python functions by interpreting them, classes by their constructor."""

from __future__ import annotations

import builtins
import functools
import sys
import types
from collections import Counter, deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..ir import FunctionIR, Instr
from ..knowledge import CallFacts, extends, inference_url, lookup, seams_intact, type_facts
from ..knowledge import check_requirement as requirement_holds
from ..remarks import Bailout, Located
from ..source import original_code
from .effects import Effect, Loc
from .values import (
    CONTAINERS,
    FUNCTIONS,
    MISSING,
    NONE,
    NOTHING,
    PLAIN,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Inst,
    Known,
    Lazy,
    Path,
    Plain,
    Super,
    Top,
    Value,
    class_lookup,
    join,
    only,
    origins_of,
)

if TYPE_CHECKING:
    from .interpret import Frame, Interpreter

Named = dict[str, Value]
LAZY = (enumerate, zip, reversed, map, filter)
WHOLE = (list, tuple, set, frozenset, dict, sum, sorted, max, min)  # consume an iterable to its end
SERVICE_COMMANDS = frozenset({"stdout", "stderr", "log"})


def call_value(
    self: Interpreter, func: Value, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> Value:
    """The result of calling any of `func` and the effects of it."""
    results = [_call(self, f, args, named, frame, node) for f in func]
    return join(NOTHING, *results)


def _call(
    self: Interpreter, func: Abstract, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> Value:
    match func:
        case Known(obj=obj):
            return _call_known(self, func, obj, None, args, named, frame, node)
        case Bound(func=Known(obj=obj), receiver=receiver):
            return _call_known(self, func, obj, receiver, args, named, frame, node)
        case Bound(func=inner, receiver=receiver):
            return _call(self, inner, [only(receiver), *args], named, frame, node)
        case Closure():
            return _call_closure(self, func, args, named, frame, node)
        case Inst(cls=functools.partial, live=live, path=path) if live is not MISSING:
            assert isinstance(live, functools.partial)
            below = self.lift(live.func, None)
            self.guard(path, "is", live)
            from ..guards import Guard

            place = Path("object", "partial", (), live, id(live))  # type: ignore[arg-type]
            self.guards.setdefault((place, "holds"), Guard(place, "holds", None, _same_partial(live)))
            front = [self.lift(a, Path("object", "argument", (), a, id(a))) for a in live.args]
            extra = {k: self.lift(a, Path("object", "argument", (), a, id(a))) for k, a in live.keywords.items()}
            return call_value(self, below, [*front, *args], {**extra, **named}, frame, node)
        case Inst(cls=cls) | Fresh(cls=cls):
            found = class_lookup(cls, "__call__")
            if type(found) is types.FunctionType:
                self.guard(Path("object", cls.__name__, (("attr", "__call__"),), cls, id(cls)), "is", found)  # type: ignore[arg-type]
                return _call_known(self, func, found, func, args, named, frame, node)
            return self.unknown(frame, node, f"calling an object of class {cls.__name__}")
        case Top(why=why):
            return self.unknown(frame, node, f"calling {why}")
        case _:
            return self.unknown(frame, node, "calling a value")


def _name(obj: object) -> str:
    return str(getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None) or type(obj).__name__)


def _call_known(
    self: Interpreter,
    func: Abstract,
    obj: object,
    receiver: Abstract | None,
    args: list[Value],
    named: Named,
    frame: Frame,
    node: Instr | None,
) -> Value:
    from ..marks import marked

    mark = marked(obj)
    if mark == "unordered":
        self.effect("blocks", frame, node)
        for value in [*args, *named.values(), *([only(receiver)] if receiver else [])]:
            for abstract in value:
                self.read(abstract, frame, node, "*", deep=True)
        return only(Top(f"what {_name(obj)} returns"))
    if mark == "ordered":
        return self.unknown(frame, node, f"{_name(obj)}, marked as ordered")
    if (isinstance(obj, type) and obj in LAZY) or obj is builtins.iter:
        return _lazy(self, obj, args, named, frame, node)
    if obj is super and not args:
        cell = frame.cells.get("__class__")
        owner = cell.cell_contents if isinstance(cell, types.CellType) else None
        if isinstance(owner, type) and frame.first:
            return frozenset(Super(owner, a) for a in frame.first)
    if obj is type and len(args) == 1:
        return frozenset(Known(id(c), c) for a in args[0] if isinstance(c := getattr(a, "cls", None), type))
    if obj is getattr and len(args) >= 2:
        constant = next((a.const for a in args[1] if isinstance(a, Plain)), MISSING)
        if isinstance(constant, str) and len(args[1]) == 1:
            return join(self.each(args[0], lambda a: self.attribute(a, constant, frame, node)), *args[2:])
    if obj is hasattr and len(args) == 2 and not named:
        constant = next((a.const for a in args[1] if isinstance(a, Plain)), MISSING)
        if isinstance(constant, str) and len(args[1]) == 1:
            self.each(args[0], lambda a: self.attribute(a, constant, frame, node))
            return only(Plain(bool))
    facts = lookup(obj)
    if facts is not None:
        return _library(self, facts, obj, receiver, args, named, frame, node)
    if isinstance(obj, types.FunctionType):
        front = [only(receiver)] if receiver is not None else []
        return _call_function(self, obj, [*front, *args], named, frame, node)
    if isinstance(obj, type):
        return _construct(self, obj, args, named, frame, node)
    if type(obj) is types.WrapperDescriptorType and obj in (object.__init__, object.__setattr__, object.__new__):
        return NONE
    return self.unknown(frame, node, f"{_name(obj)}, which no one has described")


def _lazy(self: Interpreter, obj: object, args: list[Value], named: Named, frame: Frame, node: Instr | None) -> Value:
    values = [*args]
    origins = frozenset(o for v in values for a in v for o in origins_of(a))
    if "*" in named or "**" in named:
        return self.unknown(frame, node, f"{_name(obj)} with unpacked arguments")
    if obj in (map, filter):
        function, *sequences = values
        elements = [join(NOTHING, *(self.iterate(a, frame, node) for a in v)) for v in sequences]
        plain_filter = obj is filter and all(isinstance(a, Plain) for a in function)
        result = PLAIN if plain_filter else self.call_abstract(function, elements, {}, frame, node)
        element = elements[0] if obj is filter and elements else result
        runs = not plain_filter and not all(
            isinstance(a, Known) and issubclass(type(a.obj), (type, types.BuiltinFunctionType, types.MethodDescriptorType)) for a in function
        )
        return only(Lazy(element, origins, readable=not runs, runs=runs))
    elements = [
        join(NOTHING, *(self.iterate(a, frame, node) for a in v)) for v in values[: 1 if obj is enumerate else None]
    ]
    if obj is builtins.iter:
        return only(Lazy(join(NOTHING, *elements), origins, readable=False))
    if obj is reversed:
        return only(Lazy(join(NOTHING, *elements), origins))
    if obj is enumerate:
        elements = [only(Plain(int)), *elements]
    key = (*frame.key, node.id if node is not None else 0)
    from .interpret import Memory

    memory = self.heap.setdefault(key, Memory())
    for index, value in enumerate(elements):
        memory.entries[index] = join(memory.entries.get(index, NOTHING), value)
        memory.element = join(memory.element, value)
    return only(Lazy(only(Fresh(key, tuple)), origins))


# -- library callables


def _argument(facts: CallFacts, which: str, args: list[Value], named: Named, receiver: Abstract | None) -> Value | None:
    """The argument that a knowledge file names: a position, a parameter name, `self` or `*`."""
    if which == "self":
        return only(receiver) if receiver is not None else (args[0] if args else None)
    if which == "*":
        return join(NOTHING, *args, *(v for v in named.values()))
    if which.isdigit():
        index = int(which)
        if index < len(args):
            return args[index]
        name = facts.params[index] if index < len(facts.params) else None
        return named.get(name) if name is not None else None
    if which in named:
        return named[which]
    if which in facts.params and facts.params.index(which) < len(args):
        return args[facts.params.index(which)]
    return named.get("**")


def _placed(facts: CallFacts, args: list[Value], named: Named) -> list[Value]:
    """The arguments by position: named ones at their parameter's place, unpacked ones at any place that they may fill."""
    placed = list(args)
    for name in facts.params[len(args) :]:
        if name not in named and "**" not in named:
            break
        placed.append(named[name] if name in named else named["**"])
    if "*" in named:
        placed = [*args, *([join(named["*"], *placed[len(args) :])] * 8)]
    return placed


def _matches(
    self: Interpreter, when: object, facts: CallFacts, args: list[Value], named: Named, receiver: Abstract | None
) -> bool:
    arg, test, choices = when.arg, when.test, when.choices  # type: ignore[attr-defined]
    if "*" in named or "**" in named:
        return False
    value = _argument(facts, arg, args, named, receiver)
    absent = value is None or all(isinstance(a, Plain) and a.cls is type(None) for a in value)
    if test == "absent":
        return absent
    if value is None or not value:
        return False
    constants = [a.const if isinstance(a, Plain) else MISSING for a in value]
    match test:
        case "text":
            return all(isinstance(a, Plain) and a.cls is str for a in value)
        case "inference_url":
            return all(isinstance(c, str) and inference_url(c) for c in constants)
        case "get_like":
            return all(isinstance(c, str) and c.upper() in ("GET", "HEAD", "OPTIONS") for c in constants)
        case "one_of":
            return all(c is not MISSING and c in choices for c in constants)
        case _:
            return False


def _library(
    self: Interpreter,
    facts: CallFacts,
    obj: object,
    receiver: Abstract | None,
    args: list[Value],
    named: Named,
    frame: Frame,
    node: Instr | None,
) -> Value:
    if (
        receiver is None
        and args
        and not isinstance(obj, type)
        and (facts.method or type(obj) in (types.MethodDescriptorType, types.WrapperDescriptorType))
    ):
        # An unbound method, called with its receiver.
        return (
            join(NOTHING, *(_library(self, facts, obj, a, args[1:], named, frame, node) for a in args[0]))
            if args[0]
            else NOTHING
        )
    args = _placed(facts, args, named)
    if facts.method and isinstance(receiver, Inst | Fresh) and extends(receiver.cls, facts):
        return self.unknown(frame, node, f"{facts.name} of {receiver.cls.__name__}, a class that extends the library's")
    if facts.seams and not seams_intact(facts):
        return self.unknown(frame, node, f"{facts.name}, part of which is replaced")
    for condition in facts.requires:
        live = receiver.live if isinstance(receiver, Inst) else MISSING
        if live is MISSING and receiver is not None and not isinstance(receiver, Fresh):
            return self.unknown(frame, node, f"{facts.name}, whose client is not known")
        if live is not MISSING:
            if not requirement_holds(condition, live):
                return self.unknown(
                    frame, node, f"{facts.name}, whose client is set up so that a call does more ({condition})"
                )
            path = receiver.path if isinstance(receiver, Inst) else None
            if path is not None:
                from ..guards import Guard

                check = functools.partial(requirement_holds, condition)
                self.guards.setdefault((path, f"holds {condition}"), Guard(path, "holds", None, check))
    effects, blocks, result = facts.effects, facts.blocks, facts.result
    for when in facts.when:
        if _matches(self, when, facts, args, named, receiver):
            effects = when.effects
            blocks = blocks if when.blocks is None else when.blocks
            result = result if when.result is None else when.result
            break
    everything = [*args, *named.values(), *([only(receiver)] if receiver is not None else [])]
    for value in everything:
        for abstract in value:
            self.read(abstract, frame, node, "[]" if _flat(abstract) else "*", deep=not _flat(abstract))
    for effect in effects:
        match effect.kind:
            case "read":
                continue
            case "write":
                target = _argument(facts, effect.target, args, named, receiver)
                for abstract in target or NOTHING:
                    self.write(abstract, frame, node, "[]", f"{facts.name}")
            case "sleep":
                self.effect("sleep", frame, node, facts.name)
                if not frame.handling:
                    frame.sleeps = Located(facts.name, frame.filename, node.span.line if node else 0)
            case kind:
                if kind == "command" and effect.target in ("stdout", "stderr", "log"):
                    _output(self, effect.target, named, receiver, frame, node)
                self.effect(
                    kind, frame, node, effect.target if kind in ("inference", "query", "command") else facts.name
                )
    if blocks:
        self.effect("blocks", frame, node)
    for logger in facts.loggers:
        self.effect("logs", frame, node, logger)
    if facts.limit and isinstance(receiver, Inst) and receiver.live is not MISSING:
        stated = _limit(receiver.live, facts.limit)
        if stated:
            self.effect("limit", frame, node, str(stated))
    for what in facts.calls:
        _user_code(self, what, facts, args, named, receiver, frame, node)
    for captured in facts.captures:
        which, _, into = captured.partition("@")
        value = _argument(facts, which, args, named, receiver) or NOTHING
        holders = only(receiver) if receiver is not None and not into else NOTHING
        for holder in (_argument(facts, into, args, named, receiver) or NOTHING) if into else holders:
            if isinstance(holder, Fresh):
                _captured(self, facts.name, holder, value, args, named, frame, node)
    for effect in effects:
        if effect.kind == "write" and not facts.name.endswith((".append", ".add")):
            for abstract in _argument(facts, effect.target, args, named, receiver) or NOTHING:
                if isinstance(abstract, Fresh):
                    memory = self.memory(abstract)
                    for key in memory.entries:
                        memory.entries[key] = join(memory.entries[key], memory.element)
    if result == "extreme":
        return _extreme(self, facts, args, named, frame, node)
    if isinstance(obj, type) and obj in (list, tuple, set, frozenset, dict, deque):
        return _container(self, obj, args, named, frame, node)
    return typed_value(self, result, args, receiver, frame, node)


def _captured(
    self: Interpreter, name: str, holder: Fresh, value: Value, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> None:
    """Puts what a call stores into the contents of a container made here."""
    memory = self.memory(holder)
    if not name.endswith((".extend", ".extendleft", ".update")):
        memory.element = join(memory.element, value)
    elif not issubclass(holder.cls, dict):
        memory.element = join(memory.element, *(self.iterate(a, frame, node) for a in value))
    else:
        for abstract in join(NOTHING, *args[:1]):
            keys = self.iterate(abstract, frame, node)
            if isinstance(abstract, Plain) or issubclass(getattr(abstract, "cls", None) or object, dict):
                memory.keys = join(memory.keys, keys)
                memory.element = join(memory.element, _element_of(self, abstract, frame, node))
            else:
                parts = join(NOTHING, *(self.iterate(a, frame, node) for a in keys))
                memory.keys, memory.element = join(memory.keys, parts), join(memory.element, parts)
        memory.element = join(memory.element, *named.values())
        memory.keys = join(memory.keys, only(Plain(str)))


def _extreme(
    self: Interpreter, facts: CallFacts, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> Value:
    """What `min` and `max` give: an element of their one argument, or one of several, or the default."""
    several = NOTHING if len(args) == 1 else join(NOTHING, *args)
    one = args[0] if len(args) == 1 or "*" in named else NOTHING
    found = join(several, *(self.iterate(a, frame, node) for a in one))
    compared = found
    key = _argument(facts, "key", args, named, None)
    if key is not None and not all(isinstance(a, Plain) and a.cls is type(None) for a in key):
        compared = self.call_abstract(key, [found], {}, frame, node)
    for abstract in compared:
        _ordered(self, abstract, frame, node)
    return join(found, named.get("default", NOTHING), named.get("**", NOTHING))


def _output(
    self: Interpreter, channel: str, named: Named, receiver: Abstract | None, frame: Frame, node: Instr | None
) -> None:
    """Output runs code of the user's where a stream or a logging handler is an object of the user's."""
    if channel in ("stdout", "stderr"):
        path = Path("object", "sys", (("attr", channel),), sys, id(sys))  # type: ignore[arg-type]
        streams = named["file"] if "file" in named else self.lift(getattr(sys, channel), path)
        for stream in streams:
            for method in ("write", "flush"):
                cls = getattr(stream, "cls", None)
                if (
                    isinstance(cls, type)
                    and isinstance(class_lookup(cls, method), types.FunctionType)
                    and cls.__module__.partition(".")[0] not in OUTPUT
                ):
                    self.method(stream, method, [only(Plain(str))] if method == "write" else [], frame, node)
                elif not isinstance(stream, Inst | Fresh | Plain):
                    self.unknown(frame, node, "output to an unknown stream")
        return
    logging = sys.modules["logging"]
    logger = receiver.live if isinstance(receiver, Inst) and isinstance(receiver.live, logging.Logger) else logging.root
    while logger is not None:
        for worker in [*logger.handlers, *logger.filters, *(f for h in logger.handlers for f in h.filters)]:
            cls = type(worker)
            for method in ("emit", "handle", "format", "filter"):
                found = class_lookup(cls, method)
                if isinstance(found, types.FunctionType) and found.__module__.partition(".")[0] not in OUTPUT:
                    self.call_abstract(
                        self.lift(found, None),
                        [self.lift(worker, None), only(Inst(logging.LogRecord, None))],
                        {},
                        frame,
                        node,
                    )
        logger = logger.parent if logger.propagate else None


OUTPUT = frozenset(
    ("logging", "io", "_pytest", "rich", "ipykernel", "IPython", "tempfile", "codecs")
)  # libraries whose streams only write


def _flat(abstract: Abstract) -> bool:
    return isinstance(abstract, Plain)


def _limit(live: object, dotted: str) -> int:
    from .values import peek

    value = live
    for part in dotted.split("."):
        value = peek(value, part)
        if value is MISSING:
            return 0
    return value if isinstance(value, int) and value > 0 else 0


def _container(
    self: Interpreter, cls: type, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> Value:
    from .interpret import Memory

    key = (*frame.key, node.id if node is not None else 0)
    memory = self.heap.setdefault(key, Memory())
    for abstract in args[0] if args else NOTHING:
        if cls is dict:
            if isinstance(abstract, Plain):
                memory.element = join(memory.element, only(Plain(None, abstract.origins)))
                memory.keys = join(memory.keys, PLAIN)
            elif isinstance(abstract, Fresh) and abstract.cls is dict:
                below = self.memory(abstract)
                memory.element, memory.keys = join(memory.element, below.element), join(memory.keys, below.keys)
            else:
                pair = self.iterate(abstract, frame, node)
                memory.element = join(memory.element, *(self.iterate(a, frame, node) for a in pair))
                memory.keys = join(memory.keys, memory.element)
        else:
            memory.element = join(memory.element, self.iterate(abstract, frame, node))
    for value in named.values() if cls is dict else ():
        memory.element = join(memory.element, value)
        memory.keys = join(memory.keys, only(Plain(str)))
    if cls in (set, frozenset):
        for abstract in memory.element:
            self.protocol(abstract, "__hash__", frame, node)
    return only(Fresh(key, cls))


def _user_code(
    self: Interpreter,
    what: str,
    facts: CallFacts,
    args: list[Value],
    named: Named,
    receiver: Abstract | None,
    frame: Frame,
    node: Instr | None,
) -> None:
    """Runs what the knowledge says the call runs of the user's: `0.__len__`, `0.*.__lt__`, `key(0.*)`."""
    if "(" in what:
        name, inner = what.rstrip(")").split("(", 1)
        target = _argument(facts, name, args, named, receiver)
        if target is None or all(isinstance(a, Plain) and a.cls is type(None) for a in target):
            return
        passed: list[Value] = []
        for part in filter(None, (p.strip() for p in inner.split(","))):
            which, _, star = ("", "", "") if part == "..." else part.partition(".")
            value = _argument(facts, which, args, named, receiver) if which else only(Top())
            if star and value is not None:
                value = join(NOTHING, *(self.iterate(a, frame, node) for a in value))
            passed.append(value if value is not None else NOTHING)
        given = self.call_abstract(target, passed, {}, frame, node)
        for abstract in given if name == "key" else NOTHING:
            _ordered(self, abstract, frame, node)
        return
    parts = what.split(".")
    value = _argument(facts, parts[0], args, named, receiver)
    if value is None:
        return
    if len(parts) == 3:
        value = join(NOTHING, *(self.iterate(a, frame, node) for a in value))
    method = parts[-1]
    for abstract in value:
        if method == "__iter__":
            self.iterate(abstract, frame, node)
        elif method == "__any__":
            _anything(self, abstract, facts.name, frame, node, 0)
        elif method == "__bool__":
            self.truth(only(abstract), frame, node)
        elif method == "__lt__":
            _ordered(self, abstract, frame, node)
        elif method == "__instancecheck__":
            _class_checked(self, abstract, frame, node)
        else:
            self.protocol(abstract, method, frame, node)


def _anything(self: Interpreter, abstract: Abstract, name: str, frame: Frame, node: Instr | None, depth: int) -> None:
    """Runs whatever an argument may define: data defines nothing, anything else is not known."""
    cls = getattr(abstract, "cls", None)
    match abstract:
        case Plain():
            return
        case Known(obj=obj) if isinstance(obj, types.ModuleType) or (isinstance(obj, type) and obj.__module__ == "builtins"):
            return
        case Known(obj=obj) if (known := lookup(obj)) is not None and not known.effects:
            return
        case Inst(live=live, path=path) if cls in CONTAINERS and live is not MISSING and depth < 8:
            self.read(abstract, frame, node, "[]")
            inside = self.members(live, path) | (self.members(live, path, True) if issubclass(cls, dict) else NOTHING)  # type: ignore[arg-type]
        case Fresh() if cls in CONTAINERS and depth < 8:
            self.read(abstract, frame, node, "[]")
            inside = self.memory(abstract).element | self.memory(abstract).keys
        case Fresh(cls=types.GeneratorType) | Lazy() if depth < 8:
            inside = self.iterate(abstract, frame, node)
        case Inst() | Fresh() if isinstance(cls, type) and type_facts(cls) is not None:
            return
        case _:
            self.unknown(frame, node, f"{name}, which may call something of its arguments,")
            return
    for below in inside:
        if below != abstract:
            _anything(self, below, name, frame, node, depth + 1)


def _ordered(self: Interpreter, abstract: Abstract, frame: Frame, node: Instr | None) -> None:
    """Runs what a comparison for order runs: of sequences, also the equality of their elements."""
    for name in ("__lt__", "__eq__"):
        self.protocol(abstract, name, frame, node)
    if isinstance(abstract, Inst | Fresh) and isinstance(class_lookup(abstract.cls, "__gt__"), types.FunctionType):
        self.method(abstract, "__gt__", [only(Top())], frame, node)


def _class_checked(self: Interpreter, abstract: Abstract, frame: Frame, node: Instr | None) -> None:
    """Runs what `isinstance` runs of a class or a tuple of classes: a metaclass's check, a subclass hook."""
    from abc import ABCMeta
    from enum import EnumMeta

    match abstract:
        case Plain():
            return
        case Known(obj=obj) if isinstance(obj, type) and type(obj) in (type, ABCMeta, EnumMeta):
            hook = getattr(class_lookup(obj, "__subclasshook__"), "__module__", None)
            if type(obj) is not ABCMeta or hook is None or hook.partition(".")[0] in sys.stdlib_module_names:
                return
        case Inst(cls=cls, live=live, path=path) if cls is tuple and live is not MISSING:
            for below in self.members(live, path):
                _class_checked(self, below, frame, node)
            return
        case Fresh(cls=cls) if cls is tuple:
            for below in self.memory(abstract).element:
                _class_checked(self, below, frame, node)
            return
    self.unknown(frame, node, "a test of class that may run code")


def typed_value(
    self: Interpreter, expr: str, args: list[Value], receiver: Abstract | None, frame: Frame, node: Instr | None
) -> Value:
    """The abstract value of a result type expression of the knowledge files."""
    expr = expr.strip()
    if "|" in expr and "[" not in expr:
        return join(NOTHING, *(typed_value(self, e, args, receiver, frame, node) for e in expr.split("|")))
    own_key = (*frame.key, node.id if node is not None else 0)
    if expr == "data":  # new data, which may be changed
        return only(Plain(None, frozenset({own_key})))
    if expr in ("plain?", "number?"):  # a function of its arguments, data where these are
        everything = [*args, *([only(receiver)] if receiver is not None else [])]
        if all(_all_plain(self, a, frame, node, 0) for v in everything for a in v):
            shared = frozenset(o for v in everything for a in v for o in origins_of(a))
            return PLAIN if expr == "number?" else only(Plain(None, shared | {own_key}))
        expr = "any"
    if expr == "setof":
        parts = [a for v in [*args, *([only(receiver)] if receiver is not None else [])] for a in v]
        if all(isinstance(a, Plain) for a in parts):
            return only(Plain(set, frozenset(o for a in parts for o in origins_of(a)) | {own_key}))
        from .interpret import Memory

        found = self.heap.setdefault(own_key, Memory())
        found.element = join(found.element, *(self.iterate(a, frame, node) for a in parts))
        return only(Fresh(own_key, set))
    simple = {"int": int, "float": float, "str": str, "bytes": bytes, "bool": bool, "complex": complex}
    if expr in simple:
        return only(Plain(simple[expr]))
    if expr in ("None", ""):
        return NONE
    if expr == "plain":
        return PLAIN
    head, _, inside = expr.partition("(")
    if inside and head in ("same", "item", "iterator"):
        which = inside.rstrip(")")
        value = (
            only(receiver)
            if which == "self" and receiver is not None
            else args[int(which)]
            if which.isdigit() and int(which) < len(args)
            else NOTHING
        )
        if head == "same":
            return value
        element = join(NOTHING, *(_element_of(self, a, frame, node) for a in value))
        if head == "item":
            return element
        return only(Lazy(element, frozenset(o for a in value for o in origins_of(a))))
    if inside and head in ("counter", "pairs", "listof", "dictof", "keys", "values", "items"):
        which = inside.rstrip(")")
        value = (
            only(receiver)
            if which == "self" and receiver is not None
            else args[int(which)]
            if which.isdigit() and int(which) < len(args)
            else NOTHING
        )
        return _derived(self, head, value, frame, node)
    head, _, inside = expr.partition("[")
    kinds = {"list": list, "dict": dict, "tuple": tuple, "set": set, "frozenset": frozenset}
    if head in kinds:
        from .interpret import Memory

        key = (*frame.key, node.id if node is not None else 0)
        memory = self.heap.setdefault(key, Memory())
        parts = [p.strip() for p in inside.rstrip("]").split(",")] if inside else ["plain"]
        if inside and len(parts) == 1 and inside.endswith("]]"):
            parts = [inside[:-1]]
        element = typed_value(self, parts[-1] if parts[-1] != "..." else parts[0], args, receiver, frame, node)
        if all(isinstance(a, Plain) for a in element):
            return only(Plain(kinds[head], frozenset({key}) if head in ("list", "dict", "set") else frozenset()))
        memory.element = join(memory.element, element)
        if kinds[head] is dict:
            memory.keys = PLAIN
        return only(Fresh(key, kinds[head]))
    if "." in expr:
        cls = _class_named(expr)
        if cls is not None:
            own = receiver.path.step("attr", "?") if isinstance(receiver, Inst) and receiver.path is not None else None
            if node is not None and node.op == "attr" and isinstance(receiver, Inst):
                live = _stored(receiver.live, node.name, cls)
                if live is MISSING and receiver.live is not MISSING and requirement_holds("plain_sdk", receiver.live):
                    # Made when first used: until then its client answers for it.
                    if receiver.path is not None:
                        from ..guards import Guard

                        check = functools.partial(requirement_holds, "plain_sdk")
                        self.guards.setdefault(
                            (receiver.path, "holds plain_sdk"), Guard(receiver.path, "holds", None, check)
                        )
                    return only(Inst(cls, None, id(receiver.live), receiver.live))
                return only(
                    Inst(
                        cls,
                        receiver.path.step("attr", node.name)
                        if receiver.path is not None and live is not MISSING
                        else own,
                        id(live) if live is not MISSING else 0,
                        live,
                    )
                )
            from .interpret import Memory

            key = (*frame.key, node.id if node is not None else 0)
            self.heap.setdefault(key, Memory())
            return only(Fresh(key, cls))
    origins = frozenset(o for v in [*args, *([only(receiver)] if receiver is not None else [])] for a in v for o in origins_of(a))
    return only(Top("a library's result", origins))


def _all_plain(self: Interpreter, abstract: Abstract, frame: Frame, node: Instr | None, depth: int) -> bool:
    """Whether a value is built-in data, as far as it is looked into."""
    if isinstance(abstract, Plain):
        return True
    inside = isinstance(abstract, Inst | Fresh) and (abstract.cls in CONTAINERS or abstract.cls is types.GeneratorType)
    if depth > 4 or not (inside or isinstance(abstract, Lazy)):
        return False
    members = join(self.iterate(abstract, frame, node), _element_of(self, abstract, frame, node))
    return all(_all_plain(self, below, frame, node, depth + 1) for below in members)


def _derived(self: Interpreter, how: str, value: Value, frame: Frame, node: Instr | None) -> Value:
    """A new container of the same elements, or a view of a dictionary."""
    from .interpret import Memory

    if how in ("listof", "dictof", "keys", "values", "items") and all(isinstance(a, Plain) for a in value):
        origins = frozenset(o for a in value for o in origins_of(a))
        if how in ("listof", "dictof"):
            origins |= {(*frame.key, node.id if node is not None else 0)}
        return only(Plain({"listof": list, "dictof": dict}.get(how), origins))
    key = (*frame.key, node.id if node is not None else 0)
    memory = self.heap.setdefault(key, Memory())
    origins = frozenset(o for a in value for o in origins_of(a))
    keys = join(NOTHING, *(self.iterate(a, frame, node) for a in value))
    members = join(NOTHING, *(_element_of(self, a, frame, node) for a in value))
    match how:
        case "keys":
            return only(Lazy(keys, origins))
        case "values":
            return only(Lazy(members, origins))
        case "items":
            memory.entries[0] = join(memory.entries.get(0, NOTHING), keys)
            memory.entries[1] = join(memory.entries.get(1, NOTHING), members)
            memory.element = join(memory.element, keys, members)
            return only(Lazy(only(Fresh(key, tuple)), origins))
        case "counter":
            memory.element, memory.keys = only(Plain(int)), join(memory.keys, keys)
            return only(Fresh(key, Counter))
        case "pairs":
            inner = (*key, -3)
            pair = self.heap.setdefault(inner, Memory())
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


def _stored(live: object, name: str, cls: type) -> object:
    """A lazily made part of a library object (a cached property), if it has been made."""
    from .values import instance_dict

    below = instance_dict(live) if live is not MISSING else None
    found = below.get(name, MISSING) if below is not None else MISSING
    return found if type(found) is cls else MISSING


def _element_of(self: Interpreter, abstract: Abstract, frame: Frame, node: Instr | None) -> Value:
    if isinstance(abstract, Fresh) and issubclass(abstract.cls, dict):
        return self.memory(abstract).element
    if (
        isinstance(abstract, Inst)
        and issubclass(abstract.cls, dict)
        and abstract.cls in CONTAINERS
        and abstract.live is not MISSING
    ):
        return self.members(abstract.live, abstract.path, values=True)
    return self.iterate(abstract, frame, node)


def _class_named(dotted: str) -> type | None:
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is None:
            continue
        found: object = module
        for part in parts[cut:]:
            found = vars(found).get(part, MISSING) if hasattr(found, "__dict__") else MISSING
        if isinstance(found, type):
            return found
    return None


# -- Python functions and classes


def _bind(
    self: Interpreter,
    ir: FunctionIR,
    args: list[Value],
    named: Named,
    defaults: dict[str, Value],
    frame_key: tuple[int, ...],
) -> dict[str, Value] | None:
    """Parameter values of a call, or None when Python would raise TypeError (as far as we know the arguments)."""
    from .interpret import Memory

    env: dict[str, Value] = {}
    spread = join(named.get("*", NOTHING), named.get("**", NOTHING))
    given = {k: v for k, v in named.items() if k not in ("*", "**")}
    for index, name in enumerate(ir.args):
        if index < len(args):
            env[name] = args[index]
        elif name in given:
            env[name] = given.pop(name)
        elif spread or name in defaults:
            env[name] = join(spread, defaults.get(name, NOTHING))
        else:
            return None
    for name in ir.kwonly:
        env[name] = given.pop(name) if name in given else join(defaults.get(name, NOTHING), spread)
    if ir.vararg is not None:
        key = (*frame_key, -1)
        memory = self.heap.setdefault(key, Memory())
        memory.element = join(memory.element, spread, *args[len(ir.args) :])
        for index, value in enumerate(args[len(ir.args) :]):
            memory.entries[index] = join(memory.entries.get(index, NOTHING), value)
        env[ir.vararg] = only(Fresh(key, tuple))
    elif len(args) > len(ir.args):
        return None
    if ir.kwarg is not None:
        key = (*frame_key, -2)
        memory = self.heap.setdefault(key, Memory())
        memory.element = join(memory.element, spread, *given.values())
        memory.keys = only(Plain(str))
        for name, value in given.items():
            memory.entries[name] = join(memory.entries.get(name, NOTHING), value)
        env[ir.kwarg] = only(Fresh(key, dict))
    elif given:
        return None
    return env


def _call_function(
    self: Interpreter, function: types.FunctionType, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> Value:
    from .interpret import DEPTH, lowered

    code = function.__code__
    self.modules.add(str(function.__globals__.get("__name__")))
    root = Path("object", function.__name__, (), function, id(function))  # type: ignore[arg-type]
    self.effect("read", frame, node, "", Loc(root, ".__code__"))
    from ..guards import Guard

    self.guards.setdefault((root, "holds"), Guard(root, "holds", None, _unchanged(function)))
    try:
        ir = lowered(code, function.__globals__)
    except Bailout as bailout:
        return self.unknown(frame, node, f"{_name(function)}: {bailout.what}")
    if ir.generator:
        return self.unknown(frame, node, f"{_name(function)}, a generator or coroutine")
    if len(self.stack) > DEPTH:
        return self.unknown(frame, node, f"{_name(function)}, called too deep")
    defaults: dict[str, Value] = {}
    if function.__defaults__:
        for name, value in zip(ir.args[-len(function.__defaults__) :], function.__defaults__, strict=True):
            defaults[name] = self.lift(value, Path("object", f"default {name}", (), value, id(value)))
    for name, value in (function.__kwdefaults__ or {}).items():
        defaults[name] = self.lift(value, Path("object", f"default {name}", (), value, id(value)))
    key = (*frame.key[:12], node.id if node is not None else 0, id(code))
    env = _bind(self, ir, args, named, defaults, key)
    if env is None:
        return NOTHING
    cells: dict[str, object] = dict(zip(code.co_freevars, function.__closure__ or (), strict=False))
    return _run(self, ir, env, function.__globals__, cells, {}, key, code, node, frame)


def _call_closure(
    self: Interpreter, func: Closure, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> Value:
    ir = func.ir
    assert isinstance(ir, FunctionIR)
    if ir.generator:
        return self.unknown(frame, node, f"{ir.name}, a generator or coroutine")
    key = (*frame.key[:12], node.id if node is not None else 0, func.key)
    env = _bind(self, ir, args, named, dict(func.defaults), key)
    if env is None:
        return NOTHING
    return _run(self, ir, env, func.module, dict(frame.cells), func.env, key, func.key, node, frame)


def _same_partial(live: functools.partial[object]) -> Callable[[object], bool]:
    """Whether a partial is made of what it was made of."""
    parts = (live.func, live.args, *live.keywords.values())

    def check(value: object) -> bool:
        now = (live.func, live.args, *live.keywords.values())
        return len(now) == len(parts) and all(a is b for a, b in zip(now, parts, strict=True))

    return check


def _unchanged(function: types.FunctionType) -> Callable[[object], bool]:
    """Whether code and defaults of a function are what they were."""
    expected = (function.__code__, function.__defaults__, *(function.__kwdefaults__ or {}).values())

    def check(value: object) -> bool:
        now = (function.__code__, function.__defaults__, *(function.__kwdefaults__ or {}).values())
        emitted = original_code(now[0]) is original_code(expected[0])
        return emitted and len(now) == len(expected) and all(a is b for a, b in zip(now[1:], expected[1:], strict=True))

    return check


def _run(
    self: Interpreter, ir: FunctionIR, env: dict[str, Value], module: dict[str, object], cells: dict[str, object],
    outer: dict[str, Value], key: tuple[int, ...], identity: object, node: Instr | None, caller: Frame,
) -> Value:  # fmt: skip
    from .interpret import Frame

    shape = (identity, tuple(sorted((k, v) for k, v in env.items()) if False else ((k, env[k]) for k in sorted(env))))
    if identity in self.stack:
        # Recursion: what is known of the result so far; the outermost activation repeats until it is stable.
        self.recursive.add(identity)
        nested = sum(1 for other in self.stack if other == identity)
        if shape in self.summaries or nested > 2:
            return self.summaries.get(shape, self.summaries.get(identity, NOTHING))
    self.stack.append(identity)  # type: ignore[arg-type]
    try:
        result = NOTHING
        for _ in range(4):
            self.summaries[shape] = self.summaries[identity] = result
            first = env.get(ir.args[0], NOTHING) if ir.args else NOTHING
            inner = Frame(ir.name, ir.filename, module, cells, outer, key, handling=caller.handling, first=first)
            before = set(self.effects.get(self.current, ()))
            self.block(ir.body, dict(env), inner)
            after = join(result, inner.result, NONE if _falls_through(ir) else NOTHING)
            added = self.effects.get(self.current, set()) - before
            _pacing(self, inner, before, added)
            if inner.sleeps is not None and caller.sleeps is None:
                caller.paced = caller.paced or inner.paced
            if after == result or identity not in self.recursive:
                result = after
                break
            result = after
        return result
    finally:
        self.stack.pop()
        self.summaries.pop(shape, None)


def _falls_through(ir: FunctionIR) -> bool:
    from ..ir import Jump

    return not (ir.body and isinstance(ir.body[-1], Jump))


def _pacing(self: Interpreter, frame: Frame, before: set[Effect], added: set[Effect]) -> None:
    """A sleep on the normal path of a function that also makes a request keeps a rate: it is ordered."""
    if frame.sleeps is None:
        return
    for effect in added:
        remote = (
            effect.kind == "inference"
            or (effect.kind == "query" and effect.detail in ("net", "db"))
            or (effect.kind == "command" and effect.detail not in SERVICE_COMMANDS)
        )
        if remote:
            text = f"the sleep in {frame.ir_name}"
            self.effects.setdefault(self.current, set()).add(Effect("pacing", text, None, frame.sleeps))
            return


def _construct(
    self: Interpreter, cls: type, args: list[Value], named: Named, frame: Frame, node: Instr | None
) -> Value:
    from abc import ABCMeta

    from .interpret import Memory

    if type(cls) not in (type, ABCMeta):
        return self.unknown(frame, node, f"making a {cls.__name__}, whose metaclass may do anything")
    made = class_lookup(cls, "__new__")
    exception = issubclass(cls, BaseException)
    if class_lookup(cls, "__del__") is not MISSING:
        return self.unknown(frame, node, f"making a {cls.__name__}, which defines __del__")
    if made is not object.__new__ and getattr(made, "__func__", made) is not object.__new__ and not exception:
        return self.unknown(frame, node, f"making a {cls.__name__}")
    self.guard(Path("object", cls.__name__, (("attr", "__init__"),), cls, id(cls)), "is", class_lookup(cls, "__init__"))  # type: ignore[arg-type]
    key = (*frame.key, node.id if node is not None else 0)
    memory = self.heap.setdefault(key, Memory())
    fresh = Fresh(key, cls)
    init = class_lookup(cls, "__init__")
    fields = class_lookup(cls, "__dataclass_fields__")
    if isinstance(init, types.FunctionType) and init.__code__.co_filename == "<string>" and isinstance(fields, dict):
        names = init.__code__.co_varnames[1 : init.__code__.co_argcount + init.__code__.co_kwonlyargcount]
        for index, name in enumerate(names):
            value = args[index] if index < len(args) else named.get(name, only(Top(f"the default of {name}")))
            memory.attrs[name] = join(memory.attrs.get(name, NOTHING), value)
        after = class_lookup(cls, "__post_init__")
        if isinstance(after, types.FunctionType):
            _call_function(self, after, [only(fresh)], {}, frame, node)
    elif isinstance(init, types.FunctionType):
        _call_known(self, fresh, init, fresh, args, named, frame, node)
    elif not exception and init is not object.__init__:
        return self.unknown(frame, node, f"making a {cls.__name__}")
    if exception:
        memory.attrs.setdefault("args", PLAIN)
    return only(fresh)


__all__ = ["FUNCTIONS", "call_value", "type_facts", "typed_value"]
