"""The dependences of a region: data (def-use), control, and memory through fresh objects."""

from __future__ import annotations

import functools
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..ir import Block, Const, For, Inline, Instr, Jump, Node, Operand, Try, Var, While, With, children, walk
from .always import described, total
from .def_use import Chains, chains
from .effects import OUTPUTS, Effect, overlap, waits
from .interpret import Interpreter
from .managers import may_swallow
from .sequences import shown
from .state import private
from .values import NOTHING, STREAMS, Fresh, Known

T = TypeVar("T")
Closure = tuple[frozenset[int], frozenset[str]]  # nodes; variables whose value at the begin is needed


def remembered(method: Callable[[Any, int], T]) -> Callable[[Any, int], T]:
    """Keeps the answers about each node: facts don't change once a region is made."""

    @functools.wraps(method)
    def ask(self: Any, ident: int) -> T:
        key = (method, ident)
        if key not in self.known:
            self.known[key] = method(self, ident)
        return self.known[key]  # type: ignore[no-any-return]

    return ask


def once_only(method: Callable[[Any], T]) -> Callable[[Any], T]:
    """Keeps the answer."""

    @functools.wraps(method)
    def ask(self: Any) -> T:
        if method not in self.known:
            self.known[method] = method(self)
        return self.known[method]  # type: ignore[no-any-return]

    return ask


