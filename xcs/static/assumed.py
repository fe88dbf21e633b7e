"""What a printed region rests on that `@jit` checks when it enters it: which objects differ, what is plain data."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..front.texts import shared_tree
from ..plan.plan import Plan
from .made import QUIET
from .plans import FunctionPlan, RegionPlan
from .shapes import mentioned

MOST_NAMED = 3  # of one kind that are named
EXTENDED = frozenset({"mount", "mounts", "hooks", "event_hooks", "adapters", "auth", "transport"})  # ways into a client
SHOWING = frozenset({"basicConfig", "setLevel", "dictConfig"})
BASES = ("Adapter", "AuthBase", "Auth", "Transport")  # how classes end of which clients run objects


@dataclass(frozen=True, slots=True)
class Clients:
    """What a text says of its clients: the names that it calls; whether it gives them something to run, of its own."""

    called: frozenset[str] = frozenset()
    extended: bool = False
    derived: bool = False
    level: str = ""  # of log records that the text has shown, `INFO` or `DEBUG`

    @classmethod
    def of(cls, text: str) -> Clients:
        called, extended, derived = set(), False, False
        tree = shared_tree(text)
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), keywords=keywords):
                    called.add(name)
                    extended |= name == "mount" or any(k.arg in EXTENDED for k in keywords)
                case ast.Attribute(attr=name):
                    extended |= name in EXTENDED
                case ast.ClassDef(bases=bases):
                    derived |= any(ast.unparse(base).endswith(BASES) for base in bases)
                case _:
                    pass
        constants = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        named = mentioned(tree) | {value for value in constants if type(value) is str}
        level = next((level for level in ("DEBUG", "INFO") if level in named and called & SHOWING), "")
        return cls(frozenset(called), extended, derived, level)

    def shown(self, plan: Plan) -> list[str]:
        """The loggers whose records are shown of calls that run early."""
        every = {name for site in plan.sites for name in site.loggers} if self.level else set()
        return sorted(every if self.level == "DEBUG" else every - QUIET)

    def unknown(self, plan: Plan) -> bool:
        """Whether a client of a plan may run something that the library hasn't made."""
        made = {client.rpartition(".")[2] for site in plan.sites for client in site.clients}
        return bool(made) and (self.extended or self.derived or not made <= self.called)


def assumptions(
    function: FunctionPlan, region: RegionPlan, clients: Clients, plan: Plan | None = None
) -> tuple[str, ...]:
    """Sentences that complete "assumes"; none where the text shows all."""
    imported = ["that this file is run, not imported"] if function.imported else []
    plan = plan or region.plan
    answers = ["plain data in what the calls give"] if any(s.data for s in plan.sites) else []
    cookies = ["that no answer sets cookies which later requests carry"] if any(s.clients for s in plan.sites) else []
    hooks = ["that clients have the library's own adapters, hooks and authentication"] if clients.unknown(plan) else []
    shown = ", ".join(clients.shown(plan))
    logged = [f"that log records of {shown} may come in another order"] if shown else []
    different = _different(region, plan, bool(cookies))
    return (*imported, *answers, *cookies, *hooks, *logged, *_plain(function, region), *different)


def _plain(function: FunctionPlan, region: RegionPlan) -> list[str]:
    """Parameters that neither an annotation nor a call in the text says anything of."""
    said = []
    names = [name for name in (*function.taken_as_plain, *region.options, *region.frames) if name in region.code.values]
    rows = [name for name in function.taken_as_rows if name in region.code.values]
    if names:
        others = " and others" if len(names) > MOST_NAMED else ""
        said.append("plain data in " + ", ".join(names[:MOST_NAMED]) + others)
    if rows:
        said.append("lists of dictionaries in " + ", ".join(rows))
    return said


def _different(region: RegionPlan, plan: Plan, cookies: bool) -> list[str]:
    """Objects that are written, which must be no part of what the calls read. cookies: nothing is written to jars."""
    found: dict[str, dict[str, None]] = {}
    for write, read_ in region.apart(plan):
        within = str(write).startswith((f"{read_}[", f"{read_}."))  # it is a part, and no part of another one there
        if not (within or (cookies and str(write).endswith(".cookies"))):
            found.setdefault(str(write), {})[str(read_)] = None
    said = [f"{written} is no part of {_or(list(others))}" for written, others in sorted(found.items())]
    return said[:MOST_NAMED] + (["the like of others"] if len(said) > MOST_NAMED else [])


def _or(names: list[str]) -> str:
    kept = names[:MOST_NAMED] + (["others"] if len(names) > MOST_NAMED else [])
    return " or ".join(kept)


__all__ = ["Clients", "assumptions"]
