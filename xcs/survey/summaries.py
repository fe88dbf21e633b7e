"""What functions of the program do, found once each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..remarks import Located
from .call_facts import Calls
from .conclusions import Wait
from .flow import ADDRESSED, CONVERSED, FAILED, LOOPED, RESULT, Flow, Summary, WaitingCall, root_of
from .modules import Function, Program
from .origins import Scope

MOST_SITES = 24  # of a function that its summary tells of
Key = tuple[int, bool]  # a function, and whether it is seen with the calls in its own module
DEEPEST = 4  # calls down from a loop that are looked into
FREE = 1 << 30  # deeper than any function that is being looked at


class Summaries:
    """Summaries of the program's functions. One that is asked for while it is made does nothing.

    A summary is as deep as calls are followed from where it is asked for: what is found must not depend on what was
    asked before. Those of other modules that rest on no unfinished one are the program's, for all its files.
    """

    def __init__(self, program: Program) -> None:
        self.made: dict[Key, _Known] = {}
        self.shared = program.summaries
        self.open: dict[Key, int] = {}  # functions whose summary is being made, with their depth
        self.cut: set[Key] = set()  # those that rest on an unfinished one
        self.lowest = FREE  # of the unfinished ones that were asked for since
        self.height = 0  # calls down to the last that counts for the summary that is being made

    def of(self, scope: Scope) -> Summary:
        function = scope.function
        assert function is not None
        key = (id(function), bool(scope.calls))
        if key in self.open:
            self.lowest = min(self.lowest, self.open[key])
            return Summary()
        left = DEEPEST - len(self.open)
        if not left:
            self.height = FREE
            where = Located(
                f"calls `{function.node.name}`",
                str(function.module.file),
                function.node.lineno,
            )
            return Summary(unknown=((function.node.name, where),))
        if key in self.cut:
            self.lowest = -1
        known = [self.made.get(key), None if scope.calls else self.shared.get(function)]
        found = next((f for k in known if k is not None and (f := k.of(left)) is not None), None)
        if found is None:
            return self.make(scope, function, key, left)
        self.height = max(self.height, found[1])
        return found[0]

    def make(self, scope: Scope, function: Function, key: Key, left: int) -> Summary:
        depth = self.open[key] = len(self.open)
        before, self.lowest = self.lowest, FREE
        around, self.height = self.height, 0
        walker = Calls(scope, self, str(function.module.file))
        parameters = set(function.named())
        walker.definite.update(parameters)
        walker.given.update(parameters)
        walker.block(function.node.body)
        height = min(self.height + 1, FREE)
        found = _summary(walker.flow, parameters)
        self.made.setdefault(key, _Known()).keep(found, height, left)
        del self.open[key]
        if self.lowest < depth:
            self.cut.add(key)
            self.lowest = min(before, self.lowest)
        else:
            if not scope.calls:
                self.shared.setdefault(function, _Known()).keep(found, height, left)
            self.lowest = before
        self.height = max(around, height)
        return found


@dataclass(slots=True)
class _Known:
    """The summary of a function, where all that it comes to is near enough, and those for fewer calls down."""

    whole: Summary | None = None
    height: int = 0
    nearer: dict[int, Summary] = field(default_factory=dict)

    def of(self, left: int) -> tuple[Summary, int] | None:
        """The summary for so many calls down, and how many count."""
        if self.whole is not None and self.height <= left:
            return self.whole, self.height
        found = self.nearer.get(left)
        return (found, FREE) if found is not None else None

    def keep(self, found: Summary, height: int, left: int) -> None:
        if height < FREE:
            self.whole, self.height = found, height
        else:
            self.nearer[left] = found


def _summary(flow: Flow, parameters: set[str]) -> Summary:
    """A function that does nothing but sleep and compute stands for slow work; beside requests a sleep is pacing."""

    def outside(names: Iterable[str]) -> frozenset[str]:
        every = flow.closure(names)
        return frozenset(n for n in every if n in (RESULT, CONVERSED) or n.startswith("::") or root_of(n) in parameters)

    def when(names: frozenset[str]) -> frozenset[str]:
        return outside(names) - {RESULT} | names & {FAILED, ADDRESSED}

    sites = list(flow.sites)[:MOST_SITES]
    sleeps = flow.sleeps[:MOST_SITES]
    if not any(s.wait.kind != "sleep" for s in sites) and not flow.commands:
        made = flow.assigned - parameters  # until something is so that it has seen, it only waits to try again
        slow = [s for s in sleeps if not s[1] & {FAILED, LOOPED} and made.isdisjoint(flow.reached(s[1]))]
        if slow:
            where, conditions = slow[0]
            wait = Wait("sleep", "time.sleep", replace(where, text="waits here"))
            sites.append(WaitingCall(wait, frozenset(), conditions))
        sleeps = []
    seen = [
        (name, where) for name, where in flow.mutated.items() if name.startswith("::") or root_of(name) in parameters
    ]
    return Summary(
        tuple((s.wait, outside(s.needs) - {RESULT}, when(s.conditions)) for s in sites),
        tuple((where, outside(conditions)) for where, conditions in sleeps),
        tuple(flow.commands[:MOST_SITES]),
        tuple((name, where, outside(flow.depends.get(name, ()))) for name, where in seen[:MOST_SITES]),
        tuple(list(flow.unknown.items())[:MOST_SITES]),
        outside(flow.returned),
        flow.yields,
        frozenset(flow.called & parameters),
        frozenset(flow.added.difference(*flow.parts.values())),
    )
