"""Answers that may tell of a refusal.

A service that is asked too much at once refuses (429, 503). Of most libraries that is an exception; the bare HTTP
clients give an answer like any other, and only its status tells. What a call of a slice gives is looked at as it comes
(`runtime.limits`); what a callee makes of an answer inside it can't be: such a callee doesn't run early as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ir.def_use import operands
from ...ir.nodes import Block, Instr, Jump, Node, Var, children, walk
from ...knowledge.stated import gives_refusals
from ..domain.values import Fresh, Inst, Value


def may_refuse(value: Value) -> bool:
    """Whether a value may be an answer of which only the status tells that it is a refusal."""
    return any(isinstance(a, Inst | Fresh) and gives_refusals(a.cls) for a in value)


def turned_away(block: Block) -> frozenset[int]:
    """The calls in a function's body of whose answer a refusal becomes an exception, or is given to the caller, before
    anything else is done with it."""
    return frozenset(_turned_away(block))


def _turned_away(block: Block) -> Iterator[int]:
    held: dict[str, int] = {}  # variables with an answer that nobody has used: the call that gave it
    checks: dict[str, int | None] = {}  # methods that turn a refusal into an exception: the call whose answer it is of
    for node in block:
        used = {held[name] for name in _read(node) if name in held}
        match node:
            case Instr(op="attr", name="raise_for_status", target=str(target)):
                checks[target] = used.pop() if used else None
                continue
            case Instr(op="copy", target=str(target)) if used:
                held[target] = used.pop()
                continue
            case Instr(op="call", uses=(Var(name=name), *_)) if name in checks:
                yield node.id
                answered = checks[name]
                if answered is not None:
                    yield answered
                    used.add(answered)
            case Jump(kind="return") if used:
                yield from used
        held = {name: call for name, call in held.items() if call not in used and name not in _bound(node)}
        if isinstance(node, Instr) and node.op == "call" and node.target is not None:
            held[node.target] = node.id
        for below in children(node):
            yield from _turned_away(below)


def _read(node: Node) -> set[str]:
    """The variables that a node and those below it read."""
    return {operand.name for n in walk((node,)) for operand in operands(n) if isinstance(operand, Var)}


def _bound(node: Node) -> set[str]:
    return {target for n in walk((node,)) if isinstance(n, Instr) for target in n.targets}