@dataclass(slots=True)
class Region:
    """A region's nodes with their place, and the chains of the whole region and of one run of each loop body."""

    block: Block
    facts: Interpreter
    nodes: dict[int, Node] = field(default_factory=dict)
    parents: dict[int, tuple[Node, ...]] = field(default_factory=dict)
    around: dict[int, frozenset[int]] = field(default_factory=dict)  # the ids of the parents
    order: dict[int, int] = field(default_factory=dict)
    slots: dict[int, str] = field(default_factory=dict)  # which block of its parent a node is in
    outermost: dict[int, int] = field(default_factory=dict)  # the outermost loop that goes round with a node, or 0
    whole: Chains = field(default_factory=Chains)
    jumps: list[Jump] = field(default_factory=list)
    left: dict[int, list[Jump]] = field(default_factory=dict)  # the jumps by the loop or callee left, 0: the region
    functions: list[Instr] = field(default_factory=list)  # what makes functions
    cut: frozenset[int] = frozenset()  # loops of which calls start early in the first iteration only
    known: dict[object, Any] = field(default_factory=dict)  # answers of the methods below marked `remembered`
    needs: dict[tuple[int, int], Closure] = field(default_factory=dict)  # by node and anchor
    closures: dict[int, dict[int, Closure]] = field(default_factory=dict)  # by anchor and node

    @staticmethod
    def of(block: Block, facts: Interpreter) -> Region:
        """The region; a loop whose going on depends on a call in it (a retry, polling) counts as run once."""
        region = Region._with(block, facts, frozenset())
        cut = frozenset(n.id for n in region.nodes.values() if isinstance(n, For | While) and region._repeats(n))
        return Region._with(block, facts, cut) if cut else region

    @staticmethod
    def _with(block: Block, facts: Interpreter, cut: frozenset[int]) -> Region:
        region = Region(block, facts, cut=cut)
        region._place(block, (), "")
        region.whole = chains(block, cut)
        region.jumps = [n for n in region.nodes.values() if isinstance(n, Jump)]
        for jump in region.jumps:
            left = region._left(jump)
            if left is not None:
                region.left.setdefault(left, []).append(jump)
        region.functions = [n for n in region.nodes.values() if isinstance(n, Instr) and n.op == "function"]
        return region

    def _repeats(self, loop: For | While) -> bool:
        """Whether a later iteration comes only because of what a call in the loop gave, or can't be foreseen."""
        below = {n.id for n in walk(loop.body)}
        calls = [i for i in below if isinstance(self.nodes[i], Instr) and waits(self.effects(i))]
        if isinstance(loop, While):
            return bool(calls)
        leaving = [j for j in self.jumps if j.id in below and self._leaves(j, loop)]
        return any(self.closure(jump.id)[0].intersection(calls) for jump in leaving)

    def decides(self, jump: int, loop: int) -> bool:
        """Whether a jump that stands in a loop ends it."""
        node, leaving = self.nodes[loop], self.nodes[jump]
        assert isinstance(node, For | While) and isinstance(leaving, Jump)
        return loop in self.around[jump] and self._leaves(leaving, node)

    def _leaves(self, jump: Jump, loop: For | While) -> bool:
        around = self.loops(jump.id)
        if jump.kind == "break":
            return bool(around) and around[-1] is loop
        return jump.kind == "return" or (jump.kind == "leave" and self.callee(jump.id) is self.callee(loop.id))

    def _left(self, jump: Jump) -> int | None:
        """The loop or open callee that a jump leaves (of a loop: or the iteration), 0: the region."""
        if jump.kind == "return":
            return 0
        around = self.callee(jump.id) if jump.kind == "leave" else next(reversed(self.loops(jump.id)), None)
        return None if around is None else around.id

    @remembered
    def once(self, anchor: int) -> Chains:
        """The chains of one run of a loop's body (0: of the region)."""
        node = self.nodes.get(anchor)
        return chains(node.body, self.cut) if isinstance(node, For) else self.whole

    def round(self, ident: int) -> tuple[Node, ...]:
        """The loops around a node that go round."""
        return tuple(p for p in self.loops(ident) if p.id not in self.cut)

    def _place(self, block: Block, parents: tuple[Node, ...], slot: str) -> None:
        around = frozenset(p.id for p in parents)
        outermost = next((p.id for p in parents if isinstance(p, For | While) and p.id not in self.cut), 0)
        for node in block:
            self.nodes[node.id] = node
            self.parents[node.id] = parents
            self.around[node.id] = around
            self.order[node.id] = len(self.order)
            self.slots[node.id] = slot
            self.outermost[node.id] = outermost
            if isinstance(node, Instr | Jump):
                continue
            if not outermost and isinstance(node, For | While) and node.id not in self.cut:
                self.outermost[node.id] = node.id
            names = ("header", "body", "orelse") if isinstance(node, While) else ("body", "orelse", "other", "other")
            for index, below in enumerate(children(node)):
                name = names[min(index, len(names) - 1)]
                if isinstance(node, Try):
                    name = "body" if index == 0 else "after" if index < 1 + 2 * len(node.handlers) else "rest"
                self._place(below, (*parents, node), name)

    @remembered
    def through(self, ident: int) -> tuple[Operand, ...] | None:
        """What makes what a call gives, where slices need no more of it: a cache's one result, or `sequences.shown`."""
        node = self.nodes[ident]
        if ident in self.facts.kept:
            return (Const(self.facts.kept[ident]),)
        if not isinstance(node, Instr) or node.op != "call":
            return None
        return shown(node, self.facts.operands.get(ident, (NOTHING,))[0])

    @remembered
    def slice_effects(self, ident: int) -> frozenset[Effect]:
        """The effects of a node that a slice has where it needs the node."""
        return frozenset() if self.through(ident) is not None else self.effects(ident)

    @remembered
    def loops(self, ident: int) -> tuple[Node, ...]:
        return tuple(p for p in self.parents[ident] if isinstance(p, For | While))

    def share_loop(self, a: int, b: int, within: Node | None = None) -> bool:
        """Whether a loop (one inside `within`) goes round through both nodes, or one of them is it."""
        if a == b:
            return any(within is None or within.id in self.around[p.id] for p in self.round(a))
        outermost = self.outermost if within is None else self._outermost_in(within)
        return outermost[a] != 0 and outermost[a] == outermost[b]

    def _outermost_in(self, within: Node) -> dict[int, int]:
        """The outermost loop inside a node that goes round with a node, or 0."""
        key = ("outermost", within.id)
        if key not in self.known:
            found: defaultdict[int, int] = defaultdict(int)
            for below in walk(tuple(b for block in children(within) for b in block)):
                if isinstance(below, For | While) and below.id not in self.cut and not found[below.id]:
                    found[below.id] = below.id
                    for inner in walk(tuple(b for block in children(below) for b in block)):
                        found[inner.id] = found[inner.id] or below.id
            self.known[key] = found
        return self.known[key]  # type: ignore[no-any-return]

    def sleeps(self, ident: int) -> bool:
        """Whether a node is a call of `time.sleep` itself."""
        node = self.nodes[ident]
        called = self.facts.operands.get(ident, (NOTHING,))[0] if isinstance(node, Instr) and node.op == "call" else ()
        return any(isinstance(a, Known) and a.obj is time.sleep for a in called)

    def callee(self, ident: int) -> Inline | None:
        """The open callee in whose body a node stands."""
        return next((p for p in reversed(self.parents[ident]) if isinstance(p, Inline)), None)

    def filename(self, ident: int) -> str | None:
        """The file of an open callee's node."""
        callee = self.callee(ident)
        return callee.function.__code__.co_filename if callee is not None else None

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

    def moved_across(self, mover: int, other: int) -> bool:
        """Whether running `mover` ahead takes it across `other`."""
        return self.order[other] < self.order[mover] or self.share_loop(mover, other)

    def crossed(self, movers: set[int]) -> Iterator[int]:
        """The nodes that running all of `movers` ahead takes them across."""
        last = max(self.order[m] for m in movers)
        around = {self.outermost[m] for m in movers} - {0}
        return (n for n, order in self.order.items() if order < last or self.outermost[n] in around)

    @remembered
    def in_handler(self, ident: int) -> bool:
        """Whether a node stands in an except, else or finally block (its own try's body is not one)."""
        chain = [*self.parents[ident], self.nodes[ident]]
        return any(isinstance(p, Try) and self.slots[below.id] != "body" for p, below in itertools.pairwise(chain))

    def may_be_handled(self, ident: int) -> bool:
        """Whether a node stands in a `try` block that has handlers, or in a handler."""
        return self.in_handler(ident) or any(isinstance(p, Try) and p.handlers for p in self.parents[ident])

    @remembered
    def effects(self, ident: int) -> frozenset[Effect]:
        """The effects of a node, without those on memory that its callee made itself."""
        found = self.facts.effects.get(ident, set())
        return frozenset(e for e in found if not (e.loc is not None and private(e.loc.root, ident)))

    def writers(self, root: int) -> list[int]:
        """Nodes that write a fresh object made by node `root`."""
        collecting = [n.id for n in self._collecting() if self._collects(n, root)]
        return [ident for ident in self._writers().get(root, ()) if ident != root] + collecting

    @once_only
    def _writers(self) -> dict[int, list[int]]:
        """The nodes that write each fresh object, a node again for each of its effects."""
        found: dict[int, list[int]] = {}
        for ident in self.nodes:
            for e in self.effects(ident):
                if e.kind == "write" and e.loc is not None and isinstance(e.loc.root, tuple):
                    found.setdefault(e.loc.root[0], []).append(ident)
        return found

    @once_only
    def _collecting(self) -> list[Instr]:
        return [n for n in self.nodes.values() if isinstance(n, Instr) and n.op == "collect"]

    def _collects(self, node: Instr, root: int) -> bool:
        return bool(node.uses) and root in self.whole.uses.get(node.id, {}).get(
            getattr(node.uses[0], "name", ""), frozenset()
        )

    def closure(self, start: int, anchor: int = 0) -> Closure:
        """The backward slice of a node inside one run of the anchor's body (0: the region): nodes, live-ins."""
        known = self.closures.setdefault(anchor, {})
        if start not in known:
            known[start] = self._closure(start, anchor, known)
        return known[start]

    def _closure(self, start: int, anchor: int, known: dict[int, Closure]) -> Closure:
        inside = self._below(anchor)
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
        bare = isinstance(self.nodes[ident], Jump | With)
        named = None if through is None else {o.name for o in through if isinstance(o, Var)}
        needed = set(self._needs_anywhere(ident))
        for name, definitions in ({} if bare else uses.get(ident, {})).items():
            if named is not None and name not in named:
                continue
            for definition in definitions:
                if definition == 0:
                    live.add(name)
                elif (handled := self.handled_by(definition, ident)) is not None:
                    # Only if nothing failed; where something does, the slice ends.
                    needed.update(self.failures(handled.id))
                else:
                    needed.add(definition)
                    if isinstance(self.nodes[definition], With):
                        needed.update(d for found in uses.get(definition, {}).values() for d in found if d)
        inside = self._below(anchor)
        for effect in () if bare or through is not None else self.facts.effects.get(ident, set()):
            root = effect.loc.root if effect.loc is not None else None
            if effect.kind == "read" and isinstance(root, tuple) and root[0] in inside and root[0] != ident:
                needed.add(root[0])
                needed.update(
                    w for w in self.writers(root[0]) if self.order[w] < self.order[ident] or self.share_loop(w, ident)
                )
        return frozenset(needed), frozenset(live)

    @remembered
    def _needs_anywhere(self, ident: int) -> list[int]:
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
                if any(d and self.order[d] >= self.order[inner] and self._waited_for(d) for d in definitions):
                    return True
            reads = [e.loc for e in self.effects(inner) if e.kind == "read" and e.loc is not None]
            for other in self.nodes if reads else ():
                for effect in self.effects(other):
                    loc = effect.loc if effect.kind == "write" else None
                    if loc is None or not any(overlap(loc, read) for read in reads):
                        continue
                    if self.share_loop(inner, other) and self._waited_for(other):
                        return True
        return False

    def _waited_for(self, ident: int) -> bool:
        return any(isinstance(self.nodes[i], Instr) and waits(self.effects(i)) for i in self.closure(ident)[0])

    def handled_by(self, definition: int, use: int) -> Try | None:
        """The `try` whose handler makes a definition that is used behind it."""
        if self.order[definition] >= self.order[use]:
            return None
        return next((block for block in self._handling(definition) if block.id not in self.around[use]), None)

    @remembered
    def _handling(self, ident: int) -> list[Try]:
        """The `try` blocks in whose handlers a node stands."""
        chain = itertools.pairwise([*self.parents[ident], self.nodes[ident]])
        return [p for p, below in chain if isinstance(p, Try) and self.slots[below.id] == "after"]

    @remembered
    def _below(self, anchor: int) -> set[int]:
        """The nodes in the body of a loop, or (0) in the region."""
        node = self.nodes.get(anchor)
        return {n.id for n in walk(node.body)} if isinstance(node, For) else set(self.nodes)

    @remembered
    def deciding_jumps(self, ident: int) -> list[int]:
        """Jumps that decide whether the node is reached."""
        order = self.order[ident]
        found = [j for j in self.left.get(0, ()) if self.order[j.id] < order or self.share_loop(j.id, ident)]
        for parent in self.parents[ident] if len(self.left) > (0 in self.left) else ():
            for jump in self.left.get(parent.id, ()):
                if jump.kind == "leave":
                    again = self.share_loop(jump.id, ident, parent)
                else:
                    again = jump.kind == "break" and parent.id not in self.cut
                if self.order[jump.id] < order or again:
                    found.append(jump)
        return sorted((j.id for j in found if j.id != ident), key=self.order.__getitem__)

    @remembered
    def deciding_failures(self, ident: int) -> list[int]:
        """What decides, by failing, whether the node is reached: before it in a try body, before a handler's jump."""
        found: list[int] = []
        for parent in self.parents[ident]:
            if isinstance(parent, Try) and parent.handlers:
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
        """What may raise in the body of a `try`."""
        block = self.nodes[ident]
        assert isinstance(block, Try)
        return [n.id for n in walk(block.body) if isinstance(n, Instr) and self.may_fail(n.id)]

    @remembered
    def may_fail(self, ident: int) -> bool:
        """Whether an instruction may raise; output and appending to a list are taken not to (docs/assumptions.md)."""
        node = self.nodes[ident]
        assert isinstance(node, Instr)
        if node.op in ("copy", "narrow", "runs", "build", "function", "collect", "delete", "store_cell"):
            return False
        if node.op in ("global", "cell", "attr", "receiver", "default"):
            return not self.facts.results.get(node.id)
        if node.op == "setattr":
            return any(e.kind == "unknown" for e in self.effects(ident))
        if node.op in ("binary", "inplace", "compare", "unary", "format"):
            return not total(node, self.facts.operands.get(ident, ()))
        if node.op == "call":
            effects = self.effects(node.id)
            if not described(self.facts.operands.get(ident, (NOTHING,))[0]):
                return True
            if any(e.kind == "command" and e.detail in OUTPUTS for e in effects):
                return False
            writes = [e for e in effects if e.kind == "write"]
            return not (writes and all(e.detail.startswith("builtins.list.append") for e in writes))
        return True
