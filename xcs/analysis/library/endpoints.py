"""Whether an HTTP request only asks a model, by its address and by what it sends."""

from __future__ import annotations

from ...knowledge import CallFacts, asks_model, endpoint
from ..domain.machine import Machine
from ..domain.state import Call
from ..domain.values import Plain, Value
from ..language.contents import named_entries
from .parameters import argument


def asks_a_model(self: Machine, address: Value, facts: CallFacts, call: Call) -> bool:
    """Whether a call of an HTTP library with this address is a POST to an inference endpoint."""
    if not facts.name.endswith(".post"):
        methods = argument(facts, "method", call) or frozenset()
        if not methods or not all(isinstance(m, Plain) and m.const in ("POST", "post") for m in methods):
            return False
    bodies = [named_entries(self, body) for body in argument(facts, "json", call) or ()] or [None]
    paths = {(a.endpoint or endpoint(a.const)) if isinstance(a, Plain) else "" for a in address}
    return "" not in paths and all(asks_model(path, body) for path in paths for body in bodies)
