"""Calls of library callables: their effects, results and user code as the knowledge files state them."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..knowledge import CallFacts, When, inference_url, seams_intact
from ..knowledge import Effect as Stated
from ..knowledge import check_requirement as requirement_holds
from ..remarks import Located
from .effects import OUTPUTS
from .output import output
from .results import container
from .state import Call
from .values import (
    MISSING,
    NOTHING,
    Fresh,
    Inst,
    Plain,
    Top,
    Value,
    join,
    only,
    peek,
)

if TYPE_CHECKING:
    from .interpret import Interpreter

UNBOUND = (types.MethodDescriptorType, types.WrapperDescriptorType)
DETAILED = ("inference", "query", "command")  # effects that name a service or channel


def library(self: Interpreter, facts: CallFacts, obj: object, call: Call) -> Value:
    """The result of calling a known library callable, and its effects."""
    if call.receiver is None and call.args and not isinstance(obj, type) and type(obj) in UNBOUND:
        # An unbound method of a built-in type, called with its receiver.
        rest = Call(call.args[1:], call.named, call.frame, call.node)
        return join(NOTHING, *(library(self, facts, obj, rest.on(a)) for a in call.args[0]))
    refusal = _refused(self, facts, call)
    if refusal is not None:
        return refusal
    effects, blocks, result = facts.effects, facts.blocks, facts.result
    for when in facts.when:
        if _matches(when, facts, call):
            effects = when.effects
            blocks = blocks if when.blocks is None else when.blocks
            result = result if when.result is None else when.result
            break
    for value in call.everything:
        for abstract in value:
            flat = isinstance(abstract, Plain)
            self.read(abstract, call.frame, call.node, "[]" if flat else "*", deep=not flat)
    _effects(self, effects, facts, call)
    _waiting(self, facts, blocks, call)
    for what in facts.calls:
        _user_code(self, what, facts, call)
    _capture(self, facts, call)
    if isinstance(obj, type) and obj in (list, tuple, set, frozenset, dict):
        return container(self, obj, call)
    return self.typed(result, call)


def _argument(facts: CallFacts, which: str, call: Call) -> Value | None:
    """The argument that a knowledge file names: a position, a parameter name, `self` or `*`."""
    args, named = call.args, call.named
    if which == "self":
        return only(call.receiver) if call.receiver is not None else (args[0] if args else None)
    if which == "*":
        return join(NOTHING, *args, *named.values())
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
    return None


def _is_none(value: Value) -> bool:
    return all(isinstance(a, Plain) and a.cls is type(None) for a in value)


def _matches(when: When, facts: CallFacts, call: Call) -> bool:
    """Whether a special case of a knowledge entry is the one of this call."""
    if "*" in call.named or "**" in call.named:
        return False
    value = _argument(facts, when.arg, call)
    if when.test == "absent":
        return value is None or _is_none(value)
    if value is None or not value:
        return False
    constants = [a.const if isinstance(a, Plain) else MISSING for a in value]
    match when.test:
        case "text":
            return all(isinstance(a, Plain) and a.cls is str for a in value)
        case "inference_url":
            return all(isinstance(c, str) and inference_url(c) for c in constants)
        case "get_like":
            return all(isinstance(c, str) and c.upper() in ("GET", "HEAD", "OPTIONS") for c in constants)
        case "one_of":
            return all(c is not MISSING and c in when.choices for c in constants)
        case _:
            return False


def _refused(self: Interpreter, facts: CallFacts, call: Call) -> Value | None:
    """Where what the knowledge rests on does not hold, or is not known to: an unknown value."""
    frame, node, receiver = call.frame, call.node, call.receiver
    if facts.seams and not seams_intact(facts):
        return self.unknown(frame, node, f"{facts.name}, part of which is replaced")
    for condition in facts.requires:
        live = receiver.live if isinstance(receiver, Inst) else MISSING
        if live is MISSING and receiver is not None and not (
            isinstance(receiver, Fresh) or self.assumes_client(receiver)
        ):
            return self.unknown(frame, node, f"{facts.name}, whose client is not known")
        if live is MISSING:
            continue
        if not requirement_holds(condition, live):
            why = f"{facts.name}, whose client is set up so that a call does more ({condition})"
            return self.unknown(frame, node, why)
        if isinstance(receiver, Inst) and receiver.path is not None:
            self.condition(receiver.path, functools.partial(requirement_holds, condition), condition)
    return None


def _effects(self: Interpreter, effects: Iterable[Stated], facts: CallFacts, call: Call) -> None:
    frame, node = call.frame, call.node
    for effect in effects:
        match effect.kind:
            case "read":
                continue
            case "write":
                for abstract in _argument(facts, effect.target, call) or NOTHING:
                    self.write(abstract, frame, node, "[]", facts.name)
            case "sleep":
                self.effect("sleep", frame, node, facts.name)
                if not frame.handling:
                    frame.sleeps = Located(facts.name, frame.filename, node.span.line if node else 0)
            case kind:
                if kind == "command" and effect.target in OUTPUTS:
                    output(self, effect.target, call)
                self.effect(kind, frame, node, effect.target if kind in DETAILED else facts.name)


def _waiting(self: Interpreter, facts: CallFacts, blocks: bool, call: Call) -> None:
    """That a call may wait, what it logs, and how many of them its client lets be under way."""
    if blocks:
        self.effect("blocks", call.frame, call.node)
    for logger in facts.loggers:
        self.effect("logs", call.frame, call.node, logger)
    if facts.limit and isinstance(call.receiver, Inst) and call.receiver.live is not MISSING:
        stated = _limit(call.receiver.live, facts.limit)
        if stated:
            self.effect("limit", call.frame, call.node, str(stated))


def _limit(live: object, dotted: str) -> int:
    value = live
    for part in dotted.split("."):
        value = peek(value, part)
        if value is MISSING:
            return 0
    return value if isinstance(value, int) and value > 0 else 0


def _capture(self: Interpreter, facts: CallFacts, call: Call) -> None:
    """Stores what the call keeps of its arguments in a fresh receiver."""
    for captured in facts.captures:
        value = _argument(facts, str(captured), call) or NOTHING
        if isinstance(call.receiver, Fresh):
            memory = self.memory(call.receiver)
            spread = facts.name.endswith((".extend", ".update"))
            kept = [self.iterate(a, call.frame, call.node) for a in value] if spread else [value]
            memory.element = join(memory.element, *kept)


def _user_code(self: Interpreter, what: str, facts: CallFacts, call: Call) -> None:
    """Runs what the knowledge says the call runs of the user's: `0.__len__`, `0.*.__lt__`, `key(0.*)`."""
    if "(" in what:
        return _callback(self, what, facts, call)
    parts = what.split(".")
    value = _argument(facts, parts[0], call)
    if value is None:
        return
    if len(parts) == 3:
        value = join(NOTHING, *(self.iterate(a, call.frame, call.node) for a in value))
    method = parts[-1]
    for abstract in value:
        if method == "__iter__":
            self.iterate(abstract, call.frame, call.node)
        else:
            self.protocol(abstract, method, call.frame, call.node)


def _callback(self: Interpreter, what: str, facts: CallFacts, call: Call) -> None:
    name, inner = what.rstrip(")").split("(", 1)
    target = _argument(facts, name, call)
    if target is None or _is_none(target):
        return
    passed: list[Value] = []
    for part in filter(None, (p.strip() for p in inner.split(","))):
        which, _, star = part.partition(".")
        value = _argument(facts, which, call) if which not in ("…", "...") else only(Top())
        if star and value is not None:
            value = join(NOTHING, *(self.iterate(a, call.frame, call.node) for a in value))
        passed.append(value if value is not None else NOTHING)
    self.call(target, Call(passed, {}, call.frame, call.node))
