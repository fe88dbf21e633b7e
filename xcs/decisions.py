"""Verdicts on regions: one is made by one thread at a time, and some of each region are kept for later entries."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Any

from .guards import holds

KEPT = 8  # verdicts of a region
PATIENCE = 0.5  # seconds that a thread waits for its turn to decide; then it runs the region as written

_turns: dict[int, Turn] = {}  # by process: in the child of a fork nobody has it


class Turn:
    """The right to decide, which one thread of the process has at a time.

    Analysis shares what it has learned. To be used as `try: if turn.come(): ... finally: turn.end()`: whatever a
    signal handler raises, and wherever, the turn ends.
    """

    __slots__ = ("over", "process", "thread")

    def __init__(self) -> None:
        self.process, self.thread = os.getpid(), threading.get_ident()
        self.over = threading.Event()

    def come(self) -> bool:
        """Waits for the turn; false if it does not come in time, or if this thread has it already."""
        until = monotonic() + PATIENCE
        while True:
            holder = _turns.setdefault(self.process, self)
            if holder is self:
                return True
            if holder.thread == self.thread or not holder.over.wait(max(0.0, until - monotonic())):
                return False

    def end(self) -> None:
        """Also if it has not come."""
        if _turns.get(self.process) is self:
            del _turns[self.process]
            self.over.set()


class Decision:
    """A verdict on a region with what it rests on, ready to be used again."""

    __slots__ = ("anchors", "compiled", "infos", "loggers", "plan", "used")

    def __init__(self, plan: Any, loops: dict[tuple[object, str], int]) -> None:
        self.plan = plan
        self.used = 0  # when it was last used, in uses of the region's verdicts
        self.compiled: Any = None
        if plan.sites:
            from .runtime import SiteInfo
            from .transform.slices import compile_slice

            self.compiled = compile_slice(plan, loops)
            numbers = {plan.region.nodes[i].id: n for i, n in _loop_numbers(plan, loops).items()}
            self.anchors = frozenset(numbers[s.anchor] for s in plan.sites if s.anchor)
            self.loggers = tuple(sorted({name for s in plan.sites for name in s.loggers}))
            self.infos = {
                s.site: SiteInfo(
                    service=s.service,
                    limit=s.limit,
                    loggers=s.loggers,
                    anchor=numbers[s.anchor] if s.anchor else None,
                    feeds=any(s.node.id in other.results for other in plan.sites),
                )
                for s in plan.sites
            }

    def holds(self, roots: Mapping[str, object]) -> bool:
        """Whether all that it rests on is so now."""
        return all(holds(guard, roots) for guard in self.plan.guards)


def _loop_numbers(plan: Any, loops: dict[tuple[object, str], int]) -> dict[int, int]:
    from .ir import For

    return {i: loops[n.span, n.kind] for i, n in plan.region.nodes.items() if isinstance(n, For)}


class Verdicts:
    """The verdicts kept of one region."""

    __slots__ = ("kept", "made", "uses")

    def __init__(self) -> None:
        self.kept: tuple[Decision, ...] = ()
        self.made = self.uses = 0

    def find(self, roots: Mapping[str, object]) -> Decision | None:
        """One that holds now: one that starts calls early, if there is such a one."""
        for decision in self.kept:
            if decision.holds(roots):
                self.uses += 1
                decision.used = self.uses
                return decision
        return None

    def keep(self, new: Decision) -> None:
        """Adds one; the one that was not used for longest makes room."""
        self.made += 1
        self.uses += 1
        new.used = self.uses
        latest = sorted([new, *self.kept], key=lambda d: d.used, reverse=True)[:KEPT]
        self.kept = tuple(sorted(latest, key=lambda d: d.compiled is None))

    def pays(self, spent: float, saved: float) -> bool:
        """Whether one more may be made: some are free, more must be worth the seconds that they took so far.

        Objects that are new at each call (a client made for it) can ask for one at each entry.
        """
        return self.made < KEPT or saved > spent
