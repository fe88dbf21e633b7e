"""The dependences of a region: data (def-use), control, and memory through fresh objects."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from types import MappingProxyType

from ..ir.nodes import Block, For, Inline, Instr, Jump, Try, Var, While, With, walk
from ..ir.structure import once_only, remembered
from ..peek import MISSING, STREAMS
from ..records import dataclass, field
from .domain.effects import OUTPUTS, Effect, Loc, overlap, paced, waits
from .domain.places import Path, depth
from .domain.values import NOTHING, Fresh, FreshKey, Inst
from .interpret import Interpreter
from .language.managers import may_swallow
from .never_raises import described, never
from .observed import Observed
from .pauses import after_failure
from .raised import may_be_handled
from .read_back import Stored, stored_before
from .remade import NEXT, remade

Uses = Mapping[int, Mapping[str, frozenset[int]]]
Closure = tuple[frozenset[int], frozenset[str]]  # nodes; variables whose value at the begin is needed
NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(slots=True)
class LinkedRegion(Observed):
    """What the nodes of a region need: the chains of the whole region and of one run of each loop body, and effects."""

    needs: dict[tuple[int, int], Closure] = field(default_factory=dict)  # by node and anchor
    closures: dict[int, dict[int, Closure]] = field(default_factory=dict)  # by anchor and node
    flows: bool = False  # one strand goes through all of it, and hands on what is still to come

    @staticmethod
    def of(block: Block, facts: Interpreter) -> LinkedRegion:
        """The region; a loop whose going on depends on a call in it (a retry, polling) counts as run once."""
        region = LinkedRegion(block, facts=facts)
        region.whole = region.chains(0, block)
        cut = frozenset(n.id for n in region.nodes.values() if isinstance(n, For | While) and region._repeats(n))
        return region._with(cut) if cut else region

    def following(self) -> LinkedRegion | None:
        """The region with loops that go on by results, and handlers, followed where they stand in a loop whose
        iterations may be independent; None: there are none."""
        inner = {i for i in self.cut if any(isinstance(p, For) and p.id not in self.cut for p in self.parents[i])}
        rounds = any(isinstance(n, For | While) and self.in_for(i) for i, n in self.nodes.items())
        handling = any(isinstance(n, Try) and n.handlers and self.in_for(i) for i, n in self.nodes.items())
        pauses = any(self.sleeps(i) and self.in_for(i) for i in self.nodes)
        wanted = rounds or handling or pauses
        return self._with(self.cut - inner, True) if wanted else None

    def flowing(self, copies: Mapping[str, int]) -> LinkedRegion:
        """The region as one strand goes through all of it, with copies of what these variables hold."""
        region = self._with(frozenset(), True, copies)
        region.flows = True
        return region

    def holding(self, copies: Mapping[str, int]) -> LinkedRegion:
        """The region as its main slice goes through all of it with copies of what these variables hold."""
        return self._with(self.cut, self.follows, copies)

    @remembered
    def read_back(self, ident: int) -> Stored | None:
        """Of a read of an attribute that the iteration has stored before: what stores it, and its value."""
        node = self.nodes[ident]
        if self.flows or not self.facts.reads_back:
            return None
        reads = isinstance(node, Instr) and node.op == "attr" and self.stores_of(node.name)
        return stored_before(self, node) if reads else None  # type: ignore[arg-type]

    def read_outside(self, callee: Inline, needs: Set[int]) -> dict[str, bool]:
        """The variables of an open callee whose values are stored in attributes that nodes read back outside of it; and
        whether no callee around it has them, too."""
        found: dict[str, bool] = {}
        for ident in needs:
            stored = self.read_back(ident) if callee.id not in self.around[ident] else None
            if stored is None or not isinstance(stored[1], Var):
                continue
            made = self.whole.uses.get(stored[0], {}).get(stored[1].name, frozenset())
            if any(d and callee.id in self.around[d] for d in made):
                around = [p for p in self.parents[callee.id] if isinstance(p, Inline)]
                found[stored[1].name] = all(p.id in self.around[ident] for p in around)
        return found

    @remembered
    def slice_effects(self, ident: int) -> frozenset[Effect]:
        """The effects of a node that a slice has where it needs the node."""
        if self.through(ident) is not None or self.read_back(ident) is not None:
            return frozenset()
        return frozenset(e for e in self.effects(ident) if not self.fills(ident, e))

    def fills(self, ident: int, effect: Effect) -> bool:
        """Whether an effect is that a dictionary which was there before makes an item where it is missing: slices take
        those that are there."""
        loc = effect.loc if effect.kind == "write" else None
        return loc is not None and loc.slot == "[]" and loc.root in self.filled(ident)

    @remembered
    def filled(self, ident: int) -> frozenset[object]:
        """The places of the dictionaries that a node asks for items which they make where they are missing."""
        node = self.nodes[ident]
        if self.flows or not isinstance(node, Instr) or node.op != "item":
            return frozenset()
        held = self.facts.operands.get(ident, (NOTHING,))[0]
        there = all(isinstance(a, Inst) and a.cls is defaultdict and a.live is not MISSING for a in held)
        return frozenset(a.path for a in held if isinstance(a, Inst)) if there else frozenset()

    def _with(self, cut: frozenset[int], follows: bool = False, copies: Mapping[str, int] = NONE) -> LinkedRegion:
        """The same block, seen otherwise."""
        region = LinkedRegion(self.block, cut, follows, copies, facts=self.facts, chained=self.chained)
        region.whole = region.chains(0, self.block)
        return region

    def _repeats(self, loop: For | While) -> bool:
        """Whether a later iteration comes only because of what a call in the loop gave, or can't be foreseen."""
        below = {n.id for n in walk(loop.body)}
        calls = [i for i in below if isinstance(self.nodes[i], Instr) and waits(self.effects(i))]
        if isinstance(loop, While):
            return bool(calls)
        leaving = [j for j in self.jumps if j.id in below and self.leaves(j, loop)]
        return any(self.closure(jump.id)[0].intersection(calls) for jump in leaving)

    def rests_on_itself(self, ident: int, anchor: int) -> bool:
        """Whether a call needs the result of an earlier instance of it, in one run of the anchor's body."""
        inside = self.below(anchor)
        return any(ident in self.closure(i, anchor)[0] for i in self._needs(ident, anchor)[0] if i in inside)

    @once_only
    def endings(self) -> frozenset[int]:
        """What ends a slice that follows: an exception that leaves the region, a pause before a call is made again."""
        if not self.follows:
            return frozenset()
        raises = [i for i, n in self.nodes.items() if isinstance(n, Instr) and n.op == "raise" and not self.caught(i)]
        served = any(paced(e) for i in self.nodes for e in self.effects(i))
        waiting = [i for i in self.nodes if self.handling(i) and self._pauses(i, served)]
        bad = [n.id for n in self.nodes.values() if isinstance(n, Instr) and after_failure(self, n)]
        return frozenset((*raises, *waiting, *bad))

    def _pauses(self, ident: int, served: bool) -> bool:
        """Whether a call sleeps; beside requests, whether a function that sleeps is called."""
        asleep = served and any(e.kind in ("sleep", "pacing") for e in self.effects(ident))
        return self.sleeps(ident) or (asleep and not any(paced(e) for e in self.effects(ident)))

    def swallows(self, block: With) -> bool:
        """Whether a `with` block may end an exception, and no `try` around it says so."""
        around = self.parents[block.id][-1:]
        said = around and isinstance(around[0], Try) and around[0].span == block.span
        return not said and may_swallow(self.facts.results.get(block.id, NOTHING))

    def enters_file(self, block: With, needs: frozenset[int]) -> bool:
        """Whether a slice needs what a `with` block enters, which is a file opened in the region: it opens its own."""
        managers = self.facts.operands.get(block.id, (NOTHING,))[0]
        needed = any(block.id in found for i in needs for found in self.whole.uses.get(i, {}).values())
        return needed and bool(managers) and all(isinstance(a, Fresh) and a.cls in STREAMS for a in managers)

    def changes(self, name: str) -> list[int]:
        """The nodes that change what a variable holds at entry."""
        found = self._changes_by_name()
        return [ident for ident, _ in found.get(name, ())]

    def _changing(self, name: str, read: Loc) -> Iterator[int]:
        """Those that change what is read; who gets an object from a container reads no more than the container."""
        for ident, loc in self._changes_by_name().get(name, ()):
            alike = isinstance(loc.root, Path) and isinstance(read.root, Path) and depth(loc.root) == depth(read.root)
            if overlap(loc, read) and (read.deep or alike):
                yield ident

    @once_only
    def written(self) -> frozenset[object]:
        """The roots of what the region changes."""
        every = (e for i in self.nodes for e in self.effects(i) if e.kind == "write")
        return frozenset(e.loc.root for e in every if e.loc is not None)

    @once_only
    def _changes_by_name(self) -> dict[str, list[tuple[int, Loc]]]:
        found: dict[str, list[tuple[int, Loc]]] = {}
        for ident in self.nodes:
            for e in self.effects(ident):
                root = e.loc.root if e.kind == "write" and e.loc is not None else None
                if e.loc is not None and isinstance(root, Path) and root.kind == "local":
                    found.setdefault(root.name, []).append((ident, e.loc))
        return found

    def closure(self, start: int, anchor: int = 0) -> Closure:
        """The backward slice of a node inside one run of the anchor's body (0: the region): nodes, live-ins."""
        known = self.closures.setdefault(anchor, {})
        if start not in known:
            known[start] = self._closure(start, anchor, known)
        return known[start]

    def _closure(self, start: int, anchor: int, known: dict[int, Closure]) -> Closure:
        inside = self.below(anchor)
        needed: set[int] = set()
        live: set[str] = set()
        todo = [start] if start in inside else []
        while todo:
            ident = todo.pop()
            if ident in needed:
                continue
            if ident in known:
                nodes, names = known[ident]
                needed |= nodes
            else:
                needed.add(ident)
                nodes, names = self._needs(ident, anchor)
                todo.extend((nodes & inside) - needed)
            live |= names
        return frozenset(needed), frozenset(live)

    def needed(self, ident: int, anchor: int) -> frozenset[int]:
        """The nodes that a node needs by itself inside one run of the anchor's body."""
        return self._needs(ident, anchor)[0]

    def _needs(self, ident: int, anchor: int) -> Closure:
        """What a node needs by itself inside one run of the anchor's body: nodes (some outside of it), live-ins."""
        key = (ident, anchor)
        if key not in self.needs:
            self.needs[key] = self._needs_of(ident, anchor)
        return self.needs[key]

    def _needs_of(self, ident: int, anchor: int) -> Closure:
        uses = self.once(anchor).uses
        live: set[str] = set()
        # Of a `return` only the going matters, not its value; of a with block, what stands in it.
        through = self.through(ident)
        bare = isinstance(self.nodes[ident], Jump | With) or ident in self.endings()
        named = None if through is None else {o.name for o in through if isinstance(o, Var)}
        needed = set(self.needs_anywhere(ident))
        stored = self.read_back(ident)
        for name, definitions in self._given(ident, stored, {} if bare else uses).items():
            if named is not None and name not in named:
                continue
            for definition in definitions:
                if definition == 0:
                    live.add(name)
                elif (handled := self.handled_by(definition, ident)) is not None:
                    # Only if nothing failed; where something does, the slice ends, or goes through the handler.
                    needed.update(self.failures(handled.id))
                    if self.follows and self.in_for(handled.id):
                        needed.add(definition)
                else:
                    needed.add(definition)
                    if isinstance(self.nodes[definition], With):
                        needed.update(d for found in uses.get(definition, {}).values() for d in found if d)
        inside = self.below(anchor)
        for effect in () if bare or through is not None or stored else self.facts.effects.get(ident, set()):
            root = effect.loc.root if effect.loc is not None else None
            if effect.kind == "read" and isinstance(root, tuple) and root[0] in inside and root[0] != ident:
                if not self.before(root[0], ident, root):
                    continue  # it is made behind the node, and the next iteration has another one
                needed.add(root[0])
                needed.update(w for w in self.writers(root[0]) if self.reaches(w, ident, root))
            copied = isinstance(root, Path) and root.kind == "local" and root.name in self.copies
            if effect.kind == "read" and effect.loc is not None and copied:
                changing = self._changing(root.name, effect.loc)  # type: ignore[union-attr]
                needed.update(w for w in changing if w != ident and self.moved_across(ident, w))
        needed.update(self._written_for(ident, inside))
        return frozenset(needed), frozenset(live)

    def _given(self, ident: int, stored: Stored | None, uses: Uses) -> Mapping[str, frozenset[int]]:
        """The variables that a node uses, or that hold what it reads back, with their definitions."""
        if stored is None:
            return uses.get(ident, {})
        names = uses.get(stored[0])
        if names is None:  # the store stands before the loop: the variable has its value when that begins
            names = dict.fromkeys(self.whole.uses.get(stored[0], {}), frozenset({0}))
        return {n: found for n, found in names.items() if stored[1] == Var(n)}

    def given(self, ident: int) -> Mapping[str, frozenset[int]]:
        """The variables that a node uses in the region, or that hold what it reads back, with their definitions."""
        return self._given(ident, self.read_back(ident), self.whole.uses)

    def _written_for(self, ident: int, inside: set[int]) -> Iterator[int]:
        """What makes and changes objects of the region on which the work is done that a sleep stands for."""
        for read in self.stands_for(ident):
            root = read.loc.root if read.loc is not None else None
            if isinstance(root, tuple) and root[0] in inside and self.before(root[0], ident, root):
                yield root[0]
                for writer in self.writers(root[0]):
                    locs = (e.loc for e in self.effects(writer) if e.kind == "write" and e.loc is not None)
                    changes = any(overlap(loc, read.loc) for loc in locs)  # type: ignore[arg-type]
                    if changes and writer != ident and self.reaches(writer, ident, root):
                        yield writer

    @remembered
    def stands_for(self, ident: int) -> list[Effect]:
        """What an open callee reads that sleeps: it stands for slow work on that, where the callee does not write it
        itself. What output reads to be written (a logger with its handlers) is no part of that work."""
        callee = self.callee(ident) if self.sleeps(ident) else None
        every = [self.effects(n.id) for n in walk(callee.body)] if callee is not None else []
        written = [e.loc for found in every for e in found if e.kind == "write" and e.loc is not None]
        working = [found for found in every if not any(e.kind == "command" and e.detail in OUTPUTS for e in found)]
        reads = [e for found in working for e in found if e.kind == "read" and e.loc is not None]
        return [e for e in reads if not any(overlap(w, e.loc) for w in written)]  # type: ignore[arg-type]

    def reaches(self, writer: int, reader: int, made: FreshKey) -> bool:
        """Whether what a node writes into a fresh object may be there when another one reads it."""
        if made[-1] == NEXT and not any(e.loc is not None and e.loc.root == made for e in self.effects(writer)):
            return False  # it changes what an iterator has given, not where that stands
        return self.before(writer, reader, made)

    def before(self, maker: int, reader: int, made: FreshKey) -> bool:
        """Whether what a node does to a fresh object may have been done when another one comes to such an object."""
        if self.order[maker] < self.order[reader]:
            return True
        # What a slice has copies of may bring an object of an earlier iteration.
        return self.share_loop(maker, reader) and (bool(self.copies) or not remade(self, reader, maker, made))

    @remembered
    def needs_anywhere(self, ident: int) -> list[int]:
        """The nodes that a node needs by where it stands."""
        found = [*self.around[ident], *self.deciding_jumps(ident), *self.deciding_failures(ident)]
        if self.sleeps(ident) and (callee := self.callee(ident)) is not None:
            found.extend(n.id for n in callee.binding)  # it stands for slow work on what the callee is given
        return found

    @remembered
    def rests_on_earlier(self, ident: int) -> bool:
        """Whether a node is reached, or not, by what calls of earlier iterations gave."""
        needs = self.closure(ident)[0]
        for inner in needs:
            for definitions in self.whole.uses.get(inner, {}).values():
                if any(d and self.order[d] >= self.order[inner] and self.waited_for(d) for d in definitions):
                    return True
            reads = [e.loc for e in self.slice_effects(inner) if e.kind == "read" and e.loc is not None]
            for other in self.nodes if reads else ():
                for effect in self.effects(other):
                    loc = effect.loc if effect.kind == "write" else None
                    if loc is None or not any(overlap(loc, read) for read in reads):
                        continue
                    if self.share_loop(inner, other) and self.waited_for(other):
                        return True
        return False

    @remembered
    def waited_for(self, ident: int) -> bool:
        """Whether a node comes only once a call that waits has answered."""
        return any(isinstance(self.nodes[i], Instr) and waits(self.effects(i)) for i in self.closure(ident)[0])

    def handled_by(self, definition: int, use: int) -> Try | None:
        """The `try` whose handler makes a definition that is used behind it."""
        if self.order[definition] >= self.order[use]:
            return None
        return next((block for block in self.handling(definition) if block.id not in self.around[use]), None)

    @remembered
    def deciding_failures(self, ident: int) -> list[int]:
        """What decides, by failing, whether the node is reached: before it in a try body, before a handler's jump."""
        found: list[int] = []
        for parent in self.parents[ident]:
            if isinstance(parent, Try) and parent.ends_failures:
                found.extend(
                    n
                    for n in self.failures(parent.id)
                    if self.order[n] < self.order[ident] or self.share_loop(n, ident, parent)
                )
        node = self.nodes[ident]
        if isinstance(node, Jump):
            for parent, below in zip(self.parents[ident], (*self.parents[ident][1:], node), strict=False):
                if isinstance(parent, Try) and self.slots[below.id] == "after":
                    found.extend(self.failures(parent.id))
        return found

    @remembered
    def failures(self, ident: int) -> list[int]:
        """What may raise in the body of a `try` with handlers what these are for."""
        block = self.nodes[ident]
        assert isinstance(block, Try)
        failing = [n.id for n in walk(block.body) if self.may_fail(n.id)]
        return [i for i in failing if may_be_handled(self, block, i)]

    @remembered
    def handled_here(self, ident: int) -> bool:
        """Whether a handler around a node may be for what it raises."""
        around = itertools.pairwise([*self.parents[ident], self.nodes[ident]])
        tried = (p for p, below in around if isinstance(p, Try) and p.ends_failures and self.slots[below.id] == "body")
        return any(ident in self.failures(p.id) for p in tried)

    @remembered
    def may_fail(self, ident: int) -> bool:
        """Whether a node may raise; output and appending to a list are taken not to (docs/assumptions.md)."""
        node, facts, effects = self.nodes[ident], self.facts, self.effects(ident)
        operands = facts.operands.get(ident, (NOTHING,))
        if any(e.kind == "command" and e.detail in OUTPUTS for e in effects) and described(operands[0]):
            return False
        return bool(facts.bodies.get(ident)) or not never(node, operands, facts.results.get(ident, NOTHING), effects)
