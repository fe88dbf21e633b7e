"""Calls of library callables: their effects, results and user code as the knowledge files state them."""

from __future__ import annotations

import io
import types
from collections import OrderedDict, deque
from collections.abc import Iterable

from ...knowledge import CallFacts, When
from ...knowledge import Effect as Stated
from ...knowledge.index import stated_unknown
from ...peek import MISSING, Kinds, is_a, is_class, peek
from ...remarks import Located
from ..domain.effects import OF_CLIENT, OUTPUTS, Loc
from ..domain.machine import Machine
from ..domain.memory import Memory
from ..domain.state import Call
from ..domain.values import NOTHING, Abstract, Fresh, Inst, Plain, Top, Value, join, only, origins_of
from ..language import columns
from ..language.clocks import difference, kept, kept_by, reading
from ..language.contents import add_all, spread_out
from ..language.data import container, element_of
from ..language.handed import apart, carried
from .endpoints import asks_a_model
from .output import output, runs_none
from .parameters import argument, is_none, placed
from .refused import holds, refused
from .remembered import remembered
from .result_types import ANYTHING
from .run_code import extreme, user_code

UNBOUND = Kinds((types.MethodDescriptorType, types.WrapperDescriptorType))
MADE_OF = Kinds((list, tuple, set, frozenset, dict, deque, OrderedDict))
DETAILED = ("inference", "query", "command")  # effects that name a service or channel


def library(self: Machine, facts: CallFacts, obj: object, call: Call) -> Value:
    """The result of calling a known library callable, and its effects."""
    unbound = call.receiver is None and call.args and not is_class(obj)
    if unbound and (facts.method or type(obj) in UNBOUND):
        # An unbound method, called with its receiver.
        rest = Call(call.args[1:], call.named, call.frame, call.node)
        return join(NOTHING, *(library(self, facts, obj, rest.on(a)) for a in call.args[0]))
    call = Call(placed(facts, call), call.named, call.frame, call.node, call.receiver)
    refusal = refused(self, facts, call) if not stated_unknown(facts) else None
    if refusal is not None:
        return refusal
    if (of_frame := columns.made(self, facts, call)) is not None:
        return of_frame
    effects, blocks, result = _stated(self, facts, call)
    for value in call.everything:
        for abstract in value:
            flat = isinstance(abstract, Plain)
            what = OF_CLIENT if facts.memory is not None and abstract is call.receiver else ""
            self.read(abstract, call.frame, call.node, "[]" if flat else "*", deep=not flat, what=what)
    _effects(self, effects, facts, call)
    if facts.memory is not None and call.receiver is not None:
        remembered(self, facts.memory, call.receiver, call)
    _waiting(self, facts, blocks, call)
    for what in facts.calls:
        user_code(self, what, facts, call)
    _capture(self, facts, call)
    _overwritten(self, effects, facts, call)
    if result.startswith("through") and not _shows_alone(self, effects, call):
        return self.unknown(call.frame, call.node, f"{facts.name}, on a stream of the program's")
    if result == "extreme":
        return extreme(self, facts, call)
    if is_class(obj) and obj in MADE_OF:
        return container(self, obj, call)
    said = f"what {facts.name} gives"
    found = frozenset(
        Top(said, a.origins) if isinstance(a, Top) and a.why == ANYTHING else a for a in self.typed(result, call)
    )
    if self.clocks:
        _keeps(self, effects, call)
    if any(effect.kind == "clock" for effect in effects):
        return reading(self, found)
    if facts.name.endswith(".__sub__") and len(call.args) == 1:
        found = difference(self, found, join(NOTHING, *call.receivers), call.args[0])
        return carried(self, found, NOTHING)
    return apart(self, found) if any(map(_asks_a_service, effects)) else carried(self, found, *call.everything)


def _stated(self: Machine, facts: CallFacts, call: Call) -> tuple[tuple[Stated, ...], bool, str]:
    """The effects of a call with these arguments, whether it waits, and its result."""
    for when in facts.when:
        if _matches(self, when, facts, call):
            blocks = facts.blocks if when.blocks is None else when.blocks
            return when.effects, blocks, facts.result if when.result is None else when.result
    return facts.effects, facts.blocks, facts.result


