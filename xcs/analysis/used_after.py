"""Which variables that a region assigns are used behind it, for more than to be printed."""

from __future__ import annotations

from collections.abc import Mapping

from ..ir.def_use import chains
from ..ir.nodes import FunctionIR, If, Instr, Node, While, walk
from ..remarks import Span

COMPUTES = frozenset({"copy", "unary", "binary", "inplace", "compare", "format", "build", "item"})
NUMBERS = frozenset({"round", "sum", "len", "min", "max", "str", "int", "float", "abs", "sorted"})


def used_after(ir: FunctionIR, region: Span, names: frozenset[str], module: Mapping[str, object]) -> frozenset[str]:
    """Those of the variables whose value at the region's end is used by more than `print`."""
    nodes = {n.id: n for n in walk(ir.body)}
    reached = chains(ir.body).uses
    inside = {ident for ident, node in nodes.items() if _within(node.span, region)}
    return frozenset(name for name in names if _kept(name, inside, inside, nodes, reached, module, frozenset()))


def _kept(
    name: str, made: set[int], region: set[int], nodes: Mapping[int, Node],
    reached: Mapping[int, Mapping[str, frozenset[int]]], module: Mapping[str, object], seen: frozenset[tuple[str, int]],
) -> bool:  # fmt: skip
    for ident, reads in reached.items():
        if ident in region or ident not in nodes or not reads.get(name, frozenset()) & made:
            continue
        node = nodes[ident]
        if (name, ident) in seen:
            continue
        if not isinstance(node, Instr):
            if isinstance(node, If | While):
                continue  # what is done where something took long
            return True
        if _called(node, "print", nodes, reached, module):
            continue
        goes_on = node.op in COMPUTES or any(_called(node, n, nodes, reached, module) for n in NUMBERS)
        after = (*((node.target,) if node.target else ()), *node.more)
        if not goes_on or any(
            _kept(t, {ident}, region, nodes, reached, module, seen | {(name, ident)}) for t in after
        ):
            return True
    return False


def _called(
    node: Instr, name: str, nodes: Mapping[int, Node], reached: Mapping[int, Mapping[str, frozenset[int]]],
    module: Mapping[str, object],
) -> bool:  # fmt: skip
    """Whether a call is of the built-in function of that name."""
    if node.op != "call" or name in module:
        return False
    made = reached.get(node.id, {}).get(getattr(node.uses[0], "name", ""), frozenset())
    found = [nodes.get(ident) for ident in made]
    return bool(found) and all(isinstance(n, Instr) and n.op == "global" and n.name == name for n in found)


def _within(span: Span, region: Span) -> bool:
    begins = (span.line, span.column) >= (region.line, region.column)
    return begins and (span.end_line, span.end_column) <= (region.end_line, region.end_column)
