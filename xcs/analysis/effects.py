"""The effects that statements and callees have."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..remarks import Located
from .values import FreshKey, Path


@dataclass(frozen=True, slots=True)
class Loc:
    """A memory location: `root` (None: anything), the slot in it, or (`deep`) all that is reachable from it."""

    root: Path | FreshKey | None
    slot: str = "*"
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. `kind`: read, write (with `loc`), inference, query, command (with a service or channel in `detail`),
    sleep, clock, entropy, thread, memoised, pacing, blocks, catches, unknown."""

    kind: str
    detail: str = ""
    loc: Loc | None = None
    where: Located | None = field(default=None, compare=False)


ORDERED = frozenset({"command", "thread", "memoised", "pacing", "unknown", "catches"})
CODES = {
    "write": "writes",
    "command": "command",
    "thread": "thread-bound",
    "memoised": "memoised",
    "pacing": "pacing",
    "unknown": "unknown",
    "catches": "handled",
}
OUTPUTS = frozenset({"stdout", "stderr", "log"})  # channels of commands that nobody reads back


def remote(effect: Effect) -> bool:
    """A request: inference, or a query of the network or a database."""
    return effect.kind == "inference" or (effect.kind == "query" and effect.detail in ("net", "db"))


def paced(effect: Effect) -> bool:
    """What a sleep beside it may keep a rate for: a request, or a command other than output."""
    return remote(effect) or (effect.kind == "command" and effect.detail not in OUTPUTS)


def conflicts(write: Loc, read: Loc) -> bool:
    """Whether writing one location may change what reading the other gives (the caller compares the roots)."""
    if write.root is None or read.root is None:
        return True
    if isinstance(write.root, Path) and isinstance(read.root, Path):
        if (write.root.kind, write.root.name, write.root.holder_id) != (
            read.root.kind,
            read.root.name,
            read.root.holder_id,
        ):
            return False
        shorter = min(len(write.root.steps), len(read.root.steps))
        if any(not _may_equal(a, b) for a, b in zip(write.root.steps, read.root.steps, strict=False)):
            return False
        if len(write.root.steps) == len(read.root.steps):
            return write.slot == read.slot or "*" in (write.slot, read.slot) or read.deep or write.deep
        if len(write.root.steps) > shorter:  # the write is deeper
            return read.deep or _slot_of(write.root.steps[shorter]) == read.slot
        return write.deep or write.slot == "*" or _slot_of(read.root.steps[shorter]) == write.slot
    return write.root == read.root


def _slot_of(step: tuple[str, object]) -> str:
    return f".{step[1]}" if step[0] == "attr" else "[]"


def _may_equal(a: tuple[str, object], b: tuple[str, object]) -> bool:
    return a == b or (a[0] != "attr" and b[0] != "attr")