def _keeps(self: Machine, effects: Iterable[Stated], call: Call) -> None:
    """Notes what a call puts into an object, or sends out of the process other than as output."""
    kinds = {effect.kind for effect in effects if effect.kind != "command" or effect.target not in OUTPUTS}
    if kinds & {"command", "inference", "query"}:
        kept(self, join(NOTHING, *call.everything), call.frame, call.node)
    elif "write" in kinds:
        kept_by(self, join(NOTHING, *call.everything), call.everything, call.frame, call.node)


def _asks_a_service(effect: Stated) -> bool:
    return effect.kind == "inference" or (effect.kind == "query" and effect.target in ("net", "db"))


def _matches(self: Machine, when: When, facts: CallFacts, call: Call) -> bool:
    """Whether a special case of a knowledge entry is the one of this call."""
    if "*" in call.named or "**" in call.named:
        return False
    value = argument(facts, when.arg, call)
    if when.test == "absent":
        return value is None or is_none(value)
    if value is None or not value:
        return False
    constants = [a.const if isinstance(a, Plain) else MISSING for a in value]
    match when.test:
        case "text":
            return all(isinstance(a, Plain) and a.cls is str for a in value)
        case "inference_url":
            return asks_a_model(self, value, facts, call)
        case "other_request":
            return not holds(self, "get_request(url)", facts, call)
        case "get_like":
            return all(is_a(c, str) and c.upper() in ("GET", "HEAD", "OPTIONS") for c in constants)
        case "one_of":
            return all(c is not MISSING and c in when.choices for c in constants)
        case _:
            return False


def _effects(self: Machine, effects: Iterable[Stated], facts: CallFacts, call: Call) -> None:
    frame, node = call.frame, call.node
    for effect in effects:
        match effect.kind:
            case "read":
                continue
            case "write":
                for abstract in argument(facts, effect.target, call) or NOTHING:
                    _write(self, abstract, facts, call)
            case "handled":
                if frame.shown:
                    self.effect("handled", frame, node, facts.name)
            case "sleep":
                self.effect("sleep", frame, node, facts.name)
                if not frame.handling:
                    frame.sleeps = Located(facts.name, frame.filename, node.span.line if node else 0)
            case kind:
                if facts.silent is not None and effect.target in OUTPUTS and not self.shows(facts):
                    continue
                if kind == "command" and effect.target in OUTPUTS:
                    output(self, effect.target, call)
                why = f" ({effect.target})" if kind == "unknown" and effect.target else ""
                place = _written_file(effects, facts, call) if kind == "command" and effect.target == "fs" else None
                self.effect(kind, frame, node, effect.target if kind in DETAILED else facts.name + why, place)


def _written_file(effects: Iterable[Stated], facts: CallFacts, call: Call) -> Loc | None:
    """The place of the one file whose method is called, or that is given to be written."""
    targets = [argument(facts, e.target, call) or NOTHING for e in effects if e.kind == "write"]
    written = join(NOTHING, *call.receivers, *targets)
    files = [a for a in written if issubclass(getattr(a, "cls", None) or object, io.IOBase)]
    origins = [o for a in files for o in origins_of(a)]
    return Loc(origins[0], "[]") if len(origins) == 1 and len(files) == len(written) else None


def _shows_alone(self: Machine, effects: Iterable[Stated], call: Call) -> bool:
    """Whether what is shown while something else goes on runs none of the program's code."""
    return all(runs_none(self, e.target, call) for e in effects if e.kind == "command" and e.target in OUTPUTS)


def _write(self: Machine, abstract: Abstract, facts: CallFacts, call: Call) -> None:
    """A write to an object; between the elements of a generator expression that is gone through, too."""
    given = [a.key for value in call.everything for a in value if isinstance(a, Fresh)]
    now = self.current
    for ident in {now}.union(*(self.yielding.get(key, ()) for key in given)):
        self.current = ident
        self.write(abstract, call.frame, call.node, "[]", facts.name)
    self.current = now


