"""Callees that run in place for what they change, where an iteration makes that itself: all of it runs in a worker.

for topic in topics:                       def process_topic(topic):
    agent = Agent(topic)                       agent = Agent(topic)
    agent.say("begin")                         agent.say("begin")
    notes[topic] = agent.say("shorter")        return agent.say("shorter")

                                           for topic, result in zip(topics, executor.map(process_topic, topics)):
                                               notes[topic] = result

Here `say` asks, and keeps in the agent what was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..ir.nodes import Inline, Node, walk
from ..remarks import Span
from .futures import Work
from .parts import Splitter
from .tree import Range, inside

ELSEWHERE: Range = ((0, 0), (0, 0))  # of what stands in a callee


@dataclass(slots=True)
class PrivateSplitter(Splitter):
    """An iteration with the bodies of its callees; below: their nodes, by the call in the loop."""

    below: dict[int, frozenset[int]] = field(default_factory=dict)

    def prepare(self) -> None:
        work = self.work
        for plan in work.plan.sites:
            inline = next((p for p in work.region.parents[plan.node.id] if isinstance(p, Inline)), None)
            place = plan.node.payload if inline is None else inline.span
            call = work.tree.calls.get(work.tree.of(place)) if isinstance(place, Span) else None
            if call is None or not inside(work.tree.range(call), self.range(self.loop.body)):
                raise work.refuse(f"the place of `{plan.node.text}(...)`", plan.node)
            if call not in self.calls:
                self.calls.append(call)
            self.sites.add(plan.node.id)
            self.needs |= plan.needs
        for inline in (n for n in work.region.nodes.values() if isinstance(n, Inline)):
            self.below[inline.id] = frozenset(n.id for part in (inline.binding, inline.body) for n in walk(part))
        hidden = frozenset[int]().union(*self.below.values())
        nodes = work.region.nodes.items()
        self.ranges = {i: ELSEWHERE if i in hidden else work.tree.of(n.span) for i, n in nodes}

    def check(self) -> None:
        """Whether the iteration may run early, with what its callees read that no request of theirs needs."""
        super(PrivateSplitter, self).check()
        effects = [(i, e) for i in self.work.region.nodes for e in self.effects(i) if e.loc is not None]
        written = [e.loc for _, e in effects if e.kind == "write" and not self.is_private(e, self.own) and e.loc]
        for ident, effect in effects:
            if ident in self.own and effect.kind == "read" and effect.loc is not None:
                self.check_read(effect.loc, written, self.work.region.nodes[ident])

    def nodes_in(self, place: Range) -> Iterator[Node]:
        known: set[int] = set()
        for node in list(super(PrivateSplitter, self).nodes_in(place)):
            known |= {node.id, *self.below.get(node.id, ())}
        yield from (self.work.region.nodes[i] for i in sorted(known))


def private(work: Work, local: frozenset[str]) -> PrivateSplitter:
    """An iteration whose callees may run in a worker as they are, if nothing else shows otherwise."""
    return PrivateSplitter(work, work.loop(work.frame), local, False)  # type: ignore[arg-type]


__all__ = ["PrivateSplitter", "private"]
