"""The effects that statements and callees have."""

from __future__ import annotations

from collections.abc import Set
from typing import Final, Literal, get_args

from ...records import field, record
from ...remarks import Located
from .places import Path
from .values import FreshKey


@record
class Loc:
    """A memory location: `root` (None: anything), the slot in it, or (`deep`) all that is reachable from it."""

    root: Path | FreshKey | None
    slot: str = "*"
    deep: bool = False


EffectKind = Literal[
    "read", "write",  # with `loc`
    "inference", "query", "command",  # with a service or channel in `detail`
    "sleep", "clock", "entropy", "thread", "memoised", "pacing", "blocks", "unknown",
    "lock",  # is taken or given back
    "caller",  # belongs to the calling thread; what else it does is told beside
    "catches",  # handles errors of what it asks
    "handled",  # rests on what exception is handled where it is called
    "stops",  # may raise StopIteration
    "hit",  # a call that counts as one of a cache
    "remembers",  # what an answer sets is kept at `loc`, by a client of the class in `detail`
    "opens",  # what the call gives is still to be read
    "limit", "logs", "unlogged", "prints",  # of a library's call: the limit, loggers, modules are in `detail`
]  # fmt: skip
EFFECT_KINDS: Final[frozenset[EffectKind]] = frozenset(get_args(EffectKind))


@record
class Effect:
    """One effect; `detail` says more of what is done, or with what."""

    kind: EffectKind
    detail: str = ""
    loc: Loc | None = None
    where: Located | None = None  # tells no effects apart
    inner: bool = False  # a query, open answer, or client that remembers: of a function that the statement calls
    code: int = field(default=0, init=False, repr=False)  # the hash, once it has been asked for

    def __hash__(self) -> int:
        if not self.code:
            self.code = hash((self.kind, self.detail, self.loc, self.inner))  # type: ignore[misc]
        return self.code

    @property
    def order(self) -> tuple[str, str, str, int]:
        """The same in each process, to tell of the same one of several."""
        file, line = (self.where.filename, self.where.line) if self.where is not None else ("", 0)
        return self.kind, self.detail, file, line

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Effect)
            and self.kind == other.kind
            and self.detail == other.detail
            and self.inner == other.inner
            and self.loc == other.loc
        )


STATED: Final = "stated"  # the detail of what is said of a callable, whose code nobody looks at
ORDERED: Final[frozenset[EffectKind]] = frozenset(
    {"command", "thread", "caller", "lock", "memoised", "pacing", "unknown", "catches", "handled"}
)
LOCAL = frozenset({"fs", "environment", "cwd"})  # channels that can be asked twice: nobody can tell
OF_CLIENT = "client"  # the detail of what a request reads of the client whose it is
OUTPUTS = frozenset({"stdout", "stderr", "log"})  # channels of commands that nobody reads back


def remote(effect: Effect) -> bool:
    """A request: inference, or a query of the network or a database."""
    return effect.kind == "inference" or (effect.kind == "query" and effect.detail in ("net", "db"))


def paced(effect: Effect) -> bool:
    """What a sleep beside it may keep a rate for: a request, or a command other than output."""
    return remote(effect) or (effect.kind == "command" and effect.detail not in OUTPUTS)


def waits(effects: Set[Effect]) -> bool:
    """Whether a call with these effects may wait with the GIL released."""
    return any(e.kind in ("blocks", "sleep") for e in effects)


Place = tuple[str, object, object]  # a step, and the exact type of what it leads to, or None


def conflicts(write: Loc, read: Loc) -> bool:
    """Whether a write to one location may change the value of the other (the caller compares the roots)."""
    if write.root is None or read.root is None:
        return True
    if isinstance(write.root, Path) and isinstance(read.root, Path):
        if (write.root.kind, write.root.name, write.root.holder_id) != (
            read.root.kind,
            read.root.name,
            read.root.holder_id,
        ):
            return False
        written, asked = places(write.root), places(read.root)
        shorter = min(len(written), len(asked))
        if any(not _may_equal(a, b) for a, b in zip(written, asked, strict=False)):
            return False
        if len(written) == len(asked):
            return same_slot(write.slot, read.slot) or "*" in (write.slot, read.slot) or read.deep or write.deep
        if len(written) > shorter:  # the write is deeper
            return read.deep or same_slot(_slot_of(written[shorter]), read.slot)
        return write.deep or write.slot == "*" or same_slot(_slot_of(asked[shorter]), write.slot)
    return write.root == read.root


def item_slot(constant: object) -> str:
    """The slot of a dictionary's item with a constant key."""
    return f"[{constant!r}]" if type(constant) is str or type(constant) is int else "[]"


def same_slot(written: str, read: str) -> bool:
    """Whether two slots of one object may be the same."""
    if written.startswith("[") and read.startswith("["):
        return written == read or "[]" in (written, read)
    return written == read


def overlap(write: Loc, read: Loc) -> bool:
    """Whether they may be the same place, where different roots are different objects."""
    if not isinstance(write.root, Path) or not isinstance(read.root, Path):
        return write.root == read.root
    a, b = write.root, read.root
    return (a.kind, a.name, a.holder_id) == (b.kind, b.name, b.holder_id) and conflicts(write, read)


def set_by(write: Loc) -> Path | None:
    """The one attribute or global variable that a write sets; None: it is another write."""
    if not isinstance(write.root, Path) or write.deep:
        return None
    if write.slot == "=":
        return write.root if write.root.kind == "global" else None
    return write.root.step("attr", write.slot[1:]) if write.slot[:1] == "." else None


def places(path: Path) -> list[Place]:
    """A path's steps, each with the exact type of what it leads to, where a path says that."""
    found: list[Place] = []
    for kind, key in path.steps:
        if kind == "oftype" and found:
            found[-1] = (*found[-1][:2], key)
        else:
            found.append((kind, key, None))
    return found


def paths_may_equal(a: Path, b: Path) -> bool:
    """Whether two paths of the same length from one root may lead to one object."""
    first, second = places(a), places(b)
    same = (a.kind, a.name, a.holder_id, len(first)) == (b.kind, b.name, b.holder_id, len(second))
    return same and all(map(_may_equal, first, second))


def _slot_of(place: Place) -> str:
    return f".{place[1]}" if place[0] == "attr" else item_slot(place[1]) if place[0] == "item" else "[]"


def _may_equal(a: Place, b: Place) -> bool:
    if a[2] is not None and b[2] is not None and a[2] != b[2]:
        return False
    return a[:2] == b[:2] or (a[0] != "attr" and b[0] != "attr")