def _waiting(self: Machine, facts: CallFacts, blocks: bool, call: Call) -> None:
    """That a call may wait, what it logs, and how many of them its client lets be under way."""
    if blocks:
        self.effect("blocks", call.frame, call.node)
    for text in facts.unlogged:
        self.effect("unlogged", call.frame, call.node, text)
    for module in facts.prints:
        self.effect("prints", call.frame, call.node, module)
    for logger in facts.loggers:
        self.effect("logs", call.frame, call.node, logger)
    if facts.limit and isinstance(call.receiver, Inst) and call.receiver.live is not MISSING:
        stated = _limit(call.receiver.live, facts.limit)
        if stated:
            # One of them stays for the calling thread.
            self.effect("limit", call.frame, call.node, str(max(1, stated - 1)))


def _limit(live: object, dotted: str) -> int:
    value = live
    for part in dotted.split("."):
        value = peek(value, part)
        if value is MISSING:
            return 0
    return value if is_a(value, int) and value > 0 else 0


def _capture(self: Machine, facts: CallFacts, call: Call) -> None:
    """Stores what the call keeps of its arguments in its receiver, or (`2@0`) in another argument."""
    for captured in facts.captures:
        which, _, into = captured.partition("@")
        value = argument(facts, which, call) or NOTHING
        for holder in (argument(facts, into, call) or NOTHING) if into else join(NOTHING, *call.receivers):
            _keep(self, facts.name, holder, value, call)


def _keep(self: Machine, name: str, holder: Abstract, value: Value, call: Call) -> None:
    frame, node = call.frame, call.node
    if not name.endswith((".extend", ".extendleft", ".update")):
        self.keep(holder, value, call.args[0] if name.endswith(".setdefault") else NOTHING)
    elif not issubclass(getattr(holder, "cls", None) or object, dict):
        self.keep(holder, join(NOTHING, *(self.iterate(a, frame, node) for a in value)))
    else:
        for abstract in join(NOTHING, *call.args[:1]):
            keys = self.iterate(abstract, frame, node)
            if isinstance(holder, Fresh) and holder.cls is dict:
                _update(self, self.memory(holder), abstract, keys, call)
            elif isinstance(abstract, Plain) or issubclass(getattr(abstract, "cls", None) or object, dict):
                self.keep(holder, element_of(self, abstract, frame, node), keys)
            else:
                parts = join(NOTHING, *(self.iterate(a, frame, node) for a in keys))
                self.keep(holder, parts, parts)
        if isinstance(holder, Fresh) and holder.cls is dict:
            for given, value in call.named.items():
                add_all(self.memory(holder), None if given == "**" else {given: value}, value)
                self.keep(holder, NOTHING, only(Plain(str) if given == "**" else Plain(str, frozenset(), given)))
        elif call.named:
            self.keep(holder, join(NOTHING, *call.named.values()), only(Plain(str)))


def _update(self: Machine, memory: Memory, abstract: Abstract, keys: Value, call: Call) -> None:
    """A dictionary that is there gets what another one holds, or pairs."""
    frame, node = call.frame, call.node
    if isinstance(abstract, Plain) or issubclass(getattr(abstract, "cls", None) or object, dict):
        named = spread_out(self, only(abstract), frame, node) if node is not None else None
        add_all(memory, named, element_of(self, abstract, frame, node))
        memory.keys = join(memory.keys, keys)
    else:
        parts = join(NOTHING, *(self.iterate(a, frame, node) for a in keys))
        memory.scatter(parts)
        memory.keys = join(memory.keys, parts)


def _overwritten(self: Machine, effects: Iterable[Stated], facts: CallFacts, call: Call) -> None:
    """A changed container's entries may now hold any of its elements; a dictionary is updated by keys (`_update`)."""
    for effect in effects:
        if effect.kind == "write" and not facts.name.endswith((".append", ".add", "dict.update")):
            for abstract in argument(facts, effect.target, call) or NOTHING:
                if isinstance(abstract, Fresh) and self.memory(abstract).entries:
                    self.memory(abstract).shuffle()
