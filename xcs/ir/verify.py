"""What holds of all IR and of all regions, whoever made them: asked of each that is decided while tests run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from ..records import assert_never
from .def_use import Chains, defined, operands
from .nodes import OPS, Block, For, If, Inline, Instr, Jump, Node, Op, Try, Var, While, With, children, walk
from .regions import RegionCode
from .structure import Structure

# How many operands an operation has; of those that are left out here it is any number.
OPERANDS: Final[Mapping[Op, tuple[int, ...]]] = {
    "copy": (1,), "global": (0,), "cell": (0,), "store_global": (1,), "store_cell": (1,), "attr": (1,), "setattr": (2,),
    "delattr": (1,), "item": (2,), "setitem": (3,), "delitem": (2,), "unary": (1,), "binary": (2,), "inplace": (2,),
    "compare": (2,), "format": (2,), "yield": (1,), "yield_from": (1,), "unpack": (1,), "import": (0,), "expect": (1,),
    "applies": (1, 2), "applied": (2,), "receiver": (1,), "default": (0,), "runs": (1,), "narrow": (1,), "part": (2,),
    "twin": (1,),
}  # fmt: skip
NAMED: Final[frozenset[Op]] = frozenset(
    {"global", "cell", "store_global", "store_cell", "attr", "setattr", "delattr", "build", "collect", "opaque"}
)


class Malformed(AssertionError):
    """A stage handed on what its form does not allow: an error of ours."""


def _require(holds: bool, what: str, node: Node | None = None) -> None:
    if not holds:
        raise Malformed(what if node is None else f"{what}: {node}")


def verify_block(block: Block, loops: bool = False) -> None:
    """Asks a block, as it was lowered or with open callees in it; `loops`: there may be a loop around it.

    Raises:
        Malformed: it breaks a rule.
    """
    nodes = list(walk(block))
    _require(len({node.id for node in nodes}) == len(nodes), "two nodes have one number")
    _require(all(node.id for node in nodes), "0 is the entry of a block, and no node")
    bound = {name for node in nodes for name in defined(node)}
    for node in nodes:
        span = node.span
        _require((span.line, span.column) <= (span.end_line, span.end_column), "a span ends before it begins", node)
        for use in operands(node):
            temporary = isinstance(use, Var) and use.name.startswith("%")
            _require(not temporary or use.name in bound, "a temporary that nothing defines", node)  # type: ignore[union-attr]
        if isinstance(node, Instr):
            _instruction(node)
    _jumps(block, loops, inside=False)


def _instruction(node: Instr) -> None:
    _require(node.op in OPS, "not an operation", node)
    _require(node.op not in OPERANDS or len(node.uses) in OPERANDS[node.op], "a wrong number of operands", node)
    _require(bool(node.name) or node.op not in NAMED, "an operation without its name", node)
    if node.op == "call":
        given = len(node.uses) - 1 - len(node.keywords)
        _require(given >= 0 and len(node.stars) == given, "a call whose arguments aren't those that it describes", node)
    if node.op == "raise":
        _require(node.target is None, "a raise that gives something", node)


def _jumps(block: Block, loops: bool, inside: bool) -> None:
    """`loops`: the block stands in a loop; `inside`: in the body of an open callee."""
    for node in block:
        match node:
            case Jump(kind="return"):
                _require(node.value is not None and not inside, "a return from an open callee", node)
            case Jump(kind="leave"):
                _require(node.value is None and inside, "what leaves no open callee", node)
            case Jump(kind="break" | "continue"):
                _require(node.value is None and loops, f"a {node.kind} outside of loops", node)
            case For() | While():
                if isinstance(node, While):
                    _jumps(node.header, False, inside)
                _jumps(node.body, True, inside)
                _jumps(node.orelse, loops, inside)
            case Inline():
                _jumps(node.binding, False, True)
                _jumps(node.body, False, True)
            case If() | Try() | With():
                for below in children(node):
                    _jumps(below, loops, inside)
            case Instr() | Jump():
                pass
            case _:
                assert_never(node)


def verify_region(code: RegionCode) -> None:
    """Asks a region as it is handed to planning.

    Raises:
        Malformed: it breaks a rule.
    """
    verify_block(code.block, loops=True)
    verify_block(code.around)
    _dense(code.sites.values(), "sites")
    _dense(code.loops.values(), "loops")
    _require(code.inside <= set(code.sites.values()), "a site inside of a callback that is none")
    _require(list(code.values) == sorted(set(code.values)), "values that are not in order, each once")
    _require(code.cells <= set(code.values), "a shared variable that is not among the values")
    _require(not any(name.startswith("%") for name in code.values), "a temporary among the values")


def _dense(numbers: Collection[int], what: str) -> None:
    _require(sorted(numbers) == list(range(len(numbers))), f"numbers of {what} with a gap, or given twice")


def verify_numbers(block: Block, sites: Mapping[int, int], loops: Iterable[int], opens: Collection[int]) -> None:
    """Asks a block, and which nodes have the numbers of sites and loops; `opens`: sites whose calls are open.

    Raises:
        Malformed: they are no calls, no loops, or not there; or the block breaks a rule.
    """
    verify_block(block, loops=True)
    nodes = {node.id: node for node in walk(block)}
    for ident, number in sites.items():
        node = nodes.get(ident)
        made = isinstance(node, Instr) and node.op == "call"
        _require(made != (number in opens), f"node {ident}, a site that is no call, or an open one that still is")
    _require(set(opens) <= set(sites.values()), "an open call that is no site")
    for ident in loops:
        _require(isinstance(nodes.get(ident), For), f"node {ident}, a loop that is none")


def verify_graph(region: Structure, whole: Chains, facts: Iterable[int]) -> None:
    """Asks where the nodes of a region stand, what they read, and of which nodes there are `facts`.

    Raises:
        Malformed: it breaks a rule.
    """
    nodes = {node.id: node for node in walk(region.block)}
    _require(nodes.keys() == region.nodes.keys() == region.parents.keys(), "other nodes than those of the block")
    _require(sorted(region.order.values()) == list(range(len(nodes))), "an order that is none")
    for ident, around in region.parents.items():
        _require(region.around[ident] == {p.id for p in around}, "other parents than those around", nodes[ident])
        _require(all(region.order[p.id] < region.order[ident] for p in around), "a parent after its child")
        if around:
            _require(any(nodes[ident] in below for below in children(around[-1])), "not below its parent", nodes[ident])
    _require(region.cut <= nodes.keys(), "a loop that is cut and not there")
    for ident, read in whole.uses.items():
        for name, definitions in read.items():
            for other in definitions - {0}:
                _require(other in nodes, f"{name}, defined by a node that is not there", nodes[ident])
                _require(name in defined(nodes[other]), f"{name}, defined by a node that doesn't", nodes[other])
    _require(set(facts) - {0} <= nodes.keys(), "facts about nodes that are not there")


__all__ = ["Malformed", "verify_block", "verify_graph", "verify_numbers", "verify_region"]
