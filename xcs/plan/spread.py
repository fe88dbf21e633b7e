"""What open callees are given as `*args` and `**kwargs`, where they only hand it on."""

from __future__ import annotations

from ..analysis.language.functions import lowered
from ..ir.def_use import operands
from ..ir.nodes import Inline, Instr, Node, Var, walk


def unpacked(node: Inline) -> dict[str, Instr]:
    """The variables of an open callee that hold its `*args` and `**kwargs` as they were given, unchanged."""
    ir = lowered(node.function.__code__, node.function.__globals__)
    built = {n.target: n for n in node.binding if isinstance(n, Instr) and n.op == "build"}
    found: dict[str, Instr] = {}
    for name in (ir.vararg, ir.kwarg):
        made = built.get(node.prefix + name) if name is not None else None
        if made is None or made.target is None:
            continue
        holders = {made.target}
        below = [n for n in walk(node.body) if isinstance(n, Instr)]
        for other in below:
            if other.op == "copy" and other.target is not None and other.uses[0] == Var(made.target):
                holders.add(other.target)
        defined = [n.id for n in below if made.target in n.targets]
        if not defined and (name == ir.vararg or all(_only_spread(n, holders) for n in walk(node.body))):
            found.update(dict.fromkeys(holders, made))
    return found


def _only_spread(node: Node, holders: set[str]) -> bool:
    """Whether a node does no more with a dictionary than to unpack it into a call: nobody else gets it."""
    held = [isinstance(use, Var) and use.name in holders for use in operands(node)]
    if not isinstance(node, Instr) or node.op != "call":
        return not any(held) or (isinstance(node, Instr) and node.op == "copy" and node.target in holders)
    count = len(node.uses) - len(node.keywords)
    return not any(held[:count]) and all(
        name is None for name, found in zip(node.keywords, held[count:], strict=True) if found
    )
