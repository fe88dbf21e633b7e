"""What functions of the program do, found once each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .calls import Calls
from .flow import FAILED, RESULT, Flow, Site, Summary, root_of
from .origins import Scope
from .verdicts import Wait

MOST_SITES = 24  # of a function that its summary tells of


class Summaries:
    """Summaries of the program's functions, each made once. One that is asked for while it is made does nothing."""

    def __init__(self) -> None:
        self.made: dict[int, Summary] = {}

    def of(self, scope: Scope) -> Summary:
        function = scope.function
        assert function is not None
        found = self.made.get(id(function))
        if found is None:
            self.made[id(function)] = Summary()
            walker = Calls(scope, self, str(function.module.file))
            parameters = {p.arg for p in scope.every_parameter()}
            walker.definite.update(parameters)
            walker.given.update(parameters)
            walker.block(function.node.body)
            found = self.made[id(function)] = _summary(walker.flow, parameters)
        return found


def _summary(flow: Flow, parameters: set[str]) -> Summary:
    """A function that does nothing but sleep and compute stands for slow work; beside requests a sleep is pacing."""

    def outside(names: Iterable[str]) -> frozenset[str]:
        every = flow.closure(names)
        return frozenset(n for n in every if n == RESULT or n.startswith("::") or root_of(n) in parameters)

    sites = list(flow.sites)[:MOST_SITES]
    sleeps = flow.sleeps[:MOST_SITES]
    slow = [(where, conditions) for where, conditions in sleeps if FAILED not in conditions]
    if not any(s.wait.kind != "sleep" for s in sites) and not flow.commands and slow:
        where, conditions = slow[0]
        sites.append(Site(Wait("sleep", "time.sleep", replace(where, text="waits here")), frozenset(), conditions))
        sleeps = []
    seen = [
        (name, where) for name, where in flow.mutated.items() if name.startswith("::") or root_of(name) in parameters
    ]
    return Summary(
        tuple((s.wait, outside(s.needs | s.conditions) - {RESULT}) for s in sites),
        tuple((where, outside(conditions)) for where, conditions in sleeps),
        tuple(flow.commands[:MOST_SITES]),
        tuple((name, where, outside(flow.depends.get(name, ()))) for name, where in seen[:MOST_SITES]),
        tuple(list(flow.unknown.items())[:MOST_SITES]),
        outside(flow.returned),
        flow.yields,
    )
