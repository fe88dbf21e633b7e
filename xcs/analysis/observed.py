"""A region's nodes with what the interpretation found of them: effects, and which of them write what was made where."""

from __future__ import annotations

import time

from ..ir.def_use import Chains, chains
from ..ir.nodes import Block, Const, For, Instr, Operand
from ..ir.structure import Structure, once_only, remembered
from ..records import dataclass, field
from .domain.effects import Effect
from .domain.state import private
from .domain.values import NOTHING, Known
from .interpret import Interpreter
from .library.sequences import shown


@dataclass(slots=True)
class Observed(Structure):
    """A region with the chains of all of it, and of one run of each loop body."""

    facts: Interpreter = field(kw_only=True)
    whole: Chains = field(default_factory=Chains)
    chained: dict[tuple[int, frozenset[int]], Chains] = field(default_factory=dict)  # with what else stands for it

    def chains(self, anchor: int, block: Block) -> Chains:
        """The chains of a loop's body, or of the region (0); what stands for the region beside this one shares them."""
        key = anchor, self.cut
        if key not in self.chained:
            self.chained[key] = chains(block, self.cut)
        return self.chained[key]

    @remembered
    def once(self, anchor: int) -> Chains:
        """The chains of one run of a loop's body (0: of the region)."""
        node = self.nodes.get(anchor)
        return self.chains(anchor, node.body) if isinstance(node, For) else self.whole

    @remembered
    def through(self, ident: int) -> tuple[Operand, ...] | None:
        """What makes what a call gives, where slices need no more of it: a cache's one result, or `sequences.shown`."""
        node = self.nodes[ident]
        if ident in self.facts.kept:
            return (Const(self.facts.kept[ident]),)
        if not isinstance(node, Instr) or node.op != "call":
            return None
        return shown(node, self.facts.operands.get(ident, (NOTHING,))[0])

    @once_only
    def _stores(self) -> dict[str, list[Instr]]:
        found: dict[str, list[Instr]] = {}
        for node in self.nodes.values():
            if isinstance(node, Instr) and node.op == "setattr":
                found.setdefault(node.name, []).append(node)
        return found

    def stores_of(self, name: str) -> list[Instr]:
        """The nodes that store an attribute of this name, in their order."""
        return self._stores().get(name, [])

    @remembered
    def slice_effects(self, ident: int) -> frozenset[Effect]:
        """The effects of a node that a slice has where it needs the node."""
        return frozenset() if self.through(ident) is not None else self.effects(ident)

    @remembered
    def effects(self, ident: int) -> frozenset[Effect]:
        """The effects of a node, without those on memory that its callee made itself."""
        found = self.facts.effects.get(ident, set())
        return frozenset(
            e for e in found if e.loc is None or e.kind == "command" or not private(e.loc.root, ident)
        )

    def sleeps(self, ident: int) -> bool:
        """Whether a node is a call of `time.sleep` itself."""
        node = self.nodes[ident]
        called = self.facts.operands.get(ident, (NOTHING,))[0] if isinstance(node, Instr) and node.op == "call" else ()
        return any(isinstance(a, Known) and a.obj is time.sleep for a in called)

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
