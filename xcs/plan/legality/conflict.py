"""The call or its slice reads what the region writes."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.effects import OF_CLIENT, Effect, Loc, conflicts, places, set_by
from ...analysis.domain.holding import below, parts
from ...analysis.domain.places import Path
from ...analysis.domain.values import Abstract, Fresh, FreshKey, Inst, Lazy, Plain, Value, origins_of
from ...analysis.library.sequences import gives_held
from ...analysis.remade import anew, innermost, remade
from ...ir.nodes import For, Instr, Jump, Twin, Var, With
from ...peek import CONTAINERS, is_a
from ...reasons import CHANGE, Reason
from ...records import replace
from ...remarks import Bailout
from . import memo
from .candidate import Candidate

OBSTACLE = Reason(
    code="conflict",
    number="XCS303",
    text="{what} reads what the region writes",
    hint=CHANGE,
    meaning=(
        "The call, or what its arguments are computed from, reads a place that the region writes, so the "
        "answer may depend on when it is read. Both places are named."
    ),
    what_to_do="Hand the value over as an argument, or write to a place of each iteration's own.",
)

Reads = list[tuple[int, Loc]]  # (node that reads, what)


def reads_of(candidate: Candidate) -> Reads:
    """What running the call and its slice early reads, and what the take compares."""
    region = candidate.region
    return [
        (ident, e.loc)
        for ident in {*(candidate.needs - candidate.noted), candidate.node.id}
        if not isinstance(region.nodes[ident], With)
        for e in region.slice_effects(ident)
        if e.kind == "read" and e.loc is not None and not _through_own_lambda(candidate, ident, e.loc)
    ] + [*_compared(candidate), *_stood_for(candidate)]


def _through_own_lambda(candidate: Candidate, reader: int, read: Loc) -> bool:
    """Whether a variable is read by a lambda only that the slice makes for itself, in the same iteration: there it is
    the slice's own variable, with the value that the lambda was made with. What that holds is anybody's."""
    region = candidate.region
    if not isinstance(read.root, Path) or read.root.kind != "local" or read.root.steps or read.slot != "=":
        return False
    seen = Var(read.root.name)
    makers = {made.id for made in region.functions if seen in made.uses}
    users = set().union(*(_users(candidate, maker) for maker in makers))
    return reader in users and makers | users <= candidate.needs


def _users(candidate: Candidate, made: int) -> set[int]:
    """The nodes that get what a node makes, as it is: calls in the same iteration. With -1, which is part of no slice,
    if there are others."""
    region = candidate.region
    found: set[int] = set()
    for ident, uses in region.whole.uses.items():
        for definitions in uses.values():
            if made not in definitions:
                continue
            node = region.nodes[ident]
            if len(definitions) > 1 or region.order[ident] < region.order[made] or not isinstance(node, Instr):
                return {-1}
            if node.op == "copy":
                found |= _users(candidate, ident)
            found.add(ident if node.op in ("copy", "call") else -1)
    return found


def _compared(candidate: Candidate) -> Reads:
    """What the take compares: the containers among the arguments, and in those made for it, with all in them."""
    given = candidate.region.facts.operands.get(candidate.node.id, ())[1:]
    held = frozenset(a for a in parts(given, candidate.region.facts.contents) if isinstance(a, Inst))
    return _contained(candidate, [*given, held])


def _contained(candidate: Candidate, values: Iterable[Value]) -> Reads:
    return [
        (candidate.node.id, Loc(origin, "*", True))
        for value in values
        for a in value
        if isinstance(a, Plain) or getattr(a, "cls", None) in CONTAINERS
        for origin in origins_of(a)
    ]


def _stood_for(candidate: Candidate) -> Reads:
    """A sleep in an open callee stands for slow work on what the callee is given, and on what it reads."""
    region, callee = candidate.region, candidate.region.callee(candidate.node.id)
    if callee is None or not region.sleeps(candidate.node.id):
        return []
    own = [(candidate.node.id, e.loc) for e in region.stands_for(candidate.node.id) if e.loc is not None]
    return own + _contained(candidate, [region.facts.results.get(n.id, frozenset()) for n in callee.binding])


def across(candidate: Candidate, other: int, effect: Effect, reads: Reads) -> Bailout | None:
    """Node `other`, which something that reads is moved across, writes what it reads."""
    node = candidate.region.nodes[other]
    filled = candidate.region.fills(other, effect)
    own = (
        other in candidate.needs - candidate.noted
        and not filled
        and (not isinstance(node, With) or candidate.region.enters_file(node, candidate.needs))
    )
    if effect.kind not in ("write", "remembers") or effect.loc is None:
        return None
    if isinstance(node, Instr) and node.op == "twin":
        reads = [found for found in reads if not _of_item(node.payload, *found, effect.loc)]
    elif own:
        return _beside_own(candidate, other, effect.loc, reads)
    if filled:
        reads = [(reader, read) for reader, read in reads if _may_miss(candidate, reader, effect.loc, read)]
    for reader, read in reads if effect.kind == "write" else _beside_requests(candidate, reads):
        if not candidate.region.moved_across(reader, other) or _below(candidate, reader, effect.loc, read):
            continue
        if _into_another(candidate.region, reader, read, other, effect.loc):
            continue
        if _may_conflict(candidate, effect.loc, read):
            if memo.is_table(candidate, other, reader):
                candidate.memo.add(reader)
                continue
            leaves = _leaves(candidate, other, reader)
            if leaves is not None:
                return candidate.obstacle("exit", "", candidate.located("leaves the loop here", leaves))
            ends = (candidate.located("written here", other), candidate.located("read here", reader))
            return candidate.obstacle("conflict", "", *ends)
    return None


def _leaves(candidate: Candidate, writer: int, reader: int) -> int | None:
    """What leaves the loop because of what earlier answers have been written to: how many are good, say."""
    region = candidate.region
    if candidate.node.id not in region.closure(writer)[0]:
        return None
    jumps = (i for i in candidate.needs if isinstance(region.nodes[i], Jump))
    return next((i for i in sorted(jumps, key=region.order.__getitem__) if reader in region.closure(i)[0]), None)


def _may_miss(candidate: Candidate, reader: int, write: Loc, read: Loc) -> bool:
    """Whether a reader may see that a dictionary has one more item: not who takes another item, nor who reads what
    such items hold."""
    if not isinstance(write.root, Path) or not isinstance(read.root, Path) or not _same_root(write.root, read.root):
        return True
    above, below = write.root.steps, read.root.steps
    if len(below) > len(above) and below[: len(above)] == above:
        return False
    return below != above or read.deep or not candidate.region.filled(reader)


def _into_another(region: LinkedRegion, reader: int, read: Loc, writer: int, write: Loc) -> bool:
    """Whether a write changes nothing but an object that the iteration of the reader has for itself."""
    if not isinstance(write.root, tuple) or not isinstance(read.root, tuple):
        return False
    loop = innermost(region, reader, writer)
    if loop is None or not anew(region, loop, read.root) or (write.deep and reached(region, write.root)):
        return False
    return remade(region, reader, writer, write.root)


def _beside_own(candidate: Candidate, other: int, write: Loc, reads: Reads) -> Bailout | None:
    """What a strand writes to its copy of what a variable holds, the program writes to that: it is read, if at all, by
    that variable alone."""
    if not isinstance(write.root, Path):
        return None
    for reader, read in reads:
        if isinstance(read.root, Path) and (read.root.kind, read.root.name) == (write.root.kind, write.root.name):
            continue
        if read.root is None or (isinstance(read.root, Path) and _may_conflict(candidate, write, read)):
            ends = (candidate.located("written here", other), candidate.located("read here", reader))
            return candidate.obstacle("conflict", "", *ends)
    return None


def _of_item(twin: object, reader: int, read: Loc, write: Loc) -> bool:
    """Whether what an iteration changes of its item is read for the twin, before; or the twin has what is read from a
    list or dictionary of its own, of which what it holds is not changed."""
    assert isinstance(twin, Twin)
    if reader in twin.readers:
        return True
    if not isinstance(read.root, Path) or not isinstance(write.root, Path) or write.slot.startswith("."):
        return False
    above, below = write.root.steps, read.root.steps
    return _same_root(write.root, read.root) and len(below) > len(above) and below[: len(above)] == above


def _beside_requests(candidate: Candidate, reads: Reads) -> Reads:
    """What is read but by requests, of their own clients: whether those carry what answers before have set is seen to
    when they are taken."""
    region = candidate.region
    own = {(i, e.loc) for i, _ in reads for e in region.effects(i) if e.kind == "read" and e.detail == OF_CLIENT}
    return [found for found in reads if found not in own]


def with_first(candidate: Candidate, reads: Reads) -> Bailout | None:
    """Where a first iteration is under way, what it may still do, which later ones don't: it found nothing where they
    find what it has set."""
    facts = candidate.region.facts
    if not facts.does:
        return None
    known = frozenset[Effect]().union(*facts.effects.values())
    for effect in sorted(facts.does - known, key=lambda e: e.order):
        if effect.loc is None:
            return candidate.obstacle("command", "", *filter(None, [effect.where]))
        for reader, read in reads:
            if set_by(effect.loc) not in facts.changed and _may_conflict(candidate, effect.loc, read):
                ends = (*filter(None, [effect.where]), candidate.located("read here", reader))
                return candidate.obstacle("conflict", "", *ends)
    return None


def under_way(candidate: Candidate, reads: Reads) -> Bailout | None:
    """What the slice has given to the call, it changes while the call may be under way.

    m = [question]       # the slice's own list, of which the call in its place is given the twin
    a = ask(m)
    m.append("Why?")     # needed for the next call
    b = ask(m)
    """
    region, call = candidate.region, candidate.node.id
    if candidate.flow or region.sleeps(call):
        return None  # it is given copies; whoever sleeps looks at nothing
    if candidate.anchor and region.rests_on_itself(call, candidate.anchor):
        return None  # its strand waits for what it gives before it goes on
    given = {o for value in region.facts.operands.get(call, ()) for a in value for o in origins_of(a)}
    given |= {read.root for reader, read in reads if reader == call and read.root is not None}
    for root in given.union(*(reached(region, root) for root in given if isinstance(root, tuple))):
        if not isinstance(root, tuple) or root[0] not in candidate.ahead:
            continue
        for writer in region.writers(root[0]):
            if writer in candidate.ahead and _runs_behind(region, call, writer, root[0]):
                ends = (candidate.located("written here", writer), candidate.located("read here", call))
                return candidate.obstacle("conflict", "", *ends)
    return None


def changed_behind(region: LinkedRegion, call: int, needs: Collection[int], ahead: Collection[int]) -> bool:
    """Whether what a call's slice reads is changed by slices after they have started it: it must have read it by then.

    ahead: nodes of the slices of all calls.
    """
    reads = {e.loc.root for i in needs for e in region.slice_effects(i) if e.kind == "read" and e.loc is not None}
    return any(
        writer in ahead and _runs_behind(region, call, writer, root[0])
        for root in reads
        if isinstance(root, tuple) and root[0] in ahead
        for writer in region.writers(root[0])
    )


def _runs_behind(region: LinkedRegion, call: int, writer: int, made: int) -> bool:
    """Whether a slice comes to a write after it has started the call, of the object that both have to do with."""
    if call in region.closure(writer)[0]:
        return False  # it waits for what the call gives
    both = {p.id for p in region.round(call)} & {p.id for p in region.round(writer)}
    return region.order[writer] > region.order[call] or not both <= {p.id for p in region.parents[made]}


def _below(candidate: Candidate, reader: int, write: Loc, read: Loc) -> bool:
    """Whether a reader gets an object whose contents alone are written: it reads them, if at all, elsewhere."""
    node = candidate.region.nodes[reader]
    gets = isinstance(node, Instr) and node.op in ("attr", "global", "cell", "item")
    if not (gets or isinstance(node, For)) or read.deep:
        return False
    opened = isinstance(node, For) or node.op == "item"  # type: ignore[union-attr]
    held = candidate.region.facts.operands.get(reader, (frozenset(),))[0] if opened else frozenset()
    if not gives_held([held]):
        return False
    if not isinstance(write.root, Path) or not isinstance(read.root, Path) or not _same_root(write.root, read.root):
        return False
    found = candidate.region.facts.results.get(reader, frozenset())
    parted = any(isinstance(a, Lazy) for a in held)
    return len(places(write.root)) > len(places(read.root)) and all(_apart(candidate.region, a, parted) for a in found)


def _apart(region: LinkedRegion, abstract: Abstract, parted: bool) -> bool:
    """Whether an element is an object with a place of its own, or (`parted`) a tuple of such and of numbers."""
    if parted and isinstance(abstract, Fresh) and abstract.cls is tuple:
        return all(_apart(region, a, True) for a in region.facts.memory(abstract).element)
    return isinstance(abstract, Inst | Fresh) or (parted and isinstance(abstract, Plain) and not abstract.origins)


def reads_answers(candidate: Candidate, ident: int) -> bool:
    """Whether a node rests on what earlier iterations write of the answers that they wait for, where that is another
    object by its name: that they are different ones becomes an entry condition."""
    key = ("reads answers", ident)
    known = candidate.region.known
    if key not in known:  # as for any other candidate
        asking = replace(candidate, separate=set())
        read = _answers_read(candidate.region, ident)
        known[key] = any(_may_conflict(asking, *both) for both in read), asking.separate
    found, separate = known[key]
    candidate.separate |= separate
    return bool(found)


def _answers_read(region: LinkedRegion, ident: int) -> set[tuple[Loc, Loc]]:
    """What is written of answers, and what a node rests on that is read in a later iteration."""
    writers = [n for n in region.nodes if region.waited_for(n) and any(e.kind == "write" for e in region.effects(n))]
    found = set[tuple[Loc, Loc]]()
    for inner in region.closure(ident)[0] if writers else ():
        reads = [e.loc for e in region.slice_effects(inner) if e.kind == "read" and e.loc is not None]
        for other in writers if reads else ():
            if region.share_loop(inner, other):
                writes = [e.loc for e in region.effects(other) if e.kind == "write" and e.loc is not None]
                found.update((write, read) for write in writes for read in reads)
    return found


def _may_conflict(candidate: Candidate, write: Loc, read: Loc) -> bool:
    """Whether the write may change what is read. Where different objects are assumed to be different ones, that becomes
    an entry condition."""
    if write.root is None or read.root is None:
        return True
    if isinstance(write.root, tuple) or isinstance(read.root, tuple):
        return write.root == read.root or _written_within(candidate, write, read) or _within(candidate, read, write)
    if _same_root(write.root, read.root):
        if conflicts(write, read):
            return True
        if write.root.steps == read.root.steps:
            return False
    rebound = write.slot == "=" and {write.root.kind, read.root.kind} == {"local", "cell_of"}
    if rebound and write.root.name == read.root.name:
        return True
    if not _different(write, write.root, read, read.root):
        written = write.root.step("parts", "") if write.deep else write.root
        candidate.separate.add((written, read.root, read.deep))
    return False


def _within(candidate: Candidate, outer: Loc, inner: Loc) -> bool:
    """Whether a place may be inside of a fresh object that is meant with all that it holds."""
    if not outer.deep or not isinstance(outer.root, tuple):
        return False
    return inner.root in reached(candidate.region, outer.root)


def _written_within(candidate: Candidate, write: Loc, read: Loc) -> bool:
    """Whether a write to some part of a fresh object may be to something that was there before and is in it."""
    if not write.deep or not isinstance(write.root, tuple):
        return False
    inside = reached(candidate.region, write.root)
    held = (o for o in inside if isinstance(o, Path) and isinstance(read.root, Path))
    return read.root in inside or any(_may_conflict(candidate, Loc(o, "*", True), read) for o in held)


def _same_root(a: Path, b: Path) -> bool:
    return (a.kind, a.name, a.holder_id) == (b.kind, b.name, b.holder_id)


def _different(write: Loc, written: Path, read: Loc, asked: Path) -> bool:
    """Whether the locations are surely different, whatever the objects at different roots are."""
    if "=" in (write.slot, read.slot):
        return True
    if read.deep or write.deep:
        return False
    of_code = is_a(asked.holder, (types.FunctionType, type, types.ModuleType))
    if asked.kind == "object" and of_code and written.kind != "object":
        return True
    return write.slot.startswith(".") and read.slot.startswith(".") and write.slot != read.slot


def reached(region: LinkedRegion, root: FreshKey) -> set[object]:
    """The memory that can be reached from a fresh object."""
    return {origin for abstract in below([root], region.facts.heap) for origin in origins_of(abstract)}
