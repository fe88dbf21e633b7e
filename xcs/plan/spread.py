"""What open callees are given as `*args` and `**kwargs`: parts of it, or the whole, where they only hand it on."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence

from ..front.lowered_code import lowered
from ..ir.def_use import operands
from ..ir.nodes import Const, FunctionIR, Inline, Instr, Node, Operand, Var, walk
from ..peek import MISSING
from ..records import dataclass
from ..remarks import Bailout
from ..runtime.unpacked import Named, Positional


@dataclass(frozen=True, slots=True)
class Part:
    """Of what, by which key, and how a parameter is given a part."""

    uses: tuple[Operand, Operand]
    give: Named | Positional


def of_unpacked(
    function: types.FunctionType, ir: FunctionIR, left: Sequence[str], given: Sequence[Operand],
    named: dict[str, Operand], defaults: Mapping[str, object],
) -> dict[str, Part]:  # fmt: skip
    """What parameters are given by the sequence and the mapping that a call unpacks; these are taken out of `named`.

    left: the positional parameters, of which the first have the arguments in `given`.

    Raises:
        Bailout: what it gives is more than the parameters that are written out.
    """
    sequence, mapping = named.pop("*", None), named.pop("**", None)
    if sequence is None and mapping is None:
        return {}
    if (sequence is not None and mapping is not None) or ir.vararg is not None or ir.kwarg is not None:
        raise Bailout("arguments", "unpacked arguments")
    if function.__code__.co_posonlyargcount:
        raise Bailout("arguments", "unpacked arguments")
    places = list(left[len(given) :])
    free = [name for name in (*places, *ir.kwonly) if name not in named]
    if mapping is not None:
        by_name = frozenset(free)
        gives = {name: Named(by_name, defaults.get(name, MISSING)) for name in free}
        return {name: Part((mapping, Const(name)), give) for name, give in gives.items()}
    assert sequence is not None
    most = next((n for n, name in enumerate(places) if name in named), len(places))
    found = {name: Positional(most, defaults.get(name, MISSING)) for name in places[:most]}
    return {name: Part((sequence, Const(n)), found[name]) for n, name in enumerate(places[:most])}


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
