"""Calls that the user has marked as unordered: queries, whose answers are taken for data until one shows otherwise.

What the region itself is given is looked at when it is taken: if it is something else, what has been started across its
use is dropped. Of what a callee is given that runs early as a whole, nothing is assumed.
"""

from __future__ import annotations

from ..ir.nodes import Instr
from ..marks import gave_other, marked
from ..peek import MISSING, is_function
from .domain.effects import STATED
from .domain.machine import Machine
from .domain.places import object_path
from .domain.state import Call
from .domain.values import Abstract, Bound, Inst, Known, Plain, Top, Value, only
from .language.functions import name_of
from .language.handed import carried
from .library.result_types import annotated


def stated_object(func: Abstract) -> Inst | None:
    """The marked object that is called, or of which a method is."""
    held = func.receiver if isinstance(func, Bound) and isinstance(func.func, Known) else func
    if not isinstance(held, Inst) or held.live is MISSING:
        return None
    return held if marked(held.live) == "unordered" else None


def unordered(self: Machine, obj: object, call: Call) -> Value:
    """The result of a call of a marked callable, which reads its arguments."""
    frame, node = call.frame, call.node
    self.effect("blocks", frame, node, STATED)
    for value in call.everything:
        for abstract in value:
            self.read(abstract, frame, node, "*", deep=True)
    returned = annotated(self, obj, call) if is_function(obj) else None
    if returned is None:
        returned = only(Top(f"what {name_of(obj) or 'a marked object'} returns"))
        if self.assumes and node is not None and not frame.key and _called(self, node, obj):
            expected = not gave_other(obj)
            self.condition(object_path(obj, name_of(obj)), lambda _: gave_other(obj) is not expected, "data")
            if expected:
                self.assumed.add(node.id)
                return only(Plain(None, frozenset({call.made})))
    return carried(self, returned, *call.everything)


def _called(self: Machine, node: Instr, obj: object) -> bool:
    """Whether it is what a call of the region itself calls, not what is called back from there."""
    callees = self.operands.get(node.id, (frozenset(),))[0] if node.op == "call" else ()
    parts = [part for a in callees for part in ((a.func, a.receiver) if isinstance(a, Bound) else (a,))]
    known = [part.obj if isinstance(part, Known) else part.live for part in parts if isinstance(part, Known | Inst)]
    return any(one is obj for one in known)
