"""Whether what a knowledge entry rests on holds of a call: its receiver, its arguments, the library's settings."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ...knowledge import MODELS, CallFacts, Requirement, extends, requirement, type_facts
from ...peek import CONTAINERS, MISSING, class_name
from ..domain.machine import Machine
from ..domain.places import Path, object_path
from ..domain.state import Call
from ..domain.values import Abstract, Fresh, Inst, Known, Plain, Top, Value
from ..language.data import all_plain
from .parameters import argument, is_none
from .replaced_parts import replaced
from .result_types import PART

# Conditions that look at the receiver's class themselves.
JUDGED = frozenset((*(f"{name}(self)" for name in MODELS), "plain_runnable"))
SET = {"plain_rows": "row_factory", "own_zone": "tzinfo"}  # by condition, what a program names that breaks it


def refused(self: Machine, facts: CallFacts, call: Call) -> Value | None:
    """Where it does not hold, or is not known to: an unknown value. What holds is guarded."""
    frame, node, receiver = call.frame, call.node, call.receiver
    judged = not JUDGED.isdisjoint(facts.requires)
    if facts.method and not judged and isinstance(receiver, Inst | Fresh) and extends(receiver.cls, facts):
        of = class_name(receiver.cls)
        return self.unknown(frame, node, f"{facts.name} of {of}, a class that extends the library's")
    if (changed := replaced(self, facts, frame, node)) is not None:
        return changed
    if any(module not in sys.modules for module in facts.prints):
        return self.unknown(frame, node, f"{facts.name}, which prints from a module that it imports first")
    for text in facts.requires:
        wanted = requirement(text)
        if wanted.condition == "unset" and _stated(wanted, facts, call):
            continue
        if not _met(self, wanted, facts, call):
            if wanted.condition == "unset" and not wanted.module and wanted.root != "self":
                return self.unknown(frame, node, f"{facts.name} with `{wanted.root}`")
            return self.unknown(frame, node, f"{facts.name}, {_said(wanted)}")
    return None


def holds(self: Machine, text: str, facts: CallFacts, call: Call) -> bool:
    """Whether what a call is given meets a condition, guarded; what isn't known at all is not what is asked about."""
    wanted = requirement(text)
    value = argument(facts, wanted.root, call) or frozenset()
    return all(isinstance(a, Top) or _holds(self, wanted, a, call) for a in value)


def _stated(wanted: Requirement, facts: CallFacts, call: Call) -> bool:
    """Whether an argument that had better be unset is the one of a special case: what is said of that holds."""
    cases = [c for when in facts.when if when.arg == wanted.root and not wanted.path for c in when.choices]
    value = argument(facts, wanted.root, call) if cases and not wanted.module else None
    constants = [a.const if isinstance(a, Plain) else MISSING for a in value or ()]
    return bool(constants) and all(any(_same(c, case) for case in cases) for c in constants)


def _same(constant: object, case: object) -> bool:
    return constant is case or (type(constant) is str and constant == case)


def _said(wanted: Requirement) -> str:
    """What a call may do more, and where it would not, in the program's words."""
    setting = ".".join((wanted.module, *wanted.path))
    if wanted.module and wanted.condition == "unset":
        return f"which does more where `{setting}` is set, as it is here,"
    what = "settings" if wanted.module else "client" if wanted.root == "self" else f"`{wanted.root}`"
    return f"whose {what} may make a call do more ({wanted.text})"


def _met(self: Machine, wanted: Requirement, facts: CallFacts, call: Call) -> bool:
    if wanted.module:
        return _guarded(self, object_path(wanted, wanted.module), wanted.holds_now, None, wanted.text)
    value = argument(facts, wanted.root, call)
    if value is None or (is_none(value) and wanted.root != "self"):
        return wanted.holds_of_nothing()
    return all(_holds(self, wanted, a, call) for a in value)


def _live(self: Machine, wanted: Requirement, live: object, path: Path) -> bool:
    return _guarded(self, path, wanted.holds, live, wanted.text)


def _guarded(self: Machine, path: Path, check: Callable[[object], bool], live: object, name: str) -> bool:
    """What the check says now. The decision holds as long as it says so: a mock comes and goes."""
    if check(live):
        self.condition(path, check, name)
        return True
    self.condition(path, lambda value: not check(value), f"not {name}")
    return False


def _holds(self: Machine, wanted: Requirement, abstract: Abstract, call: Call) -> bool:
    match abstract:
        case Plain(const=const):
            return _of_data(wanted, const)
        case Known(obj=obj):
            return _live(self, wanted, obj, object_path(obj, wanted.root))
        case Inst(live=live, path=path) if live is not MISSING and type(live) is abstract.cls:
            return _live(self, wanted, live, path if path is not None else object_path(live, wanted.root))
        case Inst(cls=cls):
            if wanted.condition in SET:  # a setting that programs do change, after it was opened
                return self.assumes_unnamed(SET[wanted.condition])
            return self.assumes_client(abstract) and (wanted.root == "self" or type_facts(cls) is not None)
        case Fresh(cls=cls) if cls in CONTAINERS:
            return wanted.condition in (*MODELS, "data", "own", "unset") and bool(
                (wanted.path or wanted.condition != "unset") and all_plain(self, abstract, call, 0)
            )
        case Fresh(cls=cls) if wanted.condition in MODELS and wanted.root == "self":
            if not all(isinstance(a, Plain) for stored in self.contents(abstract.key).attrs.values() for a in stored):
                return False
            return _live(self, wanted, cls, object_path(cls, class_name(cls)))
        case Fresh(key=key) if wanted.condition == "given":
            return not self.contents(key).attrs
        case Fresh():
            return _as_made(self, abstract)
        case _:
            return False


def _as_made(self: Machine, fresh: Fresh) -> bool:
    """Whether it is made by a known constructor of the library, of data, or a part of such an object.

    Nothing was stored on any of them since.
    """
    key, part = fresh.key, fresh.key[-1:] == (PART,)
    while self.contents(key).attrs == {} and key[-1:] == (PART,):
        key = key[:-1]
    return not self.contents(key).attrs and (part or type_facts(fresh.cls) is not None)


def _of_data(wanted: Requirement, const: object) -> bool:
    """Of built-in data, which holds nothing that can be called."""
    if wanted.condition in (*MODELS, "data", "own", "get_request"):
        return True
    if wanted.path:
        return wanted.condition == "unset"
    return const is not MISSING and wanted.holds(const)
