"""What a call does, by what is called: a live function or class, a method, a closure, a partial, a callable object."""

from __future__ import annotations

import builtins
import functools
import gc
import operator
import sys
import types
from functools import partial

from ..ir.nodes import Instr
from ..knowledge import lookup
from ..knowledge.retries import ATTEMPTS, retried
from ..marks import marked
from ..peek import MISSING, Kinds, class_lookup, class_name, dict_of, is_a, is_class, is_function, peek
from .domain.machine import Machine
from .domain.places import Path, object_path
from .domain.state import Call, Frame, InnerCall, Named, Uses
from .domain.values import (
    NONE,
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Inst,
    Known,
    Plain,
    Super,
    Top,
    Value,
    join,
    only,
)
from .language.attributes import has_attribute
from .language.classes import construct, instance_of
from .language.contents import spread, spread_out
from .language.functions import call_closure, call_function, name_of, rests_on_partial
from .language.managers import generator_of, managed
from .library.lazy import LAZY, lazy
from .library.library import library
from .library.refusing_answers import may_refuse, turned_away
from .unordered import stated_object, unordered


def call_instr(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    """A call instruction: its operands as arguments."""
    count = len(uses) - len(node.keywords)
    args: list[Value] = []
    rest: Value | None = None
    for value, star in zip(uses[1:count], node.stars, strict=True):
        if star and all(_made_empty(self, a) for a in value):
            continue
        if star:
            rest = join(rest or NOTHING, *(self.iterate(a, frame, node) for a in value))
        elif rest is not None:
            rest = join(rest, value)
        else:
            args.append(value)
    named: Named = {}
    for name, value in zip(node.keywords, uses[count:], strict=True):
        if name is None:
            if (known := spread_out(self, value, frame, node)) is not None:
                named.update({key: entry for key, entry in known.items() if key not in named})
                continue
            named["**"] = join(named.get("**", NOTHING), *(spread(self, a, frame, node) for a in value))
        else:
            named[name] = value
    if rest is not None:
        named["*"] = rest
    if frame.key:
        inner = self.inside.get(id(node))
        if inner is None:
            inner = self.inside[id(node)] = InnerCall(node)
        inner.called = join(inner.called, uses[0])
    return self.call(uses[0], Call(args, named, frame, node))


def _made_empty(self: Machine, abstract: Abstract) -> bool:
    """Whether it is a tuple made in analysed code that holds nothing, as `args` of a function that is given none."""
    return isinstance(abstract, Fresh) and abstract.cls is tuple and not self.memory(abstract).element


def call(self: Machine, func: Value, call: Call) -> Value:
    """The result of calling any of `func`, and the effects of it."""
    results = []
    for one in func if len(func) == 1 else sorted(func, key=_place):
        results.append(_call(self, one, call))
    found = join(NOTHING, *results)
    if call.frame.key and self.repeats and may_refuse(found) and _looked_at(self, call):
        self.effect("catches", call.frame, call.node, "what is made of an answer that may be a refusal (429)")
    return found


def _place(called: Abstract) -> tuple[str, int, str]:
    """Where what is called stands: an order for each process, as of equal effects the first one's place is told."""
    match called:
        case Known(obj=obj) | Bound(func=Known(obj=obj)) if is_function(obj):
            code = obj.__code__
            return code.co_filename, code.co_firstlineno, code.co_name
        case _:
            return "", 0, class_name(type(called))


def _looked_at(self: Machine, call: Call) -> bool:
    """Whether a refusal in what a call gives may be taken for an answer."""
    body = call.frame.body
    if id(body) not in self.turned_away:
        self.turned_away[id(body)] = body, turned_away(body)
    return call.node is None or call.node.id not in self.turned_away[id(body)][1]


def _call(self: Machine, func: Abstract, call: Call) -> Value:
    if (held := stated_object(func)) is not None:
        place = held.path if held.path is not None else object_path(held.live, "callable")
        self.condition(place, lambda now: marked(now) == "unordered", "unordered")
        return unordered(self, held.live, call.after(call.receivers))
    match func:
        case Known(obj=obj):
            return _call_known(self, obj, call)
        case Bound(func=Known(obj=obj), receiver=receiver):
            return _call_known(self, obj, call.on(receiver))
        case Bound(func=inner, receiver=receiver):
            return _call(self, inner, call.after([only(receiver)]))
        case Closure():
            return call_closure(self, func, call)
        case Inst(cls=cls, live=live) if cls is CACHED and not call.everything:
            return _cached(self, live, call)
        case Inst(cls=cls, live=live) if cls is CACHED:
            why = f"{_cached_name(live)}, whose answers lru_cache keeps by argument,"
            self.effect("memoised", call.frame, call.node, why)  # it asks, too, for all that is known
            return self.unknown(call.frame, call.node, why)
        case Inst(cls=cls, live=live, path=path) if cls is functools.partial and live is not MISSING:
            assert is_a(live, functools.partial)
            return _call_partial(self, live, path, call)
        case Fresh(cls=cls) if cls in GETTERS:
            return _get(self, func, call)
        case Inst(cls=cls) | Fresh(cls=cls):
            found = class_lookup(cls, "__call__")
            if type(found) is types.FunctionType:
                self.guard_class(cls, "__call__", found)
                return _call_known(self, found, call.on(func))
            return self.unknown(call.frame, call.node, f"calling an object of class {class_name(cls)}")
        case Top(why=why):
            return self.unknown(call.frame, call.node, why)
        case Plain(cls=cls) if cls is not None:
            return NOTHING  # a TypeError
        case _:
            return self.unknown(call.frame, call.node, "calling a value")


def _call_known(self: Machine, obj: object, call: Call) -> Value:
    frame, node = call.frame, call.node
    mark = marked(obj)
    if mark == "unordered":
        return unordered(self, obj, call)
    if mark == "ordered":
        return self.unknown(frame, node, f"{name_of(obj)}, marked as ordered")
    answer = _call_builtin(self, obj, call)
    if answer is not None:
        return answer
    if is_class(obj) and not self.makes:
        return instance_of(self, obj, call)
    facts = lookup(obj)
    if facts is not None:
        return library(self, facts, obj, call)
    if (wrapped := retried(obj)) is not None:
        path = object_path(obj, name_of(obj))
        self.condition(path, wrapped.intact, "retries")
        if wrapped.logger is None and self.tries_inside():
            return call_function(self, wrapped.function, call.after(call.receivers))
        known = [only(Known(id(obj), obj)), self.lift(wrapped.logger, object_path(wrapped.logger, "logger"))]
        first = [*known, only(Known(id(wrapped.function), wrapped.function)), *call.receivers]
        return call_function(self, ATTEMPTS, call.after(first))
    if (generator := generator_of(obj)) is not None:
        return managed(self, generator, call.after(call.receivers))
    if is_function(obj):
        return call_function(self, obj, call.after(call.receivers))
    if is_class(obj):
        return construct(self, obj, call)
    if type(obj) is types.WrapperDescriptorType and obj is object.__setattr__:
        return _stored(self, call)
    if type(obj) is types.WrapperDescriptorType and (obj is object.__init__ or obj is object.__new__):
        return NONE
    if id(obj) in ERRORS_MADE:
        for abstract in join(NOTHING, *[*call.receivers, *call.args][:1]):
            self.write(abstract, frame, node, "[]", "an error")
        return NONE
    return self.unknown(frame, node, f"{name_of(obj)}, which no one has described")


# What `super().__init__(message)` calls in classes of errors: it keeps its arguments, and runs none of their code.
LOOKING_IN = (UnicodeError, SyntaxError, vars(builtins).get("BaseExceptionGroup", SyntaxError))
ERRORS_MADE = frozenset(
    id(dict_of(cls)["__init__"])
    for cls in vars(builtins).values()
    if is_class(cls)
    and issubclass(cls, BaseException)
    and "__init__" in dict_of(cls)
    and not issubclass(cls, LOOKING_IN)
)


def _call_builtin(self: Machine, obj: object, call: Call) -> Value | None:
    """The built-in functions whose result depends on more than types, or None."""
    args, frame = call.args, call.frame
    if (is_class(obj) and obj in LAZY) or obj is iter:
        return lazy(self, obj, call)
    if obj is super and not args:
        cell = frame.cells.get("__class__")
        owner = cell.cell_contents if is_a(cell, types.CellType) else None
        if is_class(owner) and frame.first:
            return frozenset(Super(owner, a) for a in frame.first)
    if obj is super and len(args) == 2 and not call.named and len(args[0]) == 1:
        (of,) = args[0]
        if isinstance(of, Known) and is_class(of.obj):
            return frozenset(Super(of.obj, a) for a in args[1])
    if len(args) == 1 and obj is peek(sys.modules.get("xcs.jit"), "jit"):
        return args[0]  # what is decorated does what it did
    if obj is next and len(args) == 1:
        self.effect("stops", frame, call.node)
    if obj is type and len(args) == 1:
        return frozenset(Known(id(c), c) for a in args[0] if is_class(c := getattr(a, "cls", None)))
    if is_class(obj) and obj in GETTERS and args and not call.named:
        self.contents(call.made).element = join(self.contents(call.made).element, *args)
        return only(Fresh(call.made, obj))
    if obj is getattr and len(args) >= 2:
        wanted_ones = _constants(args[1])
        if wanted_ones:
            found = [self.each(args[0], partial(_attribute_of, self, n, call)) for n in wanted_ones]
            there = all(has_attribute(self, a, n) for n in wanted_ones for a in args[0])
            return join(*found) if there else join(*found, *args[2:])
    if obj is hasattr and len(args) == 2 and not call.named:
        sought = _constants(args[1])
        for wanted in sought:
            self.each(args[0], partial(_attribute_of, self, wanted, call))
        if sought and all(has_attribute(self, a, n) for n in sought for a in args[0]):
            return only(Plain(bool, frozenset(), True))
        if sought:
            return only(Plain(bool))
    return None


def _stored(self: Machine, call: Call) -> Value:
    """What `object.__setattr__(owner, name, value)` does: a store past the class's own `__setattr__`."""
    given = [*call.receivers, *call.args]
    names = _constants(given[1]) if len(given) == 3 and not call.named else []
    if not names or call.node is None:
        return self.unknown(call.frame, call.node, "object.__setattr__ with a name that isn't known")
    for abstract in given[0]:
        for name in names:
            self.set_attribute(abstract, name, given[2], call.frame, call.node, hooks=("", "__set__"))
    return NONE


def _attribute_of(self: Machine, name: str, call: Call, abstract: Abstract) -> Value:
    return self.attribute(abstract, name, call.frame, call.node)


def _constants(value: Value) -> list[str]:
    """The texts that a value may be, if all of them are known."""
    texts = [a.const for a in value if isinstance(a, Plain) and is_a(a.const, str)]
    return sorted(texts) if len(texts) == len(value) else []


GETTERS = Kinds((operator.itemgetter, operator.attrgetter))


def _get(self: Machine, getter: Fresh, call: Call) -> Value:
    """What `operator.itemgetter(...)` and `operator.attrgetter(...)` give of an object."""
    frame, node = call.frame, call.node
    wanted = self.memory(getter).element
    names = _constants(wanted)
    if len(call.args) != 1 or call.named or node is None:
        return self.unknown(frame, node, f"a call of {class_name(getter.cls)}")
    if getter.cls is operator.itemgetter:
        found = [self.item(a, only(key), frame, node) for a in call.args[0] for key in wanted]
    elif names and not any("." in name for name in names):
        found = [self.attribute(a, name, frame, node) for a in call.args[0] for name in names]
    else:
        return self.unknown(frame, node, "a call of an attrgetter")
    if len(wanted) == 1:
        return join(NOTHING, *found)
    memory = self.contents(call.made)
    memory.element = join(memory.element, *found)
    return join(only(Fresh(call.made, tuple)), *found)


CACHED = type(functools.lru_cache(abs))


def _cached_name(live: object) -> str:
    """The name of the function that a cache is of."""
    name = peek(live, "__name__")
    return name if type(name) is str else "a function"


def _cached(self: Machine, live: object, call: Call) -> Value:
    """What a function with `lru_cache` and without arguments gives again, once it has been called."""
    held = _kept(live)
    self.condition(object_path(live, name_of(live)), lambda value: _kept(value) is held, "kept")
    if held is MISSING:
        self.effect("memoised", call.frame, call.node, f"the first call of {_cached_name(live)}")
        return only(Top(f"what {_cached_name(live)} gives"))
    self.effect("hit", call.frame, call.node, f"{_cached_name(live)}, whose hits are counted")
    if call.node is not None and not call.frame.key:
        self.kept[call.node.id] = held
    return self.lift(held, object_path(held, f"{name_of(live)}()"))


def _kept(live: object) -> object:
    """The one result that a cache holds, of a call without arguments; looks at it without counting as a hit."""
    if type(live) is not CACHED:
        return MISSING
    below = gc.get_referents(live)  # what a bounded cache keeps stands before its table: each key with its result
    for place, part in enumerate(below):
        if type(part) is dict and len(part) == 1 and type(next(iter(part))) is tuple and () in part:
            if class_name(type(part[()])) != "_lru_list_elem":
                return part[()]
            keys = [i for i, key in enumerate(below[:place]) if type(key) is tuple and not key]
            return below[keys[0] + 1] if keys and keys[0] + 1 < place else MISSING
    return MISSING


def _call_partial(self: Machine, live: functools.partial[object], path: Path | None, call: Call) -> Value:
    below = self.lift(live.func, object_path(live.func, "partial"))
    rests_on_partial(self, live, path, call.frame, call.node)
    front = [self.lift(a, object_path(a, "argument")) for a in live.args]
    extra = {k: self.lift(a, object_path(a, "argument")) for k, a in live.keywords.items()}
    return self.call(below, call.after(front, extra))
