"""Drafts a library's file: what its public callables reach, for a person to read against the code and finish.

    python -m xcs.knowledge draft wikipediaapi

Each function's text is followed into what it calls, also in other packages, until something is met whose effect is
stated in a file. What is drafted is a proposal: what can't be followed is named, and nothing is read in at run time.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.metadata
import json
import pkgutil
import types
import warnings
from collections.abc import Iterator
from typing import Any

from ..records import dataclass, field
from .drift import distributions_of
from .facts import CallFacts
from .index import lookup, waits
from .library_texts import BUILT_ONCE, attribute_kind, in_class, plain, said, text_of
from .load import library

BUDGET = 3_000  # functions that are followed for one callable
TESTS = ("test", "tests", "_tests", "testing", "conftest", "__main__", "examples")
ASKING = frozenset({"GET", "HEAD", "OPTIONS"})
# Parts of clients for which there is a condition; the class that is met, what is required of the attribute.
PARTS = {
    "requests.sessions.Session": "plain_session", "httpx._client.Client": "plain_httpx", "httpx.Client": "plain_httpx",
    "httpx2._client.Client": "plain_httpx", "httpx2.Client": "plain_httpx",
}  # fmt: skip


@dataclass(slots=True)
class Reached:
    """What one callable comes to. `ends`: stated effects, each with the way that leads there."""

    ends: list[tuple[CallFacts, str]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    verbs: set[str] = field(default_factory=set)
    unfollowed: dict[str, str] = field(default_factory=dict)
    raised: set[str] = field(default_factory=set)
    loggers: set[str] = field(default_factory=set)
    partly: bool = False

    @property
    def waiting(self) -> list[tuple[CallFacts, str]]:
        return [(facts, way) for facts, way in self.ends if facts.blocks or any(w.blocks for w in facts.when)]


def reach(function: types.FunctionType, cls: type | None) -> Reached:
    """Follows a callable's text, nearest first."""
    found = Reached()
    todo: list[tuple[types.FunctionType, type | None, str]] = [(function, cls, "")]
    seen: set[tuple[int, type | None]] = set()
    for where, kind, way in todo:  # grows
        if (id(where), kind) in seen:
            continue
        seen.add((id(where), kind))
        if len(seen) > BUDGET:
            found.partly = True
            break
        text = said(where, kind)
        if text is None:
            found.unfollowed.setdefault(where.__qualname__, "has no text")
            continue
        made_here = where.__name__ in BUILT_ONCE and where is not function
        found.kept.update({} if made_here else dict.fromkeys(text.kept, where.__qualname__))
        found.raised |= text.raised
        found.loggers |= text.loggers
        found.verbs |= text.verbs
        found.unfollowed.update(dict.fromkeys(text.unfollowed, where.__qualname__))
        for callee, holder in text.calls:
            todo.extend(_step(callee, holder, f"{way} > {where.__qualname__}" if way else where.__qualname__, found))
    return found


def _step(
    callee: Any, holder: type | None, way: str, found: Reached
) -> Iterator[tuple[types.FunctionType, type | None, str]]:
    """Where a call leads on to; what is stated of it is an end."""
    facts = lookup(callee)
    if facts is not None:
        if facts.effects or facts.blocks or facts.when:
            found.ends.append((facts, way))
            name = facts.name.rpartition(".")[2].upper()
            found.verbs |= {name} & (ASKING | {"POST", "PUT", "PATCH", "DELETE"}) if facts.blocks else set()
        return
    if isinstance(callee, type):
        callee, holder = plain(in_class(callee, "__init__")), callee
    home = getattr(callee, "__module__", None) or "builtins"
    if isinstance(callee, types.FunctionType) and waits(home.partition(".")[0]):
        yield callee, holder if holder is not None and _stands_in(callee, holder) else None, way


def _stands_in(function: types.FunctionType, cls: type) -> bool:
    return any(plain(held) is function for base in cls.__mro__ for held in list(vars(base).values()))


# -- what a package offers


def modules(package: str) -> Iterator[types.ModuleType]:
    """A package's modules, imported; those that can't be are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = importlib.import_module(package)
        yield top
        for info in pkgutil.walk_packages(getattr(top, "__path__", ()), f"{package}.", onerror=lambda name: None):
            if not any(part in TESTS or part.startswith("test_") for part in info.name.split(".")):
                try:
                    yield importlib.import_module(info.name)
                except (Exception, SystemExit):  # of the library's own making
                    continue


def offered(package: str) -> Iterator[tuple[str, str, types.FunctionType, type | None]]:
    """The public callables that a package defines: module or class, name, function, class."""
    for module in modules(package):
        for name, held in list(vars(module).items()):
            if name.startswith("_") or getattr(held, "__module__", None) != module.__name__:
                continue
            if isinstance(held, type):
                for method, raw in vars(held).items():
                    function = plain(raw)
                    public = not method.startswith("_") or method == "__call__"
                    if public and isinstance(function, types.FunctionType):
                        yield f"{module.__name__}.{name}", method, function, held
            elif isinstance(function := plain(held), types.FunctionType):
                yield module.__name__, name, function, None


# -- what is proposed


@dataclass(frozen=True, slots=True)
class Proposal:
    """A statement about one name, and why."""

    holder: str
    name: str
    statement: str
    because: str
    reached: Reached


def propose(holder: str, name: str, function: types.FunctionType, cls: type | None) -> Proposal | None:
    """What a callable's text speaks for; nothing where nothing in it waits."""
    node = text_of(function)
    if node is None or type(node).__name__ == "AsyncFunctionDef":
        return None
    found = reach(function, cls)
    waiting = found.waiting
    if not waiting and not found.partly:
        return None
    facts, way = waiting[0] if waiting else (None, "")
    because = f"{way} > {facts.name}" if facts is not None else f"more than {BUDGET} functions"
    statement = _statement(found, waiting)
    if statement.startswith("query") and (part := _part(cls)):
        statement = statement.replace("; blocks", f"; requires {part}; blocks")
    return Proposal(holder, name, statement, f"{_where(function)}: {because}{_remarks(found)}", found)


