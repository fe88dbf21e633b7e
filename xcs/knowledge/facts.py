"""What a knowledge file states, as records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from ..records import dataclass
from ..runtime.silent import Silent

StatedKind = Literal[
    "read", "write", "inference", "query", "command", "sleep", "clock", "entropy", "lock", "thread", "memoised",
    "caller",  # belongs to the thread that calls it, and asks nothing of others
    "handled",  # asks what exception is handled
    "opens",  # what it gives is still to be read, by whoever has it
    "unknown",
]  # fmt: skip
STATED_KINDS: Final[frozenset[str]] = frozenset(get_args(StatedKind))


@dataclass(frozen=True, slots=True)
class Effect:
    """`target`: an argument (`self`, a position), a service, a channel, or why it is unknown."""

    kind: StatedKind
    target: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A condition on an argument that replaces effects, blocking or result. `test`: absent, text, inference_url,
    get_like, other_request (no GET as it was made), one_of (with `choices`)."""

    arg: str
    test: str
    choices: tuple[object, ...]
    effects: tuple[Effect, ...]
    blocks: bool | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """A class of clients that keep what answers set. `jar`: the attributes that lead to it; `used`: ways to parts that
    are not empty once one has been in use (`*`: each value of a dictionary); `shared`: threads may share a client."""

    kind: str
    jar: tuple[str, ...]
    used: tuple[tuple[str, ...], ...]
    shared: bool


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The facts about one library callable; `source` says where they were read."""

    name: str
    params: tuple[str, ...]
    effects: tuple[Effect, ...]
    blocks: bool
    result: str
    calls: tuple[str, ...]
    requires: tuple[str, ...]
    seams: tuple[str, ...]
    loggers: tuple[str, ...]
    limit: str
    captures: tuple[str, ...]
    when: tuple[When, ...]
    source: str
    library: str
    memory: Memory | None = None  # of the client whose request it is
    unlogged: tuple[str, ...] = ()  # records that there would be no cause for, were there one call after the other
    prints: tuple[str, ...] = ()  # modules of the library that print
    silent: Silent | None = None  # of what arguments it shows nothing
    method: bool = False  # a method written in Python: called unbound, it gets its receiver first


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """The facts about one library class: types of its attributes."""

    name: str
    attributes: Mapping[str, str]
    source: str
