"""Where the nodes of a region stand: in which loops, handlers and open callees, and which jumps pass them over."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ..records import dataclass, field
from .nodes import Block, For, Inline, Instr, Jump, Node, Try, While, children, walk

T = TypeVar("T")


def remembered(method: Callable[[Any, int], T]) -> Callable[[Any, int], T]:
    """Keeps the answers about each node: facts don't change once a region is made."""

    @functools.wraps(method)
    def ask(self: Any, ident: int) -> T:
        answers = self.known[method]
        if ident in answers:
            return answers[ident]  # type: ignore[no-any-return]
        answer = answers[ident] = method(self, ident)
        return answer

    return ask


def once_only(method: Callable[[Any], T]) -> Callable[[Any], T]:
    """Keeps the answer."""

    @functools.wraps(method)
    def ask(self: Any) -> T:
        if method not in self.known:
            self.known[method] = method(self)
        return self.known[method]  # type: ignore[no-any-return]

    return ask


def _by_node() -> defaultdict[object, Any]:
    return defaultdict(dict)


@dataclass(slots=True)
class Structure:
    """A region's nodes with their place."""

    block: Block
    cut: frozenset[int] = frozenset()  # loops of which calls start early in the first iteration only
    follows: bool = False  # slices of a loop's iteration go through later rounds of inner loops, and through handlers
    copies: Mapping[str, int] = field(default_factory=dict)  # see `plan.flowing.copied_in`
    nodes: dict[int, Node] = field(default_factory=dict)
    parents: dict[int, tuple[Node, ...]] = field(default_factory=dict)
    around: dict[int, frozenset[int]] = field(default_factory=dict)  # the ids of the parents
    order: dict[int, int] = field(default_factory=dict)
    slots: dict[int, str] = field(default_factory=dict)  # which block of its parent a node is in
    outermost: dict[int, int] = field(default_factory=dict)  # the outermost loop that goes round with a node, or 0
    jumps: list[Jump] = field(default_factory=list)
    left: dict[int, list[Jump]] = field(default_factory=dict)  # the jumps by the loop or callee left, 0: the region
    functions: list[Instr] = field(default_factory=list)  # what makes functions
    raising: list[Instr] = field(default_factory=list)  # what raises an exception
    known: defaultdict[object, Any] = field(default_factory=_by_node)  # answers of the methods marked `remembered`

    def __post_init__(self) -> None:
        self._place(self.block, (), "")
        self.jumps = [n for n in self.nodes.values() if isinstance(n, Jump)]
        for jump in self.jumps:
            self.left.setdefault(self.leaves_to(jump), []).append(jump)
        self.functions = [n for n in self.nodes.values() if isinstance(n, Instr) and n.op == "function"]
        self.raising = [n for n in self.nodes.values() if isinstance(n, Instr) and n.op == "raise"]

    def decides(self, jump: int, loop: int) -> bool:
        """Whether a jump that stands in a loop ends it."""
        node, leaving = self.nodes[loop], self.nodes[jump]
        assert isinstance(node, For | While) and isinstance(leaving, Jump)
        return loop in self.around[jump] and self.leaves(leaving, node)

    def leaves(self, jump: Jump, loop: For | While) -> bool:
        if jump.kind == "break":
            return self.body_of(jump) is loop
        return jump.kind == "return" or (jump.kind == "leave" and self.callee(jump.id) is self.callee(loop.id))

    def body_of(self, node: Node) -> For | While | None:
        """The loop in whose body a node stands, which a `break` there would leave: not that in whose `else` it stands.

        None: the node is in no loop of the region.
        """
        for parent in reversed(self.parents[node.id]):
            if isinstance(parent, For | While) and self.slots[node.id] != "orelse":
                return parent
            node = parent
        return None

    def leaves_to(self, jump: Jump) -> int:
        """The loop or open callee that a jump leaves (of a loop: or the iteration), 0: the region."""
        if jump.kind == "return":
            return 0
        left = self.callee(jump.id) if jump.kind == "leave" else self.body_of(jump)
        return 0 if left is None else left.id

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
    def exits(self, loop: int) -> list[int]:
        """The jumps inside a loop that end it before its last iteration."""
        inside = self.below(loop)
        found = [(j, self.leaves_to(j)) for j in self.jumps if j.id in inside]
        return [j.id for j, left in found if left not in inside and not (left == loop and j.kind == "continue")]

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

    def callee(self, ident: int) -> Inline | None:
        """The open callee in whose body a node stands."""
        return next((p for p in reversed(self.parents[ident]) if isinstance(p, Inline)), None)

    def filename(self, ident: int) -> str | None:
        """The file of an open callee's node."""
        callee = self.callee(ident)
        return callee.function.__code__.co_filename if callee is not None else None

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

    @remembered
    def followed(self, ident: int) -> bool:
        """Whether a node stands in a handler (or in an `else` block) that slices of a loop's iteration go through."""
        chain = list(itertools.pairwise([*self.parents[ident], self.nodes[ident]]))
        if not self.follows or any(isinstance(p, Try) and any(n.id == b.id for n in p.final) for p, b in chain):
            return False
        return all(self.in_for(p.id) for p, b in chain if isinstance(p, Try) and self.slots[b.id] != "body")

    def behind(self, ident: int) -> list[Try]:
        """The `try` blocks in whose handlers, or `else` blocks, a node stands."""
        chain = itertools.pairwise([*self.parents[ident], self.nodes[ident]])
        return [p for p, below in chain if isinstance(p, Try) and self.slots[below.id] != "body"]

    def in_for(self, ident: int) -> bool:
        return any(isinstance(p, For) for p in self.parents[ident])

    @remembered
    def caught(self, ident: int) -> bool:
        """Whether an exception raised by a node is one for handlers of the region."""
        chain = itertools.pairwise([*self.parents[ident], self.nodes[ident]])
        return any(isinstance(p, Try) and p.handlers and self.slots[b.id] == "body" for p, b in chain)

    def may_be_handled(self, ident: int) -> bool:
        """Whether a node stands in a `try` block that has handlers, or in a handler."""
        return self.in_handler(ident) or any(isinstance(p, Try) and p.handlers for p in self.parents[ident])

    @remembered
    def handling(self, ident: int) -> list[Try]:
        """The `try` blocks in whose handlers a node stands."""
        chain = itertools.pairwise([*self.parents[ident], self.nodes[ident]])
        return [p for p, below in chain if isinstance(p, Try) and self.slots[below.id] == "after"]

    @remembered
    def below(self, anchor: int) -> set[int]:
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
