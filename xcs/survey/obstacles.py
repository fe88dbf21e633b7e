"""What keeps a loop sequential, or one of its waiting calls in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..remarks import Located
from .conclusions import Wait
from .flow import CONVERSED, KEYS, Flow, Site, root_of
from .services import category


def obstacle_of(flow: Flow, asking: Sequence[Site]) -> tuple[str, str, tuple[Located, ...]] | None:
    """What keeps the whole loop sequential."""
    first = asking[0].wait
    for where, conditions, how in flow.exits:
        if how == "failed":
            continue
        if not conditions or flow.rests_on_results(conditions):
            return (
                "exit",
                f"whether `{first.name}(...)` is called again depends on a result",
                (replace(where, text="leaves the loop here"),),
            )
    remote = [s for s in asking if s.wait.kind != "sleep"]
    for where, conditions in flow.sleeps:
        if remote and not flow.rests_on_results(conditions):
            return "pacing", "a sleep beside requests is pacing", (replace(where, text="sleeps here"),)
    if flow.batches:
        return "together", "what it awaits runs together already", ()
    stateful = next((s.wait for s in flow.sites if s.wait.kind == "stateful" and not _is_store(s.wait)), None)
    if stateful is not None:
        return "thread-bound", f"`{stateful.name}(...)` talks over one connection, in order", (stateful.where,)
    return None


def _is_store(wait: Wait) -> bool:
    """Whether what is talked to is a database: its statements stay in their order beside requests to others."""
    return category(wait.package) == "database"


def kept_in_place(flow: Flow, site: Site) -> tuple[str, str, tuple[Located, ...]] | None:
    """What keeps one waiting call in its place; None: it could start early."""
    carried = {n for n in (*flow.mutated, *flow.assigned) if n in flow.exposed or root_of(n) in flow.exposed}
    carried = {n for n in carried if flow.rests_on_results({n})}
    needs = flow.reached(site.needs | site.conditions)
    for name in sorted(carried & needs):
        if name.endswith(KEYS):
            continue
        where = flow.mutated.get(name) or site.wait.where
        return (
            "carried",
            f"`{site.wait.name}(...)` needs `{name.removeprefix('::')}`, which an earlier answer changes",
            (replace(where, text="changed here"),),
        )
    if CONVERSED in flow.closure(site.needs | site.conditions):
        stateful = next((s.wait for s in flow.sites if s.wait.kind == "stateful"), site.wait)
        return "thread-bound", f"`{stateful.name}(...)` talks over one connection, in order", (stateful.where,)
    change = next((c for c in flow.commands if c.kind == "command"), None)
    if change is not None and site.wait.kind in ("query", "inference") and site.wait.kind != "inference":
        return "command", f"`{change.name}(...)` changes what `{site.wait.name}(...)` may ask for", (change.where,)
    return None