def _statement(found: Reached, waiting: list[tuple[CallFacts, str]]) -> str:
    bound = {facts.name for facts, _ in found.ends if any(e.kind == "thread" for e in facts.effects)}
    threads = sorted(name for name in bound if not name.startswith("threading."))
    unclear = sorted({facts.name for facts, _ in waiting if any(e.kind == "unknown" for e in facts.effects)})
    own = sorted(name for name in found.kept if not name.startswith("("))
    if found.partly:
        return f"unknown: reaches more than {BUDGET} functions"
    if threads:
        return f"unknown: for one thread ({', '.join(threads[:2])})"
    if own:
        return f"unknown: keeps what it did ({', '.join(own[:3])})"
    if unclear:
        return f"unknown: reaches {', '.join(unclear[:2])}"
    kinds = {effect for facts, _ in waiting for effect in facts.effects}
    asks = found.verbs and found.verbs <= ASKING
    changing = sorted(e.target for e in kinds if e.kind == "command" and not (e.target == "net" and asks))
    if changing:
        return f"command({changing[0]}) -> any; blocks"
    channels = sorted({e.target for e in kinds if e.kind in ("query", "command")}) or ["net"]
    return ", ".join(f"query({channel})" for channel in channels) + " -> any; blocks"


def _part(cls: type | None) -> str:
    """The condition on the part of a client through which requests go."""
    for name in dict.fromkeys(_attributes(cls)) if cls is not None else ():
        kind = attribute_kind(cls, name) if cls is not None else None
        for base in kind.__mro__ if kind is not None else ():
            if condition := PARTS.get(f"{base.__module__}.{base.__qualname__}"):
                return f"{condition}(self.{name})"
    return ""


def _attributes(cls: type) -> Iterator[str]:
    """Names that the methods of a class use."""
    for base in cls.__mro__:
        for held in list(vars(base).values()):
            function = plain(held)
            if isinstance(function, types.FunctionType):
                yield from function.__code__.co_names


def _where(function: types.FunctionType) -> str:
    file = function.__code__.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{file}:{function.__code__.co_firstlineno}"


def _remarks(found: Reached) -> str:
    """What a person has to look at."""
    told = []
    if found.verbs:
        told.append("verbs " + ", ".join(sorted(found.verbs)))
    if found.kept:
        told.append("writes " + ", ".join(f"{name} in {where}" for name, where in sorted(found.kept.items())[:4]))
    if found.unfollowed:
        first = [f"{text} in {where}" for text, where in list(found.unfollowed.items())[:4]]
        told.append(f"not followed: {', '.join(first)}{' ...' if len(found.unfollowed) > 4 else ''}")
    sleeping = sorted({way for facts, way in found.ends if any(e.kind == "sleep" for e in facts.effects)})
    if locks := sorted({facts.name for facts, _ in found.ends if facts.name.startswith("threading.")}):
        told.append(f"locks: {', '.join(locks[:3])}")
    if sleeping:
        told.append(f"sleeps: {sleeping[0]}")
    return "".join(f"\n#   {line}" for line in told)


def draft(package: str) -> str:
    """The text of a proposed file."""
    proposals: list[Proposal] = []
    loggers: set[str] = set()
    raised: set[str] = set()
    silent = 0
    for holder, name, function, cls in offered(package):
        proposal = propose(holder, name, function, cls)
        if proposal is None:
            silent += 1
            continue
        proposals.append(proposal)
        loggers |= proposal.reached.loggers
        raised |= {error for error in proposal.reached.raised if error[:1].isupper() and error not in vars(builtins)}
    others = f"# {silent} others reach nothing that waits"
    return "\n".join([*_head(package, loggers, raised), *_body(proposals), others])


def _head(package: str, loggers: set[str], raised: set[str]) -> Iterator[str]:
    names = importlib.metadata.packages_distributions().get(package, [package])
    names = distributions_of(package) if library(package) is not None else names
    try:
        version = importlib.metadata.version(names[0])
    except importlib.metadata.PackageNotFoundError:
        version = ""
    yield f"# A draft: every line of it is to be read against the code of {package}, and most comments are to go."
    yield from ("[library]", f'name = "{package}"', f'distribution = "{names[0]}"', f'version = "{version}"')
    yield f'packages = ["{package}"]'
    yield f'source = "{names[0]} {version}: what says that threads may share a client; what it keeps"'
    yield f"loggers = {json.dumps(sorted(loggers))}"
    yield f"# raises: {', '.join(sorted(raised)[:12])}"


def _body(proposals: list[Proposal]) -> Iterator[str]:
    for holder in dict.fromkeys(p.holder for p in proposals):
        mine = [p for p in proposals if p.holder == holder]
        yield f'\n[of."{holder}"]'
        for statement in dict.fromkeys(p.statement for p in mine):
            for p in mine:
                if p.statement == statement:
                    yield f"# {p.name}: {p.because}"
            yield f"'{statement}' = '{' '.join(p.name for p in mine if p.statement == statement)}'"


__all__ = ["draft", "propose", "reach"]
